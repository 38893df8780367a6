use std::time::Duration;

use bytes::Bytes;
use selvage_core::ports::{HostConnector as _, LinkError};
use selvage_core::shell::Command;
use selvage_ssh::{SshConnector, Timeouts};
use sha2::{Digest as _, Sha256};

use crate::sshd::{Sshd, gone, until};

fn sh(script: &str) -> Command {
    Command::new(["sh", "-c", script])
}

/// Bytes of every value, with no two pieces alike.
fn piece(n: u32) -> Bytes {
    (0..65_536u32).map(|at| (at.wrapping_mul(2_654_435_761).wrapping_add(n) >> 13).to_le_bytes()[0]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_mebibytes_are_taken_unchanged() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let mut sink = host.feed(&sh(&format!("cat > {}", sshd.path("got")))).await.unwrap();
    let mut hash = Sha256::new();
    for n in 0..1024 {
        hash.update(piece(n));
        assert!(sink.write(piece(n)).await.unwrap());
    }
    let output = sink.finish().await.unwrap();
    assert_eq!((output.exit, output.stderr.as_slice()), (0, b"".as_slice()));
    assert_eq!(hash.finalize(), Sha256::digest(std::fs::read(sshd.at("got")).unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_prints_more_than_it_reads_does_not_block() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    // Each block that it reads is printed on both streams.
    let mut sink = host.feed(&sh("tee /dev/stderr; echo read all >&2; exit 3")).await.unwrap();
    for n in 0..512 {
        assert!(sink.write(piece(n)).await.unwrap());
    }
    let output = sink.finish().await.unwrap();
    assert_eq!(output.exit, 3);
    assert!(output.error_summary().ends_with("read all"), "{}", output.error_summary().len());
    assert!(output.stdout.len() + output.stderr.len() < 1_000_000, "what is printed does not grow here");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_ends_early_says_why() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let mut sink = host.feed(&sh("head -c 100000 >/dev/null; echo no space left >&2; exit 28")).await.unwrap();
    let mut taken = 0;
    while sink.write(piece(taken)).await.unwrap() {
        taken += 1;
        assert!(taken < 100_000, "it goes on taking");
    }
    let output = sink.finish().await.unwrap();
    assert_eq!((output.exit, output.error_summary().as_str()), (28, "no space left"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_reads_nothing_is_given_up_in_time() {
    let sshd = Sshd::start();
    let mut settings = sshd.settings();
    settings.timeouts = Timeouts { idle: Duration::from_secs(1), ..Timeouts::default() };
    sshd.trusted().await;
    let host = SshConnector::new(settings).connect(&sshd.request()).await.unwrap();
    let mut sink = host.feed(&sh("exec sleep 60")).await.unwrap();
    let mut end = Ok(true);
    for n in 0..10_000 {
        end = sink.write(piece(n)).await;
        if end.is_err() {
            break;
        }
    }
    assert!(matches!(end, Err(LinkError::Stalled { .. })), "{end:?}");
    // Where silence is to be expected, it is waited for.
    let patient = sh("sleep 2; cat >/dev/null").quiet_for(Duration::from_secs(20));
    let mut sink = host.feed(&patient).await.unwrap();
    for n in 0..400 {
        assert!(sink.write(piece(n)).await.unwrap());
    }
    assert_eq!(sink.finish().await.unwrap().exit, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_is_ended() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let mut sink = host.feed(&sh(&format!("echo $$ > {}; exec cat >/dev/null", sshd.path("pid")))).await.unwrap();
    assert!(sink.write(piece(1)).await.unwrap());
    let begun = || std::fs::read_to_string(sshd.at("pid")).is_ok_and(|pid| pid.ends_with('\n'));
    until("it has begun", begun).await;
    drop(sink);
    gone(&sshd.path("pid")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_input_is_told_while_the_command_prints() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    // However many pieces wait to be sent when the end comes behind them.
    for pieces in (1..=121).step_by(8) {
        let mut sink = host.feed(&sh("head -c 8000000 /dev/zero; cat >/dev/null; exit 3")).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        for n in 0..pieces {
            assert!(sink.write(piece(n).slice(..1000)).await.unwrap());
        }
        let ended = tokio::time::timeout(Duration::from_secs(20), sink.finish()).await;
        let output = ended.unwrap_or_else(|_| panic!("{pieces} pieces, and it never ends")).unwrap();
        assert_eq!(output.exit, 3);
    }
}
