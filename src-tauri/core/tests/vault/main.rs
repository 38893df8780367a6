//! The vault against fakes: what is captured is held whole, and every odd state
//! of keyring and host has an answer of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod capture;
mod drift;
mod keyring;
mod prove;
mod put_back;
#[cfg(target_os = "linux")]
mod scripts;
mod view;

use selvage_core::deployment::DeploymentStore as _;
use selvage_core::ports::Clock;
use selvage_core::vault::{Captured, Vault};
use selvage_testing::sample;
use selvage_testing::scene::Scene;

/// A host with a `.env`, and a vault that is empty.
async fn scene() -> (Scene, Vault) {
    let scene = Scene::with_dump(sample::dump(3_000, 1));
    scene.store.save_deployment(&scene.deployment).await.unwrap();
    put(&scene, &sample::env_file(1, "a", ""));
    let vault = scene.vault();
    (scene, vault)
}

/// Somebody writes the host's file.
fn put(scene: &Scene, text: &str) {
    let now = scene.clock.now();
    scene.host.change(|host| host.env.put(text, now));
}

async fn capture(scene: &Scene, vault: &Vault) -> Captured {
    scene.clock.advance(chrono::TimeDelta::minutes(1));
    vault.capture(&scene.deployment).await.unwrap()
}
