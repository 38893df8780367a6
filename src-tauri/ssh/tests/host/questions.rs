use std::sync::atomic::Ordering;

use selvage_core::deployment::SshAuth;
use selvage_core::ports::{HostConnector as _, LinkError};
use selvage_ssh::SshConnector;

use crate::odd_server::{Act, Door, OddServer, PASSWORD};
use crate::sshd::trust;

async fn at(door: Door, auth: SshAuth, password: Option<&str>) -> (OddServer, Result<(), LinkError>) {
    let server = OddServer::start(door, Act::Stall).await;
    let connector = SshConnector::new(server.settings());
    let auth = if matches!(auth, SshAuth::Key { .. }) { server.key() } else { auth };
    let request = server.request(auth, password);
    trust(&connector, &request).await;
    let answer = match connector.connect(&request).await {
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    };
    (server, answer)
}

fn any_key() -> SshAuth {
    SshAuth::Key { file: String::new() }
}

#[tokio::test]
async fn a_password_opens_the_host_and_a_wrong_one_is_tried_once() {
    at(Door::Password, SshAuth::Password, Some(PASSWORD)).await.1.unwrap();
    let (server, answer) = at(Door::Password, SshAuth::Password, Some("wrong")).await;
    let expected =
        LinkError::SignInRefused { host: "127.0.0.1".into(), user: "deploy".into(), tried: "password".into() };
    assert_eq!(answer.unwrap_err(), expected);
    assert_eq!(server.attempts.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn without_a_password_one_is_asked_for() {
    let (_server, answer) = at(Door::Password, SshAuth::Password, None).await;
    assert_eq!(answer.unwrap_err(), LinkError::PasswordNeeded { host: "127.0.0.1".into(), user: "deploy".into() });
}

#[tokio::test]
async fn one_hidden_question_is_answered_with_the_password() {
    at(Door::Questions(1), SshAuth::Password, Some(PASSWORD)).await.1.unwrap();
    let (_server, answer) = at(Door::Questions(1), SshAuth::Password, Some("wrong")).await;
    let LinkError::SignInRefused { tried, .. } = answer.unwrap_err() else { panic!() };
    assert_eq!(tried, "password; keyboard-interactive");
}

#[tokio::test]
async fn what_only_a_person_can_answer_is_told() {
    let (_server, answer) = at(Door::Questions(2), SshAuth::Password, Some(PASSWORD)).await;
    let LinkError::SignInRefused { tried, .. } = answer.unwrap_err() else { panic!() };
    assert!(tried.contains("the host asks \u{201c}Verification code:\u{201d}"), "{tried}");
}

#[tokio::test]
async fn two_proofs_are_given_where_both_are_there() {
    at(Door::KeyAndPassword, any_key(), Some(PASSWORD)).await.1.unwrap();
    let (_server, answer) = at(Door::KeyAndPassword, any_key(), None).await;
    assert!(matches!(answer.unwrap_err(), LinkError::PasswordNeeded { .. }));
    let (_server, answer) = at(Door::KeyAndPassword, any_key(), Some("wrong")).await;
    let LinkError::SignInRefused { tried, .. } = answer.unwrap_err() else { panic!() };
    assert!(tried.contains("accepted, but the host also asks for password"), "{tried}");
    at(Door::PasswordAndQuestion, SshAuth::Password, Some(PASSWORD)).await.1.unwrap();
}
