use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::model::JobEnd;
use super::note::Note;
use super::step::Step;

/// One entry of a job's journal, which is only ever added to. It is on the disk before
/// what it announces begins, so that whoever finds the job abandoned knows how far it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What it says.
    pub what: Entry,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    /// A step begins.
    Began {
        /// Which.
        step: Step,
    },
    /// A step is finished. One that began and has no such entry was broken off.
    Finished {
        /// Which.
        step: Step,
    },
    /// Something worth knowing happened.
    Noted {
        /// What.
        note: Note,
    },
    /// The job ended.
    Ended {
        /// How.
        end: JobEnd,
    },
}

/// One line of a job's log: its journal, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// When it was written.
    #[specta(type = String)]
    pub at: DateTime<Utc>,
    /// What happened.
    pub text: String,
}

/// The log of a job with this journal: its steps as they began, and what was noted.
#[must_use]
pub fn log_of(journal: &[JournalEntry]) -> Vec<LogLine> {
    let line = |entry: &JournalEntry| {
        let text = match &entry.what {
            Entry::Began { step } => step.words(),
            Entry::Noted { note } => note.words(),
            Entry::Finished { .. } | Entry::Ended { .. } => return None,
        };
        Some(LogLine { at: entry.at, text })
    };
    journal.iter().filter_map(line).collect()
}
