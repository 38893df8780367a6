//! Two deployments, or two of Selvage, and one folder: nothing is lost, and what
//! is said to be there is there. `SELVAGE_PAIRS` pairs of each, from `SELVAGE_SEED` on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use selvage_testing::laptop::{Answer, Laptop, part_in};
use selvage_testing::real_host::RealHost;
use selvage_testing::sample::sha256;
use selvage_testing::sections::{Sections, from_env};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_selvage");

#[test]
fn two_bring_dumps_into_one_folder() {
    let hosts = [RealHost::up(&[]), RealHost::up(&[])];
    let laptop = Laptop::new(BINARY);
    laptop.add(&hosts[0]);
    laptop.add_as(&hosts[1], "beta");
    same_second(&hosts);
    let pairs = from_env("SELVAGE_PAIRS", 8);
    let seed = from_env("SELVAGE_SEED", rand::random());
    println!("{pairs} pairs of each from SELVAGE_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut story = Sections::default();
    story.section("one deployment is dumped twice at once: one or both are here, and both tell the truth", || {
        let mut folder = Shared::new(&laptop);
        let refused = (0..pairs).filter(|_| folder.pair(["dump acme", "dump acme"], rng.random_range(0..1500)) < 2);
        println!("        {} of {pairs} pairs had one refused", refused.count());
    });
    story.section("two deployments are dumped in the same second", || {
        let mut folder = Shared::new(&laptop);
        for _ in 0..pairs {
            assert_eq!(folder.pair(["dump acme", "dump beta"], rng.random_range(0..50)), 2, "one was refused");
        }
    });
    story.section("two deployments whose dumps have the same name are downloaded at once", || {
        for _ in 0..pairs {
            let mut folder = Shared::new(&laptop);
            for _ in 0..2 {
                let wait = rng.random_range(0..300);
                assert_eq!(folder.pair(["download acme", "download beta"], wait), 2, "one was refused");
            }
            assert_eq!(folder.held.len(), 2, "the second time other files were made");
        }
    });
    story.section("one dump is downloaded twice at once", || {
        for _ in 0..pairs {
            Shared::new(&laptop).pair(["download acme", "download acme"], rng.random_range(0..700));
        }
    });
    story.end();
}

/// Gives the newest dump of the second host the name of the first one's.
fn same_second(hosts: &[RealHost; 2]) {
    let [name, other] = [0, 1].map(|nth: usize| hosts[nth].text("/runs/latest/filename").to_owned());
    let host = &hosts[1];
    let manifest = |name: &str| name.replace(".dump", ".manifest.json");
    let at = |name: &str| host.backups().join(name);
    let text = std::fs::read_to_string(at(&manifest(&other))).unwrap().replace(&other, &name);
    std::fs::write(at(&manifest(&other)), text).unwrap();
    std::fs::rename(at(&other), at(&name)).unwrap();
    std::fs::rename(at(&manifest(&other)), at(&manifest(&name))).unwrap();
    host.change(&format!(
        "update backup_run set dump_path = replace(dump_path, '{other}', '{name}'), manifest_path = replace(manifest_path, '{}', '{}'),
         manifest = replace(manifest::text, '{other}', '{name}')::jsonb where id = '{}'",
        manifest(&other), manifest(&name), host.text("/runs/latest/id")
    ));
}

/// A folder that several fill, with everything that they were told lies in it.
struct Shared<'a> {
    laptop: &'a Laptop,
    folder: PathBuf,
    held: BTreeMap<PathBuf, String>,
}

impl<'a> Shared<'a> {
    fn new(laptop: &'a Laptop) -> Self {
        laptop.new_library();
        Self { laptop, folder: laptop.library(), held: BTreeMap::new() }
    }

    /// Two commands at once, the second after `wait` milliseconds; how many ended well.
    fn pair(&mut self, commands: [&str; 2], wait: u64) -> usize {
        let to = self.folder.display().to_string();
        let args = commands.map(|command| {
            let (verb, name) = command.split_once(' ').unwrap();
            [verb, name, "--to", &to]
        });
        let first = self.laptop.start(&args[0], "");
        std::thread::sleep(Duration::from_millis(wait));
        let second = self.laptop.start(&args[1], "");
        let answers = [first.wait(), second.wait()];
        let well = answers.iter().zip(commands).filter(|(answer, command)| self.ended_well(answer, command)).count();
        assert!(well > 0, "nobody has a dump: {}{}", answers[0].said, answers[1].said);
        assert_eq!(part_in(&self.folder), None, "something half was left");
        for (path, digest) in &self.held {
            assert_eq!(
                sha256(&std::fs::read(path).expect("a dump is lost")).to_string(),
                *digest,
                "{}",
                path.display()
            );
        }
        well
    }

    fn ended_well(&mut self, answer: &Answer, command: &str) -> bool {
        if answer.code != Some(0) {
            let refusals = ["already_running", "library_busy", "backup_under_way"];
            answer.expect_code(3);
            assert!(refusals.contains(&answer.at("/error/problem/code").as_str().unwrap()), "{}", answer.said);
            return false;
        }
        let path = PathBuf::from(answer.at("/copy/path").as_str().unwrap());
        let digest = answer.at("/copy/sha256").as_str().unwrap().to_owned();
        let found = sha256(&std::fs::read(&path).expect("it is said to be here")).to_string();
        assert_eq!(found, digest, "other bytes than were told");
        assert_eq!(manifest_beside(&path)["sha256"], digest);
        let name = command.split_once(' ').unwrap().1;
        assert!(path.to_str().unwrap().contains(&format!("weavestream-postgres-{name}-")), "another's dump was told");
        let listed = self.laptop.run(&["copies", name]);
        let mut listed = listed.at("/copies").as_array().unwrap().iter();
        let sound = |copy: &Value| {
            copy["path"] == path.to_str().unwrap()
                && ["verified", "complete"].contains(&copy["state"].as_str().unwrap())
        };
        assert!(listed.any(sound), "it is not listed");
        self.held.insert(path, digest);
        true
    }
}

fn manifest_beside(dump: &Path) -> Value {
    let manifest = dump.to_str().unwrap().replace(".dump", ".manifest.json");
    serde_json::from_slice(&std::fs::read(manifest).expect("the manifest is beside it")).unwrap()
}
