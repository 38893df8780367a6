//! Deployments: list, add, remove.

use selvage_core::deployment::{Deployment, DeploymentId};
use selvage_core::registry::Draft;
use selvage_core::views::DeploymentRow;
use tauri::State;

use crate::error::Answer;
use crate::state::Selvage;

/// Every deployment with its last known status.
#[tauri::command]
#[specta::specta]
pub async fn deployments(selvage: State<'_, Selvage>) -> Answer<Vec<DeploymentRow>> {
    Ok(selvage.views.list().await?)
}

/// Adds a deployment; its secrets go to the keyring.
#[tauri::command]
#[specta::specta]
pub async fn add_deployment(selvage: State<'_, Selvage>, draft: Draft) -> Answer<Deployment> {
    Ok(selvage.deployments.add(draft).await?)
}

/// Gives a known deployment the links that the form describes; others stay.
#[tauri::command]
#[specta::specta]
pub async fn relink_deployment(selvage: State<'_, Selvage>, id: DeploymentId, draft: Draft) -> Answer<Deployment> {
    Ok(selvage.deployments.relink(id, draft).await?)
}

/// Forgets a deployment and the secrets of its links; its vault only when that
/// is said. Dumps on this laptop stay.
#[tauri::command]
#[specta::specta]
pub async fn remove_deployment(selvage: State<'_, Selvage>, id: DeploymentId, with_vault: bool) -> Answer<()> {
    Ok(selvage.deployments.remove(id, with_vault).await?)
}

/// Aliases of the user's SSH configuration.
#[tauri::command]
#[specta::specta]
pub async fn ssh_aliases(selvage: State<'_, Selvage>) -> Answer<Vec<String>> {
    Ok(selvage.ssh_aliases())
}
