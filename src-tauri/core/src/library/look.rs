use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::record::{DumpRecord, LocalDumpState};
use super::store::DumpStore;
use crate::deployment::DeploymentId;
use crate::ports::{FileStat, Library, LibraryError, StoreError};

/// A dump that was not read for this long is read again.
pub const RECHECK_AFTER: TimeDelta = TimeDelta::days(30);

/// How long a disk may take to tell whether files lie there. A network share that
/// went away answers nothing for minutes.
const LOOK_TIMEOUT: Duration = Duration::from_secs(5);

/// A dump on this laptop: what was shown of it, and what a look at the file says now.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalDump {
    /// What was shown, and when.
    pub record: DumpRecord,
    /// What holds now: the record's state while the file is the one that was read.
    pub state: LocalDumpState,
}

impl LocalDump {
    /// Whether it can be restored from, as far as anything on this laptop tells: it
    /// was verified or read to its end, and still lies there as it was.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.state.is_sound()
    }

    /// Whether it is time to read it again: it was not for a month, or the file
    /// is not the one that was read.
    #[must_use]
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.state == LocalDumpState::Changed || self.is_sound() && now - self.record.checked_at > RECHECK_AFTER
    }
}

/// Every dump of a deployment on this laptop, newest check first, each looked at
/// now (size and time; nothing is read).
pub async fn local_dumps(
    store: &dyn DumpStore,
    library: &Arc<dyn Library>,
    id: DeploymentId,
) -> Result<Vec<LocalDump>, StoreError> {
    let records = store.dump_records(id).await?;
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let paths: Vec<String> = records.iter().map(|record| record.path.clone()).collect();
    let library = Arc::clone(library);
    let look =
        tokio::task::spawn_blocking(move || paths.iter().map(|path| library.stat(Path::new(path))).collect::<Vec<_>>());
    let found = match tokio::time::timeout(LOOK_TIMEOUT, look).await {
        Ok(Ok(found)) => found,
        _ => records.iter().map(|record| Err(no_answer(record))).collect(),
    };
    let looked_at = |(record, found): (DumpRecord, Result<Option<FileStat>, LibraryError>)| {
        let state = state_now(&record, found);
        LocalDump { record, state }
    };
    Ok(records.into_iter().zip(found).map(looked_at).collect())
}

fn no_answer(record: &DumpRecord) -> LibraryError {
    LibraryError::FileTrouble { file: record.path.clone(), reason: std::io::ErrorKind::TimedOut.to_string() }
}

/// What a record is worth now that the file is as `found`.
fn state_now(record: &DumpRecord, found: Result<Option<FileStat>, LibraryError>) -> LocalDumpState {
    match found {
        Err(error) => {
            tracing::info!(path = %record.path, %error, "a dump on this laptop could not be looked at");
            LocalDumpState::Unreachable
        }
        Ok(None) => LocalDumpState::Gone,
        Ok(Some(found)) if is_as_read(record, found) => record.state,
        Ok(Some(_)) if record.state.is_sound() || record.state == LocalDumpState::Gone => LocalDumpState::Changed,
        // What was not sound is not made so by being altered.
        Ok(Some(_)) => record.state,
    }
}

/// Whether the file has the size and the time that it had when it was read.
/// Records of earlier versions have no time; a file that was written after
/// the reading is another one in any case.
fn is_as_read(record: &DumpRecord, found: FileStat) -> bool {
    let same_time = match record.modified {
        Some(modified) => found.modified == modified,
        None => found.modified <= record.checked_at,
    };
    record.state != LocalDumpState::Gone && found.size == record.size && same_time
}
