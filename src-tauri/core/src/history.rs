//! The history as the window shows it: one page of runs, with what is known
//! here of each.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use specta::Type;
use std::sync::Arc;

use crate::base::{Problem, say};
use crate::deployment::Deployment;
use crate::library::LocalDump;
use crate::library::LocalDumpState;
use crate::link::{Link, Links};
use crate::ports::Clock;
use crate::time::{When, local};
use crate::weavestream::manifest::ManifestError;
use crate::weavestream::run::{Page, Run, RunFilter, RunId, RunKind, RunStatus};

/// One row of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunRow {
    /// The run.
    pub id: RunId,
    /// Start, else the making of the row, in the laptop's zone.
    pub when: When,
    /// Its schedule's name; none when that was deleted.
    pub schedule: Option<String>,
    /// Scheduled or manual.
    pub kind: RunKind,
    /// The run's state.
    pub status: RunStatus,
    /// `1:52`, or how long it has been running.
    pub duration: Option<String>,
    /// Bytes of the dump.
    pub size: Option<f64>,
    /// Weavestream's version, from the manifest.
    pub version: Option<String>,
    /// The worker's reason of failure.
    pub error: Option<String>,
    /// File name of the dump; none after pruning, or when it is unsafe.
    pub file: Option<String>,
    /// Where the dump is.
    pub on_host: OnHostState,
    /// What is known of the copy on this laptop.
    pub copy: Option<LocalDumpStatus>,
    /// What the manifest says.
    pub manifest: Option<ManifestRow>,
    /// What is wrong with the manifest of a success.
    pub manifest_problem: Option<ManifestError>,
    /// The same as a sentence.
    pub manifest_words: Option<String>,
}

/// Whether a dump can still be had from the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OnHostState {
    /// The row names a file.
    There,
    /// Removed by the worker's retention.
    Pruned,
    /// The run wrote none.
    Never,
    /// The row names a file that is not the worker's.
    Unsafe,
}

/// A copy on this laptop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LocalDumpStatus {
    /// Full path.
    pub path: String,
    /// What has been shown.
    pub state: LocalDumpState,
    /// When it was last compared.
    pub checked: When,
    /// Digest as hexadecimal digits.
    pub sha256: String,
    /// Entries in the table of contents.
    pub entries: u32,
}

/// A dump that lies on this laptop, or lay there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LocalDumpRow {
    /// The run that made it; of a one-off dump, an id of its own.
    pub id: RunId,
    /// When it was made; none when the run is not known here any more.
    pub when: Option<When>,
    /// Whether it was made directly to this laptop.
    pub one_off: bool,
    /// Bytes.
    pub size: f64,
    /// The file here.
    pub copy: LocalDumpStatus,
}

/// The dumps of a deployment on this laptop, newest first.
#[must_use]
pub fn local_rows(dumps: &[LocalDump], now: DateTime<Utc>, zone: Tz) -> Vec<LocalDumpRow> {
    let row = |dump: &LocalDump| {
        let record = &dump.record;
        LocalDumpRow {
            id: record.run,
            when: record.taken_at().map(|at| When::new(at, now, zone)),
            one_off: record.made_at.is_some(),
            size: crate::download::float(record.size),
            copy: local_dump_status(dump, now, zone),
        }
    };
    let mut rows: Vec<LocalDumpRow> = dumps.iter().map(row).collect();
    let made = |row: &LocalDumpRow| row.when.as_ref().map_or_else(|| row.copy.checked.utc.clone(), |at| at.utc.clone());
    rows.sort_by_key(|row| std::cmp::Reverse(made(row)));
    rows
}

/// Facts of a manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ManifestRow {
    /// Digest as hexadecimal digits.
    pub sha256: String,
    /// Bytes.
    pub size: f64,
    /// Key id in use.
    pub kid: String,
    /// Host name in the worker's `DATABASE_URL`.
    pub database_host: Option<String>,
    /// `sha256:...` or `unknown:...`.
    pub migration_hash: Option<String>,
    /// As written.
    pub generated_at: Option<String>,
    /// The whole document, indented.
    pub document: String,
}

