//! Everything that can go wrong, as data: a code and facts. The window and the
//! command line own the words.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::{Class, RequestError};
use crate::download::DownloadError;
use crate::dump::DumpError;
use crate::kit::KitError;
use crate::ports::{DatabaseError, KeyringError, LibraryError, LinkError, StoreError};
use crate::probe::ProbeError;
use crate::queue::QueueError;
use crate::schedules::ScheduleError;
use crate::vault::VaultError;
use crate::weavestream::env_file::EnvFileError;

/// One problem, whatever it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(untagged)]
pub enum Problem {
    /// Reaching or using the host.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Asking Postgres.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The OS keyring.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The laptop's folders.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The laptop's own database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the host is.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// A download.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// A one-off dump.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// The queue that makes schedules fire.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// A schedule, or a run that was started.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// An emergency kit.
    #[error(transparent)]
    Kit(#[from] KitError),
    /// A file that is no `.env`.
    #[error(transparent)]
    EnvFile(#[from] EnvFileError),
    /// What was asked for.
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl Problem {
    /// How this problem ends what was asked for: decided beside each error.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Link(error) => error.class(),
            Self::Database(error) => error.class(),
            Self::Keyring(error) => error.class(),
            Self::Library(error) => error.class(),
            Self::Store(error) => error.class(),
            Self::Probe(error) => error.class(),
            Self::Download(error) => error.class(),
            Self::Dump(error) => error.class(),
            Self::Queue(error) => error.class(),
            Self::Schedule(error) => error.class(),
            Self::Vault(error) => error.class(),
            Self::Kit(error) => error.class(),
            // A file that is no `.env` is not taken.
            Self::EnvFile(_) => Class::Refused,
            Self::Request(error) => error.class(),
        }
    }
}
