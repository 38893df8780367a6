//! A desktop that remembers what was shown.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use selvage_core::ports::{Notice, Notifier};

/// The fake of [`Notifier`].
#[derive(Debug, Default)]
pub struct Recorder {
    shown: Mutex<Vec<Notice>>,
    deaf: AtomicBool,
}

impl Recorder {
    /// From here on nobody is there to hear it, as on the command line, or somebody is again.
    pub fn set_heard(&self, heard: bool) {
        self.deaf.store(!heard, Ordering::SeqCst);
    }

    /// Everything shown so far, oldest first.
    #[must_use]
    pub fn shown(&self) -> Vec<Notice> {
        self.shown.lock().unwrap().clone()
    }
}

impl Notifier for Recorder {
    fn show(&self, notice: &Notice) {
        self.shown.lock().unwrap().push(notice.clone());
    }

    fn delivers(&self) -> bool {
        !self.deaf.load(Ordering::SeqCst)
    }
}
