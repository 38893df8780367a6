//! Jobs: any action longer than a blink has an id, steps with their own progress, a
//! journal, a way to cancel it, and an end that is kept.

mod center;
mod handle;
mod journal;
mod model;
mod note;
mod prune;
mod rate;
mod resource;
mod step;
mod store;
mod view;

pub use center::JobCenter;
pub use handle::JobHandle;
pub use journal::{Entry, JournalEntry, LogLine, log_of};
pub use model::{Ended, Job, JobEnd, JobId, JobKind, JobResult, NewJob, Recovery};
pub use note::Note;
pub use prune::expired;
pub use resource::Resource;
pub use step::{Progress, Step, StepState, Unit};
pub use store::JobStore;
pub use view::{JobChange, JobView, StepView};
