//! Certificates of every kind, in every mode.

use selvage_core::deployment::TlsMode::{Prefer, Require, VerifyCa, VerifyFull};
use selvage_core::ports::DatabaseError;
use selvage_testing::authority::{Authority, Identity, Says};

use crate::scene::{Scene, line, verdict, verdicts};

#[tokio::test(flavor = "multi_thread")]
async fn each_mode_asks_as_much_as_its_name_says() {
    let scene = Scene::new();
    let encrypted = |ca, full| ["clear", "encrypted", "encrypted", ca, full];
    assert_eq!(verdicts(&scene).await, encrypted("verified", "verified"));
    scene.shows(&Says::names(&["db.acme.example", "10.0.0.7"]));
    assert_eq!(verdicts(&scene).await, encrypted("verified", "wrong name"));
    scene.shows(&Says::names(&["localhost"]).within(2020, 2024));
    assert_eq!(verdicts(&scene).await, encrypted("out of date", "out of date"));
    scene.shows(&Says::names(&["localhost"]).within(2150, 2200));
    assert_eq!(verdicts(&scene).await, encrypted("out of date", "out of date"));
    scene.server.show(Some(&Authority::new("Somebody else").signs(&Says::names(&["localhost"]))));
    assert_eq!(verdicts(&scene).await, encrypted("untrusted", "untrusted"));
    scene.server.show(None);
    assert_eq!(verdicts(&scene).await, ["clear", "clear", "not offered", "not offered", "not offered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_with_its_facts() {
    let scene = Scene::new();
    scene.shows(&Says::names(&["db.acme.example", "10.0.0.7"]));
    let names = vec!["db.acme.example".to_owned(), "10.0.0.7".to_owned()];
    let host = || "localhost".to_owned();
    let request = scene.request(VerifyFull);
    assert_eq!(line(&request).await, Err(DatabaseError::TlsWrongName { host: host(), names }));
    scene.shows(&Says::names(&["localhost"]).within(2020, 2024));
    let (from, until) = ("2020-01-01".to_owned(), "2024-01-01".to_owned());
    assert_eq!(line(&request).await, Err(DatabaseError::TlsOutOfDate { host: host(), from, until }));
    scene.server.show(Some(&Authority::new("Somebody else").signs(&Says::names(&["localhost"]))));
    let untrusted = DatabaseError::TlsUntrusted { host: host(), issuer: "CN=Somebody else".into(), self_signed: false };
    assert_eq!(line(&request).await, Err(untrusted));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_signed_itself_is_trusted_only_when_it_was_chosen() {
    let scene = Scene::new();
    for may_sign in [false, true] {
        let own = Identity::self_signed(&Says::names(&["localhost"]), may_sign);
        scene.server.show(Some(&own));
        assert_eq!(verdict(&scene.request(VerifyFull)).await, "self-signed", "may sign: {may_sign}");
        assert_eq!(verdict(&scene.trusting(VerifyFull, &own.chain)).await, "verified", "may sign: {may_sign}");
        let elsewhere = Identity::self_signed(&Says::names(&["db.acme.example"]), may_sign);
        scene.server.show(Some(&elsewhere));
        assert_eq!(verdict(&scene.trusting(VerifyFull, &elsewhere.chain)).await, "wrong name");
        assert_eq!(verdict(&scene.trusting(VerifyCa, &elsewhere.chain)).await, "verified");
        let old = Identity::self_signed(&Says::names(&["localhost"]).within(2020, 2024), may_sign);
        scene.server.show(Some(&old));
        assert_eq!(verdict(&scene.trusting(VerifyFull, &old.chain)).await, "out of date");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_read_as_libpq_reads_them() {
    let scene = Scene::new();
    // The common name counts where there are no alternative names, and only there.
    scene.shows(&Says::names(&[]).called("localhost"));
    assert_eq!(verdict(&scene.request(VerifyFull)).await, "verified");
    scene.shows(&Says::names(&[]).called("db.acme.example"));
    assert_eq!(verdict(&scene.request(VerifyFull)).await, "wrong name");
    scene.shows(&Says::names(&["db.acme.example"]).called("localhost"));
    assert_eq!(verdict(&scene.request(VerifyFull)).await, "wrong name");
    // An address is named as one.
    let mut by_address = scene.request(VerifyFull);
    by_address.link.host = "127.0.0.1".into();
    scene.shows(&Says::names(&["127.0.0.1"]));
    assert_eq!(verdict(&by_address).await, "verified");
    scene.shows(&Says::names(&["localhost"]));
    assert_eq!(verdict(&by_address).await, "wrong name");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_between_may_be_shown_by_the_server_or_chosen_here() {
    let scene = Scene::new();
    let between = scene.authority.below("Between");
    let signed = between.signs(&Says::names(&["localhost"]));
    scene.server.show(Some(&signed.clone().with(&between)));
    assert_eq!(verdict(&scene.request(VerifyFull)).await, "verified");
    // The server forgot it.
    scene.server.show(Some(&signed));
    assert_eq!(verdict(&scene.request(VerifyFull)).await, "untrusted");
    assert_eq!(verdict(&scene.trusting(VerifyFull, &between.pem())).await, "verified");
    let both = format!("{}{}", Authority::new("Other").pem(), between.pem());
    assert_eq!(verdict(&scene.trusting(VerifyFull, &both)).await, "verified");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_chosen_authority_the_systems_own_are_asked() {
    let scene = Scene::new();
    let mut request = scene.request(VerifyFull);
    request.link.tls.ca = None;
    assert_eq!(verdict(&request).await, "untrusted");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_cannot_be_used_are_named() {
    let scene = Scene::new();
    let reason = |request| async move {
        match line(&request).await {
            Err(DatabaseError::TlsFileUnusable { reason, .. }) => reason,
            other => panic!("{other:?}"),
        }
    };
    for (content, told) in [
        ("", "no certificate"),
        ("not a certificate", "no certificate"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n", "no certificate"),
    ] {
        assert!(reason(scene.trusting(VerifyFull, content)).await.contains(told), "{content:?}");
    }
    assert!(reason(scene.trusting(VerifyFull, &"x".repeat(5_000_000))).await.contains("too large"));
    let mut missing = scene.request(VerifyFull);
    missing.link.tls.ca = Some("/no/such/ca.crt".into());
    assert!(reason(missing).await.contains("No such file"));

    let mut client = scene.authority.signs(&Says::names(&[]).called("ws"));
    client.key = scene.authority.signs(&Says::names(&[])).key;
    assert!(reason(scene.identified(Require, &client)).await.contains("does not fit"));
    client.key = client.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert!(reason(scene.identified(Require, &client)).await.contains("passphrase"));
    client.key = "none".into();
    assert!(reason(scene.identified(Require, &client)).await.contains("no private key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_stands_in_for_a_password() {
    let scene = Scene::new();
    scene.server.let_in("hostssl all ws 127.0.0.1/32 cert", Some(&scene.authority.pem()));
    let ours = scene.authority.signs(&Says::names(&[]).called("ws"));
    let mut request = scene.identified(VerifyFull, &ours);
    request.password = None;
    assert_eq!(verdict(&request).await, "verified");
    // Without one, with another's, with one that the server does not trust.
    assert_eq!(verdict(&scene.request(VerifyFull)).await, "refused");
    let theirs = scene.authority.signs(&Says::names(&[]).called("somebody"));
    assert_eq!(verdict(&scene.identified(VerifyFull, &theirs)).await, "refused");
    let foreign = Authority::new("Somebody else").signs(&Says::names(&[]).called("ws"));
    let told = line(&scene.identified(VerifyFull, &foreign)).await;
    let Err(DatabaseError::TlsFailed { reason, .. }) = &told else { panic!("{told:?}") };
    assert!(reason.contains("the server answered"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lets_nobody_in_unencrypted_says_so() {
    let scene = Scene::new();
    scene.server.let_in("hostssl all all 127.0.0.1/32 scram-sha-256", None);
    assert_eq!(verdicts(&scene).await, ["refused", "encrypted", "encrypted", "verified", "verified"]);
    scene.server.let_in("hostnossl all all 127.0.0.1/32 scram-sha-256", None);
    assert_eq!(verdict(&scene.request(Prefer)).await, "refused");
}
