//! Emergency kits.

use std::path::Path;

use selvage_core::deployment::DeploymentId;
use selvage_core::kit::{KitImported, KitWritten, PassphraseStrength, generate, strength};
use selvage_core::ports::LibraryError;
use selvage_core::secret::Typed;
use tauri::State;

use crate::error::Answer;
use crate::state::Selvage;

/// How hard a passphrase is to guess.
#[tauri::command]
#[specta::specta]
pub async fn judge_passphrase(
    selvage: State<'_, Selvage>,
    id: DeploymentId,
    passphrase: Typed,
) -> Answer<PassphraseStrength> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(strength(&passphrase.0, &[&deployment.name, &deployment.slug]))
}

/// New words for a passphrase. They protect nothing until the admin takes them.
#[tauri::command]
#[specta::specta]
pub async fn generate_passphrase() -> Answer<String> {
    Ok(generate().expose().to_owned())
}

/// Asks for the folder of a kit with a native dialog. None when it was closed.
#[tauri::command]
#[specta::specta]
pub async fn choose_kit_folder() -> Answer<Option<String>> {
    let chosen = rfd::AsyncFileDialog::new().set_title("Folder for the emergency kit").pick_folder().await;
    Ok(chosen.map(|folder| folder.path().display().to_string()))
}

/// Asks for a kit with a native dialog. None when it was closed.
#[tauri::command]
#[specta::specta]
pub async fn choose_kit_file() -> Answer<Option<String>> {
    let dialog = rfd::AsyncFileDialog::new().set_title("Emergency kit");
    let chosen = dialog.add_filter("Emergency kits", &["age"]).add_filter("All files", &["*"]).pick_file().await;
    Ok(chosen.map(|file| file.path().display().to_string()))
}

/// Writes a kit and its recovery sheet into a folder of this laptop.
#[tauri::command]
#[specta::specta]
pub async fn write_kit(
    selvage: State<'_, Selvage>,
    id: DeploymentId,
    folder: String,
    passphrase: Typed,
    without_compose: bool,
) -> Answer<KitWritten> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.kits.write(&deployment, Path::new(&folder), passphrase.0, without_compose).await?)
}

/// Opens a kit: adds its deployment where it is not known, and captures its `.env`.
#[tauri::command]
#[specta::specta]
pub async fn import_kit(
    selvage: State<'_, Selvage>,
    file: String,
    passphrase: Typed,
    name: Option<String>,
) -> Answer<KitImported> {
    Ok(selvage.kits.import(Path::new(&file), passphrase.0, name.as_deref()).await?)
}

/// Shows a kit or its sheet in the file manager.
#[tauri::command]
#[specta::specta]
pub async fn show_kit(file: String) -> Answer<()> {
    opener::reveal(&file).map_err(|_| LibraryError::FileMissing { file })?;
    Ok(())
}
