use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;
use specta::Type;

use super::LinkError;
use crate::Secret;
use crate::base::reason;
use crate::deployment::SshTarget;
use crate::shell::Command;

/// A host that has been signed in to. Everything done there is one of four
/// primitives: run a command, stream out of one, stream into one, forward to an
/// address.
#[async_trait]
pub trait Host: Send + Sync {
    /// Runs `command` and collects what it prints, at most 8 MiB of each
    /// stream. A non-zero exit is an [`Output`], not an error.
    async fn run(&self, command: &Command) -> Result<Output, LinkError>;
    /// Starts `command` on a connection of its own and streams its standard
    /// output, so that a slow reader never parks other work.
    async fn stream(&self, command: &Command) -> Result<Box<dyn ByteSource>, LinkError>;
    /// Starts `command` on a connection of its own and streams into its standard
    /// input; what the command carries as its input comes first.
    async fn feed(&self, command: &Command) -> Result<Box<dyn ByteSink>, LinkError>;
    /// Forwards a new loopback port of this laptop to `to` as seen by the
    /// host. Refused forwards are found now, not at first use.
    async fn forward(&self, to: &Endpoint) -> Result<Forward, LinkError>;
}

/// The standard output of a running command.
#[async_trait]
pub trait ByteSource: Send {
    /// The next piece, or none at the end of the output.
    async fn next(&mut self) -> Result<Option<Bytes>, LinkError>;
    /// How the command ended. To be asked after the last piece.
    async fn exit(&mut self) -> Result<Exit, LinkError>;
}

/// The standard input of a running command. Dropped before [`ByteSink::finish`],
/// the command is told to end; it may see its input end first and take half of it
/// for the whole, so whoever writes a file there says beforehand how long it is.
#[async_trait]
pub trait ByteSink: Send {
    /// Sends a piece, as fast as the host takes it. False when the command has ended
    /// and takes no more: how is told by `finish`.
    async fn write(&mut self, piece: Bytes) -> Result<bool, LinkError>;
    /// Ends the input and waits for the command: what it printed, the first and the
    /// last 32 KiB of each stream, and how it ended.
    async fn finish(self: Box<Self>) -> Result<Output, LinkError>;
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Exit status; 128 + n when signal n ended it.
    pub status: u32,
    /// The first and the last 32 KiB of standard error.
    pub stderr: String,
}

/// What a command printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Exit status.
    pub exit: u32,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Standard output as text; bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The last line said on standard error, else how it ended. Never a word of
    /// standard output, where secrets may be.
    #[must_use]
    pub fn stderr_summary(&self) -> String {
        Self { stdout: Vec::new(), ..self.clone() }.error_summary()
    }

    /// The last line said on standard error, else on standard output: what
    /// programs on the host give as their reason.
    #[must_use]
    pub fn error_summary(&self) -> String {
        [&self.stderr, &self.stdout]
            .iter()
            .find_map(|bytes| {
                let text = String::from_utf8_lossy(bytes);
                text.lines().map(str::trim).rfind(|line| !line.is_empty()).map(ToOwned::to_owned)
            })
            .unwrap_or_else(|| reason("exit-status", json!({ "status": self.exit })))
    }
}

/// A TCP address as the host sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// A forward that lives as long as this value.
pub struct Forward {
    /// The loopback address on this laptop.
    pub local: SocketAddr,
    /// Ends the forward when dropped.
    pub guard: Box<dyn std::any::Any + Send + Sync>,
}

impl std::fmt::Debug for Forward {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Forward({})", self.local)
    }
}

/// Signs in to hosts and knows which host keys are trusted.
#[async_trait]
pub trait HostConnector: Send + Sync {
    /// Signs in. An unknown host key is an error that carries the fingerprint;
    /// nothing was sent to that host but the key exchange.
    async fn connect(&self, request: &HostRequest) -> Result<Arc<dyn Host>, LinkError>;
    /// Records `key` as trusted, in Selvage's own `known_hosts`.
    async fn trust(&self, key: &HostKey) -> Result<(), LinkError>;
}

/// Whom to sign in to, and with what.
#[derive(Clone, Debug)]
pub struct HostRequest {
    /// Where and as whom.
    pub target: SshTarget,
    /// What the keyring holds for it.
    pub secrets: SshSecrets,
}

/// Secrets of a link, from the keyring.
#[derive(Clone, Debug, Default)]
pub struct SshSecrets {
    /// For [`SshAuth::Password`](crate::deployment::SshAuth::Password).
    pub password: Option<Secret>,
    /// For an encrypted key file.
    pub passphrase: Option<Secret>,
}

/// The key that a host showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HostKey {
    /// Name or address that was dialled.
    pub host: String,
    /// Port that was dialled.
    pub port: u16,
    /// `ED25519`, `RSA`, `ECDSA`.
    pub algorithm: String,
    /// `SHA256:` and unpadded base64, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
    /// The public key as in a `known_hosts` line: algorithm and base64.
    pub public_key: String,
}
