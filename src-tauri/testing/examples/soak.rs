//! Brings one big dump home over and over on a bad line, for `make soak`:
//! `soak BINARY [ROUNDS [SIZE [SEED]]]`, 20 rounds of 128MiB unless told
//! otherwise. Every round begins with an empty library and ends with the dump
//! verified; on its way it is befallen at random bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "stops at what it did not expect")]

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use selvage_testing::fault_proxy::Act;
use selvage_testing::laptop::Running;
use selvage_testing::line::Line;
use selvage_testing::real_host::RealHost;
use selvage_testing::wait::until_true;

const BEFALLS: [&str; 7] = ["cut", "stall", "kill", "stop", "unreachable", "slow", "alter the part"];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let binary = args.get(1).expect("usage: soak BINARY [ROUNDS [SIZE [SEED]]]");
    let rounds: u64 = args.get(2).map_or(20, |text| text.parse().expect("a number of rounds"));
    let size = args.get(3).map_or("128MiB", String::as_str);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let seed: u64 = args.get(4).map_or(clock, |text| text.parse().expect("a seed"));
    println!("{rounds} rounds of {size}, seed {seed}");
    let line = Line::to(RealHost::up(&["--dump-size", size]), binary);
    let mut rng = StdRng::seed_from_u64(seed);
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for round in 1..=rounds {
        line.laptop.new_library();
        let befalls = rng.random_range(1..=4);
        for _ in 0..befalls {
            if line.dump().exists() {
                break;
            }
            let what = BEFALLS[rng.random_range(0..BEFALLS.len())];
            befall(&line, what, &mut rng);
            *counts.entry(what).or_default() += 1;
            if line.dump().exists() {
                line.laptop.check_held(&line.host);
            }
        }
        line.laptop.download("latest").expect_code(0);
        line.check_held();
        println!("round {round}: held after {befalls} troubles at most");
        std::fs::remove_dir_all(line.laptop.library()).unwrap();
    }
    let told: Vec<String> = counts.iter().map(|(what, count)| format!("{count} x {what}")).collect();
    println!(
        "{rounds} rounds: {}. Nothing false was ever verified; every round ended with the dump held.",
        told.join(", ")
    );
}

fn befall(line: &Line, what: &str, rng: &mut StdRng) {
    let had = line.kept();
    let at = rng.random_range(1..=(line.size - had.min(line.size - 1)));
    println!("        {what} after {at} of {} bytes", line.size - had);
    let mut running = line.laptop.start_download("latest");
    match what {
        "cut" | "stall" => {
            line.proxy.after(at, if what == "cut" { Act::Cut } else { Act::Stall });
            running.wait().expect_code(0);
        }
        "slow" => {
            line.proxy.set_delay(Duration::from_millis(rng.random_range(1..150)));
            let answer = running.wait();
            line.proxy.set_delay(Duration::ZERO);
            answer.expect_code(0);
        }
        "unreachable" => {
            until(line, &mut running, had + at);
            line.proxy.refuse(true);
            line.proxy.now(Act::Cut);
            until_true("a try that finds nobody", || {
                std::net::TcpStream::connect(("127.0.0.1", line.proxy.port())).is_err()
            });
            line.proxy.refuse(false);
            running.wait().expect_code(0);
        }
        "kill" | "stop" => {
            until(line, &mut running, had + at);
            if !running.is_running() {
                running.wait().expect_code(0);
                return;
            }
            running.signal(if what == "kill" { "KILL" } else { "INT" });
            let code = running.wait().code;
            // It may just have finished.
            assert!([None, Some(130), Some(0)].contains(&code), "{what} ended with {code:?}");
            if line.part().exists() {
                line.check_kept();
            }
        }
        _ => {
            until(line, &mut running, had + at);
            if running.is_running() {
                running.signal("KILL");
            }
            let _ = running.wait();
            if let Ok(part) = OpenOptions::new().read(true).write(true).open(line.part())
                && line.kept() > 0
            {
                let place = rng.random_range(0..line.kept());
                let mut byte = [0];
                part.read_exact_at(&mut byte, place).unwrap();
                part.write_all_at(&[byte[0] ^ 1], place).unwrap();
                // The alteration is found, and the dump comes anew.
                line.laptop.download("latest").expect_code(0);
                line.check_held();
            }
        }
    }
}

/// Waits until so many bytes are kept, or the program has ended.
fn until(line: &Line, running: &mut Running, bytes: u64) {
    until_true("the part grows", || line.kept() >= bytes || !running.is_running());
}
