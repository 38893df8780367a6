//! Names of dumps: parsed once, then safe to use in a path on either side.

use serde::{Deserialize, Serialize};
use specta::Type;

/// The folder of dumps as the containers see it (`docs/weavestream.md` section 1).
pub const BACKUP_FOLDER_IN_CONTAINER: &str = "/var/lib/weavestream/backup";

const PREFIX: &str = "weavestream-postgres-";
const DUMP: &str = ".dump";
const MANIFEST: &str = ".manifest.json";

/// A file name that matches `^weavestream-postgres-[0-9TZ:\-]+\.dump$`
/// (`docs/weavestream.md` section 4), so it cannot leave its folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Type)]
#[serde(transparent)]
#[specta(transparent)]
pub struct DumpName(String);

/// Why a dump's name or path is not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum UnsafeName {
    /// Not of the pattern that the worker writes.
    #[error("{found:?} is not a name that the worker gives to a dump")]
    Pattern {
        /// The name as found.
        found: String,
    },
    /// The folder is not the one the worker writes to.
    #[error("{found:?} is outside {BACKUP_FOLDER_IN_CONTAINER}")]
    Folder {
        /// The path as found.
        found: String,
    },
}

impl DumpName {
    /// Accepts only the worker's own names.
    pub fn parse(name: &str) -> Result<Self, UnsafeName> {
        let stamp = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(DUMP));
        match stamp {
            Some(stamp) if !stamp.is_empty() && stamp.bytes().all(|b| b.is_ascii_digit() || b"TZ:-".contains(&b)) => {
                Ok(Self(name.to_owned()))
            }
            _ => Err(UnsafeName::Pattern { found: name.to_owned() }),
        }
    }

    /// The name in a `dump_path` of `backup_run`, which is a path inside the
    /// container; anything outside the backup folder is refused.
    pub fn from_container_path(path: &str) -> Result<Self, UnsafeName> {
        match path.strip_prefix(BACKUP_FOLDER_IN_CONTAINER).and_then(|rest| rest.strip_prefix('/')) {
            Some(name) => Self::parse(name),
            None => Err(UnsafeName::Folder { found: path.to_owned() }),
        }
    }

    /// The file name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the JSON sidecar beside the dump.
    #[must_use]
    pub fn manifest(&self) -> String {
        format!("{}{MANIFEST}", self.0.trim_end_matches(DUMP))
    }

    /// The path inside api and worker.
    #[must_use]
    pub fn container_path(&self) -> String {
        format!("{BACKUP_FOLDER_IN_CONTAINER}/{}", self.0)
    }

    /// The part of the name that tells when it was made, as it can be used on every
    /// file system: Windows has no `:`.
    #[must_use]
    pub fn stamp(&self) -> String {
        self.0.trim_start_matches(PREFIX).trim_end_matches(DUMP).replace(':', "-")
    }
}

impl std::fmt::Display for DumpName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "weavestream-postgres-2026-05-01T03-00-00Z.dump";

    #[test]
    fn the_workers_names_are_accepted() {
        let name = DumpName::from_container_path(&format!("/var/lib/weavestream/backup/{GOOD}"));
        assert_eq!(name.as_ref().map(DumpName::as_str), Ok(GOOD));
        assert_eq!(name.map(|n| n.manifest()), Ok("weavestream-postgres-2026-05-01T03-00-00Z.manifest.json".into()));
    }

    #[test]
    fn nothing_else_is() {
        for bad in [
            "",
            ".dump",
            "weavestream-postgres-.dump",
            "weavestream-postgres-../../etc/passwd.dump",
            "weavestream-postgres-2026.dump\n",
            "weavestream-postgres-2026/01.dump",
            "weavestream-postgres-2026.dump.sh",
            "x-weavestream-postgres-2026.dump",
        ] {
            assert!(DumpName::parse(bad).is_err(), "{bad:?}");
        }
        for bad in [
            GOOD,
            "/etc/weavestream-postgres-2026.dump",
            "/var/lib/weavestream/backup/../weavestream-postgres-2026.dump",
        ] {
            assert!(DumpName::from_container_path(bad).is_err(), "{bad:?}");
        }
    }
}
