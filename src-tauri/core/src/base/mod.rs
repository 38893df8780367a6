//! What every room stands on. Nothing here knows a use case.

mod class;
mod request;

pub use class::Class;
pub use request::RequestError;
