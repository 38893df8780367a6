use std::time::Duration;

use selvage_core::ports::{ByteSource, HostConnector as _, LinkError};
use selvage_core::shell::Command;
use selvage_ssh::{SshConnector, Timeouts};
use sha2::{Digest as _, Sha256};

use crate::odd_server::{Act, Door, OddServer};
use crate::sshd::{Sshd, gone, until};
use selvage_testing::fault_proxy::{Act as Fault, FaultProxy};

fn sh(script: &str) -> Command {
    Command::new(["sh", "-c", script])
}

/// Some bytes that no compression and no repetition hides a mistake in.
fn noise(file: &std::path::Path, mebibytes: usize) -> Vec<u8> {
    let made = std::process::Command::new("sh")
        .args([
            "-c",
            &format!("openssl enc -aes-128-ctr -nosalt -pass pass:x < /dev/zero 2>/dev/null | head -c {mebibytes}M"),
        ])
        .output()
        .unwrap();
    let bytes = if made.stdout.len() == mebibytes << 20 {
        made.stdout
    } else {
        let mut state = 1_u64;
        let next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        std::iter::repeat_with(next).take(mebibytes << 20).collect()
    };
    std::fs::write(file, &bytes).unwrap();
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_mebibytes_arrive_unchanged() {
    let sshd = Sshd::start();
    let bytes = noise(&sshd.at("big"), 64);
    let host = sshd.host().await;
    let mut source = host.stream(&Command::new(["cat", &sshd.path("big")])).await.unwrap();
    let (mut hash, mut total) = (Sha256::new(), 0);
    while let Some(piece) = source.next().await.unwrap() {
        assert!(!piece.is_empty());
        total += piece.len();
        hash.update(&piece);
    }
    assert_eq!(total, bytes.len());
    assert_eq!(hash.finalize(), Sha256::digest(&bytes));
    assert_eq!(source.next().await.unwrap(), None);
    let exit = source.exit().await.unwrap();
    assert_eq!((exit.status, exit.stderr.as_str()), (0, ""));
}

#[tokio::test]
async fn the_end_of_a_stream_says_how_it_ended() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let mut source = host.stream(&sh("echo out; echo reason >&2; exit 7")).await.unwrap();
    assert_eq!(all(&mut *source).await.unwrap(), b"out\n");
    let exit = source.exit().await.unwrap();
    assert_eq!((exit.status, exit.stderr.as_str()), (7, "reason\n"));
    // Much on standard error neither blocks nor grows.
    let mut source = host.stream(&sh("head -c 3000000 /dev/zero >&2; echo done; kill -KILL $$")).await.unwrap();
    assert_eq!(all(&mut *source).await.unwrap(), b"done\n");
    let exit = source.exit().await.unwrap();
    assert_eq!((exit.status, exit.stderr.len()), (137, 64 * 1024 + "\n...\n".len()));
    let mut source = host.stream(&Command::new(["tr", "a-z", "A-Z"]).stdin("secret".to_owned())).await.unwrap();
    assert_eq!(all(&mut *source).await.unwrap(), b"SECRET");
}

async fn all(source: &mut dyn ByteSource) -> Result<Vec<u8>, LinkError> {
    let mut bytes = Vec::new();
    while let Some(piece) = source.next().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

#[tokio::test]
async fn a_stream_has_a_connection_of_its_own() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let mut source = host.stream(&Command::new(["cat", "/dev/zero"])).await.unwrap();
    source.next().await.unwrap();
    // Nobody reads on, and other work goes on.
    for _ in 0..20 {
        assert_eq!(host.run(&Command::new(["true"])).await.unwrap().exit, 0);
    }
    assert_eq!(sshd.log().matches("Accepted publickey").count(), 2);
}

#[tokio::test]
async fn dropping_a_stream_ends_the_process_and_the_connection() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let pid = sshd.path("pid");
    let mut source = host.stream(&sh(&format!("echo $$ > {pid}; exec cat /dev/zero"))).await.unwrap();
    source.next().await.unwrap();
    drop(source);
    gone(&pid).await;
    until("the connection has ended", || {
        let log = sshd.log();
        log.matches("Connection closed by").count() + log.matches("Disconnected from").count() > 0
    })
    .await;
}

#[tokio::test]
async fn a_cut_in_the_middle_is_lost_and_never_an_end() {
    let sshd = Sshd::start();
    let proxy = FaultProxy::to(([127, 0, 0, 1], sshd.port).into());
    let mut ask = sshd.request();
    ask.target.port = Some(proxy.port());
    let connector = sshd.connector();
    crate::sshd::trust(&connector, &ask).await;
    let host = connector.connect(&ask).await.unwrap();
    let mut source = host.stream(&Command::new(["cat", "/dev/zero"])).await.unwrap();
    source.next().await.unwrap().unwrap();
    proxy.now(Fault::Cut);
    let error = loop {
        match source.next().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the end of what has no end"),
            Err(error) => break error,
        }
    };
    assert!(matches!(&error, LinkError::Lost { host, .. } if host == "127.0.0.1"), "{error:?}");
    assert!(source.next().await.is_err());
    assert!(source.exit().await.is_err());
}

