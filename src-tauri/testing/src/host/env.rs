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
    garbled: bool,
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
        held.garbled = false;
    }

    /// It is something else.
    pub fn set(&self, is: EnvIs) {
        self.held.lock().unwrap().is = is;
    }

    /// Reading it answers with its bytes and no mark before them.
    pub fn garble(&self) {
        self.held.lock().unwrap().garbled = true;
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
        if held.garbled {
            return Answered::said(held.bytes.clone());
        }
        let file = |owner: &str, mode: &str| {
            let said = format!(
                "a profile's greeting\n\n==selvage file\nfile\n{} {} {mode}\n{owner}\n{folder}/.env\n",
                held.bytes.len() + usize::from(held.is == EnvIs::Moving),
                held.modified_at.timestamp()
            );
            Answered::said([said.as_bytes(), &held.bytes[..held.bytes.len().min(at_most)]].concat())
        };
        match (held.is, place) {
            (EnvIs::Missing, _) => told("file", "missing"),
            (EnvIs::Dangling, _) => told("file", "dangling\n/etc/weavestream/env"),
            (EnvIs::Folder, _) => told("file", "folder"),
            (EnvIs::Roots, Place::Login) => told("file", "hidden\npermission denied"),
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
            EnvIs::Dangling => return told("put", "dangling"),
            EnvIs::Folder => return told("put", "special"),
            EnvIs::Roots if login => return told("put", "denied\nthe file that is there cannot be read"),
            _ => digest(&held.bytes),
        };
        if there != expected {
            return told("put", "moved");
        }
        if held.full {
            return told("put", "failed\nthe new file could not be written; is the disk full?");
        }
        if held.is == EnvIs::Roots && !any_owner && login {
            return told("put", "otherowner");
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
        told("put", &format!("done\n600\n{}\n{folder}/.env\n{kept}", held.owner))
    }
}

/// What a script says behind its mark.
fn told(script: &str, what: &str) -> Answered {
    Answered::said(format!("\n==selvage {script}\n{what}\n"))
}

fn digest(bytes: &[u8]) -> String {
    sample::sha256(bytes).to_string()
}
