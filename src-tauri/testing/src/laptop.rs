//! A laptop with the real binary: a home, a data folder, a library, perhaps a
//! keyring; commands are run headless and answered in JSON.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use crate::keyring_session::KeyringSession;
use crate::real_host::RealHost;
use crate::sample::sha256;

/// One laptop.
#[derive(Debug)]
pub struct Laptop {
    binary: PathBuf,
    home: TempDir,
    keyring: Option<KeyringSession>,
    environment: Vec<(String, String)>,
    transcript: Mutex<String>,
    libraries: AtomicU32,
}

/// What a command answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// The objects on standard output, put together; null when there was none.
    pub json: Value,
    /// Both streams, for messages.
    pub said: String,
}

/// A command that runs.
#[derive(Debug)]
pub struct Running<'a> {
    laptop: &'a Laptop,
    child: Child,
}

impl Laptop {
    /// A new laptop with `binary`, without a keyring.
    #[must_use]
    pub fn new(binary: &str) -> Self {
        let home = tempfile::Builder::new().prefix("selvage-laptop-").tempdir().unwrap();
        let (binary, environment, transcript) = (binary.into(), Vec::new(), Mutex::default());
        let laptop = Self { binary, home, keyring: None, environment, transcript, libraries: AtomicU32::new(0) };
        laptop.new_library();
        laptop
    }

    /// The same with an unlocked keyring.
    #[must_use]
    pub fn with_keyring(binary: &str) -> Self {
        let mut laptop = Self::new(binary);
        laptop.keyring = Some(KeyringSession::start(laptop.home.path()));
        laptop
    }

    /// Sets a variable for all commands from here on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// The folder that is everything of this laptop.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the program keeps its state.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Where dumps go.
    #[must_use]
    pub fn library(&self) -> PathBuf {
        self.home.path().join(format!("library-{}", self.libraries.load(Ordering::SeqCst)))
    }

    /// Dumps go to an empty folder from here on.
    pub fn new_library(&self) {
        self.libraries.fetch_add(1, Ordering::SeqCst);
        std::fs::create_dir(self.library()).unwrap();
    }

    /// Everything that commands printed so far.
    #[must_use]
    pub fn transcript(&self) -> String {
        self.transcript.lock().unwrap().clone()
    }

    /// The address of its message bus.
    #[must_use]
    pub fn bus(&self) -> &str {
        // Nothing may be asked of the desktop that runs the tests.
        self.keyring.as_ref().map_or("unix:path=/nonexistent", KeyringSession::address)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.home.path()).env("XDG_RUNTIME_DIR", self.home.path().join("run"));
        command.env("DBUS_SESSION_BUS_ADDRESS", self.bus());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.arg("--json").arg("--data-dir").arg(self.data()).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts a command with `input` on its standard input.
    #[must_use]
    pub fn start(&self, args: &[&str], input: &str) -> Running<'_> {
        let mut child = self.command(args).spawn().unwrap();
        // It may end without reading.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Running { laptop: self, child }
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Answer {
        self.start(args, "").wait()
    }

    /// The same with `input` on its standard input.
    pub fn run_with(&self, args: &[&str], input: &str) -> Answer {
        self.start(args, input).wait()
    }

    /// Adds the host as `acme`, with its plain key and its trusted host key.
    pub fn add(&self, host: &RealHost) {
        self.add_at(host, &host.address());
    }

    /// The same under another name.
    pub fn add_as(&self, host: &RealHost, name: &str) {
        self.add_named(host, name, &host.address());
    }

    /// The host as `acme` at another address, such as a proxy's.
    pub fn add_at(&self, host: &RealHost, address: &str) {
        self.add_named(host, "acme", address);
    }

    fn add_named(&self, host: &RealHost, name: &str, address: &str) {
        let args =
            ["deployment", "add", name, "--ssh", address, "--key", host.text("/ssh/key"), "--dir", host.text("/dir")];
        self.run(&[&args[..], &["--accept-host-key", host.text("/ssh/host_key_sha256")]].concat()).expect_code(0);
    }

    /// Downloads `which` of `acme` into the library.
    pub fn download(&self, which: &str) -> Answer {
        self.run(&["download", "acme", which, "--to", &self.library().display().to_string()])
    }

    /// Starts the same.
    #[must_use]
    pub fn start_download(&self, which: &str) -> Running<'_> {
        self.start(&["download", "acme", which, "--to", &self.library().display().to_string()], "")
    }

    /// Fails unless the host's newest dump is here, equal to its manifest.
    pub fn check_held(&self, host: &RealHost) {
        self.check_held_in(host, &self.library());
    }

    /// The same in another folder.
    pub fn check_held_in(&self, host: &RealHost, folder: &Path) {
        let stamp = host.text("/runs/latest/filename").trim_start_matches("weavestream-postgres-");
        let is_it = |name: &String| name.starts_with("weavestream-postgres-") && name.ends_with(stamp);
        let name = names_in(folder).into_iter().find(is_it).expect("the dump is here");
        let bytes = std::fs::read(folder.join(name)).unwrap();
        assert_eq!(
            sha256(&bytes).to_string(),
            host.text("/runs/latest/sha256"),
            "the dump is not what the worker wrote"
        );
    }

    /// Names of the files in the library.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        names_in(&self.library())
    }

    /// The name that the host's newest dump has here, as a dump of `acme`.
    #[must_use]
    pub fn name_of_latest(&self, host: &RealHost) -> String {
        host.text("/runs/latest/filename").replacen("weavestream-postgres-", "weavestream-postgres-acme-", 1)
    }
}

/// The file of `folder` that is being written, if there is one.
#[must_use]
pub fn part_in(folder: &Path) -> Option<PathBuf> {
    names_in(folder)
        .into_iter()
        .map(|name| folder.join(name))
        .find(|path| path.extension().is_some_and(|e| e == "part"))
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

impl Running<'_> {
    /// Process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Sends a signal, such as `INT`.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([&format!("-{signal}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "the signal {signal} was not sent");
    }

    /// Waits for its end.
    #[must_use]
    pub fn wait(mut self) -> Answer {
        let mut errors = self.child.stderr.take().unwrap();
        let reading = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        });
        let mut stdout = String::new();
        let _ = self.child.stdout.take().unwrap().read_to_string(&mut stdout);
        let code = self.child.wait().unwrap().code();
        let said = format!("{stdout}{}", reading.join().unwrap());
        self.laptop.transcript.lock().unwrap().push_str(&said);
        Answer { code, json: together(&stdout), said }
    }
}

impl Drop for Running<'_> {
    /// A test that failed leaves nothing running.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that finds something wrong prints what it found, then the error.
fn together(stdout: &str) -> Value {
    let mut all = serde_json::Map::new();
    for line in stdout.lines() {
        if let Ok(Value::Object(object)) = serde_json::from_str(line) {
            all.extend(object);
        }
    }
    if all.is_empty() { Value::Null } else { Value::Object(all) }
}

impl Answer {
    /// Fails unless it ended with `code`.
    #[track_caller]
    pub fn expect_code(&self, code: i32) {
        assert_eq!(self.code, Some(code), "{}", self.said);
    }

    /// Fails unless it ended with `code` and a problem of this kind.
    #[track_caller]
    pub fn expect_problem(&self, code: i32, problem: &str) {
        self.expect_code(code);
        assert_eq!(self.at("/error/problem/code"), problem, "{}", self.said);
    }

    /// A value of the JSON, null when it is not there.
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Value {
        self.json.pointer(pointer).unwrap_or(&Value::Null)
    }
}
