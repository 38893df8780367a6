use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::Class;

/// Why something with a vault could not be done. Nothing of a value is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum VaultError {
    /// The host's folder holds no `.env`.
    #[error("there is no {path} on the host")]
    HostEnvMissing {
        /// Where it was looked for.
        path: String,
    },
    /// The deployment's folder is not there.
    #[error("the folder of {path} is not there")]
    HostFolderMissing {
        /// What was looked for in it.
        path: String,
    },
    /// The host's `.env` is a link to nothing.
    #[error("{path} on the host is a link to {target}, which is not there")]
    HostEnvDangling {
        /// The link.
        path: String,
        /// What it names.
        target: String,
    },
    /// The host's `.env` is a folder, a device or the like.
    #[error("{path} on the host is no file")]
    HostEnvNoFile {
        /// Where it was looked for.
        path: String,
        /// It is a folder.
        folder: bool,
    },
    /// Neither the login nor `sudo -n` can read it.
    #[error("{path} on the host cannot be read: {tried}")]
    HostEnvUnreadable {
        /// Where it was looked for.
        path: String,
        /// The ways that were tried, and what each said.
        tried: String,
    },
    /// It was written to while it was read, again and again.
    #[error("{path} on the host changes while it is read")]
    HostEnvMoving {
        /// Where it is.
        path: String,
    },
    /// Nothing was captured yet.
    #[error("no .env has been captured yet")]
    NothingCaptured,
    /// There is no such version.
    #[error("there is no version {version}")]
    NoSuchVersion {
        /// What was asked for.
        version: u32,
    },
    /// The version has no such name.
    #[error("version {version} has no value for {name}")]
    NoSuchName {
        /// The version.
        version: u32,
        /// What was asked for.
        name: String,
    },
    /// Somebody removed an entry from the keyring.
    #[error("version {version} is incomplete: the keyring has no entry {entry}")]
    EntryMissing {
        /// The version.
        version: u32,
        /// Name of the entry.
        entry: String,
    },
    /// An entry of the keyring is not what was stored.
    #[error("version {version} is damaged: the keyring's entry {entry} is not what was stored")]
    EntryAltered {
        /// The version.
        version: u32,
        /// Name of the entry.
        entry: String,
    },
    /// What came back from the keyring is not what was captured. It does not count.
    #[error("the keyring gave back something else than what was captured")]
    NotReadBack,
    /// The host's `.env` is not the one that the plan was made for.
    #[error("{path} on the host has changed since")]
    HostEnvChanged {
        /// Where it is.
        path: String,
    },
    /// Neither the login nor `sudo -n` may write it.
    #[error("{path} on the host cannot be written: {tried}")]
    HostEnvUnwritable {
        /// Where it is.
        path: String,
        /// The ways that were tried, and what each said.
        tried: String,
    },
    /// The host's `.env` could not be replaced. What was there is there.
    #[error("the .env of the host could not be replaced: {reason}")]
    PutBackFailed {
        /// Why.
        reason: String,
    },
    /// The host's `.env` was replaced, or is about to be: it could not be seen which.
    #[error("whether the .env of the host was replaced is not clear: {reason}{}", kept.as_ref().map(|kept| format!("; what was there is {kept}")).unwrap_or_default())]
    PutBackUnclear {
        /// What was noticed.
        reason: String,
        /// The file that was there, under its new name, where that is known.
        kept: Option<String>,
    },
    /// The host has keys that the version lacks, and nobody said that this is meant.
    #[error("version {version} lacks keys of the host: {keys}")]
    PutBackLoses {
        /// The version.
        version: u32,
        /// Names, with their kids.
        keys: String,
    },
    /// The desktop's clipboard does not take it.
    #[error("the clipboard cannot be used: {reason}")]
    ClipboardRefused {
        /// What the system said.
        reason: String,
    },
    /// A value is printed on a terminal alone, never into a file or a pipe.
    #[error("a value is shown on a terminal only; standard output is none")]
    NoTerminal,
    /// A deployment cannot be removed while its vault holds versions.
    #[error("the vault of this deployment holds {versions} versions")]
    VaultNotEmpty {
        /// How many.
        versions: u32,
    },
}

impl VaultError {
    /// How it ends what was asked for.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::EntryMissing { .. } | Self::EntryAltered { .. } => Class::Unsound,
            Self::NothingCaptured
            | Self::NoSuchVersion { .. }
            | Self::NoSuchName { .. }
            | Self::VaultNotEmpty { .. }
            | Self::NoTerminal
            | Self::HostEnvMissing { .. }
            | Self::HostEnvDangling { .. }
            | Self::HostEnvNoFile { .. }
            | Self::HostEnvChanged { .. }
            | Self::HostFolderMissing { .. }
            | Self::PutBackLoses { .. } => Class::Refused,
            Self::HostEnvUnreadable { .. }
            | Self::HostEnvUnwritable { .. }
            | Self::HostEnvMoving { .. }
            | Self::PutBackFailed { .. }
            | Self::PutBackUnclear { .. }
            | Self::ClipboardRefused { .. }
            | Self::NotReadBack => Class::Failed,
        }
    }
}
