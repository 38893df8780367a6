//! The schedules as the window shows them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::overview::{NextRun, Observation, next};
use crate::time::When;
use crate::weavestream::schedule::Retention;

/// One schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleRow {
    /// Primary key on the host.
    pub id: String,
    /// As in the web app.
    pub name: String,
    /// Whether it should fire.
    pub enabled: bool,
    /// When it fires next, and what the queue says.
    pub next: NextRun,
    /// Rules of pruning.
    pub retention: Retention,
    /// Who is mailed.
    pub notify_emails: Vec<String>,
    /// Mail on success as well.
    pub notify_on_success: bool,
    /// Last success.
    pub last_run: Option<When>,
}

/// Every schedule that was seen, soonest first.
#[must_use]
pub fn rows(seen: &Observation, now: DateTime<Utc>, zone: Tz) -> Vec<ScheduleRow> {
    let found = next(seen, now, zone);
    let row = |next: NextRun| {
        let schedule = seen.schedules.iter().find(|s| s.id == next.id)?;
        Some(ScheduleRow {
            id: schedule.id.to_string(),
            name: schedule.name.clone(),
            enabled: schedule.enabled,
            next,
            retention: schedule.retention,
            notify_emails: schedule.notify_emails.clone(),
            notify_on_success: schedule.notify_on_success,
            last_run: schedule.last_run_at.map(|at| When::new(at, now, zone)),
        })
    };
    found.into_iter().filter_map(row).collect()
}
