use std::collections::HashMap;
use std::path::{Path, PathBuf};
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
    Ok(look_at(store.dump_records(id).await?, library).await)
}

/// Looks at the files of records. Each folder by itself and all at once: a disk that
/// does not answer hides nothing but its own.
pub async fn look_at(records: Vec<DumpRecord>, library: &Arc<dyn Library>) -> Vec<LocalDump> {
    let mut folders: HashMap<Option<PathBuf>, Vec<usize>> = HashMap::new();
    for (nth, record) in records.iter().enumerate() {
        folders.entry(Path::new(&record.path).parent().map(Path::to_path_buf)).or_default().push(nth);
    }
    let look = |nths: Vec<usize>| {
        let (library, paths) = (Arc::clone(library), nths.iter().map(|nth| records[*nth].path.clone()));
        let paths: Vec<String> = paths.collect();
        let stats = move || paths.iter().map(|path| library.stat(Path::new(path))).collect::<Vec<_>>();
        async move { (nths, tokio::time::timeout(LOOK_TIMEOUT, tokio::task::spawn_blocking(stats)).await) }
    };
    let mut found: HashMap<usize, Result<Option<FileStat>, LibraryError>> = HashMap::new();
    for (nths, answer) in futures::future::join_all(folders.into_values().map(look)).await {
        if let Ok(Ok(stats)) = answer {
            found.extend(nths.into_iter().zip(stats));
        }
    }
    let looked_at = |(nth, record): (usize, DumpRecord)| {
        let found = found.remove(&nth).unwrap_or_else(|| Err(no_answer(&record)));
        LocalDump { state: state_now(&record, found), record }
    };
    records.into_iter().enumerate().map(looked_at).collect()
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
