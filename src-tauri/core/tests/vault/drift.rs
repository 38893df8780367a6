use chrono::TimeDelta;
use selvage_core::evidence::{VerdictState, verdict};
use selvage_core::observation::Observation;
use selvage_core::observation::ObservationStore as _;
use selvage_core::overview::{Seen, overview};
use selvage_core::ports::Place;
use selvage_core::vault::{EnvStatus, ProofSource, Vault};
use selvage_core::watch::Watch;
use selvage_core::weavestream::sealed::SealedColumn;
use selvage_testing::keyring::Mood;
use selvage_testing::sample;
use selvage_testing::scene::Scene;

use super::{capture, put, scene};

fn watch(scene: &Scene, vault: &Vault) -> Watch {
    Watch {
        links: vault.links.clone(),
        vault: vault.clone(),
        store: scene.store.clone(),
        clock: scene.clock.clone(),
        notifier: scene.notices.clone(),
    }
}

async fn look(scene: &Scene, vault: &Vault) -> Observation {
    scene.clock.advance(TimeDelta::minutes(5));
    watch(scene, vault).refresh(&scene.deployment).await.unwrap()
}

#[tokio::test]
async fn the_hosts_file_is_compared_by_name() {
    let (scene, vault) = scene().await;
    assert!(matches!(look(&scene, &vault).await.summary.env, EnvStatus::NothingCaptured { .. }));
    capture(&scene, &vault).await;
    assert_eq!(look(&scene, &vault).await.summary.env, EnvStatus::Same { version: 1 });
    put(&scene, &format!("{}# only a remark\n", sample::env_file(1, "a", "")));
    assert!(matches!(look(&scene, &vault).await.summary.env, EnvStatus::Layout { version: 1, .. }));
    put(&scene, &format!("{}LOG_LEVEL=debug\n", sample::env_file(1, "a", "")));
    let seen = look(&scene, &vault).await.summary.env;
    assert!(
        matches!(&seen, EnvStatus::Differs { changes, missing, uncaptured, .. }
            if changes.added == ["LOG_LEVEL"] && missing.is_empty() && uncaptured.is_empty()),
        "{seen:?}"
    );
    assert!(!format!("{seen:?}").contains("debug"), "names, not values");
    capture(&scene, &vault).await;
    let kept = scene.store.observation(scene.deployment.id).await.unwrap().unwrap();
    assert_eq!(kept.summary.env, EnvStatus::Same { version: 2 }, "known at once, not at the next look");
}

#[tokio::test]
async fn a_key_that_went_without_its_old_value_is_an_alarm_told_once() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    look(&scene, &vault).await;
    put(&scene, &sample::env_file(2, "b", &format!("a:{}", sample::env_key(1))));
    let seen = look(&scene, &vault).await.summary.env;
    assert!(
        matches!(&seen, EnvStatus::Differs { missing, uncaptured, .. } if missing.is_empty() && uncaptured[0].kids == ["b"]),
        "rotated as it should be: {seen:?}"
    );
    put(&scene, &sample::env_file(2, "b", ""));
    for _ in 0..3 {
        let seen = look(&scene, &vault).await.summary.env;
        assert!(matches!(&seen, EnvStatus::Differs { missing, .. } if missing[0].kids == ["a"]), "{seen:?}");
    }
    let told: Vec<_> = scene.notices.shown().into_iter().map(|notice| (notice.title, notice.opens)).collect();
    let titles: Vec<_> = told.iter().map(|(title, _)| title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "Acme: The host’s PASSWORD_ENCRYPTION_KEY is not in the vault",
            "Acme: PASSWORD_ENCRYPTION_KEY was changed on the host, and the old key is gone there",
        ]
    );
    assert!(told.iter().all(|(_, opens)| opens.unwrap().place == Place::Secrets));
}

#[tokio::test]
async fn keys_that_are_on_the_host_only_are_a_risk() {
    let (scene, vault) = scene().await;
    scene.download().await;
    let judge = async || {
        let seen = scene.store.summary(scene.deployment.id).await.unwrap();
        let status = vault.status(scene.deployment.id).await.unwrap();
        verdict(seen.as_ref(), &scene.local_dumps().await, &status, &scene.moment())
    };
    look(&scene, &vault).await;
    let found = judge().await;
    assert_eq!(found.title, "At risk. The keys that decrypt its data are not in the vault.");
    capture(&scene, &vault).await;
    assert_eq!(judge().await.state, VerdictState::Saved);
    put(&scene, &sample::env_file(2, "b", &format!("a:{}", sample::env_key(1))));
    look(&scene, &vault).await;
    assert_eq!(judge().await.title, "At risk. The host’s PASSWORD_ENCRYPTION_KEY is not in the vault.");
    capture(&scene, &vault).await;
    assert_eq!(judge().await.state, VerdictState::Saved);
}

#[tokio::test]
async fn a_keyring_that_says_no_is_not_pestered() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    put(&scene, &sample::env_file(2, "b", ""));
    scene.keyring.set_mood(Mood::Locked);
    // The app was started anew: nothing is remembered.
    let vault = scene.vault();
    let asked = scene.keyring.refusals();
    for _ in 0..4 {
        let seen = look(&scene, &vault).await.summary.env;
        assert!(matches!(seen, EnvStatus::VaultUnread { version: 1, .. }), "{seen:?}");
    }
    assert_eq!(scene.keyring.refusals() - asked, 1, "asked once in twenty minutes");
    scene.keyring.set_mood(Mood::Open);
    let view = vault.view(&scene.deployment, None, true).await.unwrap();
    assert!(matches!(view.host.seen, EnvStatus::Differs { .. }), "whoever asks gets an answer: {:?}", view.host);
}

