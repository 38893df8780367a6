//! Memory while a reader is slow. Alone in its process, so that what is
//! measured is what it did.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(dead_code, reason = "shares the sshd of the other tests, and needs little of it")]
#![cfg(target_os = "linux")]

#[path = "../host/sshd.rs"]
mod sshd;

use std::time::Duration;

use selvage_core::shell::Command;

fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    text.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_makes_the_host_wait_instead_of_growing_memory() {
    let sshd = sshd::Sshd::start();
    let host = sshd.host().await;
    let before = resident();
    let mut source = host.stream(&Command::new(["head", "-c", "2000000000", "/dev/zero"])).await.unwrap();
    let (mut most, mut total) = (0, 0);
    for round in 0..40 {
        // Long enough for everything that can arrive to arrive.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let many = if round % 10 == 9 { 4000 } else { 20 };
        for _ in 0..many {
            total += source.next().await.unwrap().unwrap().len();
        }
        most = most.max(resident());
    }
    let grown = most.saturating_sub(before);
    println!("read {} MiB, resident grew by {} KiB", total >> 20, grown >> 10);
    assert!(total > 200 << 20, "{total}");
    assert!(grown < 24 << 20, "resident memory grew by {} MiB", grown >> 20);
}
