//! One-off dumps: made directly to this laptop, before an upgrade or where no
//! schedule has run yet.

mod clean_up;
mod error;
mod keep;
mod on_host;
mod one_off;
mod origin;
mod session;

pub use error::DumpError;
pub use one_off::{DumpTarget, LockChoice, OneOffDumps};
