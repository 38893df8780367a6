//! One-off dumps: made straight to this laptop, before an upgrade or where no
//! schedule has run yet.

mod carry;
mod error;
mod keep;
mod on_host;
mod origin;
mod session;
mod tool;

pub use carry::{DumpTarget, LockChoice, OneOffDumps};
pub use error::DumpError;
pub use tool::choose;
