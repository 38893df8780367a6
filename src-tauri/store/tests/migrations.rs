//! What an older Selvage wrote is read by this one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use selvage_core::deployment::DeploymentStore as _;
use selvage_core::library::DumpStore as _;
use selvage_core::vault::VaultStore as _;
use std::path::Path;

use selvage_core::activity::{ActivityKind, ActivityStore as _, SecretAct};
use selvage_core::deployment::DeploymentId;
use selvage_core::jobs::{JobEnd, JobStore as _, log_of};
use selvage_core::observation::{ObservationStore as _, Part};
use selvage_core::queue::QueueSeen;
use selvage_store::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

const ID: &str = "0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a01";
const DEPLOYMENT: &str = r#"{"id":"0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a01","name":"Acme","slug":"acme","ssh":{"host":"ws1","port":22,
    "user":"deploy","auth":{"method":"key","file":"~/.ssh/id_ed25519"},"jump":null},"folder":"/opt/weavestream"}"#;

fn observation(queue: &str) -> String {
    format!(
        r#"{{"at":"2026-10-22T08:00:00Z","facts":{{"login":"deploy","clock_skew":0,"docker":{{"Err":{{"code":"docker_missing","reason":"x"}}}},
        "sudo":false,"folder":"/opt/weavestream","compose_file":{{"Ok":"compose.yml"}},"services":[],"compose_trouble":null,
        "backup_folder":null,"dumps_direct":false,"dumps_sudo":false,"free":null}},"forwarded":true,"schedules":[],
        "queue":{queue},"recent":[],"latest_good":null}}"#
    )
}

/// A database as it was after so many migrations.
async fn after(migrations: usize, folder: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(folder.join("selvage.db")).create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let mut first = sqlx::migrate!("./migrations");
    first.migrations.to_mut().truncate(migrations);
    first.run(&pool).await.unwrap();
    pool
}

/// A data folder of the first version.
async fn of_the_first_version(folder: &Path, queue: &str) {
    let pool = after(1, folder).await;
    let deployment = "insert into deployments values (?1, 'Acme', 'acme', ?2)";
    sqlx::query(deployment).bind(ID).bind(DEPLOYMENT).execute(&pool).await.unwrap();
    let seen = "insert into observations values (?1, ?2)";
    sqlx::query(seen).bind(ID).bind(observation(queue)).execute(&pool).await.unwrap();
    pool.close().await;
}

