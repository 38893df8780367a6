use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use super::resource::Resource;
use super::step::StepState;
use crate::base::{Class, Problem};
use crate::deployment::{Deployment, DeploymentId};
use crate::library::DumpRecord;
use crate::weavestream::run::RunId;

/// Identifies a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
#[specta(transparent)]
pub struct JobId(#[specta(type = String)] pub Uuid);

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a job does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum JobKind {
    /// Brings a dump to this laptop and verifies it.
    Download {
        /// The run.
        run: RunId,
        /// The dump's file name.
        file: String,
        /// When the run began; none in jobs of earlier versions.
        #[serde(default)]
        #[specta(type = Option<String>)]
        at: Option<DateTime<Utc>>,
    },
    /// Makes a one-off dump directly to this laptop.
    Dump {
        /// The dump's file name, as it was first meant.
        file: String,
    },
    /// Follows a run that was started, until the worker has ended it.
    Run {
        /// The schedule.
        schedule: String,
        /// Name of the schedule.
        name: String,
        /// The run.
        run: RunId,
    },
    /// Reads a dump on this laptop again and compares it.
    Verify {
        /// The run.
        run: RunId,
        /// The dump's file name.
        file: String,
        /// When the dump was made; none where that is not known.
        #[serde(default)]
        #[specta(type = Option<String>)]
        at: Option<DateTime<Utc>>,
    },
    /// An entry that cannot be read, such as one of a newer or a broken version.
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
}

impl JobKind {
    /// What is left to be done when it was abandoned: its process ended, or was ended, while it ran.
    #[must_use]
    pub fn recovery(&self) -> Option<Recovery> {
        match self {
            Self::Download { .. } | Self::Verify { .. } | Self::Run { .. } => Some(Recovery::Resume),
            Self::Dump { .. } => Some(Recovery::CleanUp),
            Self::Unreadable { .. } => None,
        }
    }

    /// Whether the desktop is told of its end.
    #[must_use]
    pub fn notifies(&self) -> bool {
        matches!(self, Self::Download { .. } | Self::Dump { .. })
    }
}

/// What can be done about an abandoned job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// The same again goes on where it stopped.
    Resume,
    /// It cannot be resumed, and has left something behind that is of no use.
    CleanUp,
}

/// A job that is to begin.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    /// The deployment that it concerns.
    pub deployment: &'a Deployment,
    /// What it does.
    pub kind: JobKind,
    /// What no other job may use meanwhile.
    pub uses: Vec<Resource>,
}

/// A job as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Unique id.
    pub id: JobId,
    /// The deployment that it concerns.
    pub deployment: DeploymentId,
    /// What it does.
    pub kind: JobKind,
    /// What no other job may use meanwhile.
    #[serde(default)]
    pub uses: Vec<Resource>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// What it is doing now, or was doing when it ended; none before its first step.
    pub step: Option<StepState>,
    /// Cancelling has been asked for and has not taken effect yet.
    pub cancelling: bool,
    /// How it ended; none while it runs.
    pub end: Option<JobEnd>,
    /// What it made, when it ended well and made something.
    #[serde(default)]
    pub result: Option<JobResult>,
    /// What is left to be done about it, once it was abandoned.
    #[serde(default)]
    pub recovery: Option<Recovery>,
}

/// What a job made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "made", rename_all = "snake_case")]
pub enum JobResult {
    /// A dump on this laptop, as it was recorded.
    Dump {
        /// The record.
        dump: DumpRecord,
    },
}

/// The end of a job, with what it made.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// How it ended.
    pub end: JobEnd,
    /// What it made.
    pub result: Option<JobResult>,
}

/// How a job ended: six different things, never told apart by a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "end", content = "problem", rename_all = "snake_case")]
pub enum JobEnd {
    /// What was wanted is so.
    Done,
    /// It was not begun.
    Refused(Problem),
    /// It could not be finished.
    Failed(Problem),
    /// It was finished, and what was examined is not sound.
    Unsound(Problem),
    /// The admin stopped it.
    Cancelled,
    /// The app was ended while it ran.
    Interrupted,
}

impl From<Problem> for JobEnd {
    fn from(problem: Problem) -> Self {
        match problem.class {
            Class::Refused => Self::Refused(problem),
            Class::Failed => Self::Failed(problem),
            Class::Unsound => Self::Unsound(problem),
        }
    }
}