#[tokio::test]
async fn silence_in_the_middle_is_a_stall() {
    let server = OddServer::start(Door::AnyKey, Act::Stall).await;
    let mut settings = server.settings();
    settings.timeouts = Timeouts { idle: Duration::from_secs(1), ..Timeouts::default() };
    let host = server.host(settings).await;
    let mut source = host.stream(&Command::new(["x"])).await.unwrap();
    assert_eq!(source.next().await.unwrap().unwrap(), "some output");
    let stalled = LinkError::Stalled { host: "127.0.0.1".into(), seconds: 1 };
    assert_eq!(source.next().await.unwrap_err(), stalled);
    let patient = Command::new(["x"]).quiet_for(Duration::from_secs(2));
    let mut source = host.stream(&patient).await.unwrap();
    source.next().await.unwrap();
    assert_eq!(source.next().await.unwrap_err(), LinkError::Stalled { host: "127.0.0.1".into(), seconds: 2 });
}

#[tokio::test]
async fn a_stalled_network_is_a_stall() {
    let sshd = Sshd::start();
    let proxy = FaultProxy::to(([127, 0, 0, 1], sshd.port).into());
    let mut ask = sshd.request();
    ask.target.port = Some(proxy.port());
    let mut settings = sshd.settings();
    settings.timeouts = Timeouts { idle: Duration::from_secs(1), ..Timeouts::default() };
    let connector = SshConnector::new(settings);
    crate::sshd::trust(&connector, &ask).await;
    let host = connector.connect(&ask).await.unwrap();
    let mut source = host.stream(&Command::new(["cat", "/dev/zero"])).await.unwrap();
    source.next().await.unwrap().unwrap();
    proxy.now(Fault::Stall);
    let error = loop {
        if let Err(error) = source.next().await {
            break error;
        }
    };
    assert_eq!(error, LinkError::Stalled { host: "127.0.0.1".into(), seconds: 1 });
}

#[tokio::test]
async fn odd_ends_are_told_apart() {
    for (act, complete) in [
        (Act::JustClose, false),
        (Act::GoodBye, false),
        (Act::NoExit, true),
        (Act::NoEnd, true),
        (Act::Signal("TERM"), true),
    ] {
        let server = OddServer::start(Door::AnyKey, act).await;
        let host = server.host(server.settings()).await;
        let mut source = host.stream(&Command::new(["x"])).await.unwrap();
        match all(&mut *source).await {
            Ok(bytes) => assert!(complete && bytes == b"some output", "{act:?}"),
            Err(LinkError::Lost { .. }) => assert!(!complete, "{act:?}"),
            Err(error) => panic!("{act:?}: {error:?}"),
        }
        let exit = source.exit().await.map(|exit| exit.status);
        match act {
            Act::NoEnd => assert_eq!(exit.unwrap(), 0),
            Act::Signal(_) => assert_eq!(exit.unwrap(), 143),
            _ => assert!(matches!(exit, Err(LinkError::Lost { .. })), "{act:?}"),
        }
    }
    let server = OddServer::start(Door::AnyKey, Act::Refuse).await;
    let host = server.host(server.settings()).await;
    let mut source = host.stream(&Command::new(["x"])).await.unwrap();
    assert!(matches!(source.next().await, Err(LinkError::Lost { .. })));
}

#[tokio::test]
async fn complaints_without_an_end_are_no_progress() {
    let sshd = Sshd::start();
    sshd.trusted().await;
    let mut settings = sshd.settings();
    settings.timeouts = Timeouts { idle: Duration::from_secs(2), ..Timeouts::default() };
    let host = SshConnector::new(settings).connect(&sshd.request()).await.unwrap();
    let stalled = LinkError::Stalled { host: "127.0.0.1".into(), seconds: 2 };
    let complaining = Command::new(["sh", "-c", "yes >&2"]);
    let mut source = host.stream(&complaining).await.unwrap();
    assert_eq!(source.next().await.unwrap_err(), stalled);
    // Also behind the output.
    let complaining = Command::new(["sh", "-c", "echo all; exec 1>&-; yes >&2"]);
    let mut source = host.stream(&complaining).await.unwrap();
    assert_eq!(source.next().await.unwrap().unwrap(), "all\n");
    assert_eq!(source.exit().await.unwrap_err(), stalled);
}

#[tokio::test]
async fn what_only_drips_is_given_up_and_what_waits_for_its_reader_is_not() {
    let sshd = Sshd::start();
    sshd.trusted().await;
    let mut settings = sshd.settings();
    settings.timeouts = Timeouts { trickle: Duration::from_secs(2), ..Timeouts::default() };
    let host = SshConnector::new(settings).connect(&sshd.request()).await.unwrap();
    let drips = Command::new(["sh", "-c", "while :; do printf .; sleep 0.2; done"]);
    let mut source = host.stream(&drips).await.unwrap();
    let error = loop {
        match source.next().await {
            Ok(piece) => assert_eq!(piece.unwrap(), "."),
            Err(error) => break error,
        }
    };
    let LinkError::Trickles { bytes, seconds, .. } = error else { panic!("{error:?}") };
    assert!((5..=40).contains(&bytes) && seconds == 2, "{bytes} in {seconds}");
    // A slow reader is not the host's fault.
    let mut source = host.stream(&Command::new(["head", "-c", "300000", "/dev/zero"])).await.unwrap();
    let mut total = 0;
    while let Some(piece) = source.next().await.unwrap() {
        total += piece.len();
        tokio::time::sleep(Duration::from_millis(600)).await;
    }
    assert_eq!(total, 300_000);
}
