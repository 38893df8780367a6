//! Desktop notifications.

use std::sync::Arc;

use selvage_core::ports::{Notice, Notifier, Opening};

/// Says whether the window is in front; then it shows the ends of jobs itself.
pub type InFront = Arc<dyn Fn() -> bool + Send + Sync>;
/// Brings the window to the front, at a place in it.
pub type Open = Arc<dyn Fn(Opening) + Send + Sync>;

/// The desktop's notifications.
pub struct Desktop {
    in_front: InFront,
    open: Open,
}

impl Desktop {
    /// Notifications that stay silent about jobs while `in_front`; a click on one leads to its place.
    #[must_use]
    pub fn new(in_front: InFront, open: Open) -> Self {
        Self { in_front, open }
    }
}

impl Notifier for Desktop {
    fn show(&self, notice: &Notice) {
        if notice.opens.is_none() && (self.in_front)() {
            return;
        }
        let mut shown = notify_rust::Notification::new();
        shown.appname("Selvage").summary(&notice.title).body(&notice.body).icon("selvage");
        let opens = notice.opens.map(|place| (place, Arc::clone(&self.open)));
        // The desktop may take its time, or not be there.
        std::thread::spawn(move || match opens {
            None => {
                if let Err(error) = shown.show() {
                    tracing::info!(%error, "a notification could not be shown");
                }
            }
            Some((place, open)) => show_and_wait(shown, place, &open),
        });
    }
}

/// Waits until it is clicked or gone.
#[cfg(all(unix, not(target_os = "macos")))]
fn show_and_wait(mut shown: notify_rust::Notification, place: Opening, open: &Open) {
    // What happens at a click on the notification itself is called `default`.
    match shown.action("default", "Show").show() {
        Ok(handle) => handle.wait_for_action(|action| {
            if action == "default" {
                open(place);
            }
        }),
        Err(error) => tracing::info!(%error, "a notification could not be shown"),
    }
}

/// These desktops bring the app to the front at a click, and tell nobody.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn show_and_wait(shown: notify_rust::Notification, _place: Opening, _open: &Open) {
    if let Err(error) = shown.show() {
        tracing::info!(%error, "a notification could not be shown");
    }
}

/// Headless: the end of what was asked for is printed, and nothing else is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Notifier for Silent {
    fn show(&self, _notice: &Notice) {}

    fn is_heard(&self) -> bool {
        false
    }
}