#[tokio::test]
async fn held_is_for_keys_that_are_shown_to_be_there() {
    let (scene, vault) = scene().await;
    scene.download().await;
    let judge = async || {
        look(&scene, &vault).await;
        let seen = scene.store.summary(scene.deployment.id).await.unwrap();
        let status = vault.status(scene.deployment.id).await.unwrap();
        verdict(seen.as_ref(), &scene.local_dumps().await, &status, &scene.moment())
    };
    put(&scene, &sample::env_file(1, "a", "").replace(&format!("PASSWORD_ENCRYPTION_KEY={}", sample::env_key(1)), ""));
    capture(&scene, &vault).await;
    assert_eq!(judge().await.title, "At risk. Version 1 in the vault has no PASSWORD_ENCRYPTION_KEY.");
    put(&scene, &sample::env_file(1, "a", ""));
    capture(&scene, &vault).await;
    assert_eq!(judge().await.state, VerdictState::Saved);
    let row = "password:c:p:password";
    let other = selvage_testing::sealed::envelope("a", &sample::env_key(77), row, "x");
    let sealed = selvage_testing::sealed::samples(SealedColumn::Password, &[(row, other, 1)]);
    scene.database.with(|tables| tables.sealed = vec![sealed]);
    vault.prove(&scene.deployment, ProofSource::Version { version: None }).await.unwrap();
    assert_eq!(judge().await.title, "At risk. PASSWORD_ENCRYPTION_KEY in the vault does not decrypt stored data.");
    scene.database.with(|tables| tables.sealed.clear());
    vault.prove(&scene.deployment, ProofSource::Version { version: None }).await.unwrap();
    assert_eq!(judge().await.state, VerdictState::Saved);
    // Somebody empties the keyring while the app runs.
    for entry in scene.keyring.names() {
        scene.keyring.meddle(&entry, None);
    }
    assert_eq!(judge().await.state, VerdictState::Saved, "it is not asked at every look");
    let asked = vault.view(&scene.deployment, None, true).await.unwrap();
    assert!(matches!(asked.host.seen, EnvStatus::VaultUnread { .. }), "whoever asks is told at once");
    assert_eq!(judge().await.title, "At risk. Version 2 in the keyring is incomplete.");
}

#[tokio::test]
async fn a_day_later_the_keyring_is_looked_into_again() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    let entry = scene.keyring.names().remove(0);
    scene.keyring.meddle(&entry, None);
    assert_eq!(look(&scene, &vault).await.summary.env, EnvStatus::Same { version: 1 });
    scene.clock.advance(TimeDelta::hours(25));
    assert!(matches!(look(&scene, &vault).await.summary.env, EnvStatus::VaultUnread { .. }));
}

#[tokio::test]
async fn a_host_that_drifts_for_days_does_not_ask_the_keyring_each_time() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    put(&scene, &format!("{}LOG_LEVEL=debug\n", sample::env_file(1, "a", "")));
    look(&scene, &vault).await;
    let asked = scene.keyring.asked().len();
    for _ in 0..5 {
        assert!(matches!(look(&scene, &vault).await.summary.env, EnvStatus::Differs { .. }));
    }
    assert_eq!(scene.keyring.asked().len(), asked);
}

#[tokio::test]
async fn an_alarm_that_was_captured_is_not_forgotten() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    put(&scene, &sample::env_file(2, "b", ""));
    let captured = capture(&scene, &vault).await;
    assert_eq!(
        (captured.missing_keys[0].version, captured.missing_keys[0].key.kids.as_slice()),
        (1, &["a".to_owned()][..])
    );
    put(&scene, &format!("{}LOG_LEVEL=debug\n", sample::env_file(2, "b", "")));
    assert_eq!(capture(&scene, &vault).await.missing_keys.len(), 1, "nor by the capture after it");
    let told = async || {
        let seen = look(&scene, &vault).await;
        let status = vault.status(scene.deployment.id).await.unwrap();
        let known = Seen { observation: Some(&seen), dumps: &[], vault: &status, records: &[] };
        let page = overview(&scene.deployment, &known, None, &scene.moment());
        page.findings.into_iter().map(|item| item.title).find(|title| title.contains("lacks a key"))
    };
    let alarm = "Version 3 lacks a key that version 1 has: PASSWORD_ENCRYPTION_KEY (kid a)";
    assert_eq!(told().await.as_deref(), Some(alarm));
    // Everything was encrypted anew: nothing needs the old key.
    let row = "password:c:p:password";
    let anew = selvage_testing::sealed::envelope("b", &sample::env_key(2), row, "x");
    let sealed = selvage_testing::sealed::samples(SealedColumn::Password, &[(row, anew, 1)]);
    scene.database.with(|tables| tables.sealed = vec![sealed]);
    vault.prove(&scene.deployment, ProofSource::Version { version: None }).await.unwrap();
    assert_eq!(told().await, None);
    put(&scene, &sample::env_file(2, "b", &format!("a:{}", sample::env_key(1))));
    assert!(capture(&scene, &vault).await.missing_keys.is_empty(), "it has come back");
}

#[tokio::test]
async fn a_line_that_compose_cannot_read_is_no_layout() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    put(&scene, &format!("{}what is this\n", sample::env_file(1, "a", "")));
    let seen = look(&scene, &vault).await.summary.env;
    assert!(
        matches!(&seen, EnvStatus::Differs { changes, faults, .. } if changes.is_empty() && faults.len() == 1),
        "{seen:?}"
    );
}
