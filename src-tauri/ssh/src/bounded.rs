use std::collections::VecDeque;

/// Text of which the beginning and the end are kept: what went wrong first is
/// told at the beginning, how it ended at the end.
#[derive(Debug, Default)]
pub(crate) struct Bounded {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: bool,
}

/// The most that is kept of either end.
const MOST: usize = 32 * 1024;

impl Bounded {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let room = (MOST - self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        self.tail.extend(&bytes[room..]);
        let over = self.tail.len().saturating_sub(MOST);
        self.left_out |= over > 0;
        self.tail.drain(..over);
    }

    pub(crate) fn text(&self) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        let gap: &[u8] = if self.left_out { b"\n...\n" } else { b"" };
        String::from_utf8_lossy(&[self.head.as_slice(), gap, &tail].concat()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_and_the_end_are_kept() {
        let mut kept = Bounded::default();
        kept.add(b"first\n");
        for _ in 0..100_000 {
            kept.add(b"warning\n");
        }
        kept.add(b"last\n");
        let text = kept.text();
        assert!(text.starts_with("first\n") && text.ends_with("warning\nlast\n"));
        assert!(text.contains("\n...\n") && text.len() <= 2 * MOST + 5, "{}", text.len());
    }

    #[test]
    fn short_text_is_kept_as_it_is() {
        let mut kept = Bounded::default();
        kept.add("x".repeat(40_000).as_bytes());
        assert_eq!(kept.text(), "x".repeat(40_000));
    }
}
