use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::window;

/// Where the SSH adapter finds its files, and how long it waits.
///
/// Only `own_known_hosts` has no default: it is where trust is recorded. The
/// rest follows OpenSSH on this laptop and is replaced by tests.
#[derive(Clone, Debug)]
pub struct SshSettings {
    /// Selvage's own `known_hosts`; created at the first recorded trust.
    pub own_known_hosts: PathBuf,
    /// Further files of known hosts, read beside the user's and the system's.
    pub extra_known_hosts: Vec<PathBuf>,
    /// The `ssh` program that reads the user's configuration.
    pub ssh: PathBuf,
    /// A configuration file instead of the user's and the system's (`ssh -F`).
    pub config: Option<PathBuf>,
    /// The home folder: what `~` means.
    pub home: Option<PathBuf>,
    /// The agent's socket (Windows: pipe), instead of `SSH_AUTH_SOCK`.
    pub agent: Option<String>,
    /// How long is waited for what.
    pub timeouts: Timeouts,
    /// Bytes of a command's output that may be on their way unread, until the host's distance is known.
    pub window: u32,
}

/// Bytes: what a line of 9,600 baud carries in a quarter of a second.
pub const TRICKLE: usize = 256;

/// How long is waited before giving up.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the user's configuration: `Match exec` and `KnownHostsCommand` run programs,
    /// and `ssh` itself waits for them.
    pub configuration: Duration,
    /// For the TCP connection, and for a channel through a jump host.
    pub connect: Duration,
    /// For the key exchange.
    pub key_exchange: Duration,
    /// For signing in, all ways together.
    pub sign_in: Duration,
    /// For a collected command that prints nothing.
    pub command: Duration,
    /// For a collected command in all, however it goes on printing; one that may be silent for longer has that long.
    pub whole_command: Duration,
    /// For a streamed command that prints nothing.
    pub idle: Duration,
    /// A streamed command that prints [`crate::settings::TRICKLE`] bytes in this time of waiting, or fewer, is given up.
    pub trickle: Duration,
    /// After this much silence the host is asked whether it is still there;
    /// after three questions without answer the connection is lost.
    pub keepalive: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            configuration: Duration::from_mins(2),
            connect: Duration::from_secs(15),
            key_exchange: Duration::from_secs(15),
            sign_in: Duration::from_secs(30),
            command: Duration::from_mins(1),
            whole_command: Duration::from_mins(5),
            idle: Duration::from_secs(30),
            trickle: Duration::from_mins(2),
            keepalive: Duration::from_secs(15),
        }
    }
}

impl SshSettings {
    /// Settings that follow OpenSSH on this laptop.
    #[must_use]
    pub fn new(own_known_hosts: impl Into<PathBuf>) -> Self {
        Self {
            own_known_hosts: own_known_hosts.into(),
            extra_known_hosts: Vec::new(),
            ssh: PathBuf::from("ssh"),
            config: None,
            home: std::env::home_dir(),
            agent: None,
            timeouts: Timeouts::default(),
            window: window::MOST,
        }
    }

    /// `path` with a leading `~/` replaced by the home folder.
    pub(crate) fn at_home(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/").or_else(|| path.strip_prefix("~\\")), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(path),
        }
    }

    /// `path` as people write it: `~` for the home folder.
    pub(crate) fn shown(&self, path: &Path) -> String {
        match self.home.as_deref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(rest) => format!("~/{}", rest.display()),
            None => path.display().to_string(),
        }
    }
}
