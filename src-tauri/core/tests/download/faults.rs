//! Random faults at random bytes, in random order: see [`Trouble`].

use std::time::{SystemTime, UNIX_EPOCH};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use selvage_core::download::DownloadError;
use selvage_core::jobs::JobEnd;
use selvage_core::ports::LibraryError;
use selvage_testing::ends::{failed, refused, unsound};
use selvage_testing::host::StreamFault;
use selvage_testing::library::{DiskFault, Unsynced};
use selvage_testing::sample;
use selvage_testing::scene::Scene;
use selvage_testing::sections::from_env;

/// What may befall one attempt.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// Some connections in a row break or fall silent.
    Network,
    /// The process is killed at a byte, or the machine loses power.
    Killed,
    /// The admin cancels at a byte.
    Cancelled,
    /// The disk is full, read-only or gone at a byte.
    Disk,
    /// Somebody alters, shortens or lengthens the part file before.
    PartAltered,
    /// A bit is another on its way.
    Corrupted,
    /// The command on the host ends too early, is killed or fails.
    HostCommand,
    /// The dump on the host is another during this attempt.
    SourceAltered,
    /// Somebody put another file under the dump's own name.
    NameTaken,
}

const TROUBLES: [Trouble; 9] = [
    Trouble::Network,
    Trouble::Killed,
    Trouble::Cancelled,
    Trouble::Disk,
    Trouble::PartAltered,
    Trouble::Corrupted,
    Trouble::HostCommand,
    Trouble::SourceAltered,
    Trouble::NameTaken,
];

/// `SELVAGE_FAULTS` cases, from `SELVAGE_SEED` on, else from the clock.
#[test]
fn whatever_goes_wrong_nothing_false_is_verified_and_in_the_end_the_dump_is_here() {
    let cases = from_env("SELVAGE_FAULTS", 200);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let first = from_env("SELVAGE_SEED", clock * 1_000_000);
    println!("{cases} cases from SELVAGE_SEED={first}");
    let mut attempts = 0;
    for seed in first..first + cases {
        let _told = Told(seed);
        attempts += runtime().block_on(one_case(seed));
    }
    println!("{attempts} attempts in all");
    // Each case ends with one that nothing befalls.
    assert!(attempts > cases, "no fault was injected");
}

/// Tells of a case that fails, so that it can be run alone.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed with SELVAGE_FAULTS=1 SELVAGE_SEED={}", self.0);
        }
    }
}

/// Its clock jumps whenever nothing else is to be done.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

const BYSTANDER: &str = "weavestream-postgres-2025-01-01T00-00-00Z.dump";

/// Returns how many attempts there were.
async fn one_case(seed: u64) -> u64 {
    let mut rng = StdRng::seed_from_u64(seed);
    let size = rng.random_range(3_000..200_000);
    let scene = Scene::with_dump(sample::dump(size, seed));
    scene.host.faults.set_piece(rng.random_range(1_000..32_768));
    let bystanders =
        [(BYSTANDER.to_owned(), b"another dump".to_vec()), (format!("{}.damaged", scene.name()), b"evidence".to_vec())];
    for (name, bytes) in &bystanders {
        scene.library.put(&scene.folder(), name, Some(bytes.clone()));
    }
    let mut strangers = Vec::new();
    let troubles = rng.random_range(1..5);
    for _ in 0..troubles {
        let trouble = TROUBLES[rng.random_range(0..TROUBLES.len())];
        let attempt = Attempt { scene: &scene, size: size as u64 };
        let end = attempt.befallen_by(trouble, &mut rng, &mut strangers).await;
        scene.check_nothing_false_but(&strangers).await;
        for (name, bytes) in &bystanders {
            assert_eq!(scene.file(name).as_ref(), Some(bytes), "{trouble:?} touched {name}");
        }
        let kept = scene.library.files(&scene.folder());
        for stranger in &strangers {
            assert!(kept.values().any(|bytes| bytes == stranger), "{trouble:?} lost a file that was there");
        }
        if end == Some(JobEnd::Done) {
            scene.check_held().await;
        }
    }
    assert_eq!(scene.download().await, JobEnd::Done, "nothing is in the way any more");
    scene.check_nothing_false_but(&strangers).await;
    scene.check_held().await;
    troubles + 1
}

