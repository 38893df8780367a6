use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::{Class, Tellable, told_in_words};
use crate::ports::PgDump;
use crate::weavestream::server_version::ServerVersion;

/// Why this laptop cannot dump a server by itself. Nothing was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum PgDumpError {
    /// It has no `pg_dump`, and without the host it needs one.
    PgDumpMissing {
        /// Major version of the server.
        server: u32,
    },
    /// Its `pg_dump` is older than the server, and would refuse.
    PgDumpTooOld {
        /// Major version of the server.
        server: u32,
        /// The newest version that was found.
        found: String,
        /// Full path.
        path: String,
    },
}

told_in_words!(PgDumpError);

impl Tellable for PgDumpError {
    /// Nothing was begun.
    fn class(&self) -> Class {
        Class::Refused
    }
}

/// The `pg_dump` for a server: of its own major version where there is one, so
/// that the host's own `pg_restore` reads what it writes; else the oldest that
/// is newer. An older one cannot dump it.
pub fn choose(found: &[PgDump], server: ServerVersion) -> Result<&PgDump, PgDumpError> {
    let server = server.major();
    let newest_of_it = |tool: &&PgDump| (std::cmp::Reverse(tool.version.major()), tool.version);
    let fit = found.iter().filter(|tool| tool.version.major() >= server).max_by_key(newest_of_it);
    fit.ok_or_else(|| match found.iter().max_by_key(|tool| tool.version) {
        None => PgDumpError::PgDumpMissing { server },
        Some(old) => {
            PgDumpError::PgDumpTooOld { server, found: old.version.to_string(), path: old.path.display().to_string() }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools(versions: &[u32]) -> Vec<PgDump> {
        let tool = |version: &u32| PgDump { path: format!("/usr/{version}").into(), version: ServerVersion(*version) };
        versions.iter().map(tool).collect()
    }

    #[test]
    fn the_servers_own_major_version_comes_first() {
        let cases: [(&[u32], u32, Option<u32>); 6] = [
            (&[150_009, 160_002, 160_004, 170_001], 160_001, Some(160_004)),
            (&[150_009, 180_001, 170_001, 170_003], 160_001, Some(170_003)),
            (&[160_001], 160_009, Some(160_001)),
            (&[150_009], 160_001, None),
            (&[], 160_001, None),
            (&[90_624, 100_001], 90_400, Some(90_624)),
        ];
        for (versions, server, expected) in cases {
            let found = tools(versions);
            let chosen = choose(&found, ServerVersion(server)).ok().map(|tool| tool.version.0);
            assert_eq!(chosen, expected, "{versions:?} for {server}");
        }
    }

    #[test]
    fn what_is_too_old_is_named() {
        let found = tools(&[140_001, 150_009]);
        let refused = PgDumpError::PgDumpTooOld { server: 16, found: "15.9".into(), path: "/usr/150009".into() };
        assert_eq!(choose(&found, ServerVersion(160_001)), Err(refused));
        assert_eq!(choose(&[], ServerVersion(160_001)), Err(PgDumpError::PgDumpMissing { server: 16 }));
    }
}
