//! What was seen of a deployment, and when: the last known state, kept on this laptop.

mod checked;
mod model;
mod observe;
mod store;

pub use checked::{Checked, PartChecked, checked};
pub use model::{CURRENT_FOR, DAYS, Observation, Part, RUNS_AT_MOST, Summary, Unseen};
pub use observe::{mark_unseen, observe};
pub use store::ObservationStore;
