use std::time::Duration;

use selvage_core::ports::{Endpoint, HostConnector as _, LinkError};
use selvage_core::shell::Command;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::sshd::{Sshd, free_port};
use selvage_testing::fault_proxy::{Act, FaultProxy};

fn here(port: u16) -> Endpoint {
    Endpoint { host: "127.0.0.1".into(), port }
}

/// Sends back what it receives, until that ends, then says good-bye.
async fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = socket.split();
                let _ = tokio::io::copy(&mut read, &mut write).await;
                let _ = write.write_all(b"bye").await;
            });
        }
    });
    port
}

async fn round_trip(to: std::net::SocketAddr, bytes: Vec<u8>) -> Vec<u8> {
    let (mut read, mut write) = TcpStream::connect(to).await.unwrap().into_split();
    let writing = tokio::spawn(async move {
        write.write_all(&bytes).await.unwrap();
        write.shutdown().await.unwrap();
    });
    let mut back = Vec::new();
    read.read_to_end(&mut back).await.unwrap();
    writing.await.unwrap();
    back
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_pass_both_ways_and_ends_are_passed_on() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let forward = host.forward(&here(echo().await)).await.unwrap();
    assert!(forward.local.ip().is_loopback());
    let sent: Vec<u8> = (0..6_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let trips = (0..5).map(|n| round_trip(forward.local, sent[n * 1000..].to_vec()));
    for (n, back) in futures::future::join_all(trips).await.into_iter().enumerate() {
        assert_eq!(back, [&sent[n * 1000..], b"bye"].concat());
    }
}

#[tokio::test]
async fn dropping_the_guard_ends_everything() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let forward = host.forward(&here(echo().await)).await.unwrap();
    let mut socket = TcpStream::connect(forward.local).await.unwrap();
    socket.write_all(b"ping").await.unwrap();
    socket.read_exact(&mut [0; 4]).await.unwrap();
    let local = forward.local;
    drop(forward);
    let read = tokio::time::timeout(Duration::from_secs(20), socket.read(&mut [0; 16])).await.expect("stayed open");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    assert!(TcpStream::connect(local).await.is_err());
    assert_eq!(host.run(&Command::new(["true"])).await.unwrap().exit, 0);
}

#[tokio::test]
async fn a_host_that_forbids_forwards_is_told_at_once() {
    for line in ["AllowTcpForwarding no", "DisableForwarding yes", "PermitOpen 127.0.0.1:1"] {
        let sshd = Sshd::with(&["ed25519"], line);
        let host = sshd.host().await;
        let port = echo().await;
        let error = host.forward(&here(port)).await.unwrap_err();
        let LinkError::ForwardRefused { address, reason } = error else { panic!("{line}: {error:?}") };
        assert_eq!(address, format!("127.0.0.1:{port}"));
        assert!(reason.contains("does not allow this login to forward"), "{line}: {reason}");
        assert_eq!(host.run(&Command::new(["true"])).await.unwrap().exit, 0);
    }
}

#[tokio::test]
async fn an_address_where_nothing_listens_is_told_in_the_hosts_words() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let error = host.forward(&here(free_port())).await.unwrap_err();
    assert!(matches!(&error, LinkError::ForwardRefused { reason, .. } if reason == "Connection refused"), "{error:?}");
    let nowhere = Endpoint { host: "no-such-host.invalid".into(), port: 5432 };
    let error = host.forward(&nowhere).await.unwrap_err();
    let LinkError::ForwardRefused { address, reason } = error else { panic!("{error:?}") };
    assert_eq!(address, "no-such-host.invalid:5432");
    assert!(!reason.is_empty());
}

#[tokio::test]
async fn a_forward_outlives_a_lost_connection() {
    let sshd = Sshd::start();
    let proxy = FaultProxy::to(([127, 0, 0, 1], sshd.port).into());
    let mut ask = sshd.request();
    ask.target.port = Some(proxy.port());
    let connector = sshd.connector();
    crate::sshd::trust(&connector, &ask).await;
    let host = connector.connect(&ask).await.unwrap();
    let forward = host.forward(&here(echo().await)).await.unwrap();
    assert_eq!(round_trip(forward.local, b"one".to_vec()).await, b"onebye");
    proxy.now(Act::Cut);
    assert_eq!(round_trip(forward.local, b"two".to_vec()).await, b"twobye");
}

#[tokio::test]
async fn a_slow_reader_of_a_forward_holds_up_no_command() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move { while socket.write_all(&[7; 8192]).await.is_ok() {} });
        }
    });
    let forward = host.forward(&here(port)).await.unwrap();
    let _never_read = TcpStream::connect(forward.local).await.unwrap();
    for _ in 0..20 {
        assert_eq!(host.run(&Command::new(["true"])).await.unwrap().exit, 0);
    }
}
