use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::base::Class;
use crate::base::Problem;
use crate::deployment::DeploymentId;
use crate::ports::DumpRecord;

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
        run: String,
        /// The dump's file name.
        file: String,
    },
    /// Makes a one-off dump directly to this laptop.
    Dump {
        /// The deployment: one dump of it is made at a time.
        deployment: String,
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
        run: String,
    },
    /// Something was done with secrets. Written down at once, and never cleared away.
    Secret {
        /// What was done.
        act: SecretAct,
        /// The version of `.env`.
        version: u32,
        /// The one name that was looked at, if it was one.
        name: Option<String>,
    },
    /// An entry that cannot be read, such as one of a newer or a broken version.
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
    /// Reads a local copy again and compares it.
    Verify {
        /// The run.
        run: String,
        /// The dump's file name.
        file: String,
    },
}

/// What was done with secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SecretAct {
    /// Captured from the host.
    Captured,
    /// Imported from a file or an emergency kit.
    Imported,
    /// A version was removed.
    Deleted,
    /// A value was shown.
    Revealed,
    /// A value was copied to the clipboard.
    Copied,
    /// A version was written to the host.
    PutBack,
    /// An emergency kit was written.
    KitWritten,
}

impl JobKind {
    /// What must not be done twice at once.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Dump { deployment, .. } => deployment,
            // Never under way: it is written down when it is done.
            Self::Secret { .. } | Self::Unreadable { .. } => "",
            Self::Download { run, .. } | Self::Verify { run, .. } | Self::Run { run, .. } => run,
        }
    }
}

/// A job as the screens show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Unique id.
    pub id: JobId,
    /// Whose deployment it concerns.
    pub deployment: DeploymentId,
    /// What it does.
    pub kind: JobKind,
    /// When it began.
    #[specta(type = String)]
    pub started_at: DateTime<Utc>,
    /// When it ended.
    #[specta(type = Option<String>)]
    pub ended_at: Option<DateTime<Utc>>,
    /// What it is doing now, in a few words.
    pub step: String,
    /// How far it is.
    pub progress: Option<Progress>,
    /// Cancelling has been asked for and has not taken effect yet.
    pub cancelling: bool,
    /// How it ended; none while it runs.
    pub end: Option<JobEnd>,
    /// What it made, when it ended well and made something.
    #[serde(default)]
    pub result: Option<JobResult>,
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

/// How far a job is. Bytes and bytes per second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Bytes done.
    pub done: f64,
    /// Bytes in all, when known.
    pub total: Option<f64>,
    /// Bytes per second over the last few seconds; none while nothing moves.
    pub rate: Option<f64>,
    /// Seconds left at that rate.
    pub seconds_left: Option<f64>,
    /// Seconds since anything moved, once that is unusually long: the line may be dead.
    #[serde(default)]
    pub still_for: Option<f64>,
}

/// How a job ended: five different things, never told apart by a message.
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

/// One line of a job's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// When it was written.
    #[specta(type = String)]
    pub at: DateTime<Utc>,
    /// What happened.
    pub text: String,
}

/// What listeners are told after their snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "change", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "nearly every change is a job")]
pub enum JobChange {
    /// A job began or moved on; replaces what was known of it.
    Job {
        /// The job as it is now.
        job: Job,
    },
    /// Ended jobs were cleared.
    Cleared,
}
