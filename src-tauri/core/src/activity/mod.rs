//! What was done, written down at once and never cleared away.

mod log;
mod model;
mod store;

pub use log::ActivityLog;
pub use model::{Activity, ActivityKind, ActivityView, SecretAct};
pub use store::ActivityStore;
