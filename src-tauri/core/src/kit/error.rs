use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::Class;

/// Why an emergency kit could not be written or opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum KitError {
    /// It would be guessed.
    #[error("the passphrase is too weak: {}", if advice.is_empty() { "it would soon be guessed" } else { advice })]
    PassphraseWeak {
        /// What would make it better; may be empty.
        advice: String,
    },
    /// The passphrase does not open the kit.
    #[error("the passphrase does not open this kit")]
    PassphraseWrongForKit,
    /// It is no `age` file, or one for keys.
    #[error("{file} is no emergency kit: {reason}")]
    NoKit {
        /// The file.
        file: String,
        /// What was found.
        reason: String,
    },
    /// It was cut off or altered after it was written.
    #[error("{file} is damaged: {reason}")]
    KitDamaged {
        /// The file.
        file: String,
        /// What was found.
        reason: String,
    },
    /// It was written by a newer Selvage.
    #[error("{file} is from a newer Selvage")]
    KitTooNew {
        /// The file.
        file: String,
    },
    /// What was written does not open to what was put in. It does not count.
    #[error("the kit does not open to what was put into it: {reason}")]
    KitNotVerified {
        /// What was found.
        reason: String,
    },
    /// The host's Compose file could not be read, so the kit would lack it.
    #[error("the Compose file cannot be read: {reason}")]
    ComposeUnreadable {
        /// Why.
        reason: String,
    },
}

impl KitError {
    /// How it ends what was asked for.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::PassphraseWeak { .. } | Self::PassphraseWrongForKit | Self::NoKit { .. } | Self::KitTooNew { .. } => {
                Class::Refused
            }
            Self::KitDamaged { .. } | Self::KitNotVerified { .. } => Class::Unsound,
            Self::ComposeUnreadable { .. } => Class::Failed,
        }
    }
}
