//! What BullMQ itself says about the schedules, and making it agree
//! (`WEAVESTREAM.md` section 3).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use specta::Type;
use uuid::Uuid;

use super::compose::Project;
use super::run::RunId;
use super::schedule::{Schedule, schedule_of, scheduler_id};
use crate::ports::{Host, LinkError};

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

/// What is known of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum QueueSeen {
    /// It was read.
    Read(Queue),
    /// It could not be read.
    Unread {
        /// Why.
        reason: String,
    },
    /// The link ends at Postgres: the api registers the rows when it next starts
    /// (`WEAVESTREAM.md` section 3).
    OutOfReach,
}

impl QueueSeen {
    /// The queue, when it was read.
    #[must_use]
    pub fn read(&self) -> Option<&Queue> {
        match self {
            Self::Read(queue) => Some(queue),
            Self::Unread { .. } | Self::OutOfReach => None,
        }
    }
}

impl From<Result<Queue, QueueError>> for QueueSeen {
    fn from(asked: Result<Queue, QueueError>) -> Self {
        asked.map_or_else(|error| Self::Unread { reason: error.to_string() }, Self::Read)
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
    /// Its zone.
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
        /// Its id.
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

/// Why the queue could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum QueueError {
    /// Neither api nor worker could answer: stopped, without node, or Redis is down.
    #[error("the queue cannot be reached: {reason}")]
    QueueUnreachable {
        /// What the last container said.
        reason: String,
    },
    /// The host could not be asked.
    #[error(transparent)]
    #[serde(untagged)]
    Link(#[from] LinkError),
}

/// Does what is asked with the host's own `bullmq`, in api, else in worker, and
/// reads the queue back.
pub async fn ask(host: &dyn Host, project: &Project, what: &Ask<'_>) -> Result<Queue, QueueError> {
    let script = format!("const asked = {};\n{SCRIPT}", what.document());
    let mut reason = String::new();
    for service in ["api", "worker"] {
        let folder = format!("/app/apps/{service}");
        let command = project.exec_in(service, &folder, ["node", "-"]).stdin(script.clone());
        let output = host.run(&command).await?;
        // Printed once everything was done: what goes wrong after it, such as hanging up, changes nothing.
        match parse(&output.stdout_text()) {
            Some(found) => return Ok(found),
            None => reason = output.last_words(),
        }
    }
    Err(QueueError::QueueUnreachable { reason })
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

fn parse(text: &str) -> Option<Queue> {
    let line = text.lines().find_map(|line| line.strip_prefix("selvage:"))?;
    let told: Told = serde_json::from_str(line).ok()?;
    let schedulers = told.schedulers.into_iter().map(QueuedScheduler::from).collect();
    Some(Queue { schedulers, cron_parser: told.cron_parser })
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
        let found = parse(
            "a warning\nselvage:{\"schedulers\":[{\"id\":\"backup-config-x\",\"next\":1792000000000,\"pattern\":\"0 3 * * *\",\"tz\":null}],\"cronParser\":\"4.9.0\"}\n",
        );
        let next = found.as_ref().and_then(|queue| queue.schedulers.first()?.next).map(|next| next.timestamp());
        assert_eq!(next, Some(1_792_000_000));
        assert!(found.is_some_and(|queue| queue.reads_cron_as_we_do()));
        assert_eq!(parse("nothing here"), None);
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
