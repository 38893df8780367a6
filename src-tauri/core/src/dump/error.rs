use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::Class;
use crate::weavestream::archive::ArchiveError;

/// Why no dump was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum DumpError {
    /// A backup is under way: somebody holds the lock. Nothing was begun.
    #[error("a backup is under way{}", since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default())]
    BackupUnderWay {
        /// Since when the holder's session lives, in the laptop's zone, when that could be read.
        since: Option<String>,
    },
    /// A session holds the lock, and no run is under way: no backup can be made until it ends. Nothing was begun.
    #[error("session {session} holds the lock of backups since {since}, and no run is under way")]
    LockHeldIdle {
        /// Its process on the server.
        session: i32,
        /// When it began, in the laptop's zone.
        since: String,
        /// The Compose service that it belongs to, where that is known.
        service: Option<String>,
    },
    /// This laptop has no `pg_dump`, and without the host it needs one. Nothing was begun.
    #[error("there is no pg_dump on this laptop; the server is Postgres {server}")]
    PgDumpMissing {
        /// Major version of the server.
        server: u32,
    },
    /// The laptop's `pg_dump` is older than the server, and would refuse. Nothing was begun.
    #[error("pg_dump {found} at {path} is older than the server, Postgres {server}")]
    PgDumpTooOld {
        /// Major version of the server.
        server: u32,
        /// The newest version that was found.
        found: String,
        /// Where.
        path: String,
    },
    /// `pg_dump` ended with an error. What had arrived was removed.
    #[error("pg_dump failed: {reason}")]
    DumpFailed {
        /// What it said.
        reason: String,
    },
    /// The connection broke on the way; a dump cannot be taken up again. What had arrived was removed.
    #[error("the connection broke while the dump was made: {reason}")]
    DumpCut {
        /// What was noticed.
        reason: String,
    },
    /// What arrived cannot be read as an archive. It was set aside.
    #[error("what pg_dump sent is no archive: {error}")]
    DumpNotAnArchive {
        /// What is wrong with it.
        error: ArchiveError,
        /// Where it was set aside.
        kept_as: String,
    },
}

impl DumpError {
    /// How this ends what was asked for.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::BackupUnderWay { .. }
            | Self::LockHeldIdle { .. }
            | Self::PgDumpMissing { .. }
            | Self::PgDumpTooOld { .. } => Class::Refused,
            Self::DumpNotAnArchive { .. } => Class::Unsound,
            _ => Class::Failed,
        }
    }
}
