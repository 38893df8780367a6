//! Jobs and what was done: snapshot, then changes.

use selvage_core::activity::ActivityView;
use selvage_core::jobs::{JobChange, JobId, JobView, LogLine};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;
use tauri::ipc::Channel;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::error::Answer;
use crate::state::Selvage;

/// What listeners are told after their snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "nearly every change is a job")]
pub enum Change {
    /// Of jobs.
    Jobs(JobChange),
    /// Something was done.
    Activity(Done),
}

/// Something was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Done {
    /// What.
    Activity {
        /// The entry.
        activity: ActivityView,
    },
}

/// Running jobs and the newest ended ones, newest first.
#[tauri::command]
#[specta::specta]
pub async fn jobs(selvage: State<'_, Selvage>) -> Answer<Vec<JobView>> {
    Ok(selvage.jobs.views().await?)
}

/// What was done, newest first.
#[tauri::command]
#[specta::specta]
pub async fn activity(selvage: State<'_, Selvage>) -> Answer<Vec<ActivityView>> {
    Ok(selvage.activity.list().await?)
}

/// Sends every change from now on; to be called before the snapshots are taken.
/// Ends when the window goes.
#[tauri::command]
#[specta::specta]
pub async fn watch_jobs(selvage: State<'_, Selvage>, changes: Channel<Change>) -> Answer<()> {
    pass_on(selvage.jobs.changes(), changes.clone(), Change::Jobs);
    pass_on(selvage.activity.changes(), changes, |activity| Change::Activity(Done::Activity { activity }));
    Ok(())
}

fn pass_on<T: Clone + Send + 'static>(
    mut from: Receiver<T>,
    to: Channel<Change>,
    change: impl Fn(T) -> Change + Send + 'static,
) {
    tauri::async_runtime::spawn(async move {
        loop {
            match from.recv().await {
                Ok(value) => {
                    if to.send(change(value)).is_err() {
                        break;
                    }
                }
                // A slow window missed some; the next change of each job carries all of it.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => break,
            }
        }
    });
}

/// A job's log, oldest first.
#[tauri::command]
#[specta::specta]
pub async fn job_log(selvage: State<'_, Selvage>, id: JobId) -> Answer<Vec<LogLine>> {
    Ok(selvage.jobs.log(id).await?)
}

/// Asks a job to stop.
#[tauri::command]
#[specta::specta]
pub async fn cancel_job(selvage: State<'_, Selvage>, id: JobId) -> Answer<()> {
    Ok(selvage.jobs.cancel(id)?)
}

/// Starts a job that goes on where an abandoned one stopped.
#[tauri::command]
#[specta::specta]
pub async fn resume_job(selvage: State<'_, Selvage>, id: JobId) -> Answer<JobId> {
    Ok(selvage.recoveries().resume(id).await?)
}

/// Removes what an abandoned job has left.
#[tauri::command]
#[specta::specta]
pub async fn clean_up_job(selvage: State<'_, Selvage>, id: JobId) -> Answer<()> {
    Ok(selvage.dumps.clean_up(id).await?)
}

/// Forgets the ended jobs, except those that left something to clean up.
#[tauri::command]
#[specta::specta]
pub async fn clear_jobs(selvage: State<'_, Selvage>) -> Answer<()> {
    Ok(selvage.jobs.clear_ended().await?)
}
