//! A command as it goes to the host, and where its output begins.
//!
//! sshd hands a command to the login's own shell: one that may be no POSIX shell
//! (`tcsh`, `fish`), and whose start-up files may print, as many a `.bashrc`
//! does. So the command is made of characters that every shell reads alike, `sh`
//! carries it out, and a mark stands before what it prints on either stream.

use std::fmt::Write as _;

use bytes::{Bytes, BytesMut};

pub(crate) const MARK: &[u8] = b"\n==selvage begins==\n";
/// Start-up files print a greeting; more, in bytes, has no end.
pub(crate) const GREETING_AT_MOST: usize = 256 * 1024;

/// The line for whatever shell the login has, from one for `sh`.
pub(crate) fn wire(script: &str) -> String {
    let mark = r"printf '\n==selvage begins==\n'";
    let whole = format!("{mark}; {mark} >&2; {script}");
    let mut line = String::with_capacity(64 + whole.len() * 2);
    line.push_str("exec sh -c 'eval \"$(printf %b \"");
    for byte in whole.bytes() {
        if byte.is_ascii_alphanumeric() || b" _@+=:,./-".contains(&byte) {
            line.push(char::from(byte));
        } else {
            let _ = write!(line, "\\0{byte:03o}");
        }
    }
    line.push_str("\")\"'");
    line
}

/// What the command itself printed. Without a mark it never began, and what
/// there is tells why.
pub(crate) fn own(printed: &[u8]) -> &[u8] {
    find(printed).map_or(printed, |at| &printed[at..])
}

/// Behind the mark.
fn find(printed: &[u8]) -> Option<usize> {
    printed.windows(MARK.len()).position(|window| window == MARK).map(|at| at + MARK.len())
}

/// Holds back a stream until its mark has passed.
#[derive(Debug, Default)]
pub(crate) struct Greeting {
    passed: bool,
    before: BytesMut,
}

impl Greeting {
    /// What of a piece is the command's own; none while that has not begun.
    /// The error is for a greeting without an end.
    pub(crate) fn pass(&mut self, piece: Bytes) -> Result<Option<Bytes>, ()> {
        if self.passed {
            return Ok(Some(piece));
        }
        self.before.extend_from_slice(&piece);
        if let Some(at) = find(&self.before) {
            let own = self.flush().split_off(at).freeze();
            return Ok(Some(own).filter(|own| !own.is_empty()));
        }
        if self.before.len() > GREETING_AT_MOST { Err(()) } else { Ok(None) }
    }

    /// What was held back, once there is no more to wait for.
    pub(crate) fn flush(&mut self) -> BytesMut {
        self.passed = true;
        std::mem::take(&mut self.before)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_of_characters_that_no_shell_reads_in_its_own_way() {
        let line = wire("docker ps -a | grep 'x y' && echo \"$HOME\" !! \\\n~ äö\n");
        assert!(line.starts_with(
            "exec sh -c 'eval \"$(printf %b \"printf \\0047\\0134n==selvage begins==\\0134n\\0047\\0073 "
        ));
        let inside = line.strip_prefix("exec sh -c 'eval \"$(printf %b \"").unwrap().strip_suffix("\")\"'").unwrap();
        assert!(inside.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _@+=:,./-\\".contains(&byte)), "{inside}");
    }

    proptest! {
        #[test]
        fn sh_is_given_the_very_text(text in "\\PC*") {
            let script = format!("printf %s {}", selvage_core::shell::quote(&text));
            let output = std::process::Command::new("sh").args(["-c", &wire(&script)]).output().unwrap();
            prop_assert_eq!(own(&output.stdout), text.as_bytes());
            prop_assert_eq!(own(&output.stderr), b"");
        }

        #[test]
        fn a_mark_is_found_however_the_stream_is_cut(cuts in proptest::collection::vec(1usize..9, 0..40)) {
            let whole = [b"hello\n\n==selvage\n".as_slice(), MARK, b"own \n==selvage begins==\n bytes"].concat();
            let (mut greeting, mut got, mut rest) = (Greeting::default(), Vec::new(), whole.as_slice());
            for cut in cuts.into_iter().chain(std::iter::repeat(7)) {
                if rest.is_empty() { break; }
                let (piece, behind) = rest.split_at(cut.min(rest.len()));
                rest = behind;
                got.extend(greeting.pass(Bytes::copy_from_slice(piece)).unwrap().unwrap_or_default());
            }
            prop_assert_eq!(got, b"own \n==selvage begins==\n bytes");
        }
    }

    #[test]
    fn a_greeting_has_an_end() {
        let mut greeting = Greeting::default();
        assert_eq!(greeting.pass(Bytes::from(vec![b'x'; GREETING_AT_MOST])), Ok(None));
        assert_eq!(greeting.pass(Bytes::from_static(b"x")), Err(()));
    }
}
