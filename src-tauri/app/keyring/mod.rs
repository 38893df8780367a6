//! The OS keyring: Secret Service, macOS Keychain, Windows Credential Manager.

mod folder;
#[cfg(target_os = "linux")]
mod secret_service;

use std::time::Duration;

use async_trait::async_trait;
use keyring::{Entry, Error};
use selvage_core::Secret;
use selvage_core::ports::{Keyring, KeyringError};
use tokio::sync::oneshot;

pub use folder::{FolderKeyring, SecretsFolder};

/// What the entries are filed under.
const SERVICE: &str = "app.selvage";
/// A prompt of the desktop may be waiting for the admin that long.
const KEYRING_TIMEOUT: Duration = Duration::from_secs(45);

/// The Credential Manager holds 2,560 bytes an entry, and text as UTF-16.
#[cfg(windows)]
const ENTRY_LIMIT: Option<usize> = Some(1280);
#[cfg(not(windows))]
const ENTRY_LIMIT: Option<usize> = None;

/// The keyring of this desktop.
#[derive(Clone, Copy, Debug)]
pub struct OsKeyring {
    patience: Duration,
    limit: Option<usize>,
}

impl Default for OsKeyring {
    fn default() -> Self {
        Self { patience: KEYRING_TIMEOUT, limit: ENTRY_LIMIT }
    }
}

impl OsKeyring {
    /// A keyring that is waited for no longer than `patience`.
    #[must_use]
    pub fn with_patience(patience: Duration) -> Self {
        Self { patience, ..Self::default() }
    }

    /// A keyring whose entries hold no more than `characters`, whatever the system allows.
    #[must_use]
    pub fn with_limit(characters: usize) -> Self {
        Self { limit: Some(characters), ..Self::default() }
    }

    /// A locked or absent Secret Service can hang a call for ever, so each call
    /// has a thread of its own that can be left behind.
    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, KeyringError> {
        self.alone(move || {
            #[cfg(target_os = "linux")]
            secret_service::check()?;
            work().map_err(|error| translate(&error))
        })
        .await
    }

    async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let (done, answer) = oneshot::channel();
        std::thread::spawn(move || {
            // Nobody waits any more when the time is up.
            let _ = done.send(work());
        });
        let seconds = u32::try_from(self.patience.as_secs()).unwrap_or(u32::MAX);
        match tokio::time::timeout(self.patience, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(KeyringError::KeyringUnreadable { reason: "the keyring's library stopped".into() }),
            Err(_) => Err(KeyringError::KeyringTimedOut { seconds }),
        }
    }
}

#[async_trait]
impl Keyring for OsKeyring {
    async fn get(&self, name: &str) -> Result<Option<Secret>, KeyringError> {
        let name = name.to_owned();
        self.call(move || match Entry::new(SERVICE, &name)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(other) => Err(other),
        })
        .await
    }

    async fn set(&self, name: &str, secret: &Secret) -> Result<(), KeyringError> {
        if let Some(limit) = self.limit.filter(|limit| secret.expose().chars().count() > *limit) {
            let reason = format!("an entry holds {limit} characters, and this has more");
            return Err(KeyringError::KeyringUnreadable { reason });
        }
        let (to, secret_there) = (name.to_owned(), secret.clone());
        self.call(move || Entry::new(SERVICE, &to)?.set_password(secret_there.expose())).await?;
        match self.get(name).await? {
            Some(found) if found.expose() == secret.expose() => Ok(()),
            _ => Err(KeyringError::KeyringUnreadable { reason: "what was stored does not read back".into() }),
        }
    }

    async fn delete(&self, name: &str) -> Result<(), KeyringError> {
        let name = name.to_owned();
        self.call(move || match Entry::new(SERVICE, &name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(other) => Err(other),
        })
        .await
    }

    async fn create_collection(&self) -> Result<(), KeyringError> {
        #[cfg(target_os = "linux")]
        return self.alone(secret_service::create_collection).await;
        #[cfg(not(target_os = "linux"))]
        Ok(())
    }

    fn entry_limit(&self) -> Option<usize> {
        self.limit
    }
}

/// The platforms give their reasons as text only; these words are theirs.
fn translate(error: &Error) -> KeyringError {
    let reason = match error {
        Error::NoStorageAccess(platform) | Error::PlatformFailure(platform) => platform.to_string(),
        other => other.to_string(),
    };
    let said = reason.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if has(&["dismissed", "denied", "cancel", "not authorized", "-128"]) {
        return KeyringError::KeyringDenied;
    }
    if has(&["locked", "interaction is not allowed", "-25308"]) {
        return KeyringError::KeyringLocked;
    }
    match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::Ambiguous(_) | Error::TooLong(..) => {
            KeyringError::KeyringUnreadable { reason: error.to_string() }
        }
        _ => KeyringError::KeyringAbsent { reason },
    }
}
