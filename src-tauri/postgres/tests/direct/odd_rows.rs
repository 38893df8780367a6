//! Rows that no reader expects: each is one row, and hides no other.

use chrono::Utc;
use selvage_core::deployment::TlsMode;
use selvage_core::ports::DirectConnector;
use selvage_core::weavestream::run::{Page, RunFilter, RunStatus};
use selvage_postgres::PostgresConnector;

use super::scene::Scene;

const TABLES: &str = include_str!("../../../../tests/host/database/migrations/0033_scheduled_backups.sql");

#[tokio::test]
async fn one_odd_row_hides_no_other() {
    let scene = Scene::new();
    // Its first line is of a type that is not here.
    scene.server.change(TABLES.split_once('\n').unwrap().1);
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let run = |columns: &str, values: &str| {
        scene
            .server
            .change(&format!("insert into backup_run (kind, status, {columns}) values ('SCHEDULED', {values})"));
    };
    run("started_at, size_bytes, dump_path", "'success', '2026-10-20 07:00', 5, '/var/lib/weavestream/backup/a.dump'");
    run("started_at, dump_path", "'success', 'infinity', '/var/lib/weavestream/backup/b.dump'");
    run("started_at, finished_at", "'failed', '2026-10-19 07:00', '-infinity'");
    run("started_at", "'running', '290000-01-01 00:00'");
    run("created_at", "'queued', '0044-03-15 00:00 BC'");
    run("started_at, size_bytes, dump_path", "'success', '2026-10-18 07:00', -7, '/var/lib/weavestream/backup/c.dump'");
    run("started_at, manifest", &format!("'success', '2026-10-17 07:00', '{deep}'"));
    run("started_at, size_bytes, dump_path", "'success', '2026-10-16 07:00', 9223372036854775807, '/x/d.dump'");
    run("started_at, size_bytes, dump_path", "'success', '2026-10-15 07:00', 9223372036854775807, '/x/e.dump'");
    scene.server.change("alter type \"BackupRunStatus\" add value 'paused'");
    run("started_at", "'paused', '2026-10-14 07:00'");
    let postgres = PostgresConnector.connect(&scene.request(TlsMode::VerifyFull)).await.unwrap();
    let database = postgres.database();
    let page = Page { offset: 0, limit: 50 };
    let found = database.runs(&RunFilter::default(), page, Utc::now()).await.unwrap();
    assert_eq!((found.total, found.runs.len()), (10, 10));
    let told: Vec<_> = found
        .runs
        .iter()
        .filter(|run| run.status == RunStatus::Unreadable)
        .map(|run| run.error.clone().unwrap_or_default())
        .collect();
    let odd = [
        "started_at is infinity",
        "started_at is 290000-01-01T00:00:00+00:00",
        "finished_at is -infinity",
        "size_bytes is -7",
        "status is paused",
        "created_at is 0044-03-15T00:00:00+00:00 BC",
    ];
    assert_eq!(told, odd);
    let latest = database.latest_good().await.unwrap().unwrap();
    assert_eq!(latest.dump_path.as_deref(), Some("/var/lib/weavestream/backup/a.dump"), "the newest that can be read");

    let schedule = |columns: &str, values: &str| {
        scene.server.change(&format!(
            "insert into backup_config (name, cron, retention, {columns}) values ('n', '0 3 * * *', {values})"
        ));
    };
    schedule("updated_at", "'{}', now()");
    schedule("updated_at, last_run_at", "'{}', now(), 'infinity'");
    schedule("updated_at", "'{}', 'infinity'");
    schedule("updated_at, notify_emails", &format!("'{deep}', now(), '{{a@example.test,NULL}}'"));
    let schedules = database.schedules().await.unwrap();
    assert_eq!(schedules.len(), 4);
    assert_eq!(schedules.iter().filter(|schedule| schedule.unreadable.is_some()).count(), 2);
    assert!(schedules.iter().any(|schedule| schedule.notify_emails == ["a@example.test"]));
    scene.server.change("update backup_run set config_id = (select min(id::text)::uuid from backup_config)");
    let dumps = database.dumps(schedules.iter().map(|schedule| schedule.id).min().unwrap()).await.unwrap();
    assert_eq!(dumps.len(), 5, "those whose time can be read: {dumps:?}");
}
