//! Copies on this laptop: looked at again, altered, gone, deleted.

use selvage_core::deployment::DeploymentStore as _;

use selvage_core::download::DownloadError;
use selvage_core::jobs::JobEnd;
use selvage_core::library::LocalDumpState;
use selvage_core::ports::{Clock, Library as _, LibraryError};
use selvage_core::settings::Settings;
use selvage_testing::ends::unsound;
use selvage_testing::sample;
use selvage_testing::scene::Scene;

async fn held() -> Scene {
    let scene = Scene::with_dump(sample::dump(9_000, 11));
    assert_eq!(scene.download().await, JobEnd::Done);
    scene
}

async fn verify(scene: &Scene) -> JobEnd {
    let downloads = scene.start().await;
    scene.clock.advance(chrono::TimeDelta::days(31));
    match scene.kept(&downloads).verify_again(&scene.deployment, scene.run.id).await {
        Ok(id) => downloads.jobs.ended(id).await.unwrap(),
        Err(problem) => JobEnd::from(problem),
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_is_what_it_was_is_verified_again_without_the_host() {
    let scene = held().await;
    let before = scene.copies().await[0].checked_at;
    scene.connector.distrust();
    assert_eq!(verify(&scene).await, JobEnd::Done);
    let copies = scene.copies().await;
    assert!(copies[0].checked_at > before);
    assert_eq!(copies[0].state, LocalDumpState::Verified);
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_rotted_is_set_aside_and_no_longer_called_verified() {
    let scene = held().await;
    let mut rotten = scene.truth.as_ref().clone();
    rotten[5_000] ^= 4;
    scene.library.put(&scene.folder(), &scene.name(), Some(rotten.clone()));
    let end = verify(&scene).await;
    assert!(matches!(unsound(&end), Some(DownloadError::ChecksumMismatch { .. })), "{end:?}");
    let copies = scene.copies().await;
    assert_eq!(copies.iter().map(|c| c.state).collect::<Vec<_>>(), [LocalDumpState::Damaged]);
    assert!(copies[0].path.ends_with(".damaged"));
    assert_eq!(scene.file(&format!("{}.damaged", scene.name())), Some(rotten));
    scene.check_nothing_false().await;
    assert_eq!(scene.download().await, JobEnd::Done);
    scene.check_nothing_false().await;
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_comes_back_is_verified_again() {
    let scene = held().await;
    scene.library.put(&scene.folder(), &scene.name(), None);
    let end = verify(&scene).await;
    assert!(matches!(unsound(&end), Some(DownloadError::CopyGone { .. })), "{end:?}");
    assert_eq!(scene.local_dumps().await[0].state, LocalDumpState::Gone);
    scene.library.put(&scene.folder(), &scene.name(), Some(scene.truth.as_ref().clone()));
    assert_eq!(verify(&scene).await, JobEnd::Done);
    assert_eq!(scene.copies().await[0].state, LocalDumpState::Verified, "it equals the digest that was proved");
}

#[tokio::test(start_paused = true)]
async fn a_damaged_copy_is_not_verified_by_being_read_again() {
    let scene = Scene::with_dump(sample::dump(9_000, 11));
    let mut altered = scene.truth.as_ref().clone();
    altered[8_000] ^= 1;
    scene.host.change(|state| state.put(scene.dump().as_str(), altered));
    scene.download().await;
    let end = verify(&scene).await;
    assert!(matches!(end, JobEnd::Unsound(_) | JobEnd::Refused(_)), "{end:?}");
    assert_eq!(scene.copies().await[0].state, LocalDumpState::Damaged);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_copy_that_was_recorded_as_verified_loses_that_record_at_once() {
    let scene = held().await;
    let mut other = scene.truth.as_ref().clone();
    other[100] ^= 1;
    scene.library.put(&scene.folder(), &scene.name(), Some(other));
    // The new transfer does not come to its end.
    for nth in 0..5 {
        scene.host.faults.on_stream(nth, selvage_testing::host::StreamFault::NotConnected);
    }
    let end = scene.download().await;
    assert!(matches!(end, JobEnd::Failed(_)), "{end:?}");
    scene.check_nothing_false().await;
}

#[tokio::test(start_paused = true)]
async fn deleting_takes_the_copy_its_manifest_and_its_record_and_nothing_else() {
    let scene = held().await;
    scene.library.put(&scene.folder(), "notes.txt", Some(b"mine".to_vec()));
    let downloads = scene.start().await;
    scene.kept(&downloads).delete(&scene.deployment, scene.run.id).await.unwrap();
    assert!(scene.copies().await.is_empty());
    let left: Vec<String> = scene.library.files(&scene.folder()).into_keys().collect();
    assert_eq!(left, ["notes.txt"]);
}

#[tokio::test(start_paused = true)]
async fn a_dump_that_was_deleted_or_altered_by_hand_is_not_sound_at_the_next_look() {
    let scene = held().await;
    assert!(scene.local_dumps().await[0].is_sound());
    let now = scene.clock.now();
    scene.library.put(&scene.folder(), &scene.name(), None);
    let gone = &scene.local_dumps().await[0];
    assert_eq!((gone.state, gone.is_sound(), gone.is_due(now)), (LocalDumpState::Gone, false, false));
    // The same bytes, copied back: another time, so it has to be read again.
    scene.library.put(&scene.folder(), &scene.name(), Some(scene.truth.as_ref().clone()));
    let changed = &scene.local_dumps().await[0];
    assert_eq!((changed.state, changed.is_sound(), changed.is_due(now)), (LocalDumpState::Changed, false, true));
    assert_eq!(verify(&scene).await, JobEnd::Done);
    assert!(scene.local_dumps().await[0].is_sound());
    scene.library.set_fault(Some(selvage_testing::library::DiskFault::Vanished));
    assert_eq!(scene.local_dumps().await[0].state, LocalDumpState::Gone, "a disk that was unplugged");
    scene.library.set_fault(None);
    assert!(scene.local_dumps().await[0].is_sound(), "it is plugged in again");
}

#[tokio::test(start_paused = true)]
async fn a_dump_is_read_again_after_a_month() {
    let scene = held().await;
    let days = |days| scene.clock.now() + chrono::TimeDelta::days(days);
    let dump = &scene.local_dumps().await[0];
    assert!(!dump.is_due(days(29)) && dump.is_due(days(31)));
}

#[tokio::test(start_paused = true)]
async fn what_is_due_is_read_again_by_itself_and_what_is_not_is_left() {
    let scene = held().await;
    let downloads = scene.start().await;
    let dumps = scene.kept(&downloads);
    let jobs = async || downloads.jobs.jobs().await.unwrap().len();
    let before = jobs().await;
    dumps.read_due(&scene.deployment).await.unwrap();
    assert_eq!(jobs().await, before);
    // Touched: the same bytes with another time.
    scene.library.put(&scene.folder(), &scene.name(), Some(scene.truth.as_ref().clone()));
    dumps.read_due(&scene.deployment).await.unwrap();
    assert_eq!(jobs().await, before + 1);
    assert!(scene.local_dumps().await[0].is_sound());
    scene.clock.advance(chrono::TimeDelta::days(31));
    dumps.read_due(&scene.deployment).await.unwrap();
    assert_eq!(jobs().await, before + 2);
    assert!(!scene.local_dumps().await[0].is_due(scene.clock.now()));
}

#[tokio::test(start_paused = true)]
async fn the_verdict_falls_when_the_dump_is_gone() {
    use selvage_core::evidence::{VerdictState, verdict};
    use selvage_core::observation::observe;
    let scene = held().await;
    scene.store.save_deployment(&scene.deployment).await.unwrap();
    let vault = scene.vault();
    scene.host.change(|host| host.env.put(sample::env_file(1, "a", ""), scene.clock.now()));
    vault.capture(&scene.deployment).await.unwrap();
    let seen = observe(&scene.links(), scene.store.as_ref(), &vault, &scene.deployment).await.unwrap();
    let status = vault.status(scene.deployment.id).await.unwrap();
    let judged = async || verdict(Some(&seen.summary), &scene.local_dumps().await, &status, &scene.moment()).state;
    assert_eq!(judged().await, VerdictState::Saved);
    scene.library.put(&scene.folder(), &scene.name(), None);
    assert_eq!(judged().await, VerdictState::AtRisk);
}

#[tokio::test(start_paused = true)]
async fn the_folder_for_dumps_is_made_and_kept_or_the_one_before_stays() {
    let scene = Scene::with_dump(sample::dump(9_000, 11));
    let settings = Settings::of(scene.store.clone());
    let dumps = scene.kept(&scene.start().await);
    let home = scene.folder();
    scene.library.open(&home).unwrap();
    let made = home.join("Selvage");
    dumps.use_folder(&made).await.unwrap();
    assert_eq!(settings.library().await.unwrap(), Some(made.clone()));
    assert!(scene.library.open(&made.join("acme")).is_ok(), "it can hold the folders of deployments");
    let refused = dumps.use_folder(&home.join("not/there")).await.unwrap_err();
    assert!(matches!(refused.find(), Some(LibraryError::LibraryMissing { .. })), "{refused:?}");
    assert_eq!(settings.library().await.unwrap(), Some(made));
}
