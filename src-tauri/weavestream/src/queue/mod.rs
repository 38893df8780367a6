//! What BullMQ itself says about the schedules, and the script that makes it agree
//! (`docs/weavestream.md` section 3).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::run::RunId;
use super::schedule::{Schedule, schedule_of, scheduler_id};

const SCRIPT: &str = include_str!("script.js");

/// The queue `backup` as it was read back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Its Job Schedulers, soonest first.
    pub schedulers: Vec<QueuedScheduler>,
    /// Version of `cron-parser` that the host's `bullmq` evaluates with.
    pub cron_parser: Option<String>,
}

impl Queue {
    /// The queue in what the script of [`Ask::script`] printed; none when it did not come
    /// to its end. It prints once everything was done: what goes wrong after it, such as
    /// hanging up, changes nothing.
    #[must_use]
    pub fn of_output(text: &str) -> Option<Self> {
        let line = text.lines().find_map(|line| line.strip_prefix("selvage:"))?;
        let told: Told = serde_json::from_str(line).ok()?;
        let schedulers = told.schedulers.into_iter().map(QueuedScheduler::from).collect();
        Some(Self { schedulers, cron_parser: told.cron_parser })
    }

    /// What fires a schedule: its scheduler, legacy repeatables beside it or instead of it.
    #[must_use]
    pub fn of(&self, schedule: Uuid) -> Vec<&QueuedScheduler> {
        let id = scheduler_id(schedule);
        let mut found: Vec<_> =
            self.schedulers.iter().filter(|known| known.id == id || known.legacy_of == Some(schedule)).collect();
        found.sort_by_key(|known| known.legacy_of.is_some());
        found
    }

    /// Whether the host evaluates cron as Selvage does: with major version 4.
    #[must_use]
    pub fn reads_cron_as_we_do(&self) -> bool {
        self.cron_parser.as_deref().is_none_or(|version| version.starts_with("4."))
    }
}

/// One Job Scheduler of the queue `backup`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedScheduler {
    /// `backup-config-<id of the schedule>`.
    pub id: String,
    /// When it fires next.
    pub next: Option<DateTime<Utc>>,
    /// Its cron expression.
    pub pattern: Option<String>,
    /// IANA name of the time zone.
    pub tz: Option<String>,
    /// The schedule that a legacy repeatable fires, by the data of its delayed job:
    /// up to Weavestream 1.9.3 its id is a digest.
    #[serde(default)]
    pub legacy_of: Option<Uuid>,
}

impl QueuedScheduler {
    /// Whether it fires when the row says.
    #[must_use]
    pub fn is_timed_as(&self, schedule: &Schedule) -> bool {
        self.pattern.as_deref() == Some(schedule.cron.as_str())
            && self.tz.as_deref().unwrap_or("Etc/UTC") == schedule.zone_name()
    }
}

/// What is asked of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask<'a> {
    /// Only to be read.
    Read,
    /// Register a schedule, or register it anew, and remove legacy repeatables of it.
    Upsert {
        /// The schedule.
        schedule: Uuid,
        /// Five fields.
        cron: &'a str,
        /// IANA name.
        zone: &'a str,
    },
    /// Remove a scheduler, its job that has come due, and legacy repeatables of the
    /// same schedule; one that is not there is fine.
    Remove {
        /// Id of the scheduler in BullMQ.
        scheduler: &'a str,
    },
    /// Have the worker carry out a run whose row exists. Asking twice adds one job.
    Run {
        /// The schedule.
        schedule: Uuid,
        /// The row.
        run: RunId,
    },
}

impl Ask<'_> {
    /// What `node` of a container that has `bullmq` is given to do this and to read the
    /// queue back; [`Queue::of_output`] reads what it prints.
    #[must_use]
    pub fn script(&self) -> String {
        format!("const asked = {};\n{SCRIPT}", self.document())
    }

    fn document(&self) -> Value {
        match self {
            Self::Read => json!({ "act": "read" }),
            Self::Upsert { schedule, cron, zone } => {
                json!({ "act": "upsert", "id": scheduler_id(*schedule), "pattern": cron, "tz": zone, "config": schedule })
            }
            Self::Remove { scheduler } => json!({ "act": "remove", "id": scheduler, "config": schedule_of(scheduler) }),
            Self::Run { schedule, run } => json!({ "act": "run", "config": schedule, "run": run }),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    schedulers: Vec<ToldScheduler>,
    cron_parser: Option<String>,
}

#[derive(Deserialize)]
struct ToldScheduler {
    id: String,
    next: Option<f64>,
    pattern: Option<String>,
    tz: Option<String>,
    config: Option<Uuid>,
}

impl From<ToldScheduler> for QueuedScheduler {
    fn from(told: ToldScheduler) -> Self {
        // BullMQ keeps milliseconds since 1970 as a number.
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of this era fit well within i64")]
        let next = told.next.and_then(|ms| DateTime::from_timestamp_millis(ms as i64));
        Self { id: told.id, next, pattern: told.pattern, tz: told.tz, legacy_of: told.config }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marked_line_is_found_among_others() {
        let found = Queue::of_output(
            "a warning\nselvage:{\"schedulers\":[{\"id\":\"backup-config-x\",\"next\":1792000000000,\"pattern\":\"0 3 * * *\",\"tz\":null}],\"cronParser\":\"4.9.0\"}\n",
        );
        let next = found.as_ref().and_then(|queue| queue.schedulers.first()?.next).map(|next| next.timestamp());
        assert_eq!(next, Some(1_792_000_000));
        assert!(found.is_some_and(|queue| queue.reads_cron_as_we_do()));
        assert_eq!(Queue::of_output("nothing here"), None);
    }

    #[test]
    fn what_is_asked_cannot_break_out_of_the_script() {
        let cron = "0 3 * * *\"; process.exit(7); //";
        let asked = Ask::Upsert { schedule: Uuid::nil(), cron, zone: "Etc/UTC" }.document().to_string();
        assert_eq!(
            serde_json::from_str::<Value>(&asked).ok().and_then(|v| Some(v["pattern"].as_str()? == cron)),
            Some(true)
        );
    }
}