struct Attempt<'a> {
    scene: &'a Scene,
    size: u64,
}

impl Attempt<'_> {
    /// One attempt with `trouble`; none when the process did not live to its end.
    async fn befallen_by(&self, trouble: Trouble, rng: &mut StdRng, strangers: &mut Vec<Vec<u8>>) -> Option<JobEnd> {
        let scene = self.scene;
        let had = scene.file(&scene.part()).map_or(0, |part| part.len() as u64);
        let rest = self.size.saturating_sub(had).max(1);
        let at = rng.random_range(0..rest);
        let end = match trouble {
            Trouble::Network => {
                for nth in 0..rng.random_range(1..4) {
                    let fault = match rng.random_range(0..4) {
                        0 => StreamFault::StallAt(at),
                        1 => StreamFault::CutAtExit,
                        2 => StreamFault::NotConnected,
                        _ => StreamFault::CutAt(rng.random_range(0..rest)),
                    };
                    scene.host.faults.on_stream(nth, fault);
                }
                let end = scene.download().await;
                assert_eq!(end, JobEnd::Done, "three breaks are within patience");
                end
            }
            Trouble::Killed => return self.killed(at, rng),
            Trouble::Cancelled => self.cancelled(at).await,
            Trouble::Disk => self.disk(at, rng).await,
            Trouble::PartAltered => {
                self.alter_part(rng);
                let end = scene.download().await;
                assert_eq!(end, JobEnd::Done, "a part that does not fit is replaced");
                end
            }
            Trouble::Corrupted => {
                scene.host.faults.on_stream(0, StreamFault::CorruptAt(at));
                scene.download().await
            }
            Trouble::HostCommand => {
                let fault = match rng.random_range(0..3) {
                    0 => StreamFault::EndsAt(at),
                    1 => StreamFault::KilledAt(at),
                    _ => StreamFault::FailsAt(at),
                };
                scene.host.faults.on_stream(0, fault);
                scene.download().await
            }
            Trouble::SourceAltered => self.source_altered(rng).await,
            Trouble::NameTaken => {
                let mut other = scene.truth.as_ref().clone();
                let place = rng.random_range(0..other.len());
                other[place] ^= 1;
                let replaced = scene.file(&scene.name());
                strangers.retain(|stranger| Some(stranger) != replaced.as_ref());
                scene.library.put(&scene.folder(), &scene.name(), Some(other.clone()));
                strangers.push(other);
                let end = scene.download().await;
                assert_eq!(end, JobEnd::Done, "what was there stays, or is set aside when it was ours");
                end
            }
        };
        scene.host.faults.clear();
        scene.library.set_fault(None);
        Some(end)
    }

    /// The process ends at a byte: its runtime is dropped in the middle.
    fn killed(&self, at: u64, rng: &mut StdRng) -> Option<JobEnd> {
        let scene = self.scene.clone();
        scene.library.fault_after(at, DiskFault::PowerCut);
        let mut happened = scene.library.happened();
        let one_life = std::thread::spawn(move || {
            runtime().block_on(async {
                let downloads = scene.start().await;
                let id = scene.begin(&downloads).await.unwrap();
                tokio::select! {
                    biased;
                    _ = happened.wait_for(Option::is_some) => None,
                    end = downloads.jobs.ended(id) => Some(end.unwrap()),
                }
            })
        });
        let end = one_life.join().unwrap();
        let unsynced = match rng.random_range(0..3) {
            0 => Unsynced::Lost(rng.random_range(0..1000)),
            1 => Unsynced::Zeroed,
            _ => Unsynced::Kept,
        };
        self.scene.library.restart(unsynced);
        self.scene.store.next_process();
        end
    }

    async fn cancelled(&self, at: u64) -> JobEnd {
        let scene = self.scene;
        let sound = scene.truth.starts_with(&scene.file(&scene.part()).unwrap_or_default());
        let downloads = scene.start().await;
        let mut delivered = scene.host.faults.delivered();
        let until = *delivered.borrow() + at;
        let id = scene.begin(&downloads).await.unwrap();
        tokio::select! {
            biased;
            _ = delivered.wait_for(|bytes| *bytes >= until) => {}
            // It was here already: nothing is delivered.
            _ = downloads.jobs.ended(id) => {}
        }
        let running = downloads.jobs.cancel(id).is_ok();
        let end = downloads.jobs.ended(id).await.unwrap();
        if running && sound && end == JobEnd::Cancelled {
            let part = scene.file(&scene.part()).unwrap_or_default();
            assert!(scene.truth.starts_with(&part), "what is kept is not the beginning of the dump");
        }
        end
    }

    async fn disk(&self, at: u64, rng: &mut StdRng) -> JobEnd {
        let scene = self.scene;
        let held = scene.file(&scene.name()).is_some();
        let had = scene.file(&scene.part()).unwrap_or_default();
        let sound = scene.truth.starts_with(&had);
        let fault = [DiskFault::Full, DiskFault::ReadOnly, DiskFault::Vanished][rng.random_range(0..3)];
        scene.library.fault_after(at, fault);
        let end = scene.download().await;
        if !held && sound && (had.len() as u64) < self.size {
            let Some(told) = refused(&end).or(failed(&end)) else { panic!("{fault:?} ended with {end:?}") };
            let fits = match fault {
                DiskFault::Full => matches!(told, LibraryError::DiskFull { .. }),
                DiskFault::ReadOnly => matches!(told, LibraryError::LibraryReadOnly { .. }),
                _ => matches!(told, LibraryError::LibraryMissing { .. }),
            };
            assert!(fits, "{fault:?} was told as {told}");
            let part = scene.file(&scene.part()).unwrap_or_default();
            assert!(scene.truth.starts_with(&part), "what is kept is not the beginning of the dump");
            assert_eq!(part.len() as u64, had.len() as u64 + at, "bytes that had arrived were not kept");
        }
        end
    }

    fn alter_part(&self, rng: &mut StdRng) {
        let scene = self.scene;
        let mut part = scene.file(&scene.part()).unwrap_or_default();
        match rng.random_range(0..4) {
            0 if !part.is_empty() => {
                let place = rng.random_range(0..part.len());
                part[place] ^= 0x40;
            }
            1 => part.truncate(part.len() / 2),
            2 => part.extend(vec![7; usize::try_from(self.size).unwrap()]),
            _ => part = scene.truth.iter().map(|byte| byte ^ 1).collect(),
        }
        scene.library.put(&scene.folder(), &scene.part(), Some(part));
    }

    async fn source_altered(&self, rng: &mut StdRng) -> JobEnd {
        let scene = self.scene;
        let name = scene.dump().to_string();
        let mut altered = scene.truth.as_ref().clone();
        let changed = rng.random_range(0..altered.len());
        match rng.random_range(0..4) {
            0 => altered.truncate(changed),
            1 => altered.extend(b"more"),
            2 => altered[changed] ^= 0x01,
            _ => altered = sample::dump(altered.len(), rng.random()),
        }
        if rng.random() {
            // Between the look and the stream.
            let (file, bytes) = (name.clone(), altered.clone());
            scene.host.faults.change_before(0, move |state| state.put(&file, bytes));
        } else {
            scene.host.change(|state| state.put(&name, altered.clone()));
        }
        let held = scene.file(&scene.name()).is_some();
        let end = scene.download().await;
        if !held && scene.file(&scene.part()).is_none() && altered != *scene.truth {
            assert!(
                matches!(
                    unsound(&end),
                    Some(
                        DownloadError::ChecksumMismatch { .. }
                            | DownloadError::SizeMismatch { .. }
                            | DownloadError::NotAnArchive { .. }
                    )
                ) || end == JobEnd::Done,
                "an altered dump ended with {end:?}"
            );
        }
        scene.host.change(|state| state.put(&name, scene.truth.as_ref().clone()));
        end
    }
}
