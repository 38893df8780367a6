use selvage_core::deployment::DeploymentStore as _;
use selvage_core::vault::VaultStore as _;
use selvage_core::vault::{Outcome, ProofSource, ProvedKey, VaultError};
use selvage_core::weavestream::env_names::KeyUse;
use selvage_core::weavestream::key_set::KeyTrouble;
use selvage_core::weavestream::sealed::{NotSampled, SealedColumn, SealedSamples};
use selvage_testing::sample::{self, env_key};
use selvage_testing::scene::Scene;
use selvage_testing::sealed::{envelope, samples, without_kid};

use super::{capture, put, scene};

const ROW: &str = "password:c:p:password";

fn seal(scene: &Scene, sealed: Vec<SealedSamples>) {
    scene.database.with(|tables| tables.sealed = sealed);
}

fn of(keys: &[ProvedKey], of: KeyUse) -> &ProvedKey {
    keys.iter().find(|key| key.key_use == of).unwrap()
}

#[tokio::test]
async fn every_kid_in_use_is_tried() {
    let (scene, vault) = scene().await;
    put(&scene, &sample::env_file(2, "b", &format!("a:{},old:{}", env_key(1), env_key(7))));
    capture(&scene, &vault).await;
    let text = |kid: &str, key: &str| envelope(kid, key, ROW, "hunter2");
    seal(
        &scene,
        vec![
            samples(SealedColumn::Password, &[(ROW, text("a", &env_key(1)), 12), (ROW, text("b", &env_key(2)), 3)]),
            samples(SealedColumn::OldPassword, &[(ROW, text("a", &env_key(1)), 5)]),
            samples(
                SealedColumn::Mfa,
                &[("", without_kid(&env_key(901), "JBSW"), 1), ("", without_kid(&env_key(901), "K"), 1)],
            ),
            SealedSamples { column: SealedColumn::AiProvider, found: Err(NotSampled::Missing) },
        ],
    );
    for tried in [ProofSource::Version { version: None }, ProofSource::Version { version: Some(1) }, ProofSource::Host]
    {
        let proof = vault.prove(&scene.deployment, tried).await.unwrap();
        let password = of(&proof.keys, KeyUse::Password);
        assert_eq!(password.outcome, Outcome::Proves, "{tried:?} {password:?}");
        let kids: Vec<_> =
            password.kids.iter().map(|k| (k.kid.as_deref().unwrap(), k.tried, k.opened, k.rows)).collect();
        assert_eq!(kids, [("a", 2, 2, 17), ("b", 1, 1, 3)]);
        let mfa = of(&proof.keys, KeyUse::Mfa);
        assert_eq!((mfa.outcome, mfa.kids[0].opened, mfa.kids[0].tried), (Outcome::Proves, 2, 2));
        assert_eq!(of(&proof.keys, KeyUse::Integration).outcome, Outcome::NothingToTest);
        assert!(proof.is_complete() && !proof.direct);
        assert!(!format!("{proof:?}").contains("hunter2"));
    }
    let kept = scene.store.env_versions(scene.deployment.id).await.unwrap().remove(0);
    assert!(kept.proof.unwrap().is_complete(), "kept with the version");
}

#[tokio::test]
async fn each_way_in_which_a_key_does_not_fit() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    let key = env_key(1);
    let sound = envelope("a", &key, ROW, "x");
    let samples_of = |text: &str| vec![samples(SealedColumn::Password, &[(ROW, text.to_owned(), 4)])];
    let proved = async |sealed| {
        seal(&scene, sealed);
        let proof = vault.prove(&scene.deployment, ProofSource::Version { version: None }).await.unwrap();
        of(&proof.keys, KeyUse::Password).clone()
    };
    assert_eq!(proved(samples_of(&sound)).await.outcome, Outcome::Proves);
    assert_eq!(proved(samples_of(&envelope("a", &env_key(2), ROW, "x"))).await.outcome, Outcome::DoesNotDecrypt);
    let moved = vec![samples(SealedColumn::Password, &[("password:c:other:password", sound.clone(), 1)])];
    assert_eq!(proved(moved).await.outcome, Outcome::DoesNotDecrypt, "bound to another row");
    let unknown = proved(samples_of(&envelope("z", &key, ROW, "x"))).await;
    assert_eq!((unknown.outcome, unknown.kids[0].trouble), (Outcome::UnknownKid, Some(KeyTrouble::Missing)));
    let malformed = proved(samples_of("not base64!")).await;
    assert_eq!((malformed.outcome, malformed.malformed), (Outcome::Malformed, 4));
    let denied = vec![SealedSamples { column: SealedColumn::Password, found: Err(NotSampled::Forbidden) }];
    let denied = proved(denied).await;
    assert_eq!(
        (denied.outcome, denied.unread),
        (Outcome::NotAllowed, vec!["passwords.password_ciphertext".to_owned()])
    );
    assert_eq!(proved(Vec::new()).await.outcome, Outcome::NothingToTest);
    let nowhere = SealedColumn::ALL.map(|column| SealedSamples { column, found: Err(NotSampled::Missing) });
    assert_eq!(proved(nowhere.to_vec()).await.outcome, Outcome::NoTables, "nothing was looked at");
    let one_damaged =
        samples(SealedColumn::Password, &[(ROW, envelope("a", &env_key(2), ROW, "x"), 9), (ROW, sound.clone(), 0)]);
    assert_eq!(proved(vec![one_damaged]).await.outcome, Outcome::Malformed, "the key opens the others");
    // Every byte of an envelope altered: it opens nowhere, and nothing falls over.
    for at in 0..sound.len() {
        let mut altered: Vec<u8> = sound.bytes().collect();
        altered[at] = if altered[at] == b'B' { b'C' } else { b'B' };
        let outcome = proved(samples_of(&String::from_utf8(altered).unwrap())).await.outcome;
        assert!(
            matches!(outcome, Outcome::DoesNotDecrypt | Outcome::UnknownKid | Outcome::Malformed),
            "byte {at}: {outcome:?}"
        );
    }
    put(&scene, &sample::env_file(1, "a", "").replace(&key, "c2hvcnQ="));
    capture(&scene, &vault).await;
    assert_eq!(proved(samples_of(&sound)).await.outcome, Outcome::KeyUnusable);
}

