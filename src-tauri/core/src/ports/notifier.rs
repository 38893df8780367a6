/// Something worth interrupting for, in finished words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// One line.
    pub title: String,
    /// One or two sentences.
    pub body: String,
}

/// The desktop's notifications.
pub trait Notifier: Send + Sync {
    /// Shows `notice` now; a desktop without notifications loses it silently,
    /// because the same fact is always in the window as well.
    fn show(&self, notice: &Notice);
}
