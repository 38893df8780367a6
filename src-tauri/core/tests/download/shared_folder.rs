//! Two deployments, or two of Selvage, and one folder.

use selvage_core::deployment::DeploymentStore as _;
use selvage_core::jobs::{JobEnd, JobResult};
use selvage_core::library::DumpStore as _;
use selvage_core::library::{DumpRecord, LocalDumpState};
use selvage_core::ports::{Library, LibraryError};
use selvage_testing::ends::refused;
use selvage_testing::sample;
use selvage_testing::scene::Scene;

/// Two deployments whose hosts made a dump in the same second, with one laptop.
fn two(same_short_name: bool) -> [Scene; 2] {
    let one = Scene::with_dump(sample::dump(9_000, 1));
    let mut other =
        Scene { library: one.library.clone(), store: one.store.clone(), ..Scene::with_dump(sample::dump(9_000, 2)) };
    if !same_short_name {
        other.deployment.name = "Beta".into();
        other.deployment.slug = "beta".into();
    }
    [one, other]
}

#[tokio::test(start_paused = true)]
async fn dumps_of_the_same_second_lie_beside_each_other() {
    for same_short_name in [false, true] {
        let scenes = two(same_short_name);
        for scene in &scenes {
            assert_eq!(scene.download().await, JobEnd::Done);
        }
        for scene in &scenes {
            let [dump] = &scene.local_dumps().await[..] else { panic!("not one dump") };
            assert!(dump.is_sound(), "{dump:?}");
            let name = dump.record.path.rsplit('/').next().unwrap();
            assert_eq!(scene.file(name).as_deref(), Some(scene.truth.as_slice()), "{name}");
            let manifest = scene.file(&name.replace(".dump", ".manifest.json")).unwrap();
            assert_eq!(Some(serde_json::from_slice(&manifest).unwrap()), scene.run.manifest, "{name}");
            // Once more moves no byte and no file.
            let streams = scene.host.faults.streams().len();
            assert_eq!(scene.download().await, JobEnd::Done);
            assert_eq!(scene.host.faults.streams().len(), streams, "{name}");
        }
        assert_eq!(scenes[0].library.files(&scenes[0].folder()).len(), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_nobody_recorded_is_not_touched() {
    let scene = Scene::with_dump(sample::dump(9_000, 1));
    for theirs in [b"short".to_vec(), sample::dump(9_000, 2)] {
        scene.library.put(&scene.folder(), &scene.name(), Some(theirs.clone()));
        assert_eq!(scene.download().await, JobEnd::Done);
        assert_eq!(scene.file(&scene.name()), Some(theirs));
        assert_eq!(scene.file(&scene.names().dump(2)).as_deref(), Some(scene.truth.as_slice()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_another_deployments_by_now_is_neither_judged_nor_deleted() {
    let [one, other] = two(false);
    for scene in [&one, &other] {
        scene.store.save_deployment(&scene.deployment).await.unwrap();
        assert_eq!(scene.download().await, JobEnd::Done);
    }
    // The record of a dump that lay where the other's lies now.
    let theirs = &other.copies().await[0].path;
    let ours = one.copies().await.remove(0);
    one.store.remove_dump_record(one.deployment.id, &ours.path).await.unwrap();
    one.store.save_dump_record(&DumpRecord { path: theirs.clone(), ..ours }).await.unwrap();
    assert_eq!(one.local_dumps().await[0].state, LocalDumpState::Changed);
    let downloads = one.start().await;
    let id = one.kept(&downloads).verify_again(&one.deployment, one.run.id).await.unwrap();
    let end = downloads.jobs.ended(id).await.unwrap();
    assert!(matches!(end, JobEnd::Unsound(_)), "{end:?}");
    one.kept(&downloads).delete(&one.deployment, one.run.id).await.unwrap();
    assert!(one.copies().await.is_empty());
    assert_eq!(other.file(&other.name()).as_deref(), Some(other.truth.as_slice()));
    assert!(other.local_dumps().await[0].is_sound());
}

#[tokio::test(start_paused = true)]
async fn a_part_that_another_selvage_finished_meanwhile_is_its_dump() {
    let scene = Scene::with_dump(sample::dump(9_000, 1));
    let folder = scene.library.open(&scene.folder()).unwrap();
    let mut theirs = folder.part(scene.names().part()).unwrap();
    let end = scene.download().await;
    assert!(matches!(refused(&end), Some(LibraryError::LibraryBusy { .. })), "{end:?}");
    theirs.append(&scene.truth).unwrap();
    theirs.rename(&scene.name()).unwrap().unwrap();
    drop(theirs);
    assert_eq!(scene.download().await, JobEnd::Done);
    assert!(scene.host.faults.streams().is_empty(), "it was transferred again");
    assert_eq!(scene.file(&scene.part()), None);
}

#[tokio::test(start_paused = true)]
async fn a_job_tells_what_it_made_itself() {
    let [one, other] = two(false);
    let (first, second) = (one.start().await, other.start().await);
    let ids = [one.begin(&first).await.unwrap(), other.begin(&second).await.unwrap()];
    for (scene, downloads, id) in [(&one, &first, ids[0]), (&other, &second, ids[1])] {
        let ended = downloads.jobs.outcome(id).await.unwrap();
        let Some(JobResult::Dump { dump }) = ended.result else { panic!("{ended:?}") };
        assert_eq!((dump.run, dump.state), (scene.run.id, LocalDumpState::Verified));
        assert_eq!(dump.sha256, sample::sha256(&scene.truth));
    }
}
