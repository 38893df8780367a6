use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::changes::{MissingKey, NameChanges};
use super::fingerprint::{Fingerprint, FingerprintKey};
use super::prove::{KeyProof, Outcome};
use crate::deployment::DeploymentId;
use crate::weavestream::env_file::EnvFile;
use crate::weavestream::env_names::{KeyUse, is_placeholder, redacted_name_in};

/// What the index knows of one captured `.env`. It holds no value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnvVersion {
    /// The deployment that this is about.
    pub deployment: DeploymentId,
    /// Counted from 1 for each deployment; a number is never given twice.
    pub number: u32,
    /// When, by the laptop's clock.
    pub captured_at: DateTime<Utc>,
    /// Where it came from.
    pub source: EnvSource,
    /// What the admin wrote beside it.
    pub note: String,
    /// Bytes of the file.
    pub size: u32,
    /// It was read back from the keyring and was the same. Others do not count,
    /// and are cleared away by the next capture.
    pub complete: bool,
    /// Of the file's bytes.
    pub fingerprint: Fingerprint,
    /// Of each entry of the keyring, in order.
    pub pieces: Vec<Fingerprint>,
    /// Names in the order in which they first occur.
    pub names: Vec<NameMark>,
    /// Against the version before it; none when there was none, or when it
    /// could not be read.
    pub changes: Option<NameChanges>,
    /// Keys of stored data that older versions have and this one has not.
    pub missing_keys: Vec<KeyInOlderVersion>,
    /// The last time its keys were tried.
    pub proof: Option<KeyProof>,
}

/// One thing of a version that changes after it was captured.
#[derive(Clone, Debug, PartialEq)]
pub enum EnvChange {
    /// It was read back and was the same: it counts from now on.
    Complete,
    /// What the admin wrote beside it.
    Note(String),
    /// What came of trying its keys.
    Proof(KeyProof),
}

impl EnvChange {
    /// Carries it out.
    pub fn apply(&self, version: &mut EnvVersion) {
        match self {
            Self::Complete => version.complete = true,
            Self::Note(note) => note.clone_into(&mut version.note),
            Self::Proof(proof) => version.proof = Some(proof.clone()),
        }
    }
}

/// A key of stored data that a version lacks and an older one has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyInOlderVersion {
    /// The key.
    pub key: MissingKey,
    /// The newest version that has it.
    pub version: u32,
}

/// One name of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameMark {
    /// The name.
    pub name: String,
    /// Of its value; none when it is unset, empty or a placeholder.
    pub fingerprint: Option<Fingerprint>,
}

/// Where a version came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "from", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EnvSource {
    /// Read on the host.
    Host {
        /// The file as the host names it, links followed.
        path: String,
        /// `sudo -n` was needed.
        sudo: bool,
    },
    /// Imported from a file of this laptop.
    File {
        /// Full path on this laptop.
        path: String,
    },
    /// Imported from an emergency kit.
    Kit {
        /// Full path on this laptop.
        path: String,
    },
}

impl EnvVersion {
    /// Keys of stored data that it has no value for.
    #[must_use]
    pub fn unset_keys(&self) -> Vec<&'static str> {
        let set = |name: &str| self.names.iter().any(|mark| mark.name == name && mark.fingerprint.is_some());
        KeyUse::OF_DATA.into_iter().map(KeyUse::name).filter(|name| !set(name)).collect()
    }

    /// Keys that did not open what is stored when they were last tried.
    #[must_use]
    pub fn failing_keys(&self) -> Vec<&str> {
        let keys = self.proof.iter().flat_map(|proof| &proof.keys);
        keys.filter(|key| key.outcome.is_failure()).map(|key| key.name.as_str()).collect()
    }

    /// Keys that it lacks and that may still be needed: the last proof did not
    /// show that everything opens without them.
    pub fn missing_keys(&self) -> impl Iterator<Item = &KeyInOlderVersion> {
        let opens = |of: KeyUse| {
            let key = self.proof.as_ref().and_then(|proof| proof.keys.iter().find(|key| key.key_use == of));
            key.is_some_and(|key| matches!(key.outcome, Outcome::Proves | Outcome::NothingToTest))
        };
        self.missing_keys.iter().filter(move |left| !opens(left.key.key_use))
    }

    /// The marks of every name in `file`.
    pub(super) fn marks_of(file: &EnvFile, marks: &FingerprintKey) -> Vec<NameMark> {
        let name = |name: &str| {
            let value = file.filled(name).filter(|value| !is_placeholder(value.expose()));
            let fingerprint = value.map(|value| marks.of_value(name, value.expose()));
            NameMark { name: redacted_name_in(file, name), fingerprint }
        };
        file.names().into_iter().map(name).collect()
    }
}
