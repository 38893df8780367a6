use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::{Class, Tellable, told_in_words};
use crate::weavestream::archive::ArchiveError;
use crate::weavestream::dump_name::UnsafeName;
use crate::weavestream::manifest::ManifestError;

/// Why a dump was not brought here, or is not sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum DownloadError {
    /// No run of this deployment has a dump on the host.
    NoGoodRun,
    /// The run wrote no dump.
    RunHasNoDump {
        /// The worker's reason.
        reason: Option<String>,
    },
    /// The worker has removed the run's dump.
    Pruned,
    /// The row names a file that is not the worker's.
    UnsafeDumpName {
        /// What is wrong with it.
        name: UnsafeName,
    },
    /// The row has a dump, the host's folder has not.
    DumpGone {
        /// The file.
        file: String,
    },
    /// No way of reading worked.
    NotReadable {
        /// The file.
        file: String,
        /// The ways tried, with what each said.
        tried: String,
    },
    /// Reading broke off with a reason of the host's.
    HostReadFailed {
        /// The file.
        file: String,
        /// What the host said.
        reason: String,
    },
    /// The connection broke more often than patience lasted.
    GaveUp {
        /// The last break.
        reason: String,
        /// Bytes kept in the part file.
        kept: f64,
    },
    /// The file is not what its manifest says.
    ChecksumMismatch {
        /// The manifest's.
        expected: String,
        /// The file's, as it lies here.
        found: String,
        /// Whether the file on the host has the same digest as here: then the
        /// damage is there. None when it could not be asked.
        same_on_host: Option<bool>,
        /// Where the bad copy was put aside.
        kept_as: String,
    },
    /// The file is shorter or longer than its manifest says.
    SizeMismatch {
        /// The manifest's, in bytes.
        expected: f64,
        /// On the host, in bytes.
        found: f64,
    },
    /// Checksum right, but no archive that `pg_restore` could read.
    NotAnArchive {
        /// What was found.
        error: ArchiveError,
        /// Where the copy was put aside.
        kept_as: String,
    },
    /// The manifest is missing, malformed or contradicts itself: nothing can be verified.
    NoUsableManifest {
        /// What is wrong with it.
        error: ManifestError,
        /// Where the unverified copy lies.
        kept_as: String,
    },
    /// The copy on this laptop is not there any more.
    CopyGone {
        /// The file.
        file: String,
    },
}

told_in_words!(DownloadError);

impl Tellable for DownloadError {
    /// How it ends what was asked for.
    fn class(&self) -> Class {
        match self {
            Self::NoGoodRun
            | Self::RunHasNoDump { .. }
            | Self::Pruned
            | Self::UnsafeDumpName { .. }
            | Self::NotReadable { .. } => Class::Refused,
            Self::HostReadFailed { .. } | Self::GaveUp { .. } => Class::Failed,
            Self::DumpGone { .. }
            | Self::ChecksumMismatch { .. }
            | Self::SizeMismatch { .. }
            | Self::NotAnArchive { .. }
            | Self::NoUsableManifest { .. }
            | Self::CopyGone { .. } => Class::Unsound,
        }
    }
}
