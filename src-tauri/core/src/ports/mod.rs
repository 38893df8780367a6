//! What the use cases ask of the outside world. Each port is small, has one
//! real adapter and one fake in `selvage-testing`, and both pass the same suite.

mod clock;
mod database;
mod direct;
mod host;
mod keyring;
mod library;
mod link_error;
mod notifier;

pub use crate::base::StoreError;
pub use clock::Clock;
pub use database::{
    Actor, AuditEntry, Database, DatabaseConnector, DatabaseCredentials, DatabaseError, LockHolder, Rights, RunQueued,
    ScheduleWrite, ScheduleWritten, ServerFacts,
};
pub use direct::{DirectConnector, DirectPostgres, DirectRequest, HeldLock, LineProtection, PgDump};
pub use host::{
    ByteSink, ByteSource, Endpoint, Exit, Forward, Host, HostConnector, HostKey, HostRequest, Output, SshSecrets,
};
pub use keyring::{Keyring, KeyringError};
pub use library::{FileStat, Folder, Library, LibraryError, PartFile, ReadSeek};
pub use link_error::LinkError;
pub use notifier::{Notice, Notifier, Opening, Place};
