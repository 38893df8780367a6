//! What BullMQ itself says about the schedules (`WEAVESTREAM.md` section 3).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::compose::Project;
use crate::ports::{Host, LinkError};

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
}

/// Why the queue could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// The host could not be asked.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Neither api nor worker could answer.
    #[error("the queue could not be read: {reason}")]
    Unreadable {
        /// What the last container said.
        reason: String,
    },
}

// Read with the host's own bullmq, from a folder where it resolves. Only the
// fields needed are printed, on one marked line, because loaded code may print
// lines of its own.
const READ: &str = r"
const { Queue } = require('bullmq');
const address = new URL(process.env.REDIS_URL);
const connection = { host: address.hostname, port: Number(address.port || 6379), username: decodeURIComponent(address.username) || undefined,
  password: decodeURIComponent(address.password) || undefined, db: Number(address.pathname.slice(1) || 0), maxRetriesPerRequest: 1,
  connectTimeout: 5000, retryStrategy: () => null };
const queue = new Queue('backup', { connection });
queue.on('error', () => {});
queue.getJobSchedulers(0, -1, true).then((found) => {
  const told = found.map(({ key, id, next, pattern, tz }) => ({ id: id ?? key, next: next ?? null, pattern: pattern ?? null, tz: tz ?? null }));
  console.log('selvage:' + JSON.stringify(told));
  return queue.close();
}).then(() => process.exit(0), (error) => { console.error(String(error && error.message || error)); process.exit(1); });
";

/// The schedulers of the queue, read in api, else in worker.
pub async fn schedulers(host: &dyn Host, project: &Project) -> Result<Vec<QueuedScheduler>, QueueError> {
    let mut reason = String::new();
    for service in ["api", "worker"] {
        let folder = format!("/app/apps/{service}");
        let command = project.exec_in(service, &folder, ["node", "-"]).stdin(READ.to_owned());
        let output = host.run(&command).await?;
        match (output.exit, parse(&output.stdout_text())) {
            (0, Some(found)) => return Ok(found),
            _ => reason = output.last_words(),
        }
    }
    Err(QueueError::Unreadable { reason })
}

#[derive(Deserialize)]
struct Told {
    id: String,
    next: Option<f64>,
    pattern: Option<String>,
    tz: Option<String>,
}

fn parse(text: &str) -> Option<Vec<QueuedScheduler>> {
    let line = text.lines().find_map(|line| line.strip_prefix("selvage:"))?;
    let told: Vec<Told> = serde_json::from_str(line).ok()?;
    Some(told.into_iter().map(QueuedScheduler::from).collect())
}

impl From<Told> for QueuedScheduler {
    fn from(told: Told) -> Self {
        // BullMQ keeps milliseconds since 1970 as a number.
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of this era fit well within i64")]
        let next = told.next.and_then(|ms| DateTime::from_timestamp_millis(ms as i64));
        Self { id: told.id, next, pattern: told.pattern, tz: told.tz }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marked_line_is_found_among_others() {
        let found = parse(
            "a warning\nselvage:[{\"id\":\"backup-config-x\",\"next\":1792000000000,\"pattern\":\"0 3 * * *\",\"tz\":null}]\n",
        );
        let next = found.as_deref().and_then(|f| f.first()?.next).map(|n| n.timestamp());
        assert_eq!(next, Some(1_792_000_000));
        assert_eq!(parse("nothing here"), None);
    }
}
