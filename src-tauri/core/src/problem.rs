//! Everything that can go wrong, as data: a code and facts. The window and the
//! command line own the words.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::deployment::FieldError;
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

/// A request that cannot be carried out as it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum RequestError {
    /// Fields of a form cannot be used.
    #[error("{}", fields.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Fields {
        /// Each field in error.
        fields: Vec<FieldError>,
    },
    /// No deployment has this name, short name or id.
    #[error("there is no deployment {name:?}")]
    NoSuchDeployment {
        /// What was asked for.
        name: String,
    },
    /// No run has this id.
    #[error("there is no run {run}")]
    NoSuchRun {
        /// What was asked for.
        run: String,
    },
    /// No job has this id, or it has ended.
    #[error("there is no such running job")]
    NoSuchJob,
    /// It is done on the Docker host, and this deployment is reached straight to Postgres.
    #[error("this needs the Docker host; the deployment is reached straight to Postgres")]
    NeedsHost,
    /// The same is already being done.
    #[error("this is already being done")]
    AlreadyRunning {
        /// The job that does it.
        job: String,
    },
    /// No folder for dumps has been chosen yet.
    #[error("no folder for dumps has been chosen")]
    NoLibrary,
}

/// How a problem ends what was asked for. Nobody compares messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It was not begun: the request or the situation forbids it.
    Refused,
    /// It was begun, and could not be finished.
    Failed,
    /// It was finished, and what was examined is not sound.
    Unsound,
}

impl Problem {
    /// How this problem ends what was asked for.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Download(e) => e.class(),
            Self::Vault(e) => e.class(),
            Self::Kit(e) => e.class(),
            Self::Link(e) | Self::Database(DatabaseError::Link(e)) | Self::Queue(QueueError::Link(e)) => link_class(e),
            Self::Dump(
                DumpError::BackupUnderWay { .. }
                | DumpError::LockHeldIdle { .. }
                | DumpError::PgDumpMissing { .. }
                | DumpError::PgDumpTooOld { .. },
            ) => Class::Refused,
            Self::Database(e) => database_class(e),
            Self::Dump(DumpError::DumpNotAnArchive { .. }) => Class::Unsound,
            Self::Library(LibraryError::FileTrouble { .. })
            | Self::Dump(_)
            | Self::Store(_)
            | Self::Keyring(_)
            | Self::Probe(_)
            | Self::Queue(_)
            | Self::Schedule(
                ScheduleError::RunFailed { .. }
                | ScheduleError::RunSkipped { .. }
                | ScheduleError::OutcomeUnknown { .. },
            ) => Class::Failed,
            Self::Request(_) | Self::EnvFile(_) | Self::Schedule(_) | Self::Library(_) => Class::Refused,
        }
    }
}

/// What a server shows that is not what the admin demands begins nothing.
fn database_class(error: &DatabaseError) -> Class {
    match error {
        DatabaseError::TlsWrongName { .. }
        | DatabaseError::TlsOutOfDate { .. }
        | DatabaseError::TlsUntrusted { .. }
        | DatabaseError::TlsNotOffered { .. }
        | DatabaseError::PasswordInTheClear { .. } => Class::Refused,
        _ => Class::Failed,
    }
}

fn link_class(error: &LinkError) -> Class {
    match error {
        LinkError::HostKeyUnknown { .. } | LinkError::HostKeyChanged { .. } | LinkError::HostKeyRevoked { .. } => {
            Class::Refused
        }
        LinkError::Jump { source, .. } => link_class(source),
        _ => Class::Failed,
    }
}
