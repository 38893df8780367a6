//! What is wrong with a form.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{field}: {reason}")]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// The field's name as in the form.
    pub field: String,
    /// What was found and what is expected.
    pub reason: String,
}
