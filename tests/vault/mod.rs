//! The parts of the vault's story.

pub mod capture;
pub mod compose;
pub mod kit;
pub mod loss;
pub mod odd_files;
pub mod rotation;

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use selvage_testing::laptop::{Answer, Laptop};
use selvage_testing::real_host::RealHost;
use selvage_testing::secrets::Secrets;

/// Keys that are made in the course of the story, 32 bytes each.
pub const NEW_SMTP: &str = "b3R0ZXIgcGxhemEgbWFuZ28gcXVpbHQgc2V2ZW4gZHI=";
pub const NEW_PASSWORD: &str = "Y29yYWwgdGlnZXIgbGFtcCBuaW5lIHZpb2xldCByaXY=";
pub const PASSPHRASE: &str = "otter-plaza-mango-quilt-seven-drum";

/// The host and the laptop of the story.
pub struct Told<'a> {
    pub host: &'a RealHost,
    pub laptop: &'a Laptop,
    /// Every `.env` that was on the host.
    files: Mutex<Vec<Vec<u8>>>,
}

impl<'a> Told<'a> {
    pub fn new(host: &'a RealHost, laptop: &'a Laptop) -> Self {
        let told = Self { host, laptop, files: Mutex::default() };
        told.files.lock().unwrap().push(told.env());
        told
    }

    pub fn env_path(&self) -> PathBuf {
        PathBuf::from(self.host.text("/env_file"))
    }

    /// The host's `.env`, as root sees it.
    pub fn env(&self) -> Vec<u8> {
        std::fs::read(self.env_path()).unwrap()
    }

    /// Somebody edits the host's file in place; its owner stays.
    pub fn edit(&self, edit: impl FnOnce(String) -> String) {
        let edited = edit(String::from_utf8(self.env()).unwrap());
        std::fs::write(self.env_path(), &edited).unwrap();
        self.files.lock().unwrap().push(edited.into_bytes());
    }

    pub fn secrets_command(&self, args: &[&str]) -> Answer {
        self.laptop.run(&[&["secrets"], args].concat())
    }

    pub fn capture(&self) -> u64 {
        let captured = self.secrets_command(&["capture", "acme"]);
        captured.expect_code(0);
        captured.at("/captured/version").as_u64().unwrap()
    }

    /// What came of one key in a proof.
    pub fn outcome(proof: &Answer, name: &str) -> String {
        let keys = proof.at("/proof/keys").as_array().unwrap_or_else(|| panic!("{}", proof.said));
        let key = keys.iter().find(|key| key["name"] == name).unwrap();
        key["outcome"].as_str().unwrap().to_owned()
    }

    /// Compose as root, in the host's folder.
    pub fn compose(&self, args: &[&str]) -> Output {
        Command::new("docker-compose")
            .env("DOCKER_HOST", self.host.text("/docker/host"))
            .current_dir(self.host.text("/dir"))
            .args(["-p", self.host.text("/project")])
            .args(args)
            .output()
            .unwrap()
    }

    /// What Compose makes of the folder: every setting of every service.
    pub fn compose_config(&self) -> String {
        let output = self.compose(&["config"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Everything that may be nowhere: values, and the files themselves in base64,
    /// in each of its three alignments.
    pub fn secrets(&self) -> Vec<String> {
        let mut found = self.host.planted();
        found.extend([NEW_SMTP, NEW_PASSWORD, PASSPHRASE].map(ToOwned::to_owned));
        for file in self.files.lock().unwrap().iter() {
            for skipped in 0..3 {
                let text = STANDARD.encode(&file[skipped + 300..]);
                found.extend(text.as_bytes().chunks_exact(64).map(|piece| String::from_utf8_lossy(piece).into_owned()));
            }
        }
        found
    }

    pub fn check_nothing_leaked(&self) {
        let secrets = Secrets::new(self.secrets());
        secrets.not_in("what was printed", self.laptop.transcript().as_bytes());
        // The database, the logs at their most talkative, the sheet and the kit; the keyring's own files are encrypted.
        secrets.not_below(&self.laptop.data(), 3);
        secrets.not_below(self.laptop.home(), 8);
        if let Ok(journal) = Command::new("journalctl").args(["--no-pager", "--since", "-2h", "-o", "cat"]).output() {
            secrets.without(self.host.text("/redis/password")).not_in("the journal", &journal.stdout);
        }
    }
}
