//! Runs: rows of `backup_run` (`docs/weavestream.md` sections 2 and 4).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use super::dump_name::{DumpName, UnsafeName};
use super::manifest::{Manifest, ManifestError};

/// Identifies a run on its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
#[specta(transparent)]
pub struct RunId(#[specta(type = String)] pub Uuid);

impl std::fmt::Display for RunId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// How a run came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum RunKind {
    /// `SCHEDULED`
    Scheduled,
    /// `MANUAL`
    Manual,
}

/// A run's state. `Skipped` is the worker's `failed` with `error =
/// 'concurrent'`: another run held the lock, which is no failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// Waits for the worker.
    Queued,
    /// The worker has begun it, or died with it.
    Running,
    /// A dump was written.
    Success,
    /// No dump was written; the row says why.
    Failed,
    /// Another run held the advisory lock.
    Skipped,
    /// The row holds something that cannot be read, as `error` says: a time without
    /// end, a state that is not known.
    Unreadable,
}

/// What the worker writes in `error` when another run holds the lock.
pub const CONCURRENT: &str = "concurrent";

/// One row of `backup_run`, with the name of its schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Primary key.
    pub id: RunId,
    /// Its schedule, or none when that was deleted.
    pub schedule_id: Option<Uuid>,
    /// The schedule's name, when it still exists.
    pub schedule_name: Option<String>,
    /// Scheduled or manual.
    pub kind: RunKind,
    /// The row's state.
    pub status: RunStatus,
    /// When the worker began.
    pub started_at: Option<DateTime<Utc>>,
    /// When the worker ended it.
    pub finished_at: Option<DateTime<Utc>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// Bytes of the dump.
    pub size: Option<u64>,
    /// The manifest as in the row.
    pub manifest: Option<serde_json::Value>,
    /// Path inside the container; none after pruning.
    pub dump_path: Option<String>,
    /// The worker's reason of failure.
    pub error: Option<String>,
}

impl Run {
    /// When the run happened, for ordering: its start, else its row's making.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.started_at.unwrap_or(self.created_at)
    }

    /// A success whose dump is still on the host.
    #[must_use]
    pub fn has_dump(&self) -> bool {
        self.status == RunStatus::Success && self.dump_path.is_some()
    }

    /// A success whose dump the worker has pruned.
    #[must_use]
    pub fn is_pruned(&self) -> bool {
        self.status == RunStatus::Success && self.dump_path.is_none()
    }

    /// The dump's checked file name; `None` when the row has no file.
    #[must_use]
    pub fn dump_name(&self) -> Option<Result<DumpName, UnsafeName>> {
        self.dump_path.as_deref().map(DumpName::from_container_path)
    }

    /// The manifest of the row, checked against the row.
    pub fn manifest(&self) -> Result<Manifest, ManifestError> {
        let document = self.manifest.clone().filter(|m| !m.is_null()).ok_or(ManifestError::Missing)?;
        let manifest = Manifest::from_json(document)?;
        if let Some(name) = self.dump_name() {
            manifest.is_of(&name?)?;
        }
        if let Some(size) = self.size {
            manifest.has_size(size)?;
        }
        Ok(manifest)
    }
}

/// Which runs to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct RunFilter {
    /// Only these states; empty: all.
    pub statuses: Vec<RunStatus>,
    /// Only this kind.
    pub kind: Option<RunKind>,
    /// Only runs of this schedule.
    #[specta(type = Option<String>)]
    pub schedule: Option<Uuid>,
    /// Only runs that began in the last so many days.
    pub days: Option<u32>,
    /// In version, error, file name or id, without case.
    pub search: Option<String>,
}

/// A page of a listing, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Rows to skip.
    pub offset: u32,
    /// Rows at most.
    pub limit: u32,
}

/// Runs of one page, with the figures of the whole filter.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPage {
    /// Newest first.
    pub runs: Vec<Run>,
    /// Runs that the filter matches.
    pub total: u64,
    /// Bytes of their dumps still on the host.
    pub bytes_on_host: u64,
}
