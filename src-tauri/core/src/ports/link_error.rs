use serde::{Deserialize, Serialize};
use specta::Type;

use super::HostKey;
use crate::base::{Class, Tellable, told_in_words};

/// Why a host could not be reached or used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum LinkError {
    /// The SSH configuration could not be read.
    SshConfig {
        /// What `ssh -G` said.
        reason: String,
    },
    /// DNS has no such name.
    NameNotFound {
        /// The name.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// Nothing listens there.
    Refused {
        /// Host dialled.
        host: String,
        /// Port dialled.
        port: u16,
    },
    /// The network has no way there.
    Unreachable {
        /// Host dialled.
        host: String,
        /// Port dialled.
        port: u16,
        /// What the system said.
        reason: String,
    },
    /// No answer in time.
    TimedOut {
        /// Host dialled.
        host: String,
        /// `connecting`, `exchanging keys`, `signing in`, `running a command`.
        stage: String,
        /// How long was waited.
        seconds: u32,
    },
    /// What answered does not speak SSH, or nothing that we speak.
    NotSsh {
        /// Host dialled.
        host: String,
        /// Port dialled.
        port: u16,
        /// What went wrong.
        reason: String,
    },
    /// First contact: to be compared and trusted by the admin.
    HostKeyUnknown {
        /// The key it showed.
        key: HostKey,
    },
    /// Another key is on record for this host. Never connected.
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
    HostKeyRevoked {
        /// The key it showed.
        key: HostKey,
        /// The file that revokes it.
        file: String,
        /// The line there, from 1; 0 in a list of revoked keys that has no lines.
        line: u32,
    },
    /// A file of known hosts exists and cannot be read, so nothing can be trusted.
    KnownHostsUnreadable {
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// The host refused every way of signing in.
    SignInRefused {
        /// Host.
        host: String,
        /// Login.
        user: String,
        /// The ways tried, in words.
        tried: String,
    },
    /// The key file is missing, unreadable or no private key.
    KeyUnusable {
        /// The file.
        file: String,
        /// Why it failed, as the system or the host said it.
        reason: String,
    },
    /// The key file is encrypted and the keyring holds no passphrase for it.
    PassphraseNeeded {
        /// The file.
        file: String,
    },
    /// The passphrase does not open the key file.
    PassphraseWrong {
        /// The file.
        file: String,
    },
    /// The keyring holds no password for this login.
    PasswordNeeded {
        /// Host.
        host: String,
        /// Login.
        user: String,
    },
    /// There is no agent, or it does not answer (a locked one lists no keys).
    AgentUnusable {
        /// Why it failed, as the system or the host said it.
        reason: String,
    },
    /// A jump host could not be passed.
    Jump {
        /// The hop in `user@host:port` notation.
        hop: String,
        /// What went wrong there.
        source: Box<LinkError>,
    },
    /// The host's sshd does not let this login forward, or nothing listens at the address.
    ForwardRefused {
        /// The address as the host sees it.
        address: String,
        /// What the host said.
        reason: String,
    },
    /// The connection broke.
    Lost {
        /// Host.
        host: String,
        /// What was noticed.
        reason: String,
    },
    /// Nothing arrived for too long in the middle of a transfer.
    Stalled {
        /// Host.
        host: String,
        /// How long was waited.
        seconds: u32,
    },
    /// It sends, and so little that it would never end.
    Trickles {
        /// The host, or the program.
        host: String,
        /// What came.
        bytes: u32,
        /// In that time.
        seconds: u32,
    },
    /// It printed on and on where a short answer was expected. The command was ended.
    PrintsOnAndOn {
        /// The host.
        host: String,
        /// What is read at most.
        bytes: u32,
    },
}

told_in_words!(LinkError);

impl Tellable for LinkError {
    /// A host that cannot be told from another begins nothing.
    fn class(&self) -> Class {
        match self {
            Self::HostKeyUnknown { .. } | Self::HostKeyChanged { .. } | Self::HostKeyRevoked { .. } => Class::Refused,
            Self::Jump { source, .. } => source.class(),
            _ => Class::Failed,
        }
    }
}

impl LinkError {
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
