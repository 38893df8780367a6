//! When what is shown was seen, and what could not be seen since: one source for
//! every screen.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::model::{Part, Summary};
use crate::base::Problem;
use crate::deployment::Deployment;
use crate::time::When;

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
pub fn checked(deployment: &Deployment, seen: Option<&Summary>, now: DateTime<Utc>, zone: Tz) -> Checked {
    let part = |part: Part| PartChecked {
        at: seen.and_then(|seen| seen.seen_at(part)).map(|at| When::new(at, now, zone)),
        current: seen.is_some_and(|seen| seen.is_current(part, now)),
        problem: seen
            .and_then(|seen| match part {
                Part::Host => seen.unseen(part).or(seen.fallback_reason.as_ref()),
                Part::Database => seen.unseen(part),
            })
            .cloned(),
    };
    Checked { database: part(Part::Database), host: deployment.ssh.as_ref().map(|_| part(Part::Host)) }
}
