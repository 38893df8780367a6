//! When what is shown was seen, and what could not be seen since: one source for
//! every screen.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::observe::Observation;
use crate::base::Problem;
use crate::deployment::{Deployment, DeploymentId};
use crate::ports::{Store, StoreError};
use crate::time::When;

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

impl Observation {
    /// When `part` was last seen; none where there is no link to it.
    #[must_use]
    pub fn seen_at(&self, part: Part) -> Option<DateTime<Utc>> {
        match part {
            Part::Database => Some(self.at),
            // Earlier versions saw both at once.
            Part::Host => self.host_at.or(self.facts.as_ref().map(|_| self.at)),
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

/// Remembers that `part` could not be seen at `at`.
pub async fn mark_unseen(
    store: &Arc<dyn Store>,
    id: DeploymentId,
    part: Part,
    at: DateTime<Utc>,
    problem: &Problem,
) -> Result<(), StoreError> {
    let Some(mut observation) = store.observation(id).await? else { return Ok(()) };
    observation.unseen.retain(|unseen| unseen.part != part);
    observation.unseen.push(Unseen { part, at, problem: problem.clone() });
    store.save_observation(id, &observation).await
}

/// What of a deployment was checked, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Checked {
    /// Runs and schedules.
    pub database: PartChecked,
    /// Services, queue and `.env`; none where there is no link to the host.
    pub host: Option<PartChecked>,
}

/// One part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PartChecked {
    /// When it was last seen.
    pub at: Option<When>,
    /// Whether that stands for now. What is not current is shown as not checked.
    pub current: bool,
    /// Why the newest look could not see it.
    pub problem: Option<Problem>,
}

/// What was checked of `deployment`, as shown at `now` in `zone`.
#[must_use]
pub fn checked(deployment: &Deployment, observation: Option<&Observation>, now: DateTime<Utc>, zone: Tz) -> Checked {
    let part = |part: Part| PartChecked {
        at: observation.and_then(|observation| observation.seen_at(part)).map(|at| When::new(at, now, zone)),
        current: observation.is_some_and(|observation| observation.is_current(part, now)),
        problem: observation
            .and_then(|observation| match part {
                Part::Host => observation.unseen(part).or(observation.fallback_reason.as_ref()),
                Part::Database => observation.unseen(part),
            })
            .cloned(),
    };
    Checked { database: part(Part::Database), host: deployment.ssh.as_ref().map(|_| part(Part::Host)) }
}
