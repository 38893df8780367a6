//! Downloads, one-off dumps, and the copies on this laptop.

use selvage_core::deployment::DeploymentId;
use selvage_core::download::{DownloadError, Target, WhichRun};
use selvage_core::dump::{DumpTarget, LockChoice};
use selvage_core::history::{OneOffRow, one_off};
use selvage_core::jobs::JobId;
use selvage_core::problem::RequestError;
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

/// One-off dumps of a deployment on this laptop, newest first. No host is asked.
#[tauri::command]
#[specta::specta]
pub async fn one_off_dumps(selvage: State<'_, Selvage>, id: DeploymentId) -> Answer<Vec<OneOffRow>> {
    let copies = selvage.store.copies(id).await?;
    Ok(one_off(&copies, selvage.clock.now(), selvage.clock.zone()))
}

/// Reads the copy of a run again and compares it.
#[tauri::command]
#[specta::specta]
pub async fn verify_copy(selvage: State<'_, Selvage>, id: DeploymentId, run: RunId) -> Answer<JobId> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.downloads.verify_again(&deployment, run).await?)
}

/// Deletes the copy of a run from this laptop; the host is not touched.
#[tauri::command]
#[specta::specta]
pub async fn delete_copy(selvage: State<'_, Selvage>, id: DeploymentId, run: RunId) -> Answer<()> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.downloads.delete_copies(&deployment, run).await?)
}

/// Shows the copy of a run in the file manager.
#[tauri::command]
#[specta::specta]
pub async fn show_copy(selvage: State<'_, Selvage>, id: DeploymentId, run: RunId) -> Answer<()> {
    let copies = selvage.store.copies(id).await?;
    let gone = || DownloadError::CopyGone { file: run.to_string() };
    let copy = copies.into_iter().find(|copy| copy.run == run).ok_or_else(gone)?;
    opener::reveal(&copy.path).map_err(|_| DownloadError::CopyGone { file: copy.path.clone() })?;
    Ok(())
}
