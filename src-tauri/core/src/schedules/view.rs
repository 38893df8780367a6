use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::next::{NextRun, next};
use crate::observation::Observation;
use crate::time::{When, local};
use crate::weavestream::cron::Cron;
use crate::weavestream::queue::QueuedScheduler;
use crate::weavestream::schedule::{Retention, Schedule, scheduler_id};

/// Every schedule of a deployment, in the database and in the queue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SchedulesView {
    /// Rows of the database, soonest first.
    pub rows: Vec<ScheduleRow>,
    /// In the queue, and not in the database: they fire, and the worker finds nothing to do.
    pub orphans: Vec<Orphan>,
    /// Another major version of `cron-parser` on the host than the one that Selvage follows.
    pub other_cron_parser: Option<String>,
    /// Since when rows and queue are not checked, in the laptop's zone; none while they are as shown.
    pub not_checked_since: Option<String>,
    /// Why the look that was asked for failed.
    pub problem: Option<crate::base::Problem>,
}

/// A scheduler of a schedule that is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Orphan {
    /// Id in the queue.
    pub id: String,
    /// When it fires next.
    pub next: Option<When>,
}

/// One schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleRow {
    /// Primary key on the host.
    pub id: String,
    /// `updated_at`: the version that this is.
    pub version: String,
    /// As in the web app.
    pub name: String,
    /// Whether it should fire.
    pub enabled: bool,
    /// As in the row; none means `Etc/UTC`.
    pub timezone: Option<String>,
    /// When it fires next, and what the queue says.
    pub next: NextRun,
    /// Day of month and day of week are both set: either of them is enough.
    pub either_day: bool,
    /// Rules of pruning.
    pub retention: Retention,
    /// Who is mailed.
    pub notify_emails: Vec<String>,
    /// Mail on success as well.
    pub notify_on_success: bool,
    /// Last success.
    pub last_run: Option<When>,
}

/// One schedule as shown at `now` in `zone`.
#[must_use]
pub fn row(schedule: &Schedule, next: NextRun, now: DateTime<Utc>, zone: Tz) -> ScheduleRow {
    ScheduleRow {
        id: schedule.id.to_string(),
        version: version(schedule),
        name: schedule.name.clone(),
        enabled: schedule.enabled,
        timezone: schedule.timezone.clone(),
        next,
        either_day: Cron::parse(&schedule.cron).is_ok_and(|cron| cron.either_day()),
        retention: schedule.retention,
        notify_emails: schedule.notify_emails.clone(),
        notify_on_success: schedule.notify_on_success,
        last_run: schedule.last_run_at.map(|at| When::new(at, now, zone)),
    }
}

/// `updated_at` as it is handed out and taken back, to the microsecond.
#[must_use]
pub fn version(schedule: &Schedule) -> String {
    schedule.updated_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// What was seen of the schedules, as shown at `now` in `zone`.
#[must_use]
pub fn schedules_view(observation: &Observation, now: DateTime<Utc>, zone: Tz) -> SchedulesView {
    let row = |next: NextRun| {
        let schedule = observation.schedules.iter().find(|s| s.id == next.id)?;
        Some(row(schedule, next, now, zone))
    };
    let queue = observation.queue.read();
    let known: Vec<String> = observation.schedules.iter().map(|schedule| scheduler_id(schedule.id)).collect();
    let has_row = |queued: &QueuedScheduler| {
        let fired = queued.legacy_of.is_some_and(|id| observation.schedules.iter().any(|schedule| schedule.id == id));
        known.contains(&queued.id) || fired
    };
    let orphans = queue.into_iter().flat_map(|queue| &queue.schedulers).filter(|queued| !has_row(queued));
    SchedulesView {
        rows: next(observation, now, zone).into_iter().filter_map(row).collect(),
        orphans: orphans
            .map(|queued| Orphan { id: queued.id.clone(), next: queued.next.map(|at| When::new(at, now, zone)) })
            .collect(),
        other_cron_parser: queue
            .filter(|queue| !queue.reads_cron_as_we_do())
            .and_then(|queue| queue.cron_parser.clone()),
        problem: None,
        not_checked_since: observation.summary.not_checked_since(now).map(|since| local(since, now, zone)),
    }
}
