//! Text of a host, made harmless where it is shown.

/// Text of a host as it can be shown on a terminal or a desktop: what would move the cursor,
/// colour, retitle or reorder is written out.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                shown.extend(c.escape_unicode());
            }
            c if c.is_control() => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_says_cannot_move_the_cursor() {
        let said = "first\u{1b}[2J\u{1b}]0;title\u{7}\rsecond\u{9b}31m\u{202e}drow\nthird\t– ünï";
        let shown = visible(said);
        assert_eq!(shown, "first\\u{1b}[2J\\u{1b}]0;title\\u{7}\\rsecond\\u{9b}31m\\u{202e}drow\nthird\t– ünï");
    }
}
