//! Desktop notifications.

use std::sync::Arc;

use selvage_core::ports::{Notice, Notifier};

/// Says whether the window is in front; then it shows the same itself.
pub type InFront = Arc<dyn Fn() -> bool + Send + Sync>;

/// The desktop's notifications, for when the window is not in front.
pub struct Desktop {
    in_front: InFront,
}

impl Desktop {
    /// Notifications that stay silent while `in_front`.
    #[must_use]
    pub fn new(in_front: InFront) -> Self {
        Self { in_front }
    }
}

impl Notifier for Desktop {
    fn show(&self, notice: &Notice) {
        if (self.in_front)() {
            return;
        }
        let mut shown = notify_rust::Notification::new();
        shown.appname("Selvage").summary(&notice.title).body(&notice.body).icon("selvage");
        // The desktop may take its time, or not be there.
        std::thread::spawn(move || {
            if let Err(error) = shown.show() {
                tracing::info!(%error, "a notification could not be shown");
            }
        });
    }
}

/// Headless: what is to be said is printed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Notifier for Silent {
    fn show(&self, _notice: &Notice) {}
}
