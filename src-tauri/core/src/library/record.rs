use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::deployment::DeploymentId;
use crate::weavestream::manifest::Sha256;
use crate::weavestream::run::RunId;

/// The record of a dump on this laptop: what was shown about it, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct DumpRecord {
    /// Whose dump.
    pub deployment: DeploymentId,
    /// The run that made it; of a one-off dump, an id of its own.
    pub run: RunId,
    /// Full path.
    pub path: String,
    /// Bytes.
    #[specta(type = f64)]
    pub size: u64,
    /// Digest of the file as it lay here when it was last read.
    pub sha256: Sha256,
    /// What has been shown.
    pub state: LocalDumpState,
    /// When it was last read and compared.
    #[specta(type = String)]
    pub checked_at: DateTime<Utc>,
    /// Entries in the archive's table of contents; 0 when it could not be read.
    pub entries: u32,
    /// When the run that made it was; none for a one-off dump, and in some records of earlier versions.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub run_at: Option<DateTime<Utc>>,
    /// When it was made, for a one-off dump; none for that of a run.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub made_at: Option<DateTime<Utc>>,
    /// When the file was last written, as the file system had it when the file was
    /// read: one with another time is another one. None in records of earlier versions.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub modified: Option<DateTime<Utc>>,
}

/// What is known of a dump on this laptop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LocalDumpState {
    /// Its SHA-256 equals the manifest's and its table of contents was read.
    Verified,
    /// There was no manifest of the host to compare with; it was read to its end,
    /// the data of each entry, and is complete and readable.
    Complete,
    /// It differs from its manifest, or is no archive. Kept aside under a name that says so.
    Damaged,
    /// There was no manifest to compare with.
    Unverified,
    /// The file is not there.
    Gone,
    /// A file is there, with another size or another time than the one that was read.
    Changed,
    /// The disk does not tell whether it is there.
    Unreachable,
}

impl DumpRecord {
    /// The time of what is in it, where that is known.
    #[must_use]
    pub fn taken_at(&self) -> Option<DateTime<Utc>> {
        self.made_at.or(self.run_at)
    }
}

impl LocalDumpState {
    /// Whether it can be restored from, as far as was shown.
    #[must_use]
    pub fn is_sound(self) -> bool {
        matches!(self, Self::Verified | Self::Complete)
    }
}
