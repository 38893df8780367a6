pub use crate::weavestream::FieldError;

/// The field of a form that is in error.
pub(super) fn field(field: &str, reason: &str) -> FieldError {
    FieldError { field: field.into(), reason: reason.into() }
}

/// What cannot be a host, a login or an option of a program: empty, with spaces, or
/// read as an option.
pub(super) fn unusable(text: &str) -> bool {
    text.is_empty() || text.starts_with('-') || text.chars().any(|c| c.is_whitespace() || c.is_control())
}
