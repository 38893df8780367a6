//! Weavestream's Postgres.

use chrono::{DateTime, Utc};
use selvage_core::ports::{AuditEntry, Database};
use selvage_core::weavestream::run::{Page, Run, RunFilter, RunId, RunKind, RunPage, RunStatus};
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
    assert!(server.version >= 120_000, "{server:?}");
    assert!((server.now - Utc::now()).abs() < chrono::TimeDelta::minutes(5), "{server:?}");
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

/// Two ways to the same data give the same answers.
pub async fn agree(one: &dyn Database, other: &dyn Database, now: DateTime<Utc>) {
    let mut schedules = (one.schedules().await.unwrap(), other.schedules().await.unwrap());
    // Order by name follows the server's collation.
    schedules.0.sort_by_key(|schedule| schedule.id);
    schedules.1.sort_by_key(|schedule| schedule.id);
    assert_eq!(schedules.0, schedules.1);
    assert_eq!(one.latest_good().await, other.latest_good().await);
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
pub async fn records(database: &dyn Database, entity: &str) -> AuditEntry {
    let entry = AuditEntry {
        action: "backup.run.downloaded".into(),
        entity_type: "BackupRun".into(),
        entity_id: entity.to_owned(),
        after: serde_json::json!({ "filename": "it's $1 \\ \"x\"; drop table users; --", "verified": true, "sizeBytes": 1 }),
    };
    database.record(&entry).await.unwrap();
    entry
}
