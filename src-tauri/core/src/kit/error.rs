use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::{Class, Tellable, told_in_words};

/// Why an emergency kit could not be written or opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum KitError {
    /// It would be guessed.
    PassphraseWeak {
        /// What would make it better; may be empty.
        advice: String,
    },
    /// The passphrase does not open the kit.
    PassphraseWrongForKit,
    /// It is no `age` file, or one for keys.
    NoKit {
        /// The file.
        file: String,
        /// What was found.
        reason: String,
    },
    /// It was cut off or altered after it was written.
    KitDamaged {
        /// The file.
        file: String,
        /// What was found.
        reason: String,
    },
    /// It was written by a newer Selvage.
    KitTooNew {
        /// The file.
        file: String,
    },
    /// What was written does not open to what was put in. It does not count.
    KitNotVerified {
        /// What was found.
        reason: String,
    },
    /// The host's Compose file could not be read, so the kit would lack it.
    ComposeUnreadable {
        /// Why it failed, as the system or the host said it.
        reason: String,
    },
}

told_in_words!(KitError);

impl Tellable for KitError {
    /// How it ends what was asked for.
    fn class(&self) -> Class {
        match self {
            Self::PassphraseWeak { .. } | Self::PassphraseWrongForKit | Self::NoKit { .. } | Self::KitTooNew { .. } => {
                Class::Refused
            }
            Self::KitDamaged { .. } | Self::KitNotVerified { .. } => Class::Unsound,
            Self::ComposeUnreadable { .. } => Class::Failed,
        }
    }
}
