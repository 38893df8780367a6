//! What an older Selvage wrote is read by this one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::Path;

use selvage_core::ports::Store as _;
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

/// A data folder of the first version.
async fn of_the_first_version(folder: &Path, queue: &str) {
    let options = SqliteConnectOptions::new().filename(folder.join("selvage.db")).create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let mut first = sqlx::migrate!("./migrations");
    first.migrations.to_mut().truncate(1);
    first.run(&pool).await.unwrap();
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
