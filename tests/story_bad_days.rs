//! A big dump on bad days: the line breaks and stalls, the program is killed,
//! the disk fills up or goes away. What arrived is kept, and nothing unproved
//! is ever called verified.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use selvage_core::download::float;
use selvage_testing::fault_proxy::Act;
use selvage_testing::laptop::part_in;
use selvage_testing::line::Line;
use selvage_testing::mount::Mount;
use selvage_testing::real_host::RealHost;
use selvage_testing::sections::{Sections, from_env};
use selvage_testing::wait::until_true;

const BINARY: &str = env!("CARGO_BIN_EXE_selvage");
const SIZE: &str = "256MiB";
/// Bytes a second: slow enough for a busy machine to stop a download before its end.
const IN_TIME: Option<u64> = Some(24 << 20);

#[test]
fn a_big_dump_comes_home_on_bad_days() {
    let seed = from_env("SELVAGE_SEED", SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs());
    println!("SELVAGE_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let line = Line::to(RealHost::up(&["--dump-size", SIZE]), BINARY);
    let mut story = Sections::default();
    cuts(&mut story, &line, &mut rng);
    kills(&mut story, &line, &mut rng);
    stops(&mut story, &line, &mut rng);
    disks(&mut story, &line, &mut rng);
    story.end();
}

fn cuts(story: &mut Sections, line: &Line, rng: &mut StdRng) {
    story.section("a line that breaks again and again", || {
        line.laptop.new_library();
        let mut running = line.laptop.start_download("latest");
        for cut in 0..from_env("SELVAGE_CUTS", 3) {
            let at = rng.random_range(1..line.size / 4);
            println!("cut {cut} after {at} more bytes");
            line.proxy.after(at, Act::Cut);
            until_true("the line was cut, or all is here", || !line.proxy.is_armed() || !running.is_running());
        }
        running.wait().expect_code(0);
        line.check_held();
    });
    story.section("a line that falls silent in the middle", || {
        line.laptop.new_library();
        let at = rng.random_range(line.size / 4..line.size / 2);
        println!("stall after {at} bytes");
        let running = line.laptop.start_download("latest");
        line.until_kept(1);
        let reading = || {
            let found = Command::new("pgrep").args(["-f", "docker exec.*selvage read"]).output().unwrap();
            !found.stdout.is_empty()
        };
        assert!(reading(), "it is not read through the container");
        line.proxy.after(at, Act::Stall);
        running.wait().expect_code(0);
        assert!(!line.proxy.is_armed(), "the line was not stalled");
        line.check_held();
        // What hangs there keeps Docker from looking into a container that starts anew.
        until_true("nothing reads on the host any more", || !reading());
    });
    story.section("a line of 100 ms, each way 50", || {
        line.laptop.new_library();
        line.proxy.set_delay(Duration::from_millis(50));
        let answer = line.laptop.download("latest");
        line.proxy.set_delay(Duration::ZERO);
        answer.expect_code(0);
        line.check_held();
    });
    story.section("a host that cannot be reached any more", || {
        line.proxy.refuse(true);
        until_true("the port is closed", || std::net::TcpStream::connect(("127.0.0.1", line.proxy.port())).is_err());
        let answer = line.laptop.download("latest");
        line.proxy.refuse(false);
        answer.expect_problem(1, "refused");
        until_true("the port is open", || std::net::TcpStream::connect(("127.0.0.1", line.proxy.port())).is_ok());
    });
}

fn kills(story: &mut Sections, line: &Line, rng: &mut StdRng) {
    story.section("a program that is killed goes on where it was", || {
        line.laptop.new_library();
        let kills = from_env("SELVAGE_KILLS", 3);
        line.proxy.set_rate(IN_TIME);
        for kill in 1..=kills {
            let had = line.kept();
            let at = rng.random_range(had + 1..had + (line.size - had) / 2);
            let running = line.laptop.start_download("latest");
            line.until_kept(at);
            running.signal("KILL");
            assert_eq!(running.wait().code, None, "it ended before it was killed");
            println!("kill {kill} at {} of {} bytes", line.kept(), line.size);
            assert!(line.kept() >= at, "what was written is gone");
            line.check_kept();
            assert!(!line.laptop.library().join(line.laptop.name_of_latest(&line.host)).exists());
        }
        line.proxy.set_rate(None);
        let kept = line.kept();
        let passed = line.proxy.passed();
        line.laptop.download("latest").expect_code(0);
        let moved = line.proxy.passed() - passed;
        println!("{kept} bytes were kept, {moved} were moved for the rest");
        assert!(moved < line.size - kept + line.size / 10, "it began again instead of going on");
        line.check_held();
        let jobs = line.laptop.run(&["jobs"]);
        let interrupted = jobs.said.matches("\"end\":\"interrupted\"").count() as u64;
        assert_eq!(interrupted, kills, "{}", jobs.said);
    });
}

fn stops(story: &mut Sections, line: &Line, rng: &mut StdRng) {
    story.section("Ctrl-C keeps what arrived", || {
        line.laptop.new_library();
        let at = rng.random_range(1..line.size / 2);
        line.proxy.set_rate(IN_TIME);
        let running = line.laptop.start_download("latest");
        line.until_kept(at);
        running.signal("INT");
        let answer = running.wait();
        line.proxy.set_rate(None);
        answer.expect_code(130);
        assert_eq!(answer.at("/cancelled"), true);
        assert!(line.kept() >= at);
        line.check_kept();
        line.laptop.download("latest").expect_code(0);
        line.check_held();
        let jobs = line.laptop.run(&["jobs"]);
        assert!(jobs.said.contains("\"end\":\"cancelled\""), "{}", jobs.said);
    });
}

fn disks(story: &mut Sections, line: &Line, rng: &mut StdRng) {
    let bring_to =
        |folder: &Path| line.laptop.run(&["download", "acme", "latest", "--to", &folder.display().to_string()]);
    story.section("a disk that is too small is told before a byte moves", || {
        let small = Mount::small(&line.laptop.home().join("small"), 16 << 20);
        let answer = bring_to(small.path());
        answer.expect_problem(3, "disk_full");
        assert!(answer.at("/error/problem/needed").as_f64().unwrap() >= float(line.size), "{}", answer.said);
        let size = part_in(small.path()).and_then(|part| part.metadata().ok()).map_or(0, |part| part.len());
        assert_eq!(size, 0, "something was written");
    });
    story.section("a disk that fills up on the way keeps what arrived", || {
        let small = Mount::small(&line.laptop.home().join("filling"), line.size + (8 << 20));
        let ballast = rng.random_range(32_u64 << 20..64 << 20);
        let to = small.path().display().to_string();
        let running = line.laptop.start(&["download", "acme", "latest", "--to", &to], "");
        let grown = || part_in(small.path()).filter(|part| part.metadata().is_ok_and(|part| part.len() > 0));
        until_true("the part grows", || grown().is_some());
        let part = grown().unwrap();
        take_room(&small.path().join("ballast"), ballast);
        let answer = running.wait();
        answer.expect_problem(3, "disk_full");
        let kept = std::fs::read(&part).unwrap();
        assert!(!kept.is_empty() && std::fs::read(line.host.latest_dump()).unwrap().starts_with(&kept));
        std::fs::remove_file(small.path().join("ballast")).unwrap();
        bring_to(small.path()).expect_code(0);
        line.laptop.check_held_in(&line.host, small.path());
    });
    story.section("a read-only folder is told", || {
        let below = line.laptop.home().join("below");
        std::fs::create_dir(&below).unwrap();
        let mounted = Mount::read_only(&line.laptop.home().join("read-only"), &below);
        bring_to(mounted.path()).expect_problem(3, "library_read_only");
        bring_to(&mounted.path().join("new")).expect_problem(3, "library_read_only");
    });
    story.section("a folder that is not there is told, one that goes away as well", || {
        bring_to(&line.laptop.home().join("no/such/folder")).expect_problem(3, "library_missing");
        let folder = line.laptop.home().join("unplugged");
        let to = folder.display().to_string();
        let running = line.laptop.start(&["download", "acme", "latest", "--to", &to], "");
        until_true("the part is there", || part_in(&folder).is_some());
        std::fs::remove_dir_all(&folder).unwrap();
        running.wait().expect_problem(3, "library_missing");
        assert!(!folder.exists());
    });
}

/// Takes room at once.
fn take_room(path: &Path, bytes: u64) {
    let block = vec![1; usize::try_from(bytes).unwrap()];
    std::fs::write(path, block).unwrap();
}
