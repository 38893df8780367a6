use serde::{Deserialize, Serialize};
use specta::Type;

use super::HostKey;
use crate::base::Class;

/// Why a host could not be reached or used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum LinkError {
    /// The SSH configuration could not be read.
    #[error("the SSH configuration cannot be used: {reason}")]
    SshConfig {
        /// What `ssh -G` said.
        reason: String,
    },
    /// DNS has no such name.
    #[error("no address was found for {host}: {reason}")]
    NameNotFound {
        /// The name.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// Nothing listens there.
    #[error("{host} port {port} refused the connection")]
    Refused {
        /// Host dialled.
        host: String,
        /// Port dialled.
        port: u16,
    },
    /// The network has no way there.
    #[error("{host} port {port} cannot be reached: {reason}")]
    Unreachable {
        /// Host dialled.
        host: String,
        /// Port dialled.
        port: u16,
        /// What the system said.
        reason: String,
    },
    /// No answer in time.
    #[error("{host} did not answer within {seconds} s while {stage}")]
    TimedOut {
        /// Host dialled.
        host: String,
        /// `connecting`, `exchanging keys`, `signing in`, `running a command`.
        stage: String,
        /// How long was waited.
        seconds: u32,
    },
    /// What answered does not speak SSH, or nothing that we speak.
    #[error("{host} port {port} does not speak SSH as we do: {reason}")]
    NotSsh {
        /// Host dialled.
        host: String,
        /// Port dialled.
        port: u16,
        /// What went wrong.
        reason: String,
    },
    /// First contact: to be compared and trusted by the admin.
    #[error("the {algorithm} key {fingerprint} of {host} is not known", algorithm = key.algorithm, fingerprint = key.fingerprint, host = key.host)]
    HostKeyUnknown {
        /// The key it showed.
        key: HostKey,
    },
    /// Another key is on record for this host. Never connected.
    #[error("the key of {host} has changed: expected {expected}, found {fingerprint} ({file} line {line})", host = key.host, fingerprint = key.fingerprint)]
    HostKeyChanged {
        /// The key it showed.
        key: HostKey,
        /// Fingerprint on record.
        expected: String,
        /// The file that records it.
        file: String,
        /// The line there.
        line: u32,
    },
    /// The key is marked `@revoked`, or one of `RevokedHostKeys`. Never connected.
    #[error("the key {fingerprint} of {host} is revoked ({file}{})", if *line > 0 { format!(" line {line}") } else { String::new() }, host = key.host, fingerprint = key.fingerprint)]
    HostKeyRevoked {
        /// The key it showed.
        key: HostKey,
        /// The file that revokes it.
        file: String,
        /// The line there, from 1; 0 in a list of revoked keys that has no lines.
        line: u32,
    },
    /// A file of known hosts exists and cannot be read, so nothing can be trusted.
    #[error("{file} cannot be read: {reason}")]
    KnownHostsUnreadable {
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// The host refused every way of signing in.
    #[error("{host} refused {user} ({tried})")]
    SignInRefused {
        /// Host.
        host: String,
        /// Login.
        user: String,
        /// The ways tried, in words.
        tried: String,
    },
    /// The key file is missing, unreadable or no private key.
    #[error("the key {file} cannot be used: {reason}")]
    KeyUnusable {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// The key file is encrypted and the keyring holds no passphrase for it.
    #[error("the key {file} needs its passphrase")]
    PassphraseNeeded {
        /// The file.
        file: String,
    },
    /// The passphrase does not open the key file.
    #[error("the passphrase does not open {file}")]
    PassphraseWrong {
        /// The file.
        file: String,
    },
    /// The keyring holds no password for this login.
    #[error("{user} on {host} needs a password")]
    PasswordNeeded {
        /// Host.
        host: String,
        /// Login.
        user: String,
    },
    /// There is no agent, or it does not answer (a locked one lists no keys).
    #[error("the SSH agent cannot be used: {reason}")]
    AgentUnusable {
        /// Why.
        reason: String,
    },
    /// A jump host could not be passed.
    #[error("jump host {hop}: {source}")]
    Jump {
        /// The hop in `user@host:port` notation.
        hop: String,
        /// What went wrong there.
        source: Box<LinkError>,
    },
    /// The host's sshd does not let this login forward, or nothing listens at the address.
    #[error("a forward to {address} was refused: {reason}")]
    ForwardRefused {
        /// The address as the host sees it.
        address: String,
        /// What the host said.
        reason: String,
    },
    /// The connection broke.
    #[error("the connection to {host} was lost: {reason}")]
    Lost {
        /// Host.
        host: String,
        /// What was noticed.
        reason: String,
    },
    /// Nothing arrived for too long in the middle of a transfer.
    #[error("{host} sent nothing for {seconds} s")]
    Stalled {
        /// Host.
        host: String,
        /// How long was waited.
        seconds: u32,
    },
    /// It sends, and so little that it would never end.
    #[error("{host} sent only {bytes} bytes in {seconds} s")]
    Trickles {
        /// The host, or the program.
        host: String,
        /// What came.
        bytes: u32,
        /// In that time.
        seconds: u32,
    },
    /// It printed on and on where a short answer was expected. The command was ended.
    #[error("{host} printed more than {bytes} bytes where a short answer was expected; the command was ended")]
    PrintsOnAndOn {
        /// The host.
        host: String,
        /// What is read at most.
        bytes: u32,
    },
}

impl LinkError {
    /// A host that cannot be told from another begins nothing.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::HostKeyUnknown { .. } | Self::HostKeyChanged { .. } | Self::HostKeyRevoked { .. } => Class::Refused,
            Self::Jump { source, .. } => source.class(),
            _ => Class::Failed,
        }
    }

    /// Whether trying again later may help without anybody changing anything:
    /// the hotel Wi-Fi and the closed lid, not a wrong key.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Lost { .. }
            | Self::Stalled { .. }
            | Self::Trickles { .. }
            | Self::TimedOut { .. }
            | Self::Refused { .. }
            | Self::Unreachable { .. }
            | Self::NameNotFound { .. } => true,
            Self::Jump { source, .. } => source.is_passing(),
            _ => false,
        }
    }
}
