//! The app itself: version, theme, native dialogs.

use selvage_core::ports::Opening;
use selvage_core::probe::CheckPlan;
use selvage_core::weavestream::schedule_draft::ScheduleDraft;
use serde::Serialize;
use specta::Type;
use tauri::ipc::Channel;
use tauri::{AppHandle, State, WebviewWindow};

use crate::error::Answer;
use crate::state::Selvage;
use crate::window::{Closing, Openings};

/// What the window needs to know at its start.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppInfo {
    /// Selvage's version.
    version: String,
    /// IANA name of the laptop's zone.
    zone: String,
    /// `light`, `dark`, or none to follow the system.
    theme: Option<String>,
    /// The folder for dumps, once chosen.
    library: Option<String>,
    /// The folder that is proposed for them until then; none without a home.
    proposed_library: Option<String>,
    /// Fingerprints of host keys that were found to differ from what their host prints.
    differing_keys: Vec<String>,
    /// What the connection tests look at.
    checks: CheckPlan,
    /// How large what is in the window is shown, in hundredths.
    zoom: u32,
    /// What a new schedule begins with.
    new_schedule: ScheduleDraft,
}

/// What the window needs to know at its start.
#[tauri::command]
#[specta::specta]
pub async fn app_info(selvage: State<'_, Selvage>) -> Answer<AppInfo> {
    let proposed_library = crate::state::proposed_library().map(|path| path.display().to_string());
    Ok(AppInfo {
        proposed_library,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        zone: selvage.clock.zone().name().to_owned(),
        theme: selvage.settings.theme().await?,
        library: selvage.settings.library().await?.map(|path| path.display().to_string()),
        differing_keys: selvage.settings.differing_keys().await?,
        checks: CheckPlan::default(),
        new_schedule: ScheduleDraft::default(),
        zoom: selvage.settings.zoom().await?,
    })
}

/// Tells every place that is clicked on outside the window, such as in a notification.
#[tauri::command]
#[specta::specta]
pub async fn watch_openings(openings: State<'_, Openings>, places: Channel<Opening>) -> Answer<()> {
    let mut from = openings.listen();
    tauri::async_runtime::spawn(async move {
        while let Ok(place) = from.recv().await {
            if places.send(place).is_err() {
                break;
            }
        }
    });
    Ok(())
}

/// Is told when the window is about to close. It stays open until `close_window`, or until it is asked to close once more.
#[tauri::command]
#[specta::specta]
pub async fn watch_closing(closing: State<'_, Closing>, asked: Channel<()>) -> Answer<()> {
    closing.ask(asked);
    Ok(())
}

/// Closes the window.
#[tauri::command]
#[specta::specta]
pub async fn close_window(app: AppHandle) -> Answer<()> {
    app.exit(0);
    Ok(())
}

/// The admin stays: the next time the page is asked again.
#[tauri::command]
#[specta::specta]
pub async fn keep_window(closing: State<'_, Closing>) -> Answer<()> {
    closing.stays();
    Ok(())
}

/// Shows what is in the window larger or smaller, in hundredths. Gives what it is then.
#[tauri::command]
#[specta::specta]
pub async fn set_zoom(selvage: State<'_, Selvage>, window: WebviewWindow, percent: u32) -> Answer<u32> {
    let percent = selvage.settings.set_zoom(percent).await?;
    if let Err(error) = window.set_zoom(f64::from(percent) / 100.0) {
        tracing::info!(%error, "the window keeps its zoom");
    }
    Ok(percent)
}

/// Sets the theme; none follows the system.
#[tauri::command]
#[specta::specta]
pub async fn set_theme(selvage: State<'_, Selvage>, theme: Option<String>) -> Answer<()> {
    Ok(selvage.settings.set_theme(theme.as_deref()).await?)
}

/// Asks for the folder for dumps with a native dialog. None when it was closed.
#[tauri::command]
#[specta::specta]
pub async fn choose_library(selvage: State<'_, Selvage>) -> Answer<Option<String>> {
    let chosen = rfd::AsyncFileDialog::new().set_title("Folder for dumps").pick_folder().await;
    let Some(folder) = chosen else { return Ok(None) };
    selvage.local_dumps.use_folder(folder.path()).await?;
    Ok(Some(folder.path().display().to_string()))
}

/// Takes the proposed folder for dumps, and makes it for this user alone. None where none is proposed.
#[tauri::command]
#[specta::specta]
pub async fn use_proposed_library(selvage: State<'_, Selvage>) -> Answer<Option<String>> {
    let Some(folder) = crate::state::proposed_library() else { return Ok(None) };
    selvage.local_dumps.use_folder(&folder).await?;
    Ok(Some(folder.display().to_string()))
}

/// Asks for a file of certificates or of their key. None when the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn choose_certificate_file() -> Answer<Option<String>> {
    let dialog = rfd::AsyncFileDialog::new().set_title("Certificate or key");
    let chosen =
        dialog.add_filter("PEM files", &["pem", "crt", "cer", "key"]).add_filter("All files", &["*"]).pick_file().await;
    Ok(chosen.map(|file| file.path().display().to_string()))
}

/// Asks for a private key file with a native dialog. None when it was closed.
#[tauri::command]
#[specta::specta]
pub async fn choose_key_file() -> Answer<Option<String>> {
    let chosen = rfd::AsyncFileDialog::new().set_title("Private key").pick_file().await;
    Ok(chosen.map(|file| file.path().display().to_string()))
}
