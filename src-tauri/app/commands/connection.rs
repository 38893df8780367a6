//! Testing a connection, and trusting a host key.

use selvage_core::deployment::DeploymentId;
use selvage_core::ports::HostKey;
use selvage_core::probe::Check;
use selvage_core::registry::Draft;
use tauri::State;

use crate::error::Answer;
use crate::state::Selvage;

/// Tests what the form describes. It looks, and changes nothing on the host.
#[tauri::command]
#[specta::specta]
pub async fn test_connection(
    selvage: State<'_, Selvage>,
    draft: Draft,
    known: Option<DeploymentId>,
) -> Answer<Vec<Check>> {
    Ok(selvage.deployments.test(draft, known).await?)
}

/// Tests a deployment that was added before.
#[tauri::command]
#[specta::specta]
pub async fn test_deployment(selvage: State<'_, Selvage>, id: DeploymentId) -> Answer<Vec<Check>> {
    Ok(selvage.deployments.test_known(id).await?)
}

/// Trusts a host key that the admin compared.
#[tauri::command]
#[specta::specta]
pub async fn trust_host_key(selvage: State<'_, Selvage>, key: HostKey) -> Answer<()> {
    selvage.links.trust(&key).await?;
    // The key is trusted by now, whatever becomes of this.
    if let Err(error) = selvage.settings.set_key_differs(&key.fingerprint, false).await {
        tracing::warn!(%error, "a key that is trusted stays marked as differing");
    }
    Ok(())
}

/// Keeps that the key with this fingerprint differs from what its host prints, or that it is to be compared again.
/// Gives all that differ.
#[tauri::command]
#[specta::specta]
pub async fn host_key_differs(selvage: State<'_, Selvage>, fingerprint: String, differs: bool) -> Answer<Vec<String>> {
    Ok(selvage.settings.set_key_differs(&fingerprint, differs).await?)
}
