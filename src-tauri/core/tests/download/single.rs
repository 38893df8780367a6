//! One fault at a time, with everything that was promised about it.

use selvage_core::base::Problem;
use selvage_core::base::RequestError;
use selvage_core::download::{DownloadError, float};
use selvage_core::jobs::JobEnd;
use selvage_core::library::LocalDumpState;
use selvage_core::ports::LibraryError;
use selvage_testing::ends::{failed, refused, unsound};
use selvage_testing::host::StreamFault;
use selvage_testing::library::DiskFault;
use selvage_testing::sample;
use selvage_testing::scene::Scene;

const SIZE: usize = 60_000;

fn scene() -> Scene {
    Scene::with_dump(sample::dump(SIZE, 7))
}

#[tokio::test(start_paused = true)]
async fn a_download_brings_the_dump_its_manifest_a_record_an_audit_row_and_a_notice() {
    let scene = scene();
    assert_eq!(scene.download().await, JobEnd::Done);
    scene.check_held().await;
    scene.check_nothing_false().await;
    assert_eq!(scene.file(&scene.part()), None);
    let manifest = scene.file(&scene.names().manifest(1)).expect("the manifest lies beside it");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(Some(manifest), scene.run.manifest);
    let audit = scene.database.with(|tables| tables.audit.clone());
    assert_eq!(audit.len(), 1);
    assert_eq!(
        (audit[0].action.as_str(), audit[0].entity_id.clone()),
        ("backup.run.downloaded", scene.run.id.to_string())
    );
    assert_eq!(audit[0].after["verified"], true);
    assert_eq!(scene.notices.shown().len(), 1);
    assert!(scene.copies().await[0].entries > 0);
}

