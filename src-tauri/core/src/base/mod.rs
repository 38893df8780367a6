//! What every room stands on. Nothing here knows a use case.

mod class;
mod problem;
mod request;
mod say;
mod store_error;

pub use class::Class;
pub(crate) use problem::told_in_words;
pub use problem::{Problem, Tellable};
pub use request::RequestError;
pub(crate) use say::{phrase, reason, say, say_at, say_state};
pub use store_error::StoreError;
