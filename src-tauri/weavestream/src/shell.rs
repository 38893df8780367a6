//! Commands for the host: argument lists, quoted for POSIX `sh` in one place.

use std::time::Duration;

use crate::Secret;

/// A command to run on the host.
///
/// Arguments are data: a folder named `$(reboot)` stays a folder. Secrets go
/// to standard input only, because arguments and environment are visible to
/// everybody who can run `ps` there.
#[derive(Clone, Debug)]
pub struct Command {
    args: Vec<String>,
    folder: Option<String>,
    stdin: Option<Secret>,
    quiet: Option<Duration>,
}

impl Command {
    /// A command from its program and arguments.
    #[must_use]
    pub fn new<I, S>(args: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        Self { args: args.into_iter().map(Into::into).collect(), folder: None, stdin: None, quiet: None }
    }

    /// Appends one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Appends arguments.
    #[must_use]
    pub fn args<I, S>(mut self, args: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Runs in `folder` on the host; the command does not start when the
    /// folder cannot be entered.
    #[must_use]
    pub fn in_folder(mut self, folder: impl Into<String>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Sends `text` on standard input, then closes it.
    #[must_use]
    pub fn stdin(mut self, text: impl Into<Secret>) -> Self {
        self.stdin = Some(text.into());
        self
    }

    /// Allows the command to print nothing for `time`, where the link's own
    /// patience is too short: a restore says nothing while it works.
    #[must_use]
    pub fn quiet_for(mut self, time: Duration) -> Self {
        self.quiet = Some(time);
        self
    }

    /// How long it may print nothing; none: as the link sees fit.
    #[must_use]
    pub fn quiet(&self) -> Option<Duration> {
        self.quiet
    }

    /// What goes to standard input, if anything does.
    #[must_use]
    pub fn input(&self) -> Option<&Secret> {
        self.stdin.as_ref()
    }

    /// The program and its arguments.
    #[must_use]
    pub fn argv(&self) -> &[String] {
        &self.args
    }

    /// One line for POSIX `sh`.
    #[must_use]
    pub fn to_sh(&self) -> String {
        let command = self.args.iter().map(|arg| quote(arg)).collect::<Vec<_>>().join(" ");
        match &self.folder {
            // `CDPATH=` and `./` keep `cd` from reading a folder as an option or a search.
            Some(folder) => format!("CDPATH= cd -- {} && {command}", quote(&rooted(folder))),
            None => command,
        }
    }
}

/// A folder as `cd` and friends can take it: `-x` becomes `./-x`.
fn rooted(folder: &str) -> String {
    if folder.starts_with('-') { format!("./{folder}") } else { folder.to_owned() }
}

/// Quotes one word for POSIX `sh`: plain words stay readable, everything else
/// is single-quoted, where only the single quote itself needs care.
#[must_use]
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_folder_is_entered_before_the_command() {
        let command = Command::new(["docker", "compose", "ps"]).in_folder("/srv/it's here");
        assert_eq!(command.to_sh(), r"CDPATH= cd -- '/srv/it'\''s here' && docker compose ps");
    }

    #[test]
    fn a_leading_dash_is_no_option() {
        assert_eq!(Command::new(["ls"]).in_folder("-p").to_sh(), "CDPATH= cd -- ./-p && ls");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// The real `sh` of this machine gives every word back unchanged.
        #[test]
        fn sh_reads_back_what_was_quoted(words in prop::collection::vec("[^\0]{0,24}", 1..5)) {
            let command = Command::new(["printf", r"%s\036"]).args(words.clone());
            let output = std::process::Command::new("sh").arg("-c").arg(command.to_sh()).output();
            let output = output.map_err(|e| TestCaseError::fail(e.to_string()))?;
            let expected = words.iter().flat_map(|w| [w.as_str(), "\u{1e}"]).collect::<String>();
            prop_assert_eq!(String::from_utf8_lossy(&output.stdout).into_owned(), expected);
        }
    }
}
