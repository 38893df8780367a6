//! Every way in which a server asks for a password.

use selvage_core::Secret;
use selvage_core::deployment::TlsMode::{Disable, Require, VerifyFull};
use selvage_core::ports::{DatabaseError, DirectRequest, LinkError};

use crate::scene::{EVERYBODY, PASSWORD, Scene, line};

fn without(request: &DirectRequest) -> DirectRequest {
    DirectRequest { password: None, ..request.clone() }
}

fn with(request: &DirectRequest, password: &str) -> DirectRequest {
    DirectRequest { password: Some(Secret::new(password.into())), ..request.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_lets_the_right_one_in_and_no_other() {
    let scene = Scene::new();
    let quoted = PASSWORD.replace('\'', "''");
    for way in ["scram-sha-256", "md5", "password"] {
        scene.server.let_in(&EVERYBODY.replace("scram-sha-256", way), None);
        let stored = if way == "md5" { "md5" } else { "scram-sha-256" };
        scene.server.change(&format!("set password_encryption = '{stored}'; alter role ws password '{quoted}'"));
        let request = scene.request(VerifyFull);
        line(&request).await.unwrap_or_else(|error| panic!("{way}: {error}"));
        let refused = line(&with(&request, "wrong")).await;
        assert!(matches!(refused, Err(DatabaseError::DatabaseSignInRefused { .. })), "{way}: {refused:?}");
        let needed = DatabaseError::DatabasePasswordNeeded { user: "ws".into() };
        assert_eq!(line(&without(&request)).await, Err(needed), "{way}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_never_travels_in_the_clear() {
    let scene = Scene::new();
    scene.server.let_in(&EVERYBODY.replace("scram-sha-256", "password"), None);
    let refused = DatabaseError::PasswordInTheClear { user: "ws".into() };
    assert_eq!(line(&scene.request(Disable)).await, Err(refused));
    line(&scene.request(Require)).await.expect("encrypted it may");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_password_is_asked_where_none_is_needed() {
    let scene = Scene::new();
    scene.server.let_in("host all all 127.0.0.1/32 trust", None);
    line(&without(&scene.request(VerifyFull))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_or_database_that_is_not_there_is_told() {
    let scene = Scene::new();
    let mut nobody = scene.request(VerifyFull);
    nobody.link.user = "nobody".into();
    assert!(matches!(line(&nobody).await, Err(DatabaseError::DatabaseSignInRefused { .. })));
    let mut nowhere = scene.request(VerifyFull);
    nowhere.link.database = "nowhere".into();
    let told = line(&nowhere).await;
    let Err(DatabaseError::DatabaseSignInRefused { reason }) = &told else { panic!("{told:?}") };
    assert!(reason.contains("\"nowhere\" does not exist"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_cannot_be_reached_is_told() {
    let scene = Scene::new();
    let mut request = scene.request(VerifyFull);
    request.link.host = "no-such-host.invalid".into();
    assert!(matches!(line(&request).await, Err(DatabaseError::Link(LinkError::NameNotFound { .. }))));
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut request = scene.request(VerifyFull);
    request.link.port = Some(closed);
    let refused = LinkError::Refused { host: "localhost".into(), port: closed };
    assert_eq!(line(&request).await, Err(DatabaseError::Link(refused)));
}
