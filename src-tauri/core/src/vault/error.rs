use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::{Class, Tellable, told_in_words};

/// Why something with a vault could not be done. Nothing of a value is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum VaultError {
    /// The host's folder holds no `.env`.
    HostEnvMissing {
        /// Where it was looked for.
        path: String,
    },
    /// The deployment's folder is not there.
    HostFolderMissing {
        /// What was looked for in it.
        path: String,
    },
    /// The host's `.env` is a link to nothing.
    HostEnvDangling {
        /// The link.
        path: String,
        /// What it names.
        target: String,
    },
    /// The host's `.env` is a folder, a device or the like.
    HostEnvNoFile {
        /// Where it was looked for.
        path: String,
        /// It is a folder.
        folder: bool,
    },
    /// Neither the login nor `sudo -n` can read it.
    HostEnvUnreadable {
        /// Where it was looked for.
        path: String,
        /// The ways that were tried, and what each said.
        tried: String,
    },
    /// It was written to while it was read, again and again.
    HostEnvMoving {
        /// Where it is.
        path: String,
    },
    /// Nothing was captured yet.
    NothingCaptured,
    /// There is no such version.
    NoSuchVersion {
        /// What was asked for.
        version: u32,
    },
    /// The version has no such name.
    NoSuchName {
        /// The version.
        version: u32,
        /// What was asked for.
        name: String,
    },
    /// Somebody removed an entry from the keyring.
    EntryMissing {
        /// The version.
        version: u32,
        /// Name of the entry.
        entry: String,
    },
    /// An entry of the keyring is not what was stored.
    EntryAltered {
        /// The version.
        version: u32,
        /// Name of the entry.
        entry: String,
    },
    /// What came back from the keyring is not what was captured. It does not count.
    NotReadBack,
    /// The host's `.env` is not the one that the plan was made for.
    HostEnvChanged {
        /// Where it is.
        path: String,
    },
    /// Neither the login nor `sudo -n` may write it.
    HostEnvUnwritable {
        /// Where it is.
        path: String,
        /// The ways that were tried, and what each said.
        tried: String,
    },
    /// The host's `.env` could not be replaced. What was there is there.
    PutBackFailed {
        /// Why it failed, as the system or the host said it.
        reason: String,
    },
    /// The host's `.env` was replaced, or is about to be: it could not be seen which.
    PutBackUnclear {
        /// What was noticed.
        reason: String,
        /// The file that was there, under its new name, where that is known.
        kept: Option<String>,
    },
    /// The host has keys that the version lacks, and nobody said that this is meant.
    PutBackLoses {
        /// The version.
        version: u32,
        /// Names, each with its kids: `MFA_ENCRYPTION_KEY (1)`.
        keys: String,
    },
    /// The desktop's clipboard does not take it.
    ClipboardRefused {
        /// What the system said.
        reason: String,
    },
    /// A value is printed on a terminal alone, never into a file or a pipe.
    NoTerminal,
    /// A deployment cannot be removed while its vault holds versions.
    VaultNotEmpty {
        /// Number of versions in the vault.
        versions: u32,
    },
}

told_in_words!(VaultError);

impl Tellable for VaultError {
    /// How it ends what was asked for.
    fn class(&self) -> Class {
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
