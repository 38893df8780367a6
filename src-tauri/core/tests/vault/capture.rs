use selvage_core::vault::VaultStore as _;
use std::path::Path;

use selvage_core::activity::{ActivityKind, ActivityStore as _, SecretAct};
use selvage_core::base::Problem;
use selvage_core::ports::LibraryError;
use selvage_core::vault::{EnvSource, ROTATION_KEEPS, VaultError};
use selvage_core::weavestream::env_file::EnvFileError;
use selvage_testing::host::EnvIs;
use selvage_testing::sample;

use super::{capture, put, scene};

#[tokio::test]
async fn versions_count_up_and_tell_what_changed() {
    let (scene, vault) = scene().await;
    let id = scene.deployment.id;
    assert_eq!((capture(&scene, &vault).await.version, capture(&scene, &vault).await.new), (1, false), "the same file");
    let first = sample::env_file(1, "a", "");
    put(&scene, &format!("{first}# a remark\n"));
    assert!(capture(&scene, &vault).await.new, "other bytes are another version");
    let rotated = format!("{}NEW_SETTING=x\n", sample::env_file(2, "b", &format!("a:{}", sample::env_key(1))))
        .replace("APP_URL=https://acme.example\n", "");
    put(&scene, &rotated);
    assert_eq!(capture(&scene, &vault).await.version, 3);
    let versions = vault.versions(id).await.unwrap();
    assert_eq!(versions.iter().map(|version| version.number).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(versions[2].changes, None, "there was none before the first");
    assert!(versions[1].changes.as_ref().unwrap().is_empty());
    let changes = versions[0].changes.clone().unwrap();
    assert_eq!(changes.added, ["NEW_SETTING"]);
    assert_eq!(changes.changed, ["PASSWORD_ENCRYPTION_KEY", "PASSWORD_ENCRYPTION_KEY_KID", "PASSWORD_PREVIOUS_KEYS"]);
    assert_eq!(changes.removed, ["APP_URL"]);
    assert_eq!(versions[0].source, EnvSource::Host { path: "/opt/weavestream/.env".into(), sudo: false });
    assert_eq!(vault.open(&versions[0]).await.unwrap().bytes(), rotated.as_bytes(), "byte for byte");
    assert_eq!(vault.open(&versions[2]).await.unwrap().bytes(), first.as_bytes());
}

#[tokio::test]
async fn every_odd_file_of_the_host_has_its_own_answer() {
    let (scene, vault) = scene().await;
    let path = || "/opt/weavestream/.env".to_owned();
    let failed = async |set: &dyn Fn()| {
        set();
        vault.capture(&scene.deployment).await.unwrap_err()
    };
    let env = scene.host.change(|host| host.env.clone());
    let is = |is| env.set(is);
    assert_eq!(failed(&|| is(EnvIs::Missing)).await, VaultError::HostEnvMissing { path: path() }.into());
    assert_eq!(failed(&|| is(EnvIs::Folder)).await, VaultError::HostEnvNoFile { path: path(), folder: true }.into());
    assert_eq!(failed(&|| is(EnvIs::Moving)).await, VaultError::HostEnvMoving { path: path() }.into());
    let dangling = VaultError::HostEnvDangling { path: path(), target: "/etc/weavestream/env".into() };
    assert_eq!(failed(&|| is(EnvIs::Dangling)).await, dangling.into());
    let hidden = failed(&|| is(EnvIs::Roots)).await;
    assert!(
        matches!(hidden.find(), Some(VaultError::HostEnvUnreadable { tried, .. })
        if tried == "as this login: permission denied; sudo needs a password"),
        "{hidden:?}"
    );
    assert_eq!(failed(&|| put(&scene, "# only remarks\n\n")).await, EnvFileError::EnvEmpty.into());
    assert_eq!(failed(&|| put(&scene, "")).await, EnvFileError::EnvEmpty.into());
    assert_eq!(failed(&|| put(&scene, "A=1\nB=\0\n")).await, EnvFileError::EnvBinary { line: 2 }.into());
    assert_eq!(failed(&|| put(&scene, &"A=1\n".repeat(1_310_720))).await, EnvFileError::too_large(5 << 20).into());
    assert!(vault.versions(scene.deployment.id).await.unwrap().is_empty() && scene.keyring.names().is_empty());
    for text in ["A=1\r\nB=2\r\n", "A=1", "\u{feff}A=1\n", "A=1\n\u{e9}=2\nC"] {
        put(&scene, text);
        capture(&scene, &vault).await;
        let newest = vault.newest(scene.deployment.id).await.unwrap().unwrap();
        assert_eq!(vault.open(&newest).await.unwrap().bytes(), text.as_bytes(), "{text:?}");
    }
}

#[tokio::test]
async fn root_reads_what_the_login_cannot() {
    let (scene, vault) = scene().await;
    scene.host.change(|host| {
        host.sudo = true;
        host.env.set(EnvIs::Roots);
    });
    capture(&scene, &vault).await;
    let newest = vault.newest(scene.deployment.id).await.unwrap().unwrap();
    assert_eq!(newest.source, EnvSource::Host { path: "/opt/weavestream/.env".into(), sudo: true });
}

#[tokio::test]
async fn a_file_of_the_laptop_is_imported() {
    let (scene, vault) = scene().await;
    let text = sample::env_file(1, "a", "");
    scene.library.put(Path::new("/home/ada"), "old.env", Some(text.clone().into_bytes()));
    let file = Path::new("/home/ada/old.env");
    assert_eq!(vault.import(&scene.deployment, file).await.unwrap().version, 1);
    let newest = vault.newest(scene.deployment.id).await.unwrap().unwrap();
    assert_eq!(newest.source, EnvSource::File { path: "/home/ada/old.env".into() });
    let gone = vault.import(&scene.deployment, Path::new("/home/ada/none.env")).await;
    assert!(matches!(gone.as_ref().map_err(Problem::find), Err(Some(LibraryError::FileMissing { .. }))), "{gone:?}");
    scene.library.put(Path::new("/home/ada"), "big", Some(vec![b'#'; 300_000]));
    let big = vault.import(&scene.deployment, Path::new("/home/ada/big")).await.unwrap_err();
    assert_eq!(big, EnvFileError::too_large(300_000).into());
}

#[tokio::test]
async fn a_number_is_never_given_twice_and_a_note_keeps_a_version() {
    let (scene, vault) = scene().await;
    let id = scene.deployment.id;
    for n in 1..=3 {
        put(&scene, &format!("{}N={n}\n", sample::env_file(1, "a", "")));
        capture(&scene, &vault).await;
    }
    vault.note(id, 1, "  before the move  ").await.unwrap();
    vault.delete(id, 3).await.unwrap();
    assert_eq!(vault.newest(id).await.unwrap().unwrap().number, 2);
    for n in 0..ROTATION_KEEPS {
        put(&scene, &format!("{}M={n}\n", sample::env_file(1, "a", "")));
        capture(&scene, &vault).await;
    }
    let versions = vault.versions(id).await.unwrap();
    let numbers: Vec<_> = versions.iter().map(|version| version.number).collect();
    assert_eq!((numbers[0], numbers.len()), (u32::try_from(ROTATION_KEEPS).unwrap() + 3, ROTATION_KEEPS + 1));
    assert_eq!(numbers.last(), Some(&1), "the one with a note stays");
    assert_eq!(versions.last().unwrap().note, "before the move");
    assert!(!numbers.contains(&2) && !numbers.contains(&3));
    let entries = scene.keyring.names();
    assert_eq!(entries.len(), versions.len(), "what was removed is gone from the keyring: {entries:?}");
    let missing = vault.version(id, Some(2)).await.unwrap_err();
    assert_eq!(missing, VaultError::NoSuchVersion { version: 2 }.into());
}

#[tokio::test]
async fn what_was_done_is_written_down_without_values() {
    let (scene, vault) = scene().await;
    let id = scene.deployment.id;
    capture(&scene, &vault).await;
    let value = vault.reveal(id, None, "POSTGRES_PASSWORD", SecretAct::Revealed).await.unwrap();
    assert_eq!(value.expose(), "planted-in-postgres");
    let none = vault.reveal(id, Some(1), "NO_SUCH", SecretAct::Copied).await.unwrap_err();
    assert_eq!(none, VaultError::NoSuchName { version: 1, name: "NO_SUCH".into() }.into());
    vault.delete(id, 1).await.unwrap();
    let acts: Vec<_> = scene.store.activity(10).await.unwrap().into_iter().map(|done| done.kind).collect();
    let act = |act, name: Option<&str>| ActivityKind::Secret { act, version: 1, name: name.map(ToOwned::to_owned) };
    for expected in [
        act(SecretAct::Captured, None),
        act(SecretAct::Revealed, Some("POSTGRES_PASSWORD")),
        act(SecretAct::Deleted, None),
    ] {
        assert!(acts.contains(&expected), "{acts:?}");
    }
    assert!(!format!("{acts:?}").contains("planted"));
    // A disk that is full must not show what nobody will know was shown.
    capture(&scene, &vault).await;
    scene.store.set_broken(true);
    assert!(vault.reveal(id, None, "POSTGRES_PASSWORD", SecretAct::Revealed).await.is_err());
}

#[tokio::test]
async fn an_old_file_does_not_become_the_newest_again() {
    let (scene, vault) = scene().await;
    let first = sample::env_file(1, "a", "");
    capture(&scene, &vault).await;
    put(&scene, &sample::env_file(2, "b", &format!("a:{}", sample::env_key(1))));
    capture(&scene, &vault).await;
    scene.library.put(Path::new("/home/ada"), "old.env", Some(first.clone().into_bytes()));
    let imported = vault.import(&scene.deployment, Path::new("/home/ada/old.env")).await.unwrap();
    assert_eq!((imported.version, imported.new), (1, false));
    assert_eq!(vault.newest(scene.deployment.id).await.unwrap().unwrap().number, 2);
    put(&scene, &first);
    assert_eq!(capture(&scene, &vault).await.version, 3, "what the host has is the newest, whatever it is");
}

#[tokio::test]
async fn what_is_written_meanwhile_stays_and_what_is_gone_stays_gone() {
    let (scene, vault) = scene().await;
    let id = scene.deployment.id;
    capture(&scene, &vault).await;
    let seen = vault.newest(id).await.unwrap().unwrap();
    vault.note(id, 1, "by the window").await.unwrap();
    vault.prove(&scene.deployment, selvage_core::vault::ProofSource::Version { version: None }).await.unwrap();
    let after = vault.newest(id).await.unwrap().unwrap();
    assert!(after.note == "by the window" && after.proof.is_some());
    vault.delete(id, 1).await.unwrap();
    let late = selvage_core::vault::EnvChange::Proof(after.proof.unwrap());
    assert!(!scene.store.change_env_version(id, seen.number, &late).await.unwrap());
    assert!(vault.versions(id).await.unwrap().is_empty());
}

#[tokio::test]
async fn nothing_of_a_value_is_told_when_the_answer_is_odd() {
    let (scene, vault) = scene().await;
    let key = sample::env_key(1);
    scene.host.change(|host| host.env.garble());
    let problem = vault.capture(&scene.deployment).await.unwrap_err();
    assert!(matches!(problem.find(), Some(VaultError::HostEnvUnreadable { .. })), "{problem}");
    assert!(!format!("{problem:?} {problem}").contains(&key), "the last line of the file is in {problem}");
    // A wrapped key reads as a name.
    put(&scene, "A=1\nQ3xA9fKdLm2PqRsTuVwXyZ0123456789abcdefGHIJ==\n");
    capture(&scene, &vault).await;
    let view = vault.view(&scene.deployment, None, true).await.unwrap();
    let (index, page) = (vault.newest(scene.deployment.id).await.unwrap(), serde_json::to_string(&view).unwrap());
    assert!(!format!("{index:?}{page}").contains("Q3xA9"), "{page}");
}
