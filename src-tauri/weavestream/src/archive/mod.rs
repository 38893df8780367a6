//! The custom format of `pg_dump` (`PGDMP`): header, table of contents, and the
//! data behind them.

mod blocks;

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Seek};

use pgdumpx::{Archive, DataLocation, Limits, PgDumpError, TocEntry};
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
/// file claims, and refuses an archive without a single table's rows. This says
/// nothing of the data behind it: an archive cut to half its length has the same
/// table of contents.
pub fn contents<R: Read + Seek>(file: R) -> Result<Contents, ArchiveError> {
    let archive = Archive::open_with_limits(BufReader::new(file), Limits::default()).map_err(unreadable)?;
    contents_of(&archive)
}

/// Reads an archive to its end: table of contents, and the data of each entry that
/// has some, decompressed with its checksum. It is whole when every such entry was
/// there and the file ends where the last one does; bytes behind that are refused
/// as well. `go_on` is told the bytes read so far, and stops it by answering false;
/// then the answer is none.
///
/// Source of the format: `pg_backup_custom.c` of `PostgreSQL`. In archives that
/// were written to a pipe, as the worker's and ours are, no entry has an offset,
/// so they can only be read from front to back.
pub fn read_whole<R: Read + Seek>(file: R, go_on: impl FnMut(u64) -> bool) -> Result<Option<Contents>, ArchiveError> {
    let mut file = BufReader::with_capacity(256 * 1024, file);
    let archive = Archive::open_with_limits(&mut file, Limits::default()).map_err(unreadable)?;
    let contents = contents_of(&archive)?;
    let with_data = archive.entries().iter().filter(|entry| entry.data_location() != DataLocation::NoData);
    let awaited: BTreeMap<i32, String> = with_data.map(|entry| (entry.id().as_i32(), label(entry))).collect();
    let (compression, integer_size) = (archive.header().compression(), archive.header().integer_size());
    drop(archive);
    let whole = blocks::read_all(file, integer_size, compression, awaited, go_on)?;
    Ok(whole.then_some(contents))
}

/// `TABLE DATA public.users`, as `pg_restore --list` names it.
fn label(entry: &TocEntry) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let schema = entry.namespace_bytes().map(|schema| format!("{}.", text(schema))).unwrap_or_default();
    format!("{} {schema}{}", text(entry.description_bytes()), text(entry.name_bytes()))
}

fn contents_of<R>(archive: &Archive<R>) -> Result<Contents, ArchiveError> {
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
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use selvage_testing::sample;
    use std::io::Cursor;

    fn whole(bytes: &[u8]) -> Result<Option<Contents>, ArchiveError> {
        read_whole(Cursor::new(bytes), |_| true)
    }

    #[test]
    fn text_and_nothing_are_refused() {
        for content in ["", "PGDMP", "-- PostgreSQL database dump\n"] {
            assert!(contents(Cursor::new(content.as_bytes())).is_err(), "{content:?}");
            assert!(whole(content.as_bytes()).is_err(), "{content:?}");
        }
    }

    #[test]
    fn an_archive_is_whole_when_every_entry_was_read_and_nothing_is_behind_them() {
        for size in [2_500, 9_000, 70_000, 300_000] {
            let dump = sample::dump(size, 1);
            assert_eq!(dump.len(), size);
            assert_eq!(whole(&dump).unwrap(), Some(contents(Cursor::new(&dump)).unwrap()));
        }
    }

    /// Each of these has a table of contents that can be read.
    #[test]
    fn what_is_cut_lengthened_or_altered_is_refused_and_says_where() {
        let dump = sample::dump(300_000, 1);
        let mut altered = dump.clone();
        altered[200_000] ^= 1;
        let cases: [(&str, Vec<u8>, &str); 6] = [
            ("to 60 %", dump[..180_000].to_vec(), "in the middle of TABLE DATA"),
            ("by one byte", dump[..299_999].to_vec(), "in the middle of TABLE DATA"),
            ("between two tables", sample::cut_between_tables(&dump), "it ends before TABLE DATA"),
            ("zeros behind it", [dump.clone(), vec![0; 1 << 20]].concat(), "data of no entry"),
            ("another behind it", [&dump[..], &dump[..]].concat(), "data of no entry"),
            ("one bit", altered, "cannot be read"),
        ];
        for (name, bytes, says) in cases {
            assert!(contents(Cursor::new(&bytes)).is_ok(), "{name}: the table of contents");
            let error = whole(&bytes).unwrap_err();
            assert!(error.reason.contains(says), "{name}: {error}");
        }
    }

    #[test]
    fn every_cut_is_found() {
        let dump = sample::dump(2_500, 1);
        for length in 0..dump.len() {
            assert!(whole(&dump[..length]).is_err(), "cut to {length} bytes");
        }
    }

    #[test]
    fn reading_can_be_stopped() {
        let dump = sample::dump(5 << 20, 1);
        let mut told = 0;
        let stopped = read_whole(Cursor::new(&dump), |done| {
            told = done;
            done < 2 << 20
        });
        assert_eq!(stopped.unwrap(), None);
        assert!((2 << 20..4 << 20).contains(&told), "{told}");
    }
}
