//! Secrets: versions of `.env`, their proof, and the one way to see a value.

use std::path::Path;

use selvage_core::activity::SecretAct;
use selvage_core::deployment::DeploymentId;
use selvage_core::vault::{Captured, KeyProof, ProofSource, PutBack, PutBackPlan, VaultView};
use tauri::State;

use crate::clipboard::Clipboard;
use crate::error::Answer;
use crate::state::Selvage;

/// The secrets page, with one version shown; none shows the newest. `fresh` looks at the host again.
#[tauri::command]
#[specta::specta]
pub async fn vault(
    selvage: State<'_, Selvage>,
    id: DeploymentId,
    version: Option<u32>,
    fresh: bool,
) -> Answer<VaultView> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.vault.view(&deployment, version, fresh).await?)
}

/// Captures the host's `.env` as a version.
#[tauri::command]
#[specta::specta]
pub async fn capture_env(selvage: State<'_, Selvage>, id: DeploymentId) -> Answer<Captured> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.vault.capture(&deployment).await?)
}

/// Asks for a `.env` of this laptop with a native dialog. None when it was closed.
#[tauri::command]
#[specta::specta]
pub async fn choose_env_file() -> Answer<Option<String>> {
    let chosen = rfd::AsyncFileDialog::new().set_title(".env to import").pick_file().await;
    Ok(chosen.map(|file| file.path().display().to_string()))
}

/// Imports a `.env` of this laptop as a version.
#[tauri::command]
#[specta::specta]
pub async fn import_env(selvage: State<'_, Selvage>, id: DeploymentId, file: String) -> Answer<Captured> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.vault.import(&deployment, Path::new(&file)).await?)
}

/// Writes a note beside a version.
#[tauri::command]
#[specta::specta]
pub async fn note_env(selvage: State<'_, Selvage>, id: DeploymentId, version: u32, note: String) -> Answer<()> {
    selvage.vault.note(id, version, &note).await?;
    Ok(())
}

/// Removes a version from keyring and index, for ever.
#[tauri::command]
#[specta::specta]
pub async fn delete_env(selvage: State<'_, Selvage>, id: DeploymentId, version: u32) -> Answer<()> {
    Ok(selvage.vault.delete(id, version).await?)
}

/// Tries the keys of a version, or of the host, on the database.
#[tauri::command]
#[specta::specta]
pub async fn prove_keys(selvage: State<'_, Selvage>, id: DeploymentId, tried: ProofSource) -> Answer<KeyProof> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.vault.prove(&deployment, tried).await?)
}

/// What putting a version back on the host would do. Only reads.
#[tauri::command]
#[specta::specta]
pub async fn plan_put_back(selvage: State<'_, Selvage>, id: DeploymentId, version: u32) -> Answer<PutBackPlan> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.vault.plan_put_back(&deployment, Some(version)).await?)
}

/// Does what the plan says, unless the host's file changed meanwhile, or keys would go that the
/// admin does not give up.
#[tauri::command]
#[specta::specta]
pub async fn put_back(
    selvage: State<'_, Selvage>,
    id: DeploymentId,
    plan: PutBackPlan,
    accept_loss: bool,
) -> Answer<PutBack> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.vault.put_back(&deployment, &plan, accept_loss).await?)
}

/// The one command that answers with a value, because the admin asked to see it.
#[tauri::command]
#[specta::specta]
pub async fn reveal_secret(
    selvage: State<'_, Selvage>,
    id: DeploymentId,
    version: u32,
    name: String,
) -> Answer<String> {
    let value = selvage.vault.reveal(id, Some(version), &name, SecretAct::Revealed).await?;
    Ok(value.expose().to_owned())
}

/// Copies a value to the clipboard without showing it. Gives the seconds until
/// it is cleared away.
#[tauri::command]
#[specta::specta]
pub async fn copy_secret(
    selvage: State<'_, Selvage>,
    clipboard: State<'_, Clipboard>,
    id: DeploymentId,
    version: u32,
    name: String,
) -> Answer<u32> {
    let value = selvage.vault.reveal(id, Some(version), &name, SecretAct::Copied).await?;
    Ok(clipboard.copy_temporarily(value).await?)
}

/// Makes the default collection of a keyring that has none. The desktop asks for a password for it.
#[tauri::command]
#[specta::specta]
pub async fn create_keyring_collection(selvage: State<'_, Selvage>) -> Answer<()> {
    Ok(selvage.vault.keyring.create_collection().await?)
}