/// One page of the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// Newest first.
    pub rows: Vec<RunRow>,
    /// Rows that the filter matches.
    pub total: u32,
    /// Bytes of their dumps still on the host.
    pub bytes_on_host: f64,
    /// The zone in which times are told.
    pub zone: String,
    /// When it was read, in that zone.
    pub read_at: String,
}

/// Reads one page over the open link.
pub async fn page(
    links: &Links,
    dumps: &[LocalDump],
    clock: &dyn Clock,
    deployment: &Deployment,
    filter: &RunFilter,
    page: Page,
) -> Result<HistoryPage, Problem> {
    let now = clock.now();
    let read = |link: Arc<Link>| async move { Ok(link.database.runs(filter, page, now).await?) }.boxed();
    let found = links.read(deployment, read).await?;
    let zone = clock.zone();
    Ok(HistoryPage {
        rows: found.runs.iter().map(|run| row(run, dumps, now, zone)).collect(),
        total: u32::try_from(found.total).unwrap_or(u32::MAX),
        bytes_on_host: crate::download::float(found.bytes_on_host),
        zone: zone.name().to_owned(),
        read_at: local(now, now, zone),
    })
}

/// A run as shown.
#[must_use]
pub fn row(run: &Run, dumps: &[LocalDump], now: DateTime<Utc>, zone: Tz) -> RunRow {
    let manifest = (run.status == RunStatus::Success).then(|| run.manifest());
    let manifest_problem = manifest.as_ref().and_then(|m| m.as_ref().err()).cloned();
    let name = run.dump_name();
    RunRow {
        id: run.id,
        when: When::new(run.at(), now, zone),
        schedule: run.schedule_name.clone(),
        kind: run.kind,
        status: run.status,
        duration: duration(run, now),
        size: run.size.map(crate::download::float),
        version: run.manifest.as_ref().and_then(|m| m.get("weavestreamVersion")?.as_str().map(ToOwned::to_owned)),
        error: run.error.clone().filter(|_| matches!(run.status, RunStatus::Failed | RunStatus::Unreadable)),
        file: name.as_ref().and_then(|n| n.as_ref().ok()).map(ToString::to_string),
        on_host: match name {
            Some(Ok(_)) => OnHostState::There,
            Some(Err(_)) => OnHostState::Unsafe,
            None if run.is_pruned() => OnHostState::Pruned,
            None => OnHostState::Never,
        },
        copy: best_of(run.id, dumps).map(|dump| local_dump_status(dump, now, zone)),
        manifest: manifest.as_ref().and_then(|m| m.as_ref().ok()).map(|m| ManifestRow {
            sha256: m.sha256.to_string(),
            size: crate::download::float(m.size),
            kid: m.kid.clone(),
            database_host: m.database_host.clone(),
            migration_hash: m.migration_hash.clone(),
            generated_at: m.generated_at.clone(),
            document: serde_json::to_string_pretty(&m.document).unwrap_or_default(),
        }),
        manifest_words: manifest_problem.as_ref().map(|error| say("manifest", "why", error).title),
        manifest_problem,
    }
}

/// Of several dumps of one run the one that says most: a sound one, else one that is there.
fn best_of(run: RunId, dumps: &[LocalDump]) -> Option<&LocalDump> {
    let of_run = dumps.iter().filter(|dump| dump.record.run == run);
    of_run.min_by_key(|dump| (!dump.is_sound(), dump.state == LocalDumpState::Gone))
}

fn local_dump_status(dump: &LocalDump, now: DateTime<Utc>, zone: Tz) -> LocalDumpStatus {
    let copy = &dump.record;
    LocalDumpStatus {
        path: copy.path.clone(),
        state: dump.state,
        checked: When::new(copy.checked_at, now, zone),
        sha256: copy.sha256.to_string(),
        entries: copy.entries,
    }
}

/// `1:52`, or `1:02:03` for the long ones; a running one counts up to `now`.
fn duration(run: &Run, now: DateTime<Utc>) -> Option<String> {
    let end = match run.status {
        RunStatus::Running => Some(now),
        _ => run.finished_at,
    };
    let length = (end? - run.started_at?).max(TimeDelta::zero());
    let (hours, minutes, seconds) = (length.num_hours(), length.num_minutes() % 60, length.num_seconds() % 60);
    Some(if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") })
}
