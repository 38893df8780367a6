//! A desktop that remembers what was shown.

use std::sync::Mutex;

use selvage_core::ports::{Notice, Notifier};

/// The fake of [`Notifier`].
#[derive(Debug, Default)]
pub struct Recorder {
    shown: Mutex<Vec<Notice>>,
}

impl Recorder {
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
}
