//! Findings: what is wrong with a deployment, or asks for a decision. One model,
//! read by the overview, by notifications and by whatever lists them.
//!
//! [`derive`] is pure: facts in, findings out. Since when each is known, and
//! whether the admin was told, is kept by a [`FindingStore`].

mod derive;
mod host;
mod kind;
mod remember;
mod runs;
mod schedules;
mod secrets;
mod sources;
mod store;
mod view;

pub use derive::derive;
pub use kind::{Finding, FindingKey, FindingKind, Remedy, Severity};
pub use remember::remember;
pub use sources::Sources;
pub use store::{FindingRecord, FindingStore, Recorded};
pub use view::{FindingView, views};
