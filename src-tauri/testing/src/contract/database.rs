//! Weavestream's Postgres.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use selvage_core::ports::{AuditEntry, Database, RunQueued, ScheduleWrite, ScheduleWritten};
use selvage_core::weavestream::envelope::Envelope;
use selvage_core::weavestream::run::{Page, Run, RunFilter, RunId, RunKind, RunPage, RunStatus};
use selvage_core::weavestream::schedule::{Retention, Schedule};
use selvage_core::weavestream::schedule_draft::ScheduleValues;
use selvage_core::weavestream::sealed::{SealedColumn, SealedData, SealedSamples};
use selvage_core::weavestream::server_version::ServerVersion;
use uuid::Uuid;

const EVERYTHING: Page = Page { offset: 0, limit: 500 };

/// Filters of every field, alone and together, for what `database` holds.
pub async fn filters(database: &dyn Database, now: DateTime<Utc>) -> Vec<RunFilter> {
    let schedules = database.schedules().await.unwrap();
    let some = database.runs(&RunFilter::default(), EVERYTHING, now).await.unwrap().runs;
    let all = RunFilter::default;
    let statuses = [RunStatus::Queued, RunStatus::Running, RunStatus::Success, RunStatus::Failed, RunStatus::Skipped];
    let mut filters = vec![all()];
    filters.extend(statuses.map(|status| RunFilter { statuses: vec![status], ..all() }));
    filters.push(RunFilter { statuses: vec![RunStatus::Failed, RunStatus::Skipped], ..all() });
    filters.extend([RunKind::Manual, RunKind::Scheduled].map(|kind| RunFilter { kind: Some(kind), ..all() }));
    filters.extend(schedules.iter().map(|schedule| RunFilter { schedule: Some(schedule.id), ..all() }));
    filters.push(RunFilter { schedule: Some(Uuid::nil()), ..all() });
    filters.extend([0, 1, 7, 30, 5000].map(|days| RunFilter { days: Some(days), ..all() }));
    let file = some.iter().find_map(|run| run.dump_path.clone()).expect("a run with a dump");
    let id = some[some.len() / 2].id.to_string().to_uppercase();
    for search in ["PG_DUMP", "1.9", "%", "_", "it's", "\\", "no such thing", "", &file[30..], &id[..13]] {
        filters.push(RunFilter { search: Some(search.to_owned()), ..all() });
    }
    filters.push(RunFilter {
        statuses: vec![RunStatus::Success],
        kind: Some(RunKind::Scheduled),
        schedule: schedules.first().map(|schedule| schedule.id),
        days: Some(30),
        search: Some("weavestream".into()),
    });
    filters
}

/// What each answer must be by itself. Holds on any data with a few runs.
pub async fn is_sound(database: &dyn Database, now: DateTime<Utc>) {
    let server = database.server().await.unwrap();
    assert!(server.version >= ServerVersion(120_000), "{server:?}");
    assert!((server.now - Utc::now()).abs() < chrono::TimeDelta::minutes(5), "{server:?}");
    let rights = database.rights().await.unwrap();
    assert!(rights.read && rights.change && rights.dump, "{rights:?}");
    for filter in filters(database, now).await {
        let found = database.runs(&filter, EVERYTHING, now).await.unwrap();
        assert!(
            found.runs.is_sorted_by_key(|run| std::cmp::Reverse((run.at(), run.id))),
            "{filter:?}: not newest first"
        );
        assert!(found.runs.iter().all(|run| fits(run, &filter)), "{filter:?} gave a run that it excludes");
        assert_eq!(found.runs.len() as u64, found.total.min(500), "{filter:?}: the total is another");
        if found.total <= 500 {
            let on_host: u64 = found.runs.iter().filter(|run| run.dump_path.is_some()).filter_map(|run| run.size).sum();
            assert_eq!(found.bytes_on_host, on_host, "{filter:?}");
        }
        pages(database, &filter, &found, now).await;
    }
    let latest = database.latest_good().await.unwrap().expect("a good run");
    assert!(latest.has_dump());
    assert_eq!(database.run(latest.id).await.unwrap().as_ref(), Some(&latest));
    assert_eq!(database.run(RunId(Uuid::nil())).await, Ok(None));
}