#[tokio::test]
async fn an_older_version_is_tried_as_well_and_straight_to_postgres() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    put(&scene, &sample::env_file(2, "b", ""));
    capture(&scene, &vault).await;
    seal(&scene, vec![samples(SealedColumn::Password, &[(ROW, envelope("a", &env_key(1), ROW, "x"), 1)])]);
    let mut direct = scene.deployment.clone();
    (direct.ssh, direct.direct) = (None, Some(sample::direct()));
    scene.store.save_deployment(&direct).await.unwrap();
    vault.links.forget(direct.id).await;
    let older = vault.prove(&direct, ProofSource::Version { version: Some(1) }).await.unwrap();
    assert!(older.is_complete() && older.direct);
    let newer = vault.prove(&direct, ProofSource::Version { version: None }).await.unwrap();
    assert_eq!(of(&newer.keys, KeyUse::Password).outcome, Outcome::UnknownKid);
    assert!(vault.prove(&direct, ProofSource::Host).await.is_err(), "the host's file is out of reach");
    let none = vault.prove(&direct, ProofSource::Version { version: Some(9) }).await.unwrap_err();
    assert_eq!(none, VaultError::NoSuchVersion { version: 9 }.into());
}

#[tokio::test]
async fn a_column_that_is_not_known_is_not_tested_and_nothing_is_proved_over_it() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    seal(&scene, vec![samples(SealedColumn::Password, &[(ROW, envelope("a", &env_key(1), ROW, "x"), 1)])]);
    scene.database.with(|tables| tables.unknown_sealed = vec!["ticket_bridges.token_ciphertext".into()]);
    let proof = vault.prove(&scene.deployment, ProofSource::Host).await.unwrap();
    assert_eq!(of(&proof.keys, KeyUse::Password).outcome, Outcome::Proves);
    assert_eq!(proof.not_tested, ["ticket_bridges.token_ciphertext"]);
    assert!(!proof.is_complete(), "it says `proves` over data it does not know");
}

#[tokio::test]
async fn secrets_of_oauth_apps_need_the_key_of_integrations() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    let row = "integration-oauth-app:microsoft:client-secret";
    for (kid, outcome) in [("1", Outcome::Proves), ("2027-01", Outcome::UnknownKid)] {
        seal(&scene, vec![samples(SealedColumn::OauthApp, &[(row, envelope(kid, &env_key(902), row, "x"), 1)])]);
        let proof = vault.prove(&scene.deployment, ProofSource::Host).await.unwrap();
        assert_eq!(of(&proof.keys, KeyUse::Integration).outcome, outcome, "{kid}");
    }
}

#[tokio::test]
async fn a_list_that_weavestream_refuses_proves_nothing() {
    let (scene, vault) = scene().await;
    for (list, trouble) in [
        (format!("a:{}", env_key(7)), KeyTrouble::RepeatsActive),
        ("old:AAAA".to_owned(), KeyTrouble::WrongLength { bytes: 3 }),
    ] {
        put(&scene, &sample::env_file(1, "a", &list));
        seal(&scene, vec![samples(SealedColumn::Password, &[(ROW, envelope("a", &env_key(1), ROW, "x"), 1)])]);
        let proof = vault.prove(&scene.deployment, ProofSource::Host).await.unwrap();
        let key = of(&proof.keys, KeyUse::Password);
        assert_eq!((key.outcome, key.faults[0].trouble), (Outcome::KeyUnusable, trouble), "{list}");
    }
}
