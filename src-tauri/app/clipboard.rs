//! The clipboard, lent to a secret for some seconds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use selvage_core::Secret;
use selvage_core::vault::VaultError;

/// How long a secret stays on the clipboard.
const LENT_FOR: Duration = Duration::from_secs(30);
/// A clipboard that is busy then is tried again, that often and that much later.
const TRIES: usize = 20;
const AGAIN_AFTER: Duration = Duration::from_secs(3);

/// The desktop's clipboard. Opened when it is first needed, because a desktop
/// may have none; held open afterwards, because under X11 what was copied lives
/// as long as who copied it.
#[derive(Clone, Default)]
pub struct Clipboard(Arc<Mutex<TemporaryCopy>>);

#[derive(Default)]
struct TemporaryCopy {
    clipboard: Option<arboard::Clipboard>,
    secret: Option<Secret>,
    /// Which lending it is: a later one is not cleared by an earlier one's end.
    turn: u64,
}

impl Clipboard {
    /// Puts `secret` on the clipboard and clears it away later, unless something
    /// else was copied meanwhile. Gives the seconds until then.
    pub async fn copy_temporarily(&self, secret: Secret) -> Result<u32, VaultError> {
        let lent = Arc::clone(&self.0);
        let put = tokio::task::spawn_blocking(move || lock(&lent).put(secret)).await;
        let turn = put.map_err(|stopped| refused(&stopped))?.map_err(|error| refused(&error))?;
        let lent = Arc::clone(&self.0);
        tokio::spawn(async move {
            tokio::time::sleep(LENT_FOR).await;
            // Another program may hold the clipboard for a moment.
            for _ in 0..TRIES {
                let lent = Arc::clone(&lent);
                let cleared = tokio::task::spawn_blocking(move || lock(&lent).clear(Some(turn))).await;
                if cleared.unwrap_or(true) {
                    break;
                }
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        });
        Ok(u32::try_from(LENT_FOR.as_secs()).unwrap_or(u32::MAX))
    }

    /// Clears away what is still lent: the window closes.
    pub fn clear(&self) {
        lock(&self.0).clear(None);
    }
}

fn lock(lent: &Mutex<TemporaryCopy>) -> std::sync::MutexGuard<'_, TemporaryCopy> {
    lent.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refused(error: &impl std::fmt::Display) -> VaultError {
    VaultError::ClipboardRefused { reason: error.to_string() }
}

impl TemporaryCopy {
    fn put(&mut self, secret: Secret) -> Result<u64, arboard::Error> {
        if self.clipboard.is_none() {
            self.clipboard = Some(arboard::Clipboard::new()?);
        }
        if let Some(clipboard) = &mut self.clipboard {
            exclude_from_history(clipboard.set()).text(secret.expose())?;
        }
        self.secret = Some(secret);
        self.turn += 1;
        Ok(self.turn)
    }

    /// False when the clipboard could not be looked at, so that it is worth trying again.
    fn clear(&mut self, turn: Option<u64>) -> bool {
        if turn.is_some_and(|turn| turn != self.turn) {
            return true;
        }
        let (Some(secret), Some(clipboard)) = (&self.secret, &mut self.clipboard) else { return true };
        let cleared = match clipboard.get_text().map(Secret::new) {
            Ok(text) if text.expose() == secret.expose() => clipboard.clear(),
            // Something else was copied meanwhile.
            Ok(_) | Err(arboard::Error::ContentNotAvailable) => Ok(()),
            Err(error) => Err(error),
        };
        match cleared {
            Ok(()) => self.secret = None,
            Err(error) => tracing::warn!(%error, "the clipboard could not be cleared"),
        }
        self.secret.is_none()
    }
}

/// Histories of clipboards are asked to leave it out.
#[cfg(target_os = "linux")]
fn exclude_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    arboard::SetExtLinux::exclude_from_history(set)
}

#[cfg(target_os = "macos")]
fn exclude_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    arboard::SetExtApple::exclude_from_history(set)
}

#[cfg(windows)]
fn exclude_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    use arboard::SetExtWindows;
    set.exclude_from_cloud().exclude_from_history().exclude_from_monitoring()
}
