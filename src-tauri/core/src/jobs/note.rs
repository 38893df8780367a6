use serde::{Deserialize, Serialize};

use crate::base::{Problem, say};
use crate::probe::ReadWay;
use crate::weavestream::manifest::Sha256;

/// Something a job met that is worth a line in its log. Its words are in
/// `selvage-words`, under `note-`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Note {
    /// The dump was found on the host.
    DumpFound {
        /// Its file name there.
        file: String,
        /// Bytes.
        size: u64,
        /// How it is read.
        way: ReadWay,
    },
    /// What the job writes until it is whole. An abandoned job may have left it.
    Writing {
        /// Full path of the part file.
        path: String,
    },
    /// The part file was longer than the dump, and was begun anew.
    PartTooLong,
    /// What an earlier download left was not of this dump.
    PartDiffers,
    /// A file has the dump's name and is something else. It stays.
    OtherFile {
        /// Its name.
        file: String,
    },
    /// The dump was in the folder already.
    AlreadyHere,
    /// A file is in the folder, and there is no manifest to compare it with. It stays.
    NothingToCompare,
    /// The file in the folder is what was verified before; the host's manifest says something else now.
    ManifestChanged,
    /// The file in the folder did not match the manifest.
    DamagedSetAside {
        /// Its new name.
        kept_as: String,
    },
    /// An earlier dump had the name.
    EarlierKept {
        /// Its new name.
        kept_as: String,
    },
    /// The connection broke.
    ConnectionBroke {
        /// How.
        problem: Problem,
        /// Bytes that are kept.
        kept: u64,
        /// Bytes of the dump.
        total: u64,
    },
    /// The dump matches its manifest.
    Verified {
        /// Its digest.
        sha256: Sha256,
        /// Entries in its table of contents.
        entries: u32,
    },
    /// The dump was read to its end.
    Complete {
        /// Its digest.
        sha256: Sha256,
        /// Entries in its table of contents.
        entries: u32,
    },
    /// A dump on this laptop is what it was.
    Unchanged {
        /// Its digest.
        sha256: Sha256,
    },
    /// Another deployment's dump has the name by now.
    NameTaken,
    /// The host's audit log has it.
    Audited,
    /// The host's audit log could not be written.
    NotAudited {
        /// Why.
        problem: Problem,
    },
    /// `pg_dump` is newer than the server.
    NewerPgDump {
        /// Major version of the server.
        server: u32,
        /// Version of `pg_dump`, such as `18.1`.
        pg_dump: String,
        /// Its major version.
        major: u32,
    },
    /// A dump of this laptop that had ended still held the lock.
    OwnSessionEnded,
    /// The sessions of this dump were ended on the host.
    SessionsEnded,
    /// Whether they have ended could not be told.
    SessionsUnknown {
        /// Why.
        problem: Problem,
    },
    /// What the host sent and what is here have the same digest.
    SameDigest,
    /// The worker made the dump.
    RunSucceeded,
    /// What an abandoned job had left was removed.
    CleanedUp,
    /// A line of an earlier version.
    Text {
        /// The line.
        text: String,
    },
}

impl Note {
    /// The line.
    #[must_use]
    pub fn words(&self) -> String {
        say("note", "note", self).title
    }
}
