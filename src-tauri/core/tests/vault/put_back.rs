use selvage_core::vault::VaultError;
use selvage_core::weavestream::sealed::SealedColumn;
use selvage_testing::host::EnvIs;
use selvage_testing::sample;
use selvage_testing::sealed::{envelope, samples};

use super::{capture, put, scene};

#[tokio::test]
async fn what_is_planned_is_what_is_done() {
    let (scene, vault) = scene().await;
    let first = sample::env_file(1, "a", "");
    capture(&scene, &vault).await;
    let rotated = sample::env_file(2, "b", "");
    put(&scene, &rotated);
    let since = envelope("b", &sample::env_key(2), "password:c:p:password", "x");
    let stored = samples(SealedColumn::Password, &[("password:c:p:password", since, 1)]);
    scene.database.with(|tables| tables.sealed = vec![stored]);
    let plan = vault.plan_put_back(&scene.deployment, Some(1)).await.unwrap();
    assert!(plan.uncaptured, "what is there is in no version");
    assert_eq!(plan.missing[0].kids, ["b"], "what was encrypted since would stay shut");
    assert!(plan.changes.as_ref().unwrap().changed.contains(&"PASSWORD_ENCRYPTION_KEY".to_owned()));
    assert!(plan.running.contains(&"api".to_owned()));
    assert!(!format!("{plan:?}").contains(&sample::env_key(2)));
    let refused = vault.put_back(&scene.deployment, &plan, false).await.unwrap_err();
    let keys = "PASSWORD_ENCRYPTION_KEY (b)".to_owned();
    assert_eq!(refused, VaultError::PutBackLoses { version: 1, keys }.into(), "nobody said that they may go");
    assert_eq!(scene.host.change(|host| host.env.clone()).bytes().unwrap(), rotated.as_bytes());
    let done = vault.put_back(&scene.deployment, &plan, true).await.unwrap();
    let env = scene.host.change(|host| host.env.clone());
    assert_eq!(env.bytes().unwrap(), first.as_bytes(), "byte for byte");
    assert_eq!(env.beside(), [(done.kept.clone().unwrap(), rotated.into_bytes())], "what was there is beside it");
    assert_eq!((done.mode.as_str(), done.sudo), ("600", false));
    let again = vault.put_back(&scene.deployment, &plan, true).await.unwrap_err();
    assert_eq!(again, VaultError::HostEnvChanged { path: plan.path.clone() }.into(), "the plan was for another file");
    let same = vault.plan_put_back(&scene.deployment, None).await.unwrap();
    assert!(same.existing.unwrap().same && !same.uncaptured);
}

#[tokio::test]
async fn a_new_host_has_no_file_yet() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    scene.host.change(|host| host.env.set(EnvIs::Missing));
    let plan = vault.plan_put_back(&scene.deployment, None).await.unwrap();
    assert_eq!(
        (plan.existing.clone(), plan.changes.clone(), plan.path.as_str()),
        (None, None, "/opt/weavestream/.env")
    );
    let done = vault.put_back(&scene.deployment, &plan, false).await.unwrap();
    assert_eq!(done.kept, None);
    assert_eq!(scene.host.change(|host| host.env.bytes()).unwrap(), sample::env_file(1, "a", "").into_bytes());
}

