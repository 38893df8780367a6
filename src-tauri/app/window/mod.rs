//! The window.

pub mod instance;
mod placement;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use selvage_core::ports::Opening;
use selvage_core::watch::poll;
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, WindowEvent};
use tokio::sync::broadcast;

use self::instance::Claim;
use self::placement::Placement;
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
    let instance = match instance::claim(data)? {
        Claim::Ours(instance) => instance,
        Claim::Shown => return Ok(()),
        Claim::Silent => return Err("another window over this data folder is open, and does not answer".into()),
    };
    let handle: Arc<OnceLock<AppHandle>> = Arc::default();
    let app_of_calls = Arc::clone(&handle);
    let _held = instance.on_call(move || {
        if let Some(app) = app_of_calls.get() {
            bring_to_front(app);
        }
    });
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
    let (watch, dumps) = (selvage.watch.clone(), selvage.local_dumps.clone());
    let one_off = selvage.dumps.clone();
    let kept =
        tauri::async_runtime::block_on(async { (selvage.settings.window().await, selvage.settings.zoom().await) });
    let placed = kept.0.ok().flatten().and_then(|text| serde_json::from_str::<Placement>(&text).ok());
    let zoom = kept.1.unwrap_or(100);
    let clipboard = Clipboard::default();
    let lent = clipboard.clone();
    tauri::Builder::default()
        .manage(openings)
        .manage(Closing::default())
        .manage(clipboard.clone())
        .manage(selvage)
        .invoke_handler(ipc::commands().invoke_handler())
        .setup(move |app| {
            // Nobody else sets it.
            let _ = handle.set(app.handle().clone());
            if let Some(window) = app.get_webview_window("main") {
                if let Some(placed) = placed {
                    placed.apply(&window);
                }
                let _ = window.set_zoom(f64::from(zoom) / 100.0);
            }
            tauri::async_runtime::spawn(poll(watch, dumps));
            tauri::async_runtime::spawn(async move {
                if let Err(problem) = one_off.clean_up_abandoned().await {
                    tracing::warn!(%problem, "what was abandoned could not be looked up");
                }
            });
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(move |app, event| match event {
            tauri::RunEvent::Exit => lent.clear(),
            tauri::RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. } => {
                keep_placement(app, placed);
                if app.state::<Closing>().asks() {
                    api.prevent_close();
                }
            }
            _ => {}
        });
    Ok(())
}

/// Beside the window's end nothing depends on it.
fn keep_placement(app: &AppHandle, before: Option<Placement>) {
    let Some(window) = app.get_webview_window("main") else { return };
    let Some(text) = Placement::of(&window, before).and_then(|now| serde_json::to_string(&now).ok()) else { return };
    let settings = app.state::<Selvage>().settings.clone();
    if let Err(error) = tauri::async_runtime::block_on(settings.set_window(&text)) {
        tracing::info!(%error, "the window's place could not be kept");
    }
}

/// Whether the window may close: what is in it is asked first. A page that does
/// not answer is not asked twice.
#[derive(Clone, Default)]
pub struct Closing(Arc<Mutex<Asking>>);

#[derive(Default)]
struct Asking {
    page: Option<Channel<()>>,
    unanswered: bool,
}

impl Closing {
    /// Asks this page from now on.
    pub fn ask(&self, page: Channel<()>) {
        let mut asking = self.held();
        *asking = Asking { page: Some(page), unanswered: false };
    }

    /// The admin stays.
    pub fn stays(&self) {
        self.held().unanswered = false;
    }

    /// Whether the page was asked, so that its answer is waited for.
    fn asks(&self) -> bool {
        let mut asking = self.held();
        let asked = !asking.unanswered && asking.page.as_ref().is_some_and(|page| page.send(()).is_ok());
        asking.unanswered = asked;
        asked
    }

    fn held(&self) -> MutexGuard<'_, Asking> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
