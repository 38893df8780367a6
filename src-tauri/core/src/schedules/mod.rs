//! Schedules: seen, previewed, changed, and made to agree with the queue.

mod clock_changes;
mod error;
mod preview;
mod run_now;
mod view;
mod write;

pub use clock_changes::{ChangeEffect, ClockChange};
pub use error::ScheduleError;
pub use preview::{AheadRow, Column, CronPreview, Firing, KeepCell, KeepPreview, keep_preview, preview};
pub use view::{Orphan, ScheduleRow, SchedulesView, schedules_view};
pub use write::{ScheduleVersion, Schedules};
