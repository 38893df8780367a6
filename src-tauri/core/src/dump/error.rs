use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::{Class, Tellable, told_in_words};
use crate::weavestream::archive::ArchiveError;

/// Why no dump was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum DumpError {
    /// A backup is under way: somebody holds the lock. Nothing was begun.
    BackupUnderWay {
        /// Since when the holder's session lives, in the laptop's zone, when that could be read.
        since: Option<String>,
    },
    /// A session holds the lock, and no run is under way: no backup can be made until it ends. Nothing was begun.
    LockHeldIdle {
        /// Its process on the server.
        session: i32,
        /// When it began, in the laptop's zone.
        since: String,
        /// The Compose service that it belongs to, where that is known.
        service: Option<String>,
    },
    /// `pg_dump` ended with an error. What had arrived was removed.
    DumpFailed {
        /// What it said.
        reason: String,
    },
    /// The connection broke on the way; a dump cannot be taken up again. What had arrived was removed.
    DumpCut {
        /// What was noticed.
        reason: String,
    },
    /// What arrived cannot be read as an archive. It was set aside.
    DumpNotAnArchive {
        /// What is wrong with it.
        error: ArchiveError,
        /// Where it was set aside.
        kept_as: String,
    },
}

told_in_words!(DumpError);

impl Tellable for DumpError {
    /// How this ends what was asked for.
    fn class(&self) -> Class {
        match self {
            Self::BackupUnderWay { .. } | Self::LockHeldIdle { .. } => Class::Refused,
            Self::DumpNotAnArchive { .. } => Class::Unsound,
            _ => Class::Failed,
        }
    }
}
