//! `KnownHostsCommand`: a program of the laptop that prints lines of known hosts.

use std::process::Stdio;
use std::time::Duration;

use selvage_core::ports::{HostKey, LinkError};

use crate::known_hosts::HostName;
use crate::settings::SshSettings;
use crate::tokens::Tokens;

/// It may look keys up in a directory service; it does not get for ever.
const COMMAND_TIMEOUT: Duration = Duration::from_mins(1);
/// More lines are no answer about one host.
const BYTES_AT_MOST: usize = 1 << 20;
/// What errors and verdicts call it.
pub(crate) const NAME: &str = "KnownHostsCommand";

/// The command, its usual tokens replaced word by word; those of the moment stand in it yet.
#[derive(Clone, Debug)]
pub(crate) struct KnownHostsCommand {
    words: Vec<String>,
}

impl KnownHostsCommand {
    /// Of the configuration's `text`. As for `ssh` it names a whole path, and no shell reads it.
    pub(crate) fn parse(text: &str) -> Result<Self, LinkError> {
        let refuse = |reason: &str| LinkError::SshConfig { reason: format!("{NAME} {text}: {reason}") };
        let words = shlex::split(text).ok_or_else(|| refuse("its quotes are not closed"))?;
        match words.first() {
            Some(program) if std::path::Path::new(program).is_absolute() => Ok(Self { words }),
            _ => Err(refuse("it must name a whole path")),
        }
    }

    /// Lines for `name`: before the host has shown a key, or for the key that it shows.
    pub(crate) async fn ask(
        &self,
        settings: &SshSettings,
        tokens: &Tokens<'_>,
        name: &HostName,
        shown: Option<&HostKey>,
    ) -> Result<Vec<u8>, LinkError> {
        let recorded = name.as_recorded();
        let (kind, key) = shown.and_then(|key| key.public_key.split_once(' ')).unwrap_or(("NONE", "NONE"));
        let fingerprint = shown.map_or("NONE", |key| key.fingerprint.as_str());
        let reason = if shown.is_some() { "HOSTNAME" } else { "ORDER" };
        let now = [('H', recorded.as_str()), ('I', reason), ('K', key), ('t', kind), ('f', fingerprint)];
        let mut words = self.words.iter().map(|word| tokens.expand(word, &now));
        let mut command = tokio::process::Command::new(words.next().unwrap_or_default());
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        #[cfg(windows)]
        command.creation_flags(0x0800_0000); // CREATE_NO_WINDOW
        let refuse = |reason: String| LinkError::SshConfig { reason: format!("{NAME}: {reason}") };
        let patience = COMMAND_TIMEOUT.min(settings.timeouts.configuration);
        let output = tokio::time::timeout(patience, command.output())
            .await
            .map_err(|_| refuse(format!("it took longer than {} s", patience.as_secs())))?
            .map_err(|error| refuse(error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it said nothing");
            return Err(refuse(format!("it failed: {said}")));
        }
        if output.stdout.len() > BYTES_AT_MOST {
            return Err(refuse("its answer is too long".to_owned()));
        }
        Ok(output.stdout)
    }
}
