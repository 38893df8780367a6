use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::{Class, Tellable, told_in_words};
use crate::weavestream::schedule_draft::ScheduleDraft;

/// Why a schedule was not changed, or a run did not end well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ScheduleError {
    /// Somebody changed it meanwhile. Nothing was written.
    ScheduleMoved {
        /// As it is now.
        theirs: Box<ScheduleDraft>,
        /// Its version now.
        version: String,
    },
    /// It is not there any more. Nothing was written.
    ScheduleGone,
    /// The user is gone, or may not act. Nothing was written.
    ActorRefused,
    /// It can never fire, so that there is nothing to register. Nothing was changed.
    ScheduleUnusable {
        /// What cannot be used.
        reason: String,
    },
    /// A run of the schedule waits or runs already. Nothing was written.
    RunUnderWay {
        /// Id of the run.
        run: String,
    },
    /// The connection broke under the change, so that it may have been made.
    OutcomeUnknown {
        /// What was noticed.
        reason: String,
    },
    /// The worker could not make the dump.
    RunFailed {
        /// Id of the run.
        run: String,
        /// What the worker wrote.
        reason: String,
    },
    /// Another run held the lock, so this one made no dump.
    RunSkipped {
        /// Id of the run.
        run: String,
    },
}

told_in_words!(ScheduleError);

impl Tellable for ScheduleError {
    /// What was written or started and did not end well has failed; anything else was not begun.
    fn class(&self) -> Class {
        match self {
            Self::RunFailed { .. } | Self::RunSkipped { .. } | Self::OutcomeUnknown { .. } => Class::Failed,
            _ => Class::Refused,
        }
    }
}
