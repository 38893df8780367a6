//! The custom format of `pg_dump` (`PGDMP`): header and table of contents.

use std::io::{Read, Seek};

use pgdumpx::{Archive, Limits, PgDumpError};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What the beginning of an archive says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Archive format version, e.g. `1.15`.
    pub format: String,
    /// Database that was dumped.
    pub database: String,
    /// Server it was dumped from.
    pub server_version: String,
    /// Entries in the table of contents.
    pub entries: u32,
    /// Tables whose rows the archive holds.
    pub tables_with_data: u32,
}

/// Why a file is no readable archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("the archive cannot be read: {reason}")]
pub struct ArchiveError {
    /// What was found where.
    pub reason: String,
}

/// Reads header and table of contents, within bounds on every length that the
/// file claims, and refuses an archive without a single table's rows.
pub fn contents<R: Read + Seek>(file: R) -> Result<Contents, ArchiveError> {
    let archive = Archive::open_with_limits(file, Limits::default()).map_err(unreadable)?;
    let header = archive.header();
    let version = header.version();
    let tables_with_data = archive.entries().iter().filter(|e| e.description_bytes() == b"TABLE DATA").count();
    if tables_with_data == 0 {
        return Err(ArchiveError { reason: "it holds no table's rows".into() });
    }
    Ok(Contents {
        format: format!("{}.{}", version.major(), version.minor()),
        database: String::from_utf8_lossy(header.database_name().as_bytes()).into_owned(),
        server_version: String::from_utf8_lossy(header.server_version().as_bytes()).into_owned(),
        entries: count(archive.entries().len()),
        tables_with_data: count(tables_with_data),
    })
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[expect(clippy::needless_pass_by_value, reason = "used as a map_err function")]
fn unreadable(error: PgDumpError) -> ArchiveError {
    ArchiveError { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn text_and_nothing_are_refused() {
        for content in ["", "PGDMP", "-- PostgreSQL database dump\n"] {
            assert!(contents(Cursor::new(content.as_bytes())).is_err(), "{content:?}");
        }
    }
}
