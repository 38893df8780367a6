//! The figures of `make bench`: `bench BINARY [ROUNDS]`, 3 rounds unless told
//! otherwise. In a round every way brings the same dump from the same host once, in
//! changing order; what is printed are the medians and the ratios within a round.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "stops at what it did not expect")]

mod lists;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use selvage_testing::line::Line;
use selvage_testing::real_host::RealHost;

/// Half of the round trip of a long line.
const ONE_WAY: Duration = Duration::from_millis(50);

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let binary = args.get(1).expect("usage: bench BINARY [ROUNDS]");
    let rounds = args.get(2).map_or(3, |text| text.parse().expect("a number of rounds"));
    lists::compare(binary, rounds);
    on_loopback(binary, rounds);
    on_a_long_line(binary, rounds);
    memory(binary);
}

fn on_loopback(binary: &str, rounds: usize) {
    let line = Line::to(RealHost::up(&["--dump-size", "2GiB"]), binary);
    line.laptop.run(&["deployment", "remove", "acme"]).expect_code(0);
    line.laptop.add(&line.host);
    let ways = Ways::of(&line, line.host.sshd().port());
    open_to_the_login(&line.host, true);
    ways.compare("2 GiB on loopback, the file itself is readable", rounds);
    open_to_the_login(&line.host, false);
    let times: Vec<f64> = (0..rounds).map(|_| ways.seconds(&ways.selvage())).collect();
    println!(
        "  {:<16}{:>8.2} s   only Selvage can: the login may not read the file",
        "in the container",
        median(&times)
    );
}

fn on_a_long_line(binary: &str, rounds: usize) {
    let line = Line::to(RealHost::up(&["--dump-size", "256MiB"]), binary);
    line.proxy.set_delay(ONE_WAY);
    open_to_the_login(&line.host, true);
    let ways = Ways::of(&line, line.proxy.port());
    ways.compare("256 MiB, round trip 100 ms", rounds);
}

/// Peak resident memory of the whole program, against the same program that only looks around.
fn memory(binary: &str) {
    let line = Line::to(RealHost::up(&["--dump-size", "4GiB"]), binary);
    let mut looking = line.laptop.start(&["deployment", "probe", "acme"], "");
    let idle = peak(&mut looking);
    looking.wait().expect_code(0);
    let mut running = line.laptop.start_download("latest");
    let most = peak(&mut running);
    running.wait().expect_code(0);
    println!(
        "\nPeak memory, 4 GiB dump: {most} MiB; while only looking around {idle} MiB; {} MiB more",
        most.saturating_sub(idle)
    );
}

/// Mebibytes resident at most, by the kernel's own mark, until it ends.
fn peak(running: &mut selvage_testing::laptop::Running) -> u64 {
    let status = PathBuf::from(format!("/proc/{}/status", running.id()));
    let mut most = 0;
    while running.is_running() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = mark.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        most = most.max(kibibytes.unwrap_or(0) / 1024);
        std::thread::sleep(Duration::from_millis(5));
    }
    most
}

/// Whether the login may read the newest dump itself.
fn open_to_the_login(host: &RealHost, open: bool) {
    let set = |path: &Path, mode| std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    set(&host.latest_dump(), if open { 0o644 } else { 0o600 });
    set(&host.backups(), if open { 0o755 } else { 0o700 });
}

/// One way to bring the dump.
type Way<'a> = (&'static str, Box<dyn Fn() + 'a>);

struct Ways<'a> {
    line: &'a Line,
    port: u16,
    known_hosts: PathBuf,
    folder: PathBuf,
}

impl<'a> Ways<'a> {
    fn of(line: &'a Line, port: u16) -> Self {
        let known_hosts = line.laptop.home().join("known_hosts");
        let key = line.host.text("/ssh/known_hosts_line");
        let key = key.split_once(' ').expect("a name and a key").1;
        let address = line.host.text("/ssh/host");
        std::fs::write(&known_hosts, format!("[{address}]:{port} {key}\n")).unwrap();
        let folder = line.laptop.home().join("brought");
        std::fs::create_dir(&folder).unwrap();
        Self { line, port, known_hosts, folder }
    }

    fn all(&self) -> [Way<'_>; 4] {
        [
            ("selvage", self.selvage()),
            ("scp", Box::new(|| drop(self.scp()))),
            ("scp, sha256sum", Box::new(|| run(Command::new("sha256sum").arg(self.scp())))),
            ("rsync", Box::new(|| self.rsync())),
        ]
    }

    fn selvage(&self) -> Box<dyn Fn() + '_> {
        Box::new(|| {
            let to = self.folder.display().to_string();
            self.line.laptop.run(&["download", "acme", "latest", "--to", &to]).expect_code(0);
        })
    }

    fn from(&self) -> String {
        format!(
            "{}@{}:{}",
            self.line.host.text("/ssh/user"),
            self.line.host.text("/ssh/host"),
            self.line.host.latest_dump().display()
        )
    }

    fn options(&self) -> Vec<String> {
        let known = format!("UserKnownHostsFile={}", self.known_hosts.display());
        let key = self.line.host.text("/ssh/key");
        ["-F", "none", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", &known, "-i", key]
            .map(ToOwned::to_owned)
            .to_vec()
    }

    fn scp(&self) -> PathBuf {
        let to = self.folder.join("by-scp");
        run(Command::new("scp")
            .args(["-q", "-P", &self.port.to_string()])
            .args(self.options())
            .arg(self.from())
            .arg(&to));
        to
    }

    fn rsync(&self) {
        let ssh = format!("ssh -p {} {}", self.port, self.options().join(" "));
        run(Command::new("rsync").args(["-e", &ssh]).arg(self.from()).arg(self.folder.join("by-rsync")));
    }

    fn compare(&self, what: &str, rounds: usize) {
        let ways = self.all();
        let mut times = vec![Vec::new(); ways.len()];
        for round in 0..rounds {
            for place in 0..ways.len() {
                let which = (place + round) % ways.len();
                times[which].push(self.seconds(&ways[which].1));
            }
        }
        println!("\n{what}, {rounds} rounds:");
        for ((name, _), taken) in ways.iter().zip(&times) {
            let mut ratios: Vec<f64> = times[0].iter().zip(taken).map(|(ours, theirs)| ours / theirs).collect();
            ratios.sort_by(f64::total_cmp);
            println!(
                "  {name:<16}{:>8.2} s   selvage takes {:.2} of it ({:.2} to {:.2})",
                median(taken),
                median(&ratios),
                ratios[0],
                ratios[ratios.len() - 1]
            );
        }
    }

    fn seconds(&self, work: &dyn Fn()) -> f64 {
        let begun = Instant::now();
        work();
        let taken = begun.elapsed().as_secs_f64();
        // Nothing may lie there already for the next, nor be left for it to wait on.
        for entry in std::fs::read_dir(&self.folder).unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
        run(Command::new("sync").arg("-f").arg(&self.folder));
        taken
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
