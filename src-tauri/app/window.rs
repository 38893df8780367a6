//! The window.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use selvage_core::ports::Opening;
use selvage_core::watch::poll;
use tauri::{AppHandle, Manager};
use tokio::sync::broadcast;

use crate::clipboard::Clipboard;
use crate::ipc;
use crate::keyring::SecretsFolder;
use crate::notify::Desktop;
use crate::state::Selvage;

/// Whether there is a display. Where there is none, making a window panics deep
/// below.
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
#[must_use]
pub fn can_open() -> bool {
    gtk::init().is_ok()
}

/// Whether there is a display: these systems have one always.
#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
#[must_use]
pub fn can_open() -> bool {
    true
}

/// Opens the window over the state in `data` and stays until it is closed.
pub fn open(data: &Path, secrets: Option<SecretsFolder>) -> Result<(), Box<dyn std::error::Error>> {
    let handle: Arc<OnceLock<AppHandle>> = Arc::default();
    let app_of_notices = Arc::clone(&handle);
    let in_front = move || app_of_notices.get().is_some_and(is_in_front);
    let (openings, app_of_openings) = (Openings::default(), Arc::clone(&handle));
    let clicked = openings.clone();
    let open = move |place| {
        if let Some(app) = app_of_openings.get() {
            bring_to_front(app);
        }
        clicked.tell(place);
    };
    let notifier = Arc::new(Desktop::new(Arc::new(in_front), Arc::new(open)));
    let selvage = tauri::async_runtime::block_on(Selvage::open(data, secrets, notifier))?;
    let (watch, dumps) = (selvage.deployments.watch.clone(), selvage.local_dumps.clone());
    let clipboard = Clipboard::default();
    let lent = clipboard.clone();
    tauri::Builder::default()
        .manage(openings)
        .manage(clipboard.clone())
        .manage(selvage)
        .invoke_handler(ipc::commands().invoke_handler())
        .setup(move |app| {
            // Nobody else sets it.
            let _ = handle.set(app.handle().clone());
            tauri::async_runtime::spawn(poll(watch, dumps));
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(move |_, event| {
            if matches!(event, tauri::RunEvent::Exit) {
                lent.clear();
            }
        });
    Ok(())
}

fn is_in_front(app: &AppHandle) -> bool {
    app.get_webview_window("main").is_some_and(|window| window.is_focused().unwrap_or(false))
}

fn bring_to_front(app: &AppHandle) {
    let Some(window) = app.get_webview_window("main") else { return };
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::info!(%error, "the window could not be brought to the front");
    }
}

/// Places that were clicked on outside the window.
#[derive(Clone)]
pub struct Openings(broadcast::Sender<Opening>);

impl Default for Openings {
    fn default() -> Self {
        Self(broadcast::channel(16).0)
    }
}

impl Openings {
    /// Every place from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Opening> {
        self.0.subscribe()
    }

    fn tell(&self, place: Opening) {
        // Before the window listens nothing can have been clicked.
        let _ = self.0.send(place);
    }
}
