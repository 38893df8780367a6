use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Secret;
use crate::base::{Class, Tellable, told_in_words};

/// The OS keyring. Names are Selvage's own; values never touch the disk otherwise.
#[async_trait]
pub trait Keyring: Send + Sync {
    /// The secret under `name`, or none.
    async fn get(&self, name: &str) -> Result<Option<Secret>, KeyringError>;
    /// Stores `secret` under `name` and reads it back.
    async fn set(&self, name: &str, secret: &Secret) -> Result<(), KeyringError>;
    /// Removes `name`; removing what is not there is fine.
    async fn delete(&self, name: &str) -> Result<(), KeyringError>;
    /// Makes the place for entries that a keyring without any lacks; there is one already elsewhere.
    async fn create_collection(&self) -> Result<(), KeyringError> {
        Ok(())
    }
    /// Characters that one entry can hold; none where there is no limit worth
    /// naming. Longer text is for the caller to split.
    fn entry_limit(&self) -> Option<usize>;
}

/// Why the keyring did not answer. None of these ever leads to a plain file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum KeyringError {
    /// It exists and is locked, and nobody can be asked for its password.
    KeyringLocked,
    /// The user or the system refused.
    KeyringDenied,
    /// A keyring runs, and has no default collection to put entries into.
    KeyringNoCollection,
    /// The folder of secrets, or a file in it, is not fit to be read from.
    SecretsFolderUnusable {
        /// Folder or file.
        path: String,
        /// Why it failed, as the system or the host said it.
        reason: String,
    },
    /// There is no keyring on this desktop.
    KeyringAbsent {
        /// What the system said.
        reason: String,
    },
    /// It did not answer in time; a prompt may be waiting.
    KeyringTimedOut {
        /// How long was waited.
        seconds: u32,
    },
    /// What was read back is not what was written, or not text.
    KeyringUnreadable {
        /// What was found.
        reason: String,
    },
}

told_in_words!(KeyringError);

impl Tellable for KeyringError {
    /// How this ends what was asked for.
    fn class(&self) -> Class {
        Class::Failed
    }
}