#[tokio::test]
async fn what_cannot_be_written_is_told_and_what_was_there_stays() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    let env = scene.host.change(|host| host.env.clone());
    put(&scene, "# somebody emptied it\n");
    let plan = vault.plan_put_back(&scene.deployment, None).await.unwrap();
    assert!(plan.changes.is_none() && plan.existing.is_some(), "what is no .env can be replaced as well");
    env.set_full(true);
    let full = vault.put_back(&scene.deployment, &plan, false).await.unwrap_err();
    assert!(matches!(full.find(), Some(VaultError::PutBackFailed { reason }) if reason.contains("disk")), "{full}");
    assert_eq!(env.bytes().unwrap(), b"# somebody emptied it\n");
    env.set_full(false);
    env.set(EnvIs::Roots);
    let denied = vault.put_back(&scene.deployment, &plan, false).await.unwrap_err();
    assert!(matches!(denied.find(), Some(VaultError::HostEnvUnwritable { .. })), "{denied}");
    scene.host.change(|host| host.sudo = true);
    vault.links.forget(scene.deployment.id).await;
    assert!(vault.put_back(&scene.deployment, &plan, false).await.unwrap().sudo);
    put(&scene, "A=somebody was faster\n");
    let moved = vault.put_back(&scene.deployment, &plan, false).await.unwrap_err();
    assert!(matches!(moved.find(), Some(VaultError::HostEnvChanged { .. })), "{moved}");
    env.set(EnvIs::Folder);
    let odd = vault.plan_put_back(&scene.deployment, None).await.unwrap_err();
    assert!(matches!(odd.find(), Some(VaultError::HostEnvNoFile { .. })), "{odd}");
}

#[tokio::test]
async fn nothing_needs_to_run_on_the_host() {
    let (scene, vault) = scene().await;
    scene.host.change(|host| {
        for service in ["postgres", "redis", "api", "worker", "web"] {
            host.stop(service);
        }
    });
    assert!(vault.links.open(&scene.deployment).await.is_err(), "there is no Postgres");
    capture(&scene, &vault).await;
    scene.host.change(|host| {
        host.env.set(EnvIs::Missing);
        host.project_files.clear();
    });
    let plan = vault.plan_put_back(&scene.deployment, None).await.unwrap();
    assert!(plan.running.is_empty());
    vault.put_back(&scene.deployment, &plan, false).await.unwrap();
    assert!(scene.host.change(|host| host.env.bytes()).is_some());
}

#[tokio::test]
async fn a_line_that_broke_meanwhile_is_looked_behind() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    let rotated = sample::env_file(2, "b", "");
    put(&scene, &rotated);
    let plan = vault.plan_put_back(&scene.deployment, Some(1)).await.unwrap();
    scene.host.faults.break_after("put-env");
    let done = vault.put_back(&scene.deployment, &plan, false).await.unwrap();
    let env = scene.host.change(|host| host.env.clone());
    assert_eq!(env.beside(), [(done.kept.unwrap(), rotated.into_bytes())], "it was done, and only once");
    put(&scene, "A=1\n");
    let plan = vault.plan_put_back(&scene.deployment, Some(1)).await.unwrap();
    scene.host.faults.break_before("put-env");
    let lost = vault.put_back(&scene.deployment, &plan, false).await.unwrap_err();
    assert!(matches!(lost.find(), Some(VaultError::PutBackUnclear { kept: None, .. })), "{lost}");
    assert_eq!(env.bytes().unwrap(), b"A=1\n");
}

/// Version 1 opens all that is stored, the host's key nothing of it.
#[tokio::test]
async fn a_key_of_the_host_that_nothing_needs_is_no_alarm() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    put(&scene, &sample::env_file(2, "a", ""));
    let row = "password:c:p:password";
    let stored =
        |seed: u64| samples(SealedColumn::Password, &[(row, envelope("a", &sample::env_key(seed), row, "x"), 4)]);
    for (seed, lost, not_needed) in [(1, 0, 1), (2, 1, 0)] {
        scene.database.with(|tables| tables.sealed = vec![stored(seed)]);
        let plan = vault.plan_put_back(&scene.deployment, Some(1)).await.unwrap();
        assert_eq!((plan.missing.len(), plan.not_needed.len()), (lost, not_needed), "stored with key {seed}");
    }
    scene.database.with(|tables| tables.unknown_sealed = vec!["t.x_ciphertext".into()]);
    scene.database.with(|tables| tables.sealed = vec![stored(1)]);
    let plan = vault.plan_put_back(&scene.deployment, Some(1)).await.unwrap();
    assert_eq!(plan.missing.len(), 1, "what is not known may need it");
}
