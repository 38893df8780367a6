use selvage_core::base::Problem;
use selvage_core::deployment::DeploymentStore as _;
use selvage_core::ports::KeyringError;
use selvage_core::vault::VaultStore as _;
use selvage_core::vault::{EnvVersion, VaultError};
use selvage_testing::keyring::Mood;
use selvage_testing::sample;
use selvage_testing::scene::Scene;

use super::{capture, put, scene};

#[tokio::test]
async fn each_way_in_which_a_keyring_refuses_is_told_and_leaves_nothing() {
    for mood in [Mood::Locked, Mood::Denied, Mood::Absent, Mood::Silent, Mood::Empty, Mood::Forgetful] {
        let (scene, vault) = scene().await;
        let id = scene.deployment.id;
        capture(&scene, &vault).await;
        put(&scene, &sample::env_file(2, "b", ""));
        scene.keyring.set_mood(mood);
        let problem = vault.capture(&scene.deployment).await.unwrap_err();
        let expected = match mood {
            Mood::Locked => KeyringError::KeyringLocked,
            Mood::Denied => KeyringError::KeyringDenied,
            Mood::Absent => KeyringError::KeyringAbsent { reason: "no secret service".into() },
            Mood::Silent => KeyringError::KeyringTimedOut { seconds: 45 },
            Mood::Empty => KeyringError::KeyringNoCollection,
            _ => KeyringError::KeyringUnreadable { reason: "what was stored does not read back".into() },
        };
        assert_eq!(problem, Problem::from(expected), "{mood:?}");
        scene.keyring.set_mood(Mood::Open);
        let versions = vault.versions(id).await.unwrap();
        assert_eq!(versions.len(), 1, "{mood:?}: what was there stays, what failed does not count");
        assert!(vault.open(&versions[0]).await.is_ok());
        assert_eq!(capture(&scene, &vault).await.version, 2, "{mood:?}: no gap looks like a lost version");
    }
}

#[tokio::test]
async fn a_small_entry_makes_several_and_every_one_is_compared() {
    let (scene, vault) = scene().await;
    let id = scene.deployment.id;
    scene.keyring.set_limit(200);
    capture(&scene, &vault).await;
    let version = vault.newest(id).await.unwrap().unwrap();
    assert!(version.pieces.len() > 3, "{}", version.pieces.len());
    let names = scene.keyring.names();
    assert_eq!(names.len(), version.pieces.len());
    let whole = vault.open(&version).await.unwrap();
    assert_eq!(whole.bytes(), sample::env_file(1, "a", "").as_bytes());
    let open = async |version: &EnvVersion| vault.open(version).await.err();
    for name in &names {
        let text = scene.keyring.text(name).unwrap();
        scene.keyring.meddle(name, None);
        let missing = VaultError::EntryMissing { version: 1, entry: name.clone() };
        assert_eq!(open(&version).await, Some(missing.into()));
        let flipped = text.replacen(&text[9..10], if &text[9..10] == "A" { "B" } else { "A" }, 1);
        for altered in ["", "garbage", &text[..text.len() - 1], &flipped, &format!("{text}A")] {
            scene.keyring.meddle(name, Some(altered));
            assert!(
                matches!(
                    open(&version).await.and_then(|problem| problem.find()),
                    Some(VaultError::EntryAltered { version: 1, .. })
                ),
                "{name} as {} characters",
                altered.len()
            );
        }
        // Two pieces in each other's place.
        let other = names.iter().find(|other| *other != name).unwrap();
        let theirs = scene.keyring.text(other).unwrap();
        scene.keyring.meddle(name, Some(&theirs));
        scene.keyring.meddle(other, Some(&text));
        assert!(matches!(
            open(&version).await.and_then(|problem| problem.find()),
            Some(VaultError::EntryAltered { .. })
        ));
        scene.keyring.meddle(name, Some(&text));
        scene.keyring.meddle(other, Some(&theirs));
        assert_eq!(open(&version).await, None, "nothing was wiped");
    }
}

#[tokio::test]
async fn a_version_that_was_meddled_with_does_not_stop_the_next_capture() {
    let (scene, vault) = scene().await;
    let id = scene.deployment.id;
    capture(&scene, &vault).await;
    let entry = scene.keyring.names().remove(0);
    scene.keyring.meddle(&entry, None);
    let again = capture(&scene, &vault).await;
    assert_eq!((again.version, again.new), (2, true), "the same file is captured again");
    let versions = vault.versions(id).await.unwrap();
    assert_eq!(versions[0].changes, None, "what changed cannot be known");
    assert!(vault.open(&versions[0]).await.is_ok());
    vault.delete(id, 1).await.unwrap();
    assert_eq!(vault.versions(id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_killed_process_left_is_cleared_away_later() {
    let (scene, vault) = scene().await;
    let id = scene.deployment.id;
    capture(&scene, &vault).await;
    let mut half = vault.newest(id).await.unwrap().unwrap();
    (half.number, half.complete) = (scene.store.next_env_number(id).await.unwrap(), false);
    scene.store.add_env_version(&half).await.unwrap();
    scene.keyring.meddle(&format!("env:{id}:{}:1", half.number), Some("half"));
    assert_eq!(vault.versions(id).await.unwrap().len(), 1, "it does not count");
    put(&scene, &sample::env_file(2, "b", ""));
    capture(&scene, &vault).await;
    assert_eq!(scene.keyring.names().len(), 3, "another process may still be at it");
    scene.clock.advance(chrono::TimeDelta::hours(2));
    put(&scene, &sample::env_file(3, "c", ""));
    capture(&scene, &vault).await;
    assert_eq!(scene.keyring.names().len(), 3, "its entry is gone");
    assert_eq!(scene.store.env_versions(id).await.unwrap().len(), 3);
}

#[tokio::test]
async fn what_another_data_folder_keeps_in_the_same_keyring_is_never_written_over() {
    let (scene, vault) = scene().await;
    let id = scene.deployment.id;
    capture(&scene, &vault).await;
    put(&scene, &sample::env_file(2, "b", ""));
    capture(&scene, &vault).await;
    // The data folder was lost, the keyring was not.
    let mut later = Scene::with_dump(sample::dump(3_000, 2));
    (later.deployment, later.keyring) = (scene.deployment.clone(), scene.keyring.clone());
    later.store.save_deployment(&later.deployment).await.unwrap();
    let anew = later.vault();
    put(&later, &sample::env_file(3, "c", ""));
    assert_eq!(capture(&later, &anew).await.version, 3);
    for version in vault.versions(id).await.unwrap() {
        assert!(vault.open(&version).await.is_ok(), "version {} of the first folder", version.number);
    }
}