#[tokio::test(start_paused = true)]
async fn a_second_download_moves_no_byte() {
    let scene = scene();
    scene.download().await;
    let streams = scene.host.faults.streams().len();
    assert_eq!(scene.download().await, JobEnd::Done);
    assert_eq!(scene.host.faults.streams().len(), streams);
    scene.check_held().await;
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_taken_up_where_the_bytes_ended() {
    let scene = scene();
    scene.host.faults.on_stream(0, StreamFault::CutAt(20_000));
    scene.host.faults.on_stream(1, StreamFault::StallAt(5_000));
    assert_eq!(scene.download().await, JobEnd::Done);
    scene.check_held().await;
    let streams = scene.host.faults.streams();
    assert_eq!(streams.len(), 3, "{streams:?}");
    assert!(streams[1].contains("tail -c +20001 "), "{streams:?}");
    assert!(streams[2].contains("tail -c +25001 "), "{streams:?}");
}

#[tokio::test(start_paused = true)]
async fn patience_ends_and_the_part_is_kept_for_the_next_time() {
    let scene = scene();
    scene.host.faults.on_stream(0, StreamFault::CutAt(20_000));
    for nth in 1..=4 {
        scene.host.faults.on_stream(nth, StreamFault::NotConnected);
    }
    let end = scene.download().await;
    let Some(DownloadError::GaveUp { kept, .. }) = failed(&end) else { panic!("{end:?}") };
    assert!((kept - 20_000.0).abs() < 0.5, "{kept}");
    assert_eq!(scene.file(&scene.part()).as_deref(), Some(&scene.truth[..20_000]));
    scene.host.faults.clear();
    assert_eq!(scene.download().await, JobEnd::Done);
    let streams = scene.host.faults.streams();
    assert!(streams.last().unwrap().contains("tail -c +20001 "), "{streams:?}");
    scene.check_held().await;
}

#[tokio::test(start_paused = true)]
async fn a_break_after_the_last_byte_costs_nothing() {
    let scene = scene();
    scene.host.faults.on_stream(0, StreamFault::CutAtExit);
    assert_eq!(scene.download().await, JobEnd::Done);
    assert_eq!(scene.host.faults.streams().len(), 1);
    scene.check_held().await;
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_is_told_before_a_byte_moves() {
    let scene = scene();
    scene.library.set_capacity(Some(SIZE as u64 - 1));
    let end = scene.download().await;
    assert!(matches!(refused(&end), Some(LibraryError::DiskFull { .. })), "{end:?}");
    assert!(scene.host.faults.streams().is_empty());
    scene.library.set_capacity(None);
    assert_eq!(scene.download().await, JobEnd::Done);
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_fills_up_on_the_way_says_what_is_still_needed() {
    let scene = scene();
    scene.library.fault_after(10_000, DiskFault::Full);
    let end = scene.download().await;
    let Some(LibraryError::DiskFull { needed, .. }) = refused(&end) else { panic!("{end:?}") };
    assert!((needed - float(SIZE as u64 - 10_000)).abs() < 0.5, "{needed} bytes are said to be needed");
    assert_eq!(scene.file(&scene.part()).as_deref(), Some(&scene.truth[..10_000]));
}

#[tokio::test(start_paused = true)]
async fn damage_on_the_host_is_told_apart_from_damage_on_the_way() {
    for (on_host, expected) in [(true, Some(true)), (false, Some(false))] {
        let scene = scene();
        if on_host {
            let mut altered = scene.truth.as_ref().clone();
            altered[SIZE / 2] ^= 1;
            scene.host.change(|state| state.put(scene.dump().as_str(), altered));
        } else {
            scene.host.faults.on_stream(0, StreamFault::CorruptAt(30_000));
        }
        let end = scene.download().await;
        let Some(DownloadError::ChecksumMismatch { same_on_host, kept_as, .. }) = unsound(&end) else {
            panic!("{end:?}")
        };
        assert_eq!(same_on_host, expected);
        assert!(kept_as.ends_with(".dump.damaged"), "{kept_as}");
        assert!(scene.file(&scene.name()).is_none());
        assert!(scene.file(&format!("{}.damaged", scene.name())).is_some(), "the bad copy is kept");
        let copies = scene.copies().await;
        assert_eq!(copies.iter().map(|c| c.state).collect::<Vec<_>>(), [LocalDumpState::Damaged]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_cannot_be_read_is_not_verified_although_its_checksum_is_right() {
    let scene = Scene::with_dump(b"PGDMP, and then nothing that pg_restore could read".to_vec());
    let end = scene.download().await;
    assert!(matches!(unsound(&end), Some(DownloadError::NotAnArchive { .. })), "{end:?}");
    assert!(scene.file(&scene.name()).is_none());
    assert_eq!(scene.copies().await[0].state, LocalDumpState::Damaged);
}

#[tokio::test(start_paused = true)]
async fn the_same_run_is_not_downloaded_twice_at_once() {
    let scene = scene();
    let downloads = scene.start().await;
    let first = scene.begin(&downloads).await.unwrap();
    let second = scene.begin(&downloads).await;
    assert!(
        matches!(second.as_ref().map_err(Problem::find), Err(Some(RequestError::AlreadyRunning { .. }))),
        "{second:?}"
    );
    assert_eq!(downloads.jobs.ended(first).await, Ok(JobEnd::Done));
}

#[tokio::test(start_paused = true)]
async fn another_process_that_writes_the_same_part_is_not_disturbed() {
    use selvage_core::ports::Library;
    let scene = scene();
    let folder = scene.library.open(&scene.folder()).unwrap();
    let other = folder.part(&scene.part()).unwrap();
    let end = scene.download().await;
    assert!(matches!(refused(&end), Some(LibraryError::LibraryBusy { .. })), "{end:?}");
    assert_eq!(other.len(), Ok(0));
    drop(other);
    assert_eq!(scene.download().await, JobEnd::Done);
}

#[tokio::test(start_paused = true)]
async fn a_host_without_audit_log_does_not_spoil_a_good_copy() {
    let scene = scene();
    let refused = selvage_core::ports::DatabaseError::DatabaseRefused { reason: "permission denied".into() };
    scene.database.with(|tables| tables.audit_trouble = Some(refused));
    assert_eq!(scene.download().await, JobEnd::Done);
    scene.check_held().await;
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_job_is_known_while_it_is_being_kept() {
    let scene = scene();
    scene.store.hold_ends();
    let downloads = scene.start().await;
    let id = scene.begin(&downloads).await.unwrap();
    let mut changes = scene.host.faults.delivered();
    changes.wait_for(|bytes| *bytes == SIZE as u64).await.unwrap();
    // The job is done and its end is on its way to the disk.
    while !scene.copies().await.iter().any(|copy| copy.state == LocalDumpState::Verified) {
        tokio::task::yield_now().await;
    }
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    let jobs = downloads.jobs.clone();
    let waiting = tokio::spawn(async move { jobs.ended(id).await });
    tokio::task::yield_now().await;
    scene.store.release_ends();
    assert_eq!(waiting.await.unwrap(), Ok(JobEnd::Done));
}
