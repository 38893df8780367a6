//! The overview: how a deployment stands, how we know, since when, and what to
//! press if it is not recoverable.

mod checked;
mod next;
mod observe;
mod secrets;
mod strip;
mod verdict;
mod view;

pub use checked::{CURRENT_FOR, Checked, Part, PartChecked, Unseen, checked, mark_unseen};
pub use next::{NextRun, QueueState, against_queue, next, unusable};
pub use observe::{DAYS, Observation, RUNS_AT_MOST, observe};
pub use strip::{Cell, CellState, SizeTrend, Strip, StripRow};
pub use verdict::{Verdict, VerdictState, verdict};
pub use view::{Attention, AttentionAction, Evidence, EvidenceKind, Overview, overview};
