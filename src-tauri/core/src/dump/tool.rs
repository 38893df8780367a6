use super::error::DumpError;
use crate::ports::PgDump;
use crate::weavestream::server_version::ServerVersion;

/// The `pg_dump` for a server: of its own major version where there is one, so
/// that the host's own `pg_restore` reads what it writes; else the oldest that
/// is newer. An older one cannot dump it.
pub fn choose(found: &[PgDump], server: ServerVersion) -> Result<&PgDump, DumpError> {
    let server = server.major();
    let newest_of_it = |tool: &&PgDump| (std::cmp::Reverse(tool.version.major()), tool.version);
    let fit = found.iter().filter(|tool| tool.version.major() >= server).max_by_key(newest_of_it);
    fit.ok_or_else(|| match found.iter().max_by_key(|tool| tool.version) {
        None => DumpError::PgDumpMissing { server },
        Some(old) => {
            DumpError::PgDumpTooOld { server, found: old.version.to_string(), path: old.path.display().to_string() }
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
        let refused = DumpError::PgDumpTooOld { server: 16, found: "15.9".into(), path: "/usr/150009".into() };
        assert_eq!(choose(&found, ServerVersion(160_001)), Err(refused));
        assert_eq!(choose(&[], ServerVersion(160_001)), Err(DumpError::PgDumpMissing { server: 16 }));
    }
}
