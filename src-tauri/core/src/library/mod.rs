//! The library: dumps on this laptop, whether they still lie there, and what
//! reading them again shows.
//!
//! A record says what was shown once. What the screens show is a [`LocalDump`]:
//! the record together with a look at the file, made now.

mod look;
mod names;
mod record;
mod store;

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

pub use look::{LocalDump, RECHECK_AFTER, local_dumps, look_at};
pub use names::{Names, manifest_beside, quarantine_names};
pub use record::{DumpRecord, LocalDumpState};
pub use store::DumpStore;

use crate::ports::{Folder, LibraryError, PartFile, ReadSeek};

/// Names that are tried for one file.
const NAMES_AT_MOST: u32 = 10_000;

/// Gives `part` the first of `names` that is free.
pub fn finalize(
    part: &mut dyn PartFile,
    names: impl IntoIterator<Item = String>,
) -> Result<(PathBuf, String), LibraryError> {
    first_free(names, |name| part.rename(name))
}

/// Gives the file `from` of `folder` the first of `names` that is free.
pub fn set_aside(
    folder: &dyn Folder,
    from: &str,
    names: impl IntoIterator<Item = String>,
) -> Result<(PathBuf, String), LibraryError> {
    first_free(names, |name| folder.rename(from, name))
}

/// Gives `part` the first of the dump's names that is free, with what `manifest`
/// makes of that name beside it. The manifest comes first, so that no dump is
/// without one; a manifest that lies there with the same content is this dump's.
pub fn place_with_manifest(
    names: &Names,
    part: &mut dyn PartFile,
    folder: &dyn Folder,
    manifest: impl Fn(&str) -> Vec<u8>,
) -> Result<(PathBuf, String), LibraryError> {
    for nth in 1..=NAMES_AT_MOST {
        let (dump, beside) = (names.dump(nth), names.manifest(nth));
        let text = manifest(&dump);
        let written = folder.write_new(&beside, &text)?;
        if !written && !folder.read(&beside).is_ok_and(|file| holds(file, &text)) {
            continue;
        }
        let renamed = part.rename(&dump);
        if let Ok(Some(path)) = renamed {
            return Ok((path, dump));
        }
        if written {
            folder.remove(&beside)?;
        }
        renamed?;
    }
    Err(no_name(names.dump(1)))
}

fn holds(file: Box<dyn ReadSeek>, text: &[u8]) -> bool {
    let mut found = Vec::new();
    let read = file.take(text.len() as u64 + 1).read_to_end(&mut found);
    read.is_ok() && found == text
}

fn first_free(
    names: impl IntoIterator<Item = String>,
    mut rename: impl FnMut(&str) -> Result<Option<PathBuf>, LibraryError>,
) -> Result<(PathBuf, String), LibraryError> {
    let mut last = String::new();
    for name in names.into_iter().take(NAMES_AT_MOST as usize) {
        if let Some(path) = rename(&name)? {
            return Ok((path, name));
        }
        last = name;
    }
    Err(no_name(last))
}

fn no_name(file: String) -> LibraryError {
    LibraryError::FileTrouble { file, reason: std::io::ErrorKind::AlreadyExists.to_string() }
}

/// A folder that several threads use.
pub type SharedFolder = Arc<dyn Folder>;
