use std::io::Write;

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Failure;

/// Prints for people, or one JSON object for programs.
#[derive(Clone, Copy, Debug)]
pub struct Print {
    /// One JSON object on standard output.
    pub json: bool,
}

impl Print {
    /// One result.
    pub fn one<T: Serialize>(self, name: &str, value: &T, text: impl FnOnce() -> String) {
        if self.json {
            out(&json!({ name: value }).to_string());
        } else {
            out(&visible(&text()));
        }
    }

    /// A list, a line each.
    pub fn list<T: Serialize>(self, name: &str, values: &[T], line: impl Fn(&T) -> String) {
        if self.json {
            out(&json!({ name: values }).to_string());
        } else {
            for value in values {
                out(&visible(&line(value)));
            }
        }
    }

    /// What went wrong: JSON on standard output, words on standard error.
    pub fn failure(self, failure: &Failure) {
        if self.json {
            out(&json!({ "error": failure }).to_string());
        }
        err(&format!("selvage: {}", visible(&failure.text)));
    }
}

/// A line on standard output. Whoever stopped reading, as `head` does, wants no more.
pub fn out(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// A line on standard error.
pub fn err(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Text of a host as it can be shown on a terminal: what would move the cursor,
/// colour, retitle or reorder is written out.
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

/// Bytes as people read them, in powers of 1000.
pub fn size(bytes: f64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{value:.0} {}", units[unit]) } else { format!("{value:.1} {}", units[unit]) }
}

/// The name of a state as it stands in the JSON.
pub fn word<T: Serialize>(state: &T) -> String {
    match serde_json::to_value(state) {
        Ok(Value::String(word)) => word,
        Ok(Value::Object(fields)) => fields.get("end").and_then(Value::as_str).unwrap_or_default().to_owned(),
        _ => String::new(),
    }
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

    #[test]
    fn sizes_are_rounded() {
        assert_eq!(size(999.0), "999 B");
        assert_eq!(size(412_113_664.0), "412.1 MB");
    }
}
