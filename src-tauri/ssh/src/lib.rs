//! The Host port over SSH: configuration and host keys as OpenSSH has them,
//! commands, streams and forwards over `russh`.

#![allow(
    clippy::result_large_err,
    reason = "the port's error carries the host's key; no result of it is on a hot path"
)]

mod agent;
mod aliases;
mod bounded;
mod candidate;
mod certificate;
mod config;
mod connection;
mod forward;
mod framed;
mod host;
mod jump;
mod key_file;
mod known_hosts;
mod known_hosts_command;
mod link;
mod proxy_command;
mod questions;
mod remote;
mod revoked;
mod run;
mod session_handler;
mod settings;
mod sign_in;
mod sink;
mod stream;
mod tokens;
mod wildcard;
mod window;
mod wire;

pub use aliases::aliases;
pub use host::SshConnector;
pub use settings::{SshSettings, Timeouts};
