use std::time::Duration;

use selvage_core::deployment::{SshAuth, SshTarget};
use selvage_core::ports::{HostConnector as _, LinkError};
use selvage_ssh::{SshConnector, SshSettings, Timeouts};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::sshd::{free_port, refused, request, settings};

fn hasty() -> (tempfile::TempDir, SshSettings) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ssh_config"), "UserKnownHostsFile none\n").unwrap();
    let mut settings = settings(folder.path());
    let short = Duration::from_secs(1);
    settings.timeouts = Timeouts { key_exchange: short, ..Timeouts::default() };
    (folder, settings)
}

async fn error_at(host: &str, port: u16) -> LinkError {
    let (_folder, settings) = hasty();
    let target = SshTarget { host: host.into(), port: Some(port), user: None, auth: SshAuth::Automatic, jump: None };
    refused(SshConnector::new(settings).connect(&request(target)).await)
}

/// A server that says `words` to whoever comes, then hangs up or waits.
async fn saying(words: &'static [u8], hang_up: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.write_all(words).await;
            if hang_up {
                let _ = socket.shutdown().await;
            }
            kept.push(socket);
        }
    });
    port
}

#[tokio::test]
async fn a_name_without_address_is_told() {
    let error = error_at("no-such-host.invalid", 22).await;
    assert!(matches!(&error, LinkError::NameNotFound { host, .. } if host == "no-such-host.invalid"), "{error:?}");
}

#[tokio::test]
async fn a_port_where_nothing_listens_is_told() {
    let port = free_port();
    assert_eq!(error_at("127.0.0.1", port).await, LinkError::Refused { host: "127.0.0.1".into(), port });
}

#[tokio::test]
async fn a_host_that_never_answers_times_out() {
    let port = saying(b"", false).await;
    let expected = LinkError::TimedOut { host: "127.0.0.1".into(), stage: "exchanging keys".into(), seconds: 1 };
    assert_eq!(error_at("127.0.0.1", port).await, expected);
    // Neither does one that says who it is and then nothing.
    let port = saying(b"SSH-2.0-Mute\r\n", false).await;
    assert_eq!(error_at("127.0.0.1", port).await, expected);
}

#[tokio::test]
async fn a_connection_that_timed_out_is_not_left_behind() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asking = tokio::spawn(async move { error_at("127.0.0.1", port).await });
    let (mut socket, _) = listener.accept().await.unwrap();
    socket.write_all(b"SSH-2.0-Mute\r\n").await.unwrap();
    assert!(matches!(asking.await.unwrap(), LinkError::TimedOut { .. }));
    let mut heard = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(20), socket.read_to_end(&mut heard)).await;
    assert!(closed.is_ok(), "the socket stayed open");
}

#[tokio::test]
async fn what_answers_but_is_no_ssh_is_quoted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 512]).await;
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html>").await;
    });
    let error = error_at("127.0.0.1", port).await;
    let LinkError::NotSsh { reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!(reason, "it answered \u{201c}HTTP/1.1 400 Bad Request\u{201d}");
    assert!(!error.is_passing());
    let port = saying(b"\xff\xfb\x01login: ", true).await;
    assert!(matches!(error_at("127.0.0.1", port).await, LinkError::NotSsh { .. }));
}

#[tokio::test]
async fn a_host_that_hangs_up_at_once_may_only_be_busy() {
    let port = saying(b"", true).await;
    let error = error_at("127.0.0.1", port).await;
    assert!(matches!(&error, LinkError::Lost { .. }) && error.is_passing(), "{error:?}");
}

#[tokio::test]
async fn a_host_without_an_algorithm_in_common_says_what_it_offers() {
    let sshd = crate::sshd::Sshd::with(&["ed25519"], "Ciphers aes128-cbc");
    let error = refused(sshd.connector().connect(&sshd.request()).await);
    let LinkError::NotSsh { reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!(reason, "no cipher in common; it offers aes128-cbc");
}
