use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Secret;

/// The OS keyring. Names are Selvage's own; values never touch the disk otherwise.
#[async_trait]
pub trait Keyring: Send + Sync {
    /// The secret under `name`, or none.
    async fn get(&self, name: &str) -> Result<Option<Secret>, KeyringError>;
    /// Stores `secret` under `name` and reads it back.
    async fn set(&self, name: &str, secret: &Secret) -> Result<(), KeyringError>;
    /// Removes `name`; removing what is not there is fine.
    async fn delete(&self, name: &str) -> Result<(), KeyringError>;
    /// Characters that one entry can hold; none where there is no limit worth
    /// naming. Longer text is for the caller to split.
    fn entry_limit(&self) -> Option<usize>;
}

/// Why the keyring did not answer. None of these ever leads to a plain file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum KeyringError {
    /// It exists and is locked.
    #[error("the keyring is locked")]
    KeyringLocked,
    /// The user or the system refused.
    #[error("access to the keyring was denied")]
    KeyringDenied,
    /// There is no keyring on this desktop.
    #[error("no keyring was found: {reason}")]
    KeyringAbsent {
        /// What the system said.
        reason: String,
    },
    /// It did not answer in time; a prompt may be waiting.
    #[error("the keyring did not answer within {seconds} s")]
    KeyringTimedOut {
        /// How long was waited.
        seconds: u32,
    },
    /// What was read back is not what was written, or not text.
    #[error("the keyring's entry cannot be used: {reason}")]
    KeyringUnreadable {
        /// What was found.
        reason: String,
    },
}
