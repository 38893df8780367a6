use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::Problem;
use crate::probe::HostFacts;
use crate::queue::QueueSeen;
use crate::vault::EnvStatus;
use crate::weavestream::run::Run;
use crate::weavestream::schedule::Schedule;

/// Days that the strip shows.
pub const DAYS: u32 = 30;
/// Runs kept of those days; a schedule of every hour has 720.
pub const RUNS_AT_MOST: u32 = 1500;

/// What every list needs of the newest look at a deployment. Short, and kept by itself:
/// a list of many deployments reads nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// When the database was last seen, by the laptop's clock.
    pub at: DateTime<Utc>,
    /// When the host was last seen; none where it never was.
    #[serde(default)]
    pub host_at: Option<DateTime<Utc>>,
    /// What the newest look could not see; then the rest is as it was seen before.
    #[serde(default)]
    pub unseen: Vec<Unseen>,
    /// Why the host was not asked, although there is a link to it.
    pub fallback_reason: Option<Problem>,
    /// The host's `.env` against the vault.
    #[serde(default)]
    pub env: EnvStatus,
    /// The newest success whose dump is on the host.
    pub latest_good: Option<Run>,
}

/// What was seen of a deployment at one moment. Kept on the laptop, part by part, so that
/// a host that is gone still has a last known state.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What every list needs of it.
    pub summary: Summary,
    /// The probe of that moment; none over a direct link.
    pub facts: Option<HostFacts>,
    /// Every schedule.
    pub schedules: Vec<Schedule>,
    /// The queue, as far as it is known.
    pub queue: QueueSeen,
    /// Runs of the last [`DAYS`] days, newest first.
    pub recent: Vec<Run>,
}

/// How long what was seen stands for now. While the window is open each
/// deployment is looked at every few minutes.
pub const CURRENT_FOR: TimeDelta = TimeDelta::minutes(30);

/// What is looked at by itself: either may answer while the other does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The Docker host: its services, its queue, its `.env`.
    Host,
    /// Postgres: runs and schedules.
    Database,
}

/// A part that the newest look could not see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unseen {
    /// The part that was not seen.
    pub part: Part,
    /// When the look was.
    pub at: DateTime<Utc>,
    /// Why it could not be read.
    pub problem: Problem,
}

impl Summary {
    /// When `part` was last seen; none where there is no link to it.
    #[must_use]
    pub fn seen_at(&self, part: Part) -> Option<DateTime<Utc>> {
        match part {
            Part::Database => Some(self.at),
            Part::Host => self.host_at,
        }
    }

    /// Why the newest look could not see `part`.
    #[must_use]
    pub fn unseen(&self, part: Part) -> Option<&Problem> {
        self.unseen.iter().find(|unseen| unseen.part == part).map(|unseen| &unseen.problem)
    }

    /// Whether what was seen of `part` stands for now.
    #[must_use]
    pub fn is_current(&self, part: Part, now: DateTime<Utc>) -> bool {
        self.unseen(part).is_none() && self.seen_at(part).is_some_and(|at| now - at <= CURRENT_FOR)
    }

    /// Since when schedules and queue are not checked; none while both are, as far
    /// as there is a link to them.
    #[must_use]
    pub fn not_checked_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let parts = [Part::Database, Part::Host].into_iter().filter(|part| self.seen_at(*part).is_some());
        parts.filter(|part| !self.is_current(*part, now)).filter_map(|part| self.seen_at(part)).min()
    }
}