fn fits(run: &Run, filter: &RunFilter) -> bool {
    (filter.statuses.is_empty() || filter.statuses.contains(&run.status))
        && filter.kind.is_none_or(|kind| kind == run.kind)
        && filter.schedule.is_none_or(|schedule| run.schedule_id == Some(schedule))
}

/// Pages put together are the listing.
async fn pages(database: &dyn Database, filter: &RunFilter, whole: &RunPage, now: DateTime<Utc>) {
    let limit = 7;
    let mut together = Vec::new();
    for offset in (0..21).step_by(7) {
        let page = database.runs(filter, Page { offset, limit }, now).await.unwrap();
        assert_eq!((page.total, page.bytes_on_host), (whole.total, whole.bytes_on_host), "a page has other totals");
        together.extend(page.runs);
    }
    assert_eq!(together, whole.runs[..whole.runs.len().min(21)], "{filter:?}: pages are not the listing");
    let beyond = Page { offset: u32::try_from(whole.total).unwrap() + 1, limit };
    assert!(database.runs(filter, beyond, now).await.unwrap().runs.is_empty());
}

/// Every column that holds envelopes is looked into, and of each kid there are a few.
pub async fn samples_what_is_sealed(database: &dyn Database) -> Vec<SealedSamples> {
    let SealedData { samples, unknown } = database.sealed().await.unwrap();
    assert_eq!(unknown, Vec::<String>::new(), "columns that are not known");
    assert_eq!(samples.iter().map(|samples| samples.column).collect::<Vec<_>>(), SealedColumn::ALL);
    for samples in samples.iter().filter(|samples| samples.column != SealedColumn::Mfa) {
        let mut seen: BTreeMap<_, Vec<u64>> = BTreeMap::new();
        for sealed in samples.found.iter().flatten() {
            assert!(!sealed.row.is_empty(), "{sealed:?}");
            let head = Envelope::parse(&sealed.text).ok().map(|envelope| (envelope.kid, envelope.bound));
            seen.entry(head).or_default().push(sealed.rows);
        }
        for (head, rows) in seen {
            let kinds = rows.iter().filter(|rows| **rows > 0).count();
            assert!(kinds == 1 && rows.len() <= 3, "{:?} has {rows:?} of {head:?}", samples.column);
        }
    }
    samples
}

/// Two ways to the same data give the same answers.
pub async fn agree(one: &dyn Database, other: &dyn Database, now: DateTime<Utc>) {
    let mut schedules = (one.schedules().await.unwrap(), other.schedules().await.unwrap());
    // Order by name follows the server's collation.
    schedules.0.sort_by_key(|schedule| schedule.id);
    schedules.1.sort_by_key(|schedule| schedule.id);
    assert_eq!(schedules.0, schedules.1);
    assert_eq!(one.latest_good().await, other.latest_good().await);
    assert_eq!(one.sealed().await, other.sealed().await);
    for filter in filters(one, now).await {
        let answers = (one.runs(&filter, EVERYTHING, now).await, other.runs(&filter, EVERYTHING, now).await);
        assert_eq!(answers.0, answers.1, "{filter:?}");
    }
    for run in one.runs(&RunFilter::default(), Page { offset: 0, limit: 20 }, now).await.unwrap().runs {
        assert_eq!(other.run(run.id).await, Ok(Some(run)));
    }
}

/// Records a download of `entity`, with text that would break a careless
/// statement; the caller reads it back.
pub async fn records(database: &dyn Database, entity: &str, by: Option<Uuid>) -> AuditEntry {
    let entry = AuditEntry {
        action: "backup.run.downloaded".into(),
        entity_type: "BackupRun".into(),
        entity_id: entity.to_owned(),
        after: serde_json::json!({ "filename": "it's $1 \\ \"x\"; drop table users; --", "verified": true, "sizeBytes": 1 }),
        by,
    };
    database.record(&entry).await.unwrap();
    entry
}

fn values(name: &str) -> ScheduleValues {
    ScheduleValues {
        name: name.to_owned(),
        enabled: true,
        cron: "0 3 * * *".into(),
        timezone: Some("America/New_York".into()),
        retention: Retention { keep_last: 2, daily: 3, weekly: 4, monthly: 5 },
        notify_emails: vec!["it's@acme.example".into(), "ops@acme.example".into()],
        notify_on_success: true,
    }
}

fn done(outcome: ScheduleWritten) -> Schedule {
    match outcome {
        ScheduleWritten::Done(schedule) => schedule,
        other => panic!("not written: {other:?}"),
    }
}

