//! The real store and the real library pass the suites of their ports.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use selvage_core::deployment::DeploymentStore as _;
use selvage_core::jobs::{Job, JobId, JobKind, JobStore};
use selvage_core::library::DumpStore as _;
use selvage_core::library::LocalDumpState;
use selvage_store::{DiskLibrary, SqliteStore};
use selvage_testing::contract::store::Store;
use selvage_testing::{contract, sample};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

#[tokio::test]
async fn store() {
    let folder = tempfile::tempdir().unwrap();
    contract::store::works(&SqliteStore::open(folder.path()).await.unwrap()).await;
}

#[tokio::test]
async fn jobs_of_a_process_that_died_are_found_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let first = SqliteStore::open(folder.path()).await.unwrap();
    let next = async || Box::new(SqliteStore::open(folder.path()).await.unwrap()) as Box<dyn Store>;
    contract::store::jobs_of_the_dead(first, next).await;
}

#[tokio::test]
async fn jobs_of_another_process_that_lives_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let first = SqliteStore::open(folder.path()).await.unwrap();
    let job = contract::store::job(1);
    first.begin_job(&job).await.unwrap();
    let second = SqliteStore::open(folder.path()).await.unwrap();
    assert!(second.abandoned_jobs().await.unwrap().is_empty());
    let same = Job { id: JobId(uuid::Uuid::new_v4()), ..job.clone() };
    assert_eq!(second.begin_job(&same).await, Ok(Some(job.id)), "two processes use the same");
    assert_eq!(second.jobs(10).await.unwrap(), [job], "what one wrote the other reads");
}

#[tokio::test]
async fn what_was_kept_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let deployment = selvage_testing::sample::deployment();
    let first = SqliteStore::open(folder.path()).await.unwrap();
    first.save_deployment(&deployment).await.unwrap();
    drop(first);
    let second = SqliteStore::open(folder.path()).await.unwrap();
    assert_eq!(second.deployments().await.unwrap(), [deployment]);
}

#[cfg(unix)]
#[tokio::test]
async fn the_data_folder_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    SqliteStore::open(&data).await.unwrap();
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn library() {
    let folder = tempfile::tempdir().unwrap();
    contract::library::works(&DiskLibrary, folder.path());
}

#[test]
fn a_library_that_goes_away() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("unplugged");
    std::fs::create_dir(&root).unwrap();
    contract::library::vanishes(&DiskLibrary, &root, || std::fs::remove_dir_all(&root).unwrap());
}

/// On a real file system of 4 MiB. Needs root, as `tests/host` does.
#[cfg(target_os = "linux")]
#[test]
fn a_library_that_fills_up() {
    let folder = tempfile::tempdir().unwrap();
    let small = selvage_testing::mount::Mount::small(&folder.path().join("small"), 4 << 20);
    contract::library::fills_up(&DiskLibrary, small.path(), 4 << 20);
    let left: Vec<_> = std::fs::read_dir(small.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["kept"], "something is left of what did not fit");
}

/// On a real read-only mount: root may write to any folder that merely says no.
#[cfg(target_os = "linux")]
#[test]
fn a_library_that_is_read_only() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real");
    std::fs::create_dir(&real).unwrap();
    std::fs::write(real.join("file"), "here").unwrap();
    let mounted = selvage_testing::mount::Mount::read_only(&folder.path().join("mounted"), &real);
    contract::library::read_only(&DiskLibrary, mounted.path());
}

/// A document of a version that wrote one key twice, of a newer version, and nonsense.
#[tokio::test]
async fn an_entry_that_cannot_be_read_is_one_entry_and_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (deployment, id) = (sample::deployment(), "0b7e9df0-7a53-4a52-9c8c-0e0f7b0c5a01");
    let store = SqliteStore::open(folder.path()).await.unwrap();
    store.save_deployment(&deployment).await.unwrap();
    drop(store);
    let options = SqliteConnectOptions::new().filename(folder.path().join("selvage.db"));
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let twice = r#"{"end":{"end":"found_wanting","problem":{"code":"no_usable_manifest","error":{"why":"name","why":"pattern"}}}}"#;
    for sql in [
        format!("insert into jobs values ('{id}', '2026-10-22T07:00:00.000Z', 'nobody', 0, '{twice}')"),
        format!("insert into deployments values ('{id}', 'Of a newer one', 'of-a-newer-one', '{{\"id\": 12}}')"),
        format!(
            "insert into local_dumps values ('{}', '/library/x.dump', '2026-10-22T07:00:00.000Z', '[]')",
            deployment.id
        ),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    }
    pool.close().await;
    let store = SqliteStore::open(folder.path()).await.unwrap();
    let names: Vec<_> = store.deployments().await.unwrap().into_iter().map(|known| known.name).collect();
    assert_eq!(names, [deployment.name.as_str(), "Of a newer one"]);
    let [job] = &store.jobs(10).await.unwrap()[..] else { panic!("not one job") };
    assert!(matches!(&job.kind, JobKind::Unreadable { reason } if !reason.is_empty()), "{job:?}");
    assert_eq!(store.abandoned_jobs().await.unwrap(), std::slice::from_ref(job));
    let [dump] = &store.dump_records(deployment.id).await.unwrap()[..] else { panic!("not one dump") };
    assert_eq!((dump.path.as_str(), dump.state), ("/library/x.dump", LocalDumpState::Unverified));
}
