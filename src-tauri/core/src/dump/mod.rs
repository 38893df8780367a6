//! One-off dumps: made straight to this laptop, before an upgrade or where no
//! schedule has run yet.

mod carry;
mod error;
mod origin;
mod session;

pub use carry::{DumpTarget, LockChoice, OneOffDumps};
pub use error::DumpError;
