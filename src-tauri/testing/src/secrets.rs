//! Looking for secrets where none may be: files, output, command lines and
//! environments of processes.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Shorter ones occur by chance.
const SHORTEST: usize = 8;

/// Which secrets are looked for.
#[derive(Clone, Debug)]
pub struct Secrets {
    values: Vec<String>,
}

impl Secrets {
    /// Looks for these values; those too short to tell from chance are left out.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = String>) -> Self {
        let values: BTreeSet<String> = values.into_iter().filter(|value| value.len() >= SHORTEST).collect();
        assert!(!values.is_empty(), "nothing to look for");
        Self { values: values.into_iter().collect() }
    }

    /// The same without `value`, which the host itself shows.
    #[must_use]
    pub fn without(&self, value: &str) -> Self {
        Self { values: self.values.iter().filter(|other| *other != value).cloned().collect() }
    }

    /// The first secret in `bytes`.
    #[must_use]
    pub fn found_in(&self, bytes: &[u8]) -> Option<&str> {
        let text = String::from_utf8_lossy(bytes);
        self.values.iter().find(|value| text.contains(value.as_str())).map(String::as_str)
    }

    /// Fails when a secret is in `text`.
    #[track_caller]
    pub fn not_in(&self, what: &str, bytes: &[u8]) {
        if let Some(secret) = self.found_in(bytes) {
            panic!("a secret that begins with {:?} is in {what}", &secret[..4]);
        }
    }

    /// Fails when a secret is in any file below `folder`, or when there are
    /// fewer files than `at_least`.
    #[track_caller]
    pub fn not_below(&self, folder: &Path, at_least: usize) {
        let mut files = 0;
        let mut folders = vec![folder.to_path_buf()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(&next).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    files += 1;
                    self.not_in(&path.display().to_string(), &std::fs::read(&path).unwrap());
                }
            }
        }
        assert!(files >= at_least, "only {files} files are below {}", folder.display());
    }

    /// Watches the processes of this machine until [`Watch::end`]. Those that
    /// run already are nobody's concern. Environments are looked at where the
    /// process belongs to `login` or descends from `ours`: services of the host
    /// hold their secrets in theirs, as they must.
    #[must_use]
    pub fn watch(&self, login: &str, ours: u32) -> Watch {
        let (secrets, login) = (self.clone(), user_id(login));
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::new(AtomicU64::new(0));
        let (stopping, counting) = (Arc::clone(&stop), Arc::clone(&seen));
        let before: BTreeSet<u32> = processes().filter(|process| *process != ours).collect();
        let watching = std::thread::spawn(move || {
            let mut leaks = BTreeSet::new();
            while !stopping.load(Ordering::SeqCst) {
                for process in processes().filter(|process| !before.contains(process)) {
                    counting.fetch_add(1, Ordering::SeqCst);
                    let folder = format!("/proc/{process}");
                    let line = std::fs::read(format!("{folder}/cmdline")).unwrap_or_default();
                    let shown = String::from_utf8_lossy(&line).replace('\0', " ");
                    if secrets.found_in(&line).is_some() {
                        leaks.insert(format!("command line: {shown}"));
                    }
                    let mine = process == ours || owner(&folder) == Some(login);
                    let environment = std::fs::read(format!("{folder}/environ")).unwrap_or_default();
                    if mine && secrets.found_in(&environment).is_some() {
                        leaks.insert(format!("environment of {shown}"));
                    }
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            leaks
        });
        Watch { stop, seen, watching }
    }
}

/// A running look at processes.
pub struct Watch {
    stop: Arc<AtomicBool>,
    seen: Arc<AtomicU64>,
    watching: JoinHandle<BTreeSet<String>>,
}

impl Watch {
    /// Fails when a secret was seen, or nothing at all.
    pub fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        let leaks = self.watching.join().unwrap();
        assert!(self.seen.load(Ordering::SeqCst) > 0, "no process was seen");
        assert!(leaks.is_empty(), "secrets were visible: {leaks:#?}");
    }
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok())
}

fn owner(folder: &str) -> Option<u32> {
    let status = std::fs::read_to_string(format!("{folder}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().next()?.parse().ok())
}

fn user_id(login: &str) -> u32 {
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let line = users.lines().find(|line| line.split(':').next() == Some(login)).expect("the login exists");
    line.split(':').nth(2).unwrap().parse().unwrap()
}
