use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Class, Tellable, told_in_words};

/// Why the laptop's database could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum StoreError {
    /// Reading or writing failed.
    StoreTrouble {
        /// What SQLite said.
        reason: String,
    },
    /// It was written by a newer Selvage.
    StoreTooNew,
}

told_in_words!(StoreError);

impl Tellable for StoreError {
    /// How this ends what was asked for.
    fn class(&self) -> Class {
        Class::Failed
    }
}
