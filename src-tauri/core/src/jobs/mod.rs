//! Jobs: any action longer than a blink has an id, steps, progress, a log, a
//! way to cancel it, and an end that is kept.

mod center;
mod model;

pub use center::{JobCenter, JobHandle};
pub use model::{Ended, Job, JobChange, JobEnd, JobId, JobKind, JobResult, LogLine, Progress, SecretAct};
