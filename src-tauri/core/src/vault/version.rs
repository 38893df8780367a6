use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::changes::NameChanges;
use super::fingerprint::{Fingerprint, Marks};
use super::prove::KeyProof;
use crate::deployment::DeploymentId;
use crate::weavestream::env_file::EnvFile;
use crate::weavestream::env_names::is_placeholder;

/// What the index knows of one captured `.env`. It holds no value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnvVersion {
    /// Whose.
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
    /// The last time its keys were tried.
    pub proof: Option<KeyProof>,
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
        /// Its path.
        path: String,
    },
    /// Imported from an emergency kit.
    Kit {
        /// Its path.
        path: String,
    },
}

impl EnvVersion {
    /// The marks of every name in `file`.
    pub(super) fn marks_of(file: &EnvFile, marks: &Marks) -> Vec<NameMark> {
        let name = |name: &str| {
            let value = file.filled(name).filter(|value| !is_placeholder(value.expose()));
            let fingerprint = value.map(|value| marks.of_value(name, value.expose()));
            NameMark { name: name.to_owned(), fingerprint }
        };
        file.names().into_iter().map(name).collect()
    }
}
