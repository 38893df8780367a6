//! Rows as they are found. Whatever can stand in a column is read; what cannot be
//! used is said of that one row and fails no other.

use chrono::{DateTime, Utc};
use selvage_core::weavestream::retention::Dump;
use selvage_core::weavestream::run::{Run, RunId, RunKind, RunStatus};
use selvage_core::weavestream::schedule::{Retention, Schedule};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// A time as Postgres writes it into JSON: `infinity`, a year of six digits and
/// `BC` are times there.
#[derive(Deserialize)]
#[serde(transparent)]
struct Time(String);

impl Time {
    fn read(&self) -> Option<DateTime<Utc>> {
        self.0.parse().ok()
    }
}

/// Collects what of a row could not be used.
#[derive(Default)]
struct Odd(Vec<String>);

impl Odd {
    fn time(&mut self, column: &str, time: Option<&Time>) -> Option<DateTime<Utc>> {
        let time = time?;
        let read = time.read();
        if read.is_none() {
            self.0.push(format!("{column} is {}", time.0));
        }
        read
    }

    fn word<T: serde::de::DeserializeOwned>(&mut self, column: &str, word: &str) -> Option<T> {
        let read = serde_json::from_value(Value::String(word.to_owned())).ok();
        if read.is_none() {
            self.0.push(format!("{column} is {word}"));
        }
        read
    }

    fn reason(self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(", "))
    }
}

/// A row of `backup_run`. The manifest is text: a document may be nested more
/// deeply than a reader of JSON goes.
#[derive(Deserialize)]
pub struct RunRow {
    id: Uuid,
    schedule_id: Option<Uuid>,
    schedule_name: Option<String>,
    kind: String,
    status: String,
    started_at: Option<Time>,
    finished_at: Option<Time>,
    created_at: Option<Time>,
    size: Option<i64>,
    manifest: Option<String>,
    dump_path: Option<String>,
    error: Option<String>,
}

impl From<RunRow> for Run {
    fn from(row: RunRow) -> Self {
        let mut odd = Odd::default();
        let kind = odd.word::<RunKind>("kind", &row.kind);
        let status = odd.word::<RunStatus>("status", &row.status);
        let started_at = odd.time("started_at", row.started_at.as_ref());
        let finished_at = odd.time("finished_at", row.finished_at.as_ref());
        let created_at = odd.time("created_at", row.created_at.as_ref());
        let size = row.size.map(u64::try_from);
        if let Some(Err(_)) = size {
            odd.0.push(format!("size_bytes is {}", row.size.unwrap_or_default()));
        }
        let unreadable = odd.reason();
        Self {
            id: RunId(row.id),
            schedule_id: row.schedule_id,
            schedule_name: row.schedule_name,
            kind: kind.unwrap_or(RunKind::Manual),
            status: match (&unreadable, status) {
                (None, Some(status)) => status,
                _ => RunStatus::Unreadable,
            },
            started_at,
            finished_at,
            created_at: created_at.unwrap_or_default(),
            size: size.and_then(Result::ok),
            manifest: row.manifest.map(|text| document(&text)),
            dump_path: row.dump_path,
            error: unreadable.or(row.error),
        }
    }
}

/// What cannot be read as a document stays the text that it is.
fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String("a document that cannot be read".to_owned()))
}

/// A row of `backup_config`.
#[derive(Deserialize)]
pub struct ScheduleRow {
    id: Uuid,
    name: String,
    enabled: bool,
    cron: String,
    timezone: Option<String>,
    retention: Option<String>,
    notify_emails: Option<Vec<Option<String>>>,
    notify_on_success: bool,
    last_run_at: Option<Time>,
    updated_at: Time,
}

impl From<ScheduleRow> for Schedule {
    fn from(row: ScheduleRow) -> Self {
        let mut odd = Odd::default();
        let updated_at = odd.time("updated_at", Some(&row.updated_at));
        let last_run_at = odd.time("last_run_at", row.last_run_at.as_ref());
        Self {
            id: row.id,
            name: row.name,
            enabled: row.enabled,
            cron: row.cron,
            // Up to 1.9.3 the web app stored an empty zone (docs/weavestream.md section 4).
            timezone: row.timezone.filter(|zone| !zone.is_empty()),
            retention: Retention::from_json(&row.retention.map(|text| document(&text)).unwrap_or_default()),
            notify_emails: row.notify_emails.unwrap_or_default().into_iter().flatten().collect(),
            notify_on_success: row.notify_on_success,
            last_run_at,
            updated_at: updated_at.unwrap_or_default(),
            unreadable: odd.reason(),
        }
    }
}

/// A success, as retention counts it.
#[derive(Deserialize)]
pub struct DumpRow {
    id: RunId,
    started_at: Time,
    size: Option<i64>,
    on_host: bool,
}

impl DumpRow {
    /// None where its time cannot be read: no bucket is it in.
    pub fn read(self) -> Option<Dump> {
        let started_at = self.started_at.read()?;
        let size = self.size.and_then(|size| u64::try_from(size).ok());
        Some(Dump { id: Some(self.id), started_at, size, on_host: self.on_host })
    }
}

/// A page of runs with the figures of the whole filter.
#[derive(Deserialize)]
pub struct PageRow {
    /// Rows that the filter matches.
    pub total: u64,
    /// Bytes of their dumps still on the host.
    pub bytes_on_host: f64,
    /// Newest first.
    pub runs: Vec<RunRow>,
}
