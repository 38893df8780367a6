//! The window.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use tauri::{AppHandle, Manager};

use crate::ipc;
use crate::notify::Desktop;
use crate::state::Selvage;

/// Opens the window over the state in `data` and stays until it is closed.
pub fn open(data: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let handle: Arc<OnceLock<AppHandle>> = Arc::default();
    let app_of_notices = Arc::clone(&handle);
    let in_front = move || app_of_notices.get().is_some_and(is_in_front);
    let notifier = Arc::new(Desktop::new(Arc::new(in_front)));
    let selvage = tauri::async_runtime::block_on(Selvage::open(data, notifier))?;
    tauri::Builder::default()
        .manage(selvage)
        .invoke_handler(ipc::commands().invoke_handler())
        .setup(move |app| {
            // Nobody else sets it.
            let _ = handle.set(app.handle().clone());
            Ok(())
        })
        .run(tauri::generate_context!())?;
    Ok(())
}

fn is_in_front(app: &AppHandle) -> bool {
    app.get_webview_window("main").is_some_and(|window| window.is_focused().unwrap_or(false))
}
