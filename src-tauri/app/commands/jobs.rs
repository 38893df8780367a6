//! Jobs: snapshot, then changes.

use selvage_core::jobs::{Job, JobChange, JobId, LogLine};
use tauri::State;
use tauri::ipc::Channel;
use tokio::sync::broadcast::error::RecvError;

use crate::error::Answer;
use crate::state::Selvage;

/// Running jobs and the newest ended ones, newest first.
#[tauri::command]
#[specta::specta]
pub async fn jobs(selvage: State<'_, Selvage>) -> Answer<Vec<Job>> {
    Ok(selvage.jobs.jobs().await?)
}

/// Sends every change from now on; to be called before the snapshot is taken.
/// Ends when the window goes.
#[tauri::command]
#[specta::specta]
pub async fn watch_jobs(selvage: State<'_, Selvage>, changes: Channel<JobChange>) -> Answer<()> {
    let mut from = selvage.jobs.changes();
    tauri::async_runtime::spawn(async move {
        loop {
            match from.recv().await {
                Ok(change) => {
                    if changes.send(change).is_err() {
                        break;
                    }
                }
                // A slow window missed some; the next change of each job carries all of it.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => break,
            }
        }
    });
    Ok(())
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

/// Forgets the ended jobs.
#[tauri::command]
#[specta::specta]
pub async fn clear_jobs(selvage: State<'_, Selvage>) -> Answer<()> {
    Ok(selvage.jobs.clear_ended().await?)
}
