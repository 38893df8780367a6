use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::{Problem, say};

/// What a job is doing now. Its words are in `selvage-words`, under `step-`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "step", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Step {
    /// Looks for the dump on the host, and for a way to read it.
    FindDump,
    /// Compares a file that is in the folder already.
    CheckLocalDump,
    /// Hashes what an earlier download left in the part file.
    CheckPart,
    /// Receives the dump.
    Download {
        /// Some of it was there before, or came over another connection.
        resumed: bool,
    },
    /// Waits before it connects again.
    Reconnect {
        /// Seconds until then.
        seconds: u32,
    },
    /// Compares checksum and size with the manifest, and reads the table of contents.
    CompareManifest,
    /// Asks the host what has to be known before a dump.
    CheckHost,
    /// Waits for the lock that keeps two dumps apart.
    AwaitLock {
        /// Who holds it.
        problem: Problem,
    },
    /// Receives what `pg_dump` writes.
    Dump,
    /// Reads every entry of a dump that was made.
    ReadDump,
    /// Hashes a dump on this laptop again.
    ReadLocalDump,
    /// Waits until the worker takes a run from the queue.
    AwaitWorker,
    /// Waits until the worker has made the dump.
    AwaitRun,
    /// Waits for a host that does not answer.
    AwaitHost,
}

/// What progress is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Bytes.
    Bytes,
}

impl Step {
    /// What its progress is counted in; none where it has none.
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        match self {
            Self::CheckLocalDump
            | Self::CheckPart
            | Self::Download { .. }
            | Self::Reconnect { .. }
            | Self::Dump
            | Self::ReadDump
            | Self::ReadLocalDump => Some(Unit::Bytes),
            Self::FindDump
            | Self::CompareManifest
            | Self::CheckHost
            | Self::AwaitLock { .. }
            | Self::AwaitWorker
            | Self::AwaitRun
            | Self::AwaitHost => None,
        }
    }

    /// Whether it goes on with the progress of the step before it.
    pub(super) fn continues(&self) -> bool {
        matches!(self, Self::Download { .. } | Self::Reconnect { .. })
    }

    /// What it does, in a few words.
    #[must_use]
    pub fn words(&self) -> String {
        say("step", "step", self).title
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// What `done`, `total` and `rate` count.
    pub unit: Unit,
    /// Units done.
    pub done: f64,
    /// Units in all, when known.
    pub total: Option<f64>,
    /// Units per second over the last few seconds; none while nothing moves.
    pub rate: Option<f64>,
    /// Seconds left at that rate.
    pub seconds_left: Option<f64>,
    /// Seconds since anything moved, once that is unusually long: the line may be dead.
    #[serde(default)]
    pub still_for: Option<f64>,
}

impl Progress {
    /// Whether everything is done that was to be done.
    pub(super) fn is_finished(&self) -> bool {
        self.total == Some(self.done)
    }
}

/// A step with its own progress.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepState {
    /// What is done.
    pub step: Step,
    /// How far it is; none before the first of it, and for a step that has none.
    pub progress: Option<Progress>,
}