/// Makes, changes, switches and deletes a schedule; a version that is old, a row
/// that is gone and a user who may not act are refused without a trace.
pub async fn writes_schedules(database: &dyn Database, actor: Option<Uuid>) {
    let stranger = Some(Uuid::new_v4());
    let before = database.schedules().await.unwrap().len();
    let create = ScheduleWrite::Create { values: values("it's \"new\" $1 \\") };
    assert_eq!(database.write_schedule(&create, stranger).await, Ok(ScheduleWritten::ActorRefused));
    assert_eq!(database.schedules().await.unwrap().len(), before);
    let made = done(database.write_schedule(&create, actor).await.unwrap());
    assert_eq!((made.name.as_str(), made.enabled, made.last_run_at), ("it's \"new\" $1 \\", true, None));
    assert_eq!(made.notify_emails.len(), 2);
    assert!(database.schedules().await.unwrap().contains(&made));

    let (id, first) = (made.id, made.updated_at);
    let mut other = values("another");
    (other.timezone, other.notify_emails) = (None, Vec::new());
    let update = |expected| ScheduleWrite::Update { id, expected, values: other.clone() };
    let changed = done(database.write_schedule(&update(first), actor).await.unwrap());
    assert_eq!((changed.name.as_str(), changed.timezone.as_deref()), ("another", None));
    assert!(changed.updated_at > first, "a version got its old stamp again");
    // The version that was edited is not the one that is there.
    assert_eq!(database.write_schedule(&update(first), actor).await, Ok(ScheduleWritten::Moved(changed.clone())));
    let off = |expected| ScheduleWrite::Enable { id, expected, enabled: false };
    assert_eq!(database.write_schedule(&off(first), actor).await, Ok(ScheduleWritten::Moved(changed.clone())));
    let switched = done(database.write_schedule(&off(changed.updated_at), actor).await.unwrap());
    assert_eq!(switched, Schedule { enabled: false, updated_at: switched.updated_at, ..changed.clone() });

    let delete = |expected| ScheduleWrite::Delete { id, expected };
    assert!(matches!(database.write_schedule(&delete(first), actor).await, Ok(ScheduleWritten::Moved(_))));
    assert_eq!(done(database.write_schedule(&delete(switched.updated_at), actor).await.unwrap()), switched);
    assert_eq!(database.write_schedule(&delete(switched.updated_at), actor).await, Ok(ScheduleWritten::Gone));
    assert_eq!(database.schedules().await.unwrap().len(), before);
}

/// Queues a run of a schedule of its own once, and settles it.
pub async fn queues_runs(database: &dyn Database, actor: Option<Uuid>) {
    let create = ScheduleWrite::Create { values: values("for runs") };
    let schedule = done(database.write_schedule(&create, actor).await.unwrap());
    assert_eq!(database.queue_run(Uuid::new_v4(), actor).await, Ok(RunQueued::Gone));
    assert_eq!(database.queue_run(schedule.id, Some(Uuid::new_v4())).await, Ok(RunQueued::ActorRefused));
    let Ok(RunQueued::Queued(run)) = database.queue_run(schedule.id, actor).await else { panic!("not queued") };
    assert_eq!(database.queue_run(schedule.id, actor).await, Ok(RunQueued::UnderWay(run)));
    let row = database.run(run).await.unwrap().unwrap();
    assert_eq!((row.status, row.kind, row.schedule_id), (RunStatus::Queued, RunKind::Manual, Some(schedule.id)));
    database.fail_queued_run(run, "it's not queued").await.unwrap();
    let row = database.run(run).await.unwrap().unwrap();
    assert_eq!((row.status, row.error.as_deref()), (RunStatus::Failed, Some("it's not queued")));
    // What has been settled is not settled again.
    database.fail_queued_run(run, "twice").await.unwrap();
    assert_eq!(database.run(run).await.unwrap().unwrap().error.as_deref(), Some("it's not queued"));
    assert_eq!(database.dumps(schedule.id).await, Ok(Vec::new()));
    assert_eq!(database.end_sessions("nobody calls itself like this").await, Ok(0));
    let delete = ScheduleWrite::Delete { id: schedule.id, expected: schedule.updated_at };
    done(database.write_schedule(&delete, actor).await.unwrap());
}
