//! Downloads, one-off dumps, and the copies on this laptop.

use selvage_core::base::RequestError;
use selvage_core::deployment::DeploymentId;
use selvage_core::download::{DownloadError, Target, WhichRun};
use selvage_core::dump::{DumpTarget, LockChoice};
use selvage_core::history::LocalDumpRow;
use selvage_core::jobs::JobId;
use selvage_core::weavestream::run::RunId;
use tauri::State;

use crate::error::Answer;
use crate::state::Selvage;

/// Starts a download into the library; without a run, of the latest dump.
#[tauri::command]
#[specta::specta]
pub async fn download(selvage: State<'_, Selvage>, id: DeploymentId, run: Option<RunId>) -> Answer<JobId> {
    let deployment = selvage.deployments.get(id).await?;
    let library = selvage.settings.library().await?.ok_or(RequestError::NoLibrary)?;
    let folder = library.join(&deployment.slug);
    let which = run.map_or(WhichRun::Latest, WhichRun::Id);
    Ok(selvage.downloads.start(Target { deployment, which, folder }).await?)
}

/// Makes a one-off dump into the library.
#[tauri::command]
#[specta::specta]
pub async fn make_dump(selvage: State<'_, Selvage>, id: DeploymentId, lock: LockChoice) -> Answer<JobId> {
    let deployment = selvage.deployments.get(id).await?;
    let library = selvage.settings.library().await?.ok_or(RequestError::NoLibrary)?;
    let folder = library.join(&deployment.slug);
    Ok(selvage.dumps.start(DumpTarget { deployment, folder, lock }).await?)
}

/// Dumps of a deployment on this laptop, newest first, each looked at now. No host is asked.
#[tauri::command]
#[specta::specta]
pub async fn local_dumps(selvage: State<'_, Selvage>, id: DeploymentId) -> Answer<Vec<LocalDumpRow>> {
    Ok(selvage.views.local_dumps(id).await?)
}

/// Reads the copy of a run again and compares it.
#[tauri::command]
#[specta::specta]
pub async fn verify_local_dump(selvage: State<'_, Selvage>, id: DeploymentId, run: RunId) -> Answer<JobId> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.local_dumps.verify_again(&deployment, run).await?)
}

/// Deletes the copy of a run from this laptop; the host is not touched.
#[tauri::command]
#[specta::specta]
pub async fn delete_local_dump(selvage: State<'_, Selvage>, id: DeploymentId, run: RunId) -> Answer<()> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.local_dumps.delete(&deployment, run).await?)
}

/// Shows the copy of a run in the file manager.
#[tauri::command]
#[specta::specta]
pub async fn show_local_dump(selvage: State<'_, Selvage>, id: DeploymentId, run: RunId) -> Answer<()> {
    let path = selvage.local_dumps.of_run(id, run).await?.record.path;
    opener::reveal(&path).map_err(|_| DownloadError::CopyGone { file: path.clone() })?;
    Ok(())
}
