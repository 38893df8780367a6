use selvage_core::vault::{AgainstHost, NameGroup, NameRow, Outcome, ProofSource, Remark, ShownValue, VaultError};
use selvage_core::weavestream::key_set::KeyTrouble;
use selvage_core::weavestream::sealed::SealedColumn;
use selvage_testing::sample::{self, env_key};
use selvage_testing::sealed::{envelope, samples};

use super::{capture, put, scene};

fn row<'r>(rows: &'r [NameRow], name: &str) -> &'r NameRow {
    rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no row {name}"))
}

#[tokio::test]
async fn every_name_has_its_state_and_no_value() {
    let (scene, vault) = scene().await;
    let text = sample::env_file(1, "b", &format!("a:{}", env_key(7)))
        .replace("REDIS_PASSWORD=planted-in-redis-too", "REDIS_PASSWORD=password1")
        .replace("APP_URL=https://acme.example\n", "")
        .replace(&format!("SMTP_SECRET_KEY={}", env_key(903)), "SMTP_SECRET_KEY=c2hvcnQ=")
        .replace(&format!("CSRF_SIGNING_KEY={}", env_key(906)), "CSRF_SIGNING_KEY=REPLACEME_CSRF");
    let text =
        format!("{text}OIDC_CLIENT_SECRET=planted-oidc-secret\nEMPTY=\nBARE\nDATABASE_URL=postgres://u:planted@h/d\n");
    put(&scene, &text);
    capture(&scene, &vault).await;
    let row_id = "password:c:p:password";
    let sealed = vec![samples(
        SealedColumn::Password,
        &[(row_id, envelope("a", &env_key(7), row_id, "x"), 1), (row_id, envelope("b", &env_key(1), row_id, "x"), 1)],
    )];
    scene.database.with(|tables| tables.sealed = sealed);
    vault.prove(&scene.deployment, ProofSource::Version { version: None }).await.unwrap();
    let view = vault.view(&scene.deployment, None, true).await.unwrap();
    let shown = view.shown.unwrap();
    let rows = &shown.names;
    let key = row(rows, "PASSWORD_ENCRYPTION_KEY");
    assert_eq!((key.group, key.kids.as_slice(), key.bytes), (NameGroup::Data, &["b".to_owned()][..], Some(32)));
    assert_eq!(key.remarks, [Remark::Repeated { times: 2 }]);
    assert_eq!(
        key.proof.as_ref().map(|proof| (proof.outcome, proof.opened, proof.tested)),
        Some((Outcome::Proves, 2, 2))
    );
    let list = row(rows, "PASSWORD_PREVIOUS_KEYS");
    assert_eq!((list.kids.as_slice(), list.proof.as_ref().unwrap().opened), (&["a".to_owned()][..], 1));
    let short = Remark::NoKey { trouble: KeyTrouble::WrongLength { bytes: 5 } };
    assert_eq!(row(rows, "SMTP_SECRET_KEY").remarks, [short]);
    let placeholder = row(rows, "CSRF_SIGNING_KEY");
    assert_eq!(
        (&placeholder.value, placeholder.remarks.as_slice()),
        (&ShownValue::Placeholder, &[Remark::Required][..])
    );
    let absent = row(rows, "APP_URL");
    assert_eq!((&absent.value, absent.remarks.as_slice()), (&ShownValue::Absent, &[Remark::Required][..]));
    assert_eq!(row(rows, "REDIS_PASSWORD").remarks, [Remark::Weak]);
    assert!(row(rows, "POSTGRES_PASSWORD").remarks.is_empty());
    assert_eq!(row(rows, "DATABASE_URL").remarks, [Remark::NotUsed]);
    assert_eq!(row(rows, "OIDC_CLIENT_SECRET").value, ShownValue::Hidden { characters: 19 });
    assert_eq!(row(rows, "POSTGRES_USER").value, ShownValue::Plain { text: "weavestream".into() });
    assert_eq!(row(rows, "EMPTY").value, ShownValue::Empty);
    assert_eq!(row(rows, "(a name of 4 characters)").value, ShownValue::Bare, "BARE may be a piece of a key");
    assert!(rows.iter().filter(|row| row.value != ShownValue::Absent).all(|row| row.host == Some(AgainstHost::Same)));
    let sent = serde_json::to_string(&rows).unwrap();
    for secret in ["planted", "password1", &env_key(1), &env_key(7)] {
        assert!(!sent.contains(secret), "{secret} would cross to the front end");
    }
}

#[tokio::test]
async fn the_host_is_set_beside_the_newest_version() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    let rotated = sample::env_file(2, "b", "").replace("REDIS_PASSWORD=planted-in-redis-too\n", "");
    put(&scene, &format!("{rotated}NEW=1\n"));
    let view = vault.view(&scene.deployment, None, true).await.unwrap();
    let rows = view.shown.unwrap().names;
    assert_eq!(row(&rows, "PASSWORD_ENCRYPTION_KEY").host, Some(AgainstHost::Differs));
    assert_eq!(row(&rows, "REDIS_PASSWORD").host, Some(AgainstHost::OnlyHere));
    assert_eq!(row(&rows, "JWT_SIGNING_KEY").host, Some(AgainstHost::Same));
    let new = row(&rows, "NEW");
    assert_eq!((&new.value, new.host), (&ShownValue::Absent, Some(AgainstHost::OnlyThere)));
    assert_eq!((view.versions.len(), view.versions[0].proven, view.kit), (1, false, None));
    capture(&scene, &vault).await;
    let older = vault.view(&scene.deployment, Some(1), false).await.unwrap();
    assert!(older.shown.unwrap().names.iter().all(|row| row.host.is_none()), "an older version is not compared");
}

#[tokio::test]
async fn a_version_that_the_keyring_lost_is_listed_and_says_so() {
    let (scene, vault) = scene().await;
    capture(&scene, &vault).await;
    let entry = scene.keyring.names().remove(0);
    scene.keyring.meddle(&entry, None);
    let view = vault.view(&scene.deployment, None, false).await.unwrap();
    assert_eq!(view.versions.len(), 1);
    let shown = view.shown.unwrap();
    assert_eq!(shown.trouble, Some(VaultError::EntryMissing { version: 1, entry }.into()));
}
