//! The real Secret Service: whole secrets, secrets in small pieces, and what the
//! vault says when somebody meddles with its entries.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

use selvage_core::deployment::DeploymentStore as _;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use selvage_app::keyring::OsKeyring;
use selvage_core::Secret;
use selvage_core::ports::{Clock, Keyring, KeyringError};
use selvage_core::vault::{Vault, VaultError};
use selvage_testing::contract;
use selvage_testing::keyring_session::KeyringSession;
use selvage_testing::sample;
use selvage_testing::scene::Scene;

/// Tells the test that it runs within the session that it started.
const INSIDE: &str = "SELVAGE_TEST_KEYRING_SESSION";

#[test]
fn the_secret_service_holds_what_a_vault_needs() {
    if std::env::var_os(INSIDE).is_none() {
        let home = tempfile::tempdir().unwrap();
        let session = KeyringSession::start(home.path());
        return within("the_secret_service_holds_what_a_vault_needs", home.path(), session.address());
    }
    runtime().block_on(async {
        contract::keyring::keeps(&OsKeyring::default(), "whole").await;
        contract::keyring::keeps(&OsKeyring::with_limit(1280), "pieces").await;
        pieces().await;
        locked().await;
    });
}

/// The library finds the session by the environment, so the test starts itself anew within one. Nobody sees a prompt there.
fn within(test: &str, home: &std::path::Path, bus: &str) {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "yes")
        .env("HOME", home)
        .env("DBUS_SESSION_BUS_ADDRESS", bus)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .status()
        .unwrap();
    assert!(status.success());
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn a_keyring_without_a_collection_is_told_as_that() {
    if std::env::var_os(INSIDE).is_none() {
        let home = tempfile::tempdir().unwrap();
        let session = KeyringSession::new_account(home.path());
        return within("a_keyring_without_a_collection_is_told_as_that", home.path(), session.address());
    }
    runtime().block_on(async {
        let keyring = OsKeyring::default();
        let begun = std::time::Instant::now();
        assert_eq!(keyring.get("any").await.unwrap_err(), KeyringError::KeyringNoCollection);
        let set = keyring.set("any", &Secret::new("x".into())).await;
        assert_eq!(set.unwrap_err(), KeyringError::KeyringNoCollection);
        // Without a display nobody could be asked for its password.
        assert_eq!(keyring.create_collection().await.unwrap_err(), KeyringError::KeyringNoCollection);
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    });
}

#[test]
fn no_keyring_at_all_is_told_at_once() {
    if std::env::var_os(INSIDE).is_none() {
        let home = tempfile::tempdir().unwrap();
        return within("no_keyring_at_all_is_told_at_once", home.path(), "unix:path=/nonexistent");
    }
    runtime().block_on(async {
        let begun = std::time::Instant::now();
        let absent = OsKeyring::default().get("any").await.unwrap_err();
        assert!(matches!(absent, KeyringError::KeyringAbsent { .. }), "{absent:?}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    });
}

fn named(entry: &str) -> [String; 4] {
    ["service".into(), "app.selvage".into(), "username".into(), entry.into()]
}

/// As in Windows' Credential Manager: 1,280 characters an entry.
async fn pieces() {
    let scene = Scene::with_dump(sample::dump(3_000, 1));
    scene.store.save_deployment(&scene.deployment).await.unwrap();
    let text = format!("{}COMPANY_BANNER='{}'\n", sample::env_file(1, "a", ""), "long ".repeat(700));
    scene.host.change(|host| host.env.put(text.clone(), scene.clock.now()));
    let vault = Vault { keyring: Arc::new(OsKeyring::with_limit(1280)), ..scene.vault() };
    vault.capture(&scene.deployment).await.unwrap();
    let version = vault.newest(scene.deployment.id).await.unwrap().unwrap();
    assert!(version.pieces.len() > 3, "{}", version.pieces.len());
    assert_eq!(vault.open(&version).await.unwrap().bytes(), text.as_bytes());
    for piece in 1..=version.pieces.len() {
        let entry = format!("env:{}:1:{piece}", scene.deployment.id);
        let kept = OsKeyring::default().get(&entry).await.unwrap().unwrap();
        assert!(kept.expose().chars().count() <= 1280);
        // Somebody tidies up in the desktop's own program.
        assert!(Command::new("secret-tool").arg("clear").args(named(&entry)).status().unwrap().success());
        let missing = VaultError::EntryMissing { version: 1, entry: entry.clone() };
        assert_eq!(vault.open(&version).await.unwrap_err(), missing.into());
        store(&entry, "another text");
        let altered = vault.open(&version).await.unwrap_err();
        assert!(matches!(altered.find(), Some(VaultError::EntryAltered { .. })), "{altered}");
        OsKeyring::default().set(&entry, &kept).await.unwrap();
        assert!(vault.open(&version).await.is_ok(), "nothing was wiped");
    }
    vault.delete(scene.deployment.id, 1).await.unwrap();
    assert!(OsKeyring::default().get(&format!("env:{}:1:1", scene.deployment.id)).await.unwrap().is_none());
}

fn store(entry: &str, text: &str) {
    let mut tool = Command::new("secret-tool")
        .args(["store", "--label", "meddled with"])
        .args(named(entry))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    tool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(tool.wait().unwrap().success());
}

/// A locked one asks for its password in a window that nobody answers here.
async fn locked() {
    let keyring = OsKeyring::with_patience(Duration::from_secs(3));
    keyring.set("kept", &Secret::new("while unlocked".into())).await.unwrap();
    let lock = ["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"];
    let collection = "array:objpath:/org/freedesktop/secrets/collection/login";
    let output = Command::new("dbus-send")
        .args(lock)
        .args(["org.freedesktop.Secret.Service.Lock", collection])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let begun = std::time::Instant::now();
    assert_eq!(keyring.get("kept").await.unwrap_err(), KeyringError::KeyringLocked);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}
