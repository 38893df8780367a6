use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use specta::Type;

use crate::base::phrase;
use crate::observation::Observation;
use crate::queue::QueueSeen;
use crate::time::{Moment, When, local};
use crate::weavestream::cron::{Cron, Zone};
use crate::weavestream::schedule::Schedule;

/// When a schedule fires next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NextRun {
    /// The schedule's primary key.
    #[specta(type = String)]
    pub id: uuid::Uuid,
    /// The schedule.
    pub schedule: String,
    /// Five fields.
    pub cron: String,
    /// The schedule's zone.
    pub zone: String,
    /// In the schedule's zone.
    pub there: Option<String>,
    /// In the laptop's zone.
    pub here: Option<When>,
    /// What the queue says.
    pub queue: QueueState,
}

/// A schedule against the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum QueueState {
    /// BullMQ has it, and says when it fires.
    InQueue,
    /// Enabled in the database, and BullMQ does not have it: it will not fire.
    NotInQueue,
    /// BullMQ has it with another timing than the database: it fires at the wrong times.
    InQueueOtherwise {
        /// The expression there.
        cron: String,
        /// The zone there.
        zone: Option<String>,
    },
    /// BullMQ has it more than once, as an older Weavestream registered it and anew: each time fires.
    FiresTwice,
    /// Enabled, and it can never fire: BullMQ refuses its cron expression or its
    /// zone (`docs/weavestream.md` section 2).
    Unusable {
        /// What cannot be used.
        reason: String,
    },
    /// Switched off, and not in the queue.
    Disabled,
    /// Switched off in the database, and still in the queue: it will fire.
    InQueueThoughDisabled,
    /// The host or its database could not be seen since: what is shown was so then.
    NotChecked {
        /// Since when, in the laptop's zone.
        since: String,
    },
    /// The queue could not be read.
    Unknown {
        /// Why it failed, as the system or the host said it.
        reason: String,
    },
    /// The link ends at Postgres: what the row says takes effect when the api
    /// next starts; the next time is what the row asks for.
    OutOfReach,
}

/// Every schedule against the queue, soonest first.
#[must_use]
pub fn next(observation: &Observation, now: DateTime<Utc>, zone: Tz) -> Vec<NextRun> {
    let since = observation.summary.not_checked_since(now).map(|since| local(since, now, zone));
    let as_known = |schedule: &Schedule| {
        let (at, mut next) = against_queue(schedule, &observation.queue, now, zone);
        if let Some(since) = &since {
            next.queue = QueueState::NotChecked { since: since.clone() };
        }
        (at, next)
    };
    let mut found: Vec<(Option<DateTime<Utc>>, NextRun)> = observation.schedules.iter().map(as_known).collect();
    found.sort_by_key(|(at, next)| (at.is_none(), *at, next.schedule.clone()));
    found.into_iter().map(|(_, next)| next).collect()
}

/// One schedule against the queue, or against why that could not be read; with the time of its next firing.
#[must_use]
pub fn against_queue(
    schedule: &Schedule,
    queue: &QueueSeen,
    now: DateTime<Utc>,
    zone: Tz,
) -> (Option<DateTime<Utc>>, NextRun) {
    let (queue, at) = match queue {
        QueueSeen::Unread { reason } => match unusable(schedule).filter(|_| schedule.enabled) {
            Some(reason) => (QueueState::Unusable { reason }, None),
            None => (QueueState::Unknown { reason: reason.clone() }, None),
        },
        QueueSeen::OutOfReach => match unusable(schedule).filter(|_| schedule.enabled) {
            Some(reason) => (QueueState::Unusable { reason }, None),
            None => (QueueState::OutOfReach, by_the_row(schedule, now)),
        },
        QueueSeen::Read(queue) => match queue.of(schedule.id)[..] {
            [] if schedule.enabled => match unusable(schedule) {
                Some(reason) => (QueueState::Unusable { reason }, None),
                None => (QueueState::NotInQueue, None),
            },
            [] => (QueueState::Disabled, None),
            [q, ..] if !schedule.enabled => (QueueState::InQueueThoughDisabled, q.next),
            [q] if q.is_timed_as(schedule) => (QueueState::InQueue, q.next),
            [q] => (
                QueueState::InQueueOtherwise { cron: q.pattern.clone().unwrap_or_default(), zone: q.tz.clone() },
                q.next,
            ),
            [q, other, ..] => (QueueState::FiresTwice, q.next.min(other.next).or(q.next)),
        },
    };
    let there = schedule.zone_name().parse::<Tz>().ok();
    let next = NextRun {
        id: schedule.id,
        schedule: schedule.name.clone(),
        cron: schedule.cron.clone(),
        zone: schedule.zone_name().to_owned(),
        there: at.zip(there).map(|(at, there)| local(at, now, there)),
        here: at.map(|at| When::new(at, now, zone)),
        queue,
    };
    (at, next)
}

/// Why a schedule can never fire, if so.
#[must_use]
pub fn unusable(schedule: &Schedule) -> Option<String> {
    if let Some(what) = &schedule.unreadable {
        return Some(what.clone());
    }
    if let Err(error) = Cron::parse(&schedule.cron) {
        return Some(format!("{}: {error}", schedule.cron));
    }
    Zone::parse(schedule.zone_name()).err().map(|error| format!("{}: {error}", schedule.zone_name()))
}

/// When an enabled schedule fires next, should the queue agree with its row.
fn by_the_row(schedule: &Schedule, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if !schedule.enabled {
        return None;
    }
    let (cron, zone) = (Cron::parse(&schedule.cron).ok()?, Zone::parse(schedule.zone_name()).ok()?);
    cron.firings(now, zone, 1).ok()?.first().copied()
}

impl NextRun {
    /// For the command line: `in 23 h 19 min`, or why not.
    #[must_use]
    pub fn in_words(&self, moment: &Moment) -> String {
        let at = self.here.as_ref().map(|here| here.utc.as_str());
        let state = match (&self.queue, at) {
            (
                QueueState::NotInQueue
                | QueueState::Unusable { .. }
                | QueueState::NotChecked { .. }
                | QueueState::Disabled
                | QueueState::Unknown { .. }
                | QueueState::OutOfReach,
                _,
            ) => self.queue.clone(),
            (_, Some(_)) => return phrase("next-at", json!({ "at": at }), Some(moment)),
            (_, None) => return phrase("next-none", Value::Null, None),
        };
        let mut facts = serde_json::to_value(state).unwrap_or_default();
        let name = facts["state"].as_str().unwrap_or_default().replace('_', "-");
        facts["at"] = json!(at);
        phrase(&format!("next-{name}"), facts, Some(moment))
    }
}