#[tokio::test]
async fn deployments_of_one_link_and_what_was_seen_of_them() {
    let read = r#"{"Ok":{"schedulers":[{"id":"backup-config-x","next":null,"pattern":"0 3 * * *","tz":null}],"cron_parser":"4.9.0"}}"#;
    for (queue, schedulers) in [(read, Some(1)), (r#"{"Err":"Redis is down"}"#, None)] {
        let folder = tempfile::tempdir().unwrap();
        of_the_first_version(folder.path(), queue).await;
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let [deployment] = &store.deployments().await.unwrap()[..] else { panic!("not one deployment") };
        let ssh = deployment.ssh.as_ref().unwrap();
        assert_eq!(
            (ssh.target.host.as_str(), ssh.target.port, ssh.folder.as_str()),
            ("ws1", Some(22), "/opt/weavestream")
        );
        assert_eq!(deployment.direct, None);
        let seen = store.observation(deployment.id).await.unwrap().unwrap();
        assert_eq!(seen.facts.map(|facts| facts.login).as_deref(), Some("deploy"));
        match (seen.queue, schedulers) {
            (QueueSeen::Read(queue), Some(count)) => assert_eq!(queue.schedulers.len(), count),
            (QueueSeen::Unread { reason }, None) => assert_eq!(reason, "Redis is down"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_data_folder_that_many_open_at_once() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let opened = (0..8).map(|_| {
            let folder = folder.path().to_path_buf();
            tokio::spawn(async move { SqliteStore::open(&folder).await.map(drop) })
        });
        for opening in opened.collect::<Vec<_>>() {
            assert_eq!(opening.await.unwrap(), Ok(()));
        }
    }
}

#[tokio::test]
async fn names_that_were_not_plain_and_documents_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let deployment: DeploymentId = serde_json::from_value(ID.into()).unwrap();
    let pool = after(4, folder.path()).await;
    let run = async |sql: &'static str, document: &str| {
        sqlx::query(sql).bind(ID).bind(document).execute(&pool).await.unwrap();
    };
    run("insert into deployments values (?1, 'Acme', 'acme', ?2)", DEPLOYMENT).await;
    let job = r#"{"id":"0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a01","deployment":"0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a01",
        "kind":{"kind":"download","run":"0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a09","file":"f"},"startedAt":"2026-10-22T08:00:00Z","endedAt":"2026-10-22T08:01:00Z",
        "step":"Comparing","progress":null,"canceling":false,
        "end":{"end":"found_wanting","problem":{"code":"checksum_mismatch","expected":"a","found":"b","sameOnHost":null,"keptAs":"f.damaged"}}}"#;
    run("insert into jobs values (?1, '2026-10-22T08:00:00Z', 'p', 1, ?2)", job).await;
    sqlx::query(
        "insert into jobs values ('0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a02', '2026-10-22T07:00:00Z', 'p', 1, 'no JSON')",
    )
    .execute(&pool)
    .await
    .unwrap();
    let version = selvage_testing::sample::env_version(deployment, 1);
    let mut document = serde_json::to_value(&version).unwrap();
    let fields = document.as_object_mut().unwrap();
    let missing = fields.remove("missing_keys").unwrap();
    fields.insert("left_behind".into(), missing);
    run("insert into env_versions values (?1, 1, ?2)", &document.to_string()).await;
    pool.close().await;

    let store = SqliteStore::open(folder.path()).await.unwrap();
    let jobs = store.jobs(10).await.unwrap();
    let ended = jobs.iter().find(|job| job.id.to_string() == ID).unwrap();
    assert!(matches!(&ended.end, Some(JobEnd::Unsound(_))), "{ended:?}");
    assert!(!ended.cancelling);
    assert_eq!(jobs.len(), 2, "what cannot be read is one entry");
    assert_eq!(store.env_versions(deployment).await.unwrap(), [version]);
}

#[tokio::test]
async fn logs_become_journals_and_what_was_done_with_secrets_is_no_job() {
    let folder = tempfile::tempdir().unwrap();
    let pool = after(6, folder.path()).await;
    let run = async |sql: &'static str| {
        sqlx::query(sql).execute(&pool).await.unwrap();
    };
    run(r#"insert into jobs values ('0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a01', '2026-10-22T08:00:00.000Z', 'p', 1,
        '{"id":"0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a01","deployment":"0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a01",
        "kind":{"kind":"dump","deployment":"0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a01","file":"f"},"startedAt":"2026-10-22T08:00:00Z",
        "endedAt":"2026-10-22T08:01:00Z","step":"Dumping","progress":{"done":1.0,"total":null,"rate":null,"secondsLeft":null},
        "cancelling":false,"end":{"end":"done"},"result":null}')"#).await;
    run(r#"insert into jobs values ('0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a02', '2026-10-22T09:00:00.000Z', 'p', 1,
        '{"id":"0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a02","deployment":"0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a01",
        "kind":{"kind":"secret","act":"revealed","version":2,"name":"POSTGRES_PASSWORD"},"startedAt":"2026-10-22T09:00:00Z",
        "endedAt":"2026-10-22T09:00:00Z","step":"","progress":null,"cancelling":false,"end":{"end":"done"}}')"#).await;
    for line in ["Dumping", "it''s complete"] {
        let sql = format!(
            r#"insert into job_log (job, document) values ('0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a01',
            '{{"at":"2026-10-22T08:00:30Z","text":"{line}"}}')"#
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    }
    pool.close().await;

    let store = SqliteStore::open(folder.path()).await.unwrap();
    let [job] = &store.jobs(10).await.unwrap()[..] else { panic!("not one job") };
    assert_eq!((job.end.clone(), job.step.clone()), (Some(JobEnd::Done), None));
    let lines: Vec<_> = log_of(&store.journal(job.id).await.unwrap()).into_iter().map(|line| line.text).collect();
    assert_eq!(lines, ["Dumping", "it's complete"]);
    let [activity] = &store.activity(10).await.unwrap()[..] else { panic!("not one activity") };
    let name = Some("POSTGRES_PASSWORD".to_owned());
    assert_eq!(activity.kind, ActivityKind::Secret { act: SecretAct::Revealed, version: 2, name });
}

