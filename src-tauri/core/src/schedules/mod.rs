//! Schedules: seen, previewed, changed, and made to agree with the queue.

mod clock_changes;
mod error;
mod inspect;
mod next;
mod plan;
mod preview;
mod retention_preview;
mod run_now;
mod view;
mod write;

pub use clock_changes::{ChangeEffect, ClockChange};
pub use error::ScheduleError;
pub(crate) use inspect::service;
pub use inspect::{Holder, RunActivity, RunInspection};
pub use next::{NextRun, QueueState, against_queue, next, unusable};
pub use plan::{Actors, DumpsSeen};
pub use preview::{Firing, SchedulePreview};
pub use retention_preview::{AheadRow, Column, DeletedDump, RetentionCell, RetentionPreview, RetentionState};
pub use view::{Orphan, ScheduleRow, SchedulesView, schedules_view};
pub use write::{ScheduleVersion, Schedules};
