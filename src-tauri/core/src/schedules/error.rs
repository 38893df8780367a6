use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::Class;
use crate::weavestream::schedule_draft::ScheduleDraft;

/// Why a schedule was not changed, or a run did not end well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ScheduleError {
    /// Somebody changed it meanwhile. Nothing was written.
    #[error("the schedule {:?} was changed meanwhile; nothing was written", theirs.name)]
    ScheduleMoved {
        /// As it is now.
        theirs: Box<ScheduleDraft>,
        /// Its version now.
        version: String,
    },
    /// It is not there any more. Nothing was written.
    #[error("this schedule is not in the database any more")]
    ScheduleGone,
    /// The user is gone, or may not act. Nothing was written.
    #[error("this user may not change schedules and start runs any more")]
    ActorRefused,
    /// It can never fire, so that there is nothing to register. Nothing was changed.
    #[error("this schedule can never fire: {reason}")]
    ScheduleUnusable {
        /// What cannot be used.
        reason: String,
    },
    /// A run of the schedule waits or runs already. Nothing was written.
    #[error("run {run} of this schedule is under way")]
    RunUnderWay {
        /// Which.
        run: String,
    },
    /// The connection broke under the change, so that it may have been made.
    #[error("the connection broke under the change, which may have been made: {reason}")]
    OutcomeUnknown {
        /// What was noticed.
        reason: String,
    },
    /// The worker could not make the dump.
    #[error("run {run} failed: {reason}")]
    RunFailed {
        /// Which.
        run: String,
        /// What the worker wrote.
        reason: String,
    },
    /// Another run held the lock, so this one made no dump.
    #[error("run {run} was skipped, because another was under way")]
    RunSkipped {
        /// Which.
        run: String,
    },
}

impl ScheduleError {
    /// What was written or started and did not end well has failed; anything else was not begun.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::RunFailed { .. } | Self::RunSkipped { .. } | Self::OutcomeUnknown { .. } => Class::Failed,
            _ => Class::Refused,
        }
    }
}
