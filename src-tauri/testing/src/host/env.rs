use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use super::answer::{Answered, Place};
use crate::sample;

/// The `.env` of a host in memory. Clones are the same file.
#[derive(Clone, Debug, Default)]
pub struct SimEnv {
    held: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    is: EnvIs,
    bytes: Vec<u8>,
    modified_at: DateTime<Utc>,
    owner: String,
    beside: Vec<(String, Vec<u8>)>,
    full: bool,
}

/// What is found where `.env` should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EnvIs {
    /// Nothing.
    #[default]
    Missing,
    /// A file that the login can read.
    File,
    /// A file of root's.
    Roots,
    /// A link to nothing.
    Dangling,
    /// A folder.
    Folder,
    /// A file that is written to all the time.
    Moving,
}

impl SimEnv {
    /// Somebody writes the file.
    pub fn put(&self, text: impl Into<Vec<u8>>, at: DateTime<Utc>) {
        let mut held = self.held.lock().unwrap();
        (held.is, held.bytes, held.modified_at, held.owner) = (EnvIs::File, text.into(), at, "deploy:deploy".into());
    }

    /// It is something else.
    pub fn set(&self, is: EnvIs) {
        self.held.lock().unwrap().is = is;
    }

    /// The disk is full from here on, or is not.
    pub fn set_full(&self, full: bool) {
        self.held.lock().unwrap().full = full;
    }

    /// What is there now; none when nothing is.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let held = self.held.lock().unwrap();
        (held.is != EnvIs::Missing).then(|| held.bytes.clone())
    }

    /// Files that were kept aside.
    #[must_use]
    pub fn beside(&self) -> Vec<(String, Vec<u8>)> {
        self.held.lock().unwrap().beside.clone()
    }

    /// Answers the script that reads it.
    pub(super) fn read(&self, place: Place, folder: &str, at_most: usize) -> Answered {
        let held = self.held.lock().unwrap();
        let file = |owner: &str, mode: &str| {
            let said = format!(
                "file {} {} {mode} {owner} {folder}/.env\n",
                held.bytes.len() + usize::from(held.is == EnvIs::Moving),
                held.modified_at.timestamp()
            );
            Answered::said([said.as_bytes(), &held.bytes[..held.bytes.len().min(at_most)]].concat())
        };
        match (held.is, place) {
            (EnvIs::Missing, _) => Answered::said("missing\n"),
            (EnvIs::Dangling, _) => Answered::said("dangling /etc/weavestream/env\n"),
            (EnvIs::Folder, _) => Answered::said("special\n"),
            (EnvIs::Roots, Place::Login) => Answered::said("hidden permission denied\n"),
            (EnvIs::Roots, _) => file("root:root", "600"),
            (EnvIs::File | EnvIs::Moving, _) => file(&held.owner, "640"),
        }
    }

    /// Answers the script that writes it.
    pub(super) fn write(&self, place: Place, folder: &str, input: &str, any_owner: bool) -> Answered {
        let mut held = self.held.lock().unwrap();
        let mut lines = input.lines();
        let mut words = lines.next().unwrap().split(' ');
        let mut word = || words.next().unwrap().to_owned();
        let (expected, new, stamp) = (word(), word(), word());
        let bytes = STANDARD.decode(lines.next().unwrap()).unwrap();
        assert_eq!(digest(&bytes), new, "what is sent is what is named");
        let login = matches!(place, Place::Login);
        let there = match held.is {
            EnvIs::Missing => "none".to_owned(),
            EnvIs::Dangling => return Answered::said("dangling\n"),
            EnvIs::Folder => return Answered::said("special\n"),
            EnvIs::Roots if login => return Answered::said("denied the file that is there cannot be read\n"),
            _ => digest(&held.bytes),
        };
        if there != expected {
            return Answered::said("moved\n");
        }
        if held.full {
            return Answered::said("failed the new file could not be written; is the disk full?\n");
        }
        if held.is == EnvIs::Roots && !any_owner && login {
            return Answered::said("otherowner\n");
        }
        let kept = if there == "none" { String::new() } else { format!("{folder}/.env.before-{stamp}") };
        if !kept.is_empty() {
            let before = held.bytes.clone();
            held.beside.push((kept.clone(), before));
        }
        if held.is == EnvIs::Missing {
            (held.is, held.owner) = (EnvIs::File, "deploy:deploy".into());
        }
        held.bytes = bytes;
        Answered::said(format!("done 600 {} {folder}/.env\n{kept}\n", held.owner))
    }
}

fn digest(bytes: &[u8]) -> String {
    sample::sha256(bytes).to_string()
}
