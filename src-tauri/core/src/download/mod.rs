//! Bringing a dump to this laptop, and proving it: plan, transfer, verify.
//!
//! Nothing that was not compared with its manifest is ever called verified.

mod downloads;
mod error;
mod plan;
mod source;
mod transfer;
mod verify;

pub use downloads::{DownloadStore, Downloads, Target, WhichRun};
pub use error::DownloadError;
pub use plan::{Plan, float};
pub use source::{DumpSource, OnHost};
pub use transfer::Patience;
pub(crate) use transfer::{Closed, Sink, blocking, digest};