#[tokio::test]
async fn what_is_written_down_is_never_changed() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).await.unwrap();
    selvage_testing::contract::store::works(&store).await;
    let options = SqliteConnectOptions::new().filename(folder.path().join("selvage.db"));
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let id = selvage_testing::contract::store::job(1);
    store.begin_job(&id).await.unwrap();
    let entry = selvage_core::jobs::Entry::Ended { end: JobEnd::Done };
    let entry = selvage_core::jobs::JournalEntry { at: selvage_testing::sample::now(), what: entry };
    store.append_journal(id.id, &[entry]).await.unwrap();
    for sql in ["update journal set document = '{}'", "delete from activity"] {
        assert!(sqlx::query(sql).execute(&pool).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn an_observation_is_taken_apart_and_dumps_get_the_time_of_their_run() {
    let folder = tempfile::tempdir().unwrap();
    let pool = after(7, folder.path()).await;
    let deployment = selvage_testing::sample::deployment();
    let schedules = [selvage_testing::sample::schedule("Daily", true)];
    let runs = selvage_testing::sample::past(3, &schedules, selvage_testing::sample::now());
    let mut observed: serde_json::Value = serde_json::from_str(&observation("null")).unwrap();
    observed["queue"] = serde_json::to_value(QueueSeen::OutOfReach).unwrap();
    observed["recent"] = serde_json::to_value(&runs[..2]).unwrap();
    observed["latest_good"] = serde_json::to_value(&runs[2]).unwrap();
    let id = deployment.id.to_string();
    let run = async |sql: &'static str, one: &str, document: &str| {
        sqlx::query(sql).bind(&id).bind(one).bind(document).execute(&pool).await.unwrap();
    };
    let added = serde_json::to_string(&deployment).unwrap();
    run("insert into deployments values (?1, ?2, 'acme', ?3)", &deployment.name, &added).await;
    run("insert into observations values (?1, ?3) -- ?2", "", &observed.to_string()).await;
    let mut records = Vec::new();
    for (n, seen) in runs.iter().take(3).enumerate() {
        let mut record = selvage_testing::sample::dump_record(deployment.id, &format!("/l/{n}"));
        record.run = seen.id;
        let mut document = serde_json::to_value(&record).unwrap();
        document.as_object_mut().unwrap().remove("run_at");
        run(
            "insert into local_dumps values (?1, ?2, '2026-10-22T07:00:00.000Z', ?3)",
            &record.path,
            &document.to_string(),
        )
        .await;
        records.push((record.path, seen.at()));
    }
    let mut one_off = selvage_testing::sample::dump_record(deployment.id, "/l/manual");
    one_off.made_at = Some(selvage_testing::sample::now());
    let document = serde_json::to_string(&one_off).unwrap();
    run("insert into local_dumps values (?1, ?2, '2026-10-22T07:00:00.000Z', ?3)", "/l/manual", &document).await;
    pool.close().await;

    let store = SqliteStore::open(folder.path()).await.unwrap();
    let seen = store.observation(deployment.id).await.unwrap().unwrap();
    assert_eq!(seen.recent, runs[..2]);
    assert_eq!(seen.summary.latest_good.as_ref(), Some(&runs[2]));
    assert_eq!(seen.summary.seen_at(Part::Host), Some(seen.summary.at), "host and database were seen at once");
    assert_eq!(seen.facts.map(|facts| facts.login).as_deref(), Some("deploy"));
    assert_eq!(store.observed_runs(deployment.id).await.unwrap(), runs[..2]);
    for record in store.dump_records(deployment.id).await.unwrap() {
        let expected = records.iter().find(|(path, _)| *path == record.path).map(|(_, at)| *at);
        assert_eq!(record.run_at, expected, "{}", record.path);
        assert_eq!(record.made_at.is_some(), record.path == "/l/manual");
    }
}
