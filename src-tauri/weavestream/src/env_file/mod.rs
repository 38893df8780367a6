//! `.env` as Compose reads it, every byte kept.
//!
//! The rules are those of Compose v2 (compose-go's `dotenv`, read at v2.13): a
//! name may occur twice and the last one wins, quotes and comments and `$NAME`
//! mean what they mean there. What Compose could not read becomes a [`Fault`];
//! the file is kept all the same, because it is put back byte for byte.

mod edit;
mod expand;
mod scan;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use specta::Type;
use zeroize::Zeroizing;

use crate::Secret;

/// More than this is no `.env`: a real one has a few thousand bytes.
pub const BYTES_AT_MOST: usize = 256 * 1024;
/// More statements are no `.env` either: a real one has some dozens.
pub const NAMES_AT_MOST: usize = 4096;
/// What references in values may come to together. A few lines can ask for more than any memory holds.
const EXPANDED_AT_MOST: usize = 4 << 20;

/// One `.env`: its bytes, and what Compose makes of them.
#[derive(Clone)]
pub struct EnvFile {
    bytes: Zeroizing<Vec<u8>>,
    entries: Vec<Entry>,
    faults: Vec<Fault>,
}

/// One statement.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name, never empty.
    pub name: String,
    /// Its line, from 1.
    pub line: u32,
    /// How the value is written.
    pub how: Written,
    /// The value as a container gets it; none for a bare name.
    pub value: Option<Secret>,
    /// The value holds `$NAME` or `${NAME}` that was replaced.
    pub interpolated: bool,
    /// Where the value stands, quotes included; for a bare name, the place behind it.
    span: Range<usize>,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// `NAME`: taken from the environment of whoever runs Compose.
    Bare,
    /// Until the end of the line, or ` #`.
    Plain,
    /// Between `'`: nothing is replaced.
    Single,
    /// Between `"`: escapes and `$NAME` are replaced.
    Double,
}

/// A line that Compose cannot read. Nothing of a value is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong there.
    pub kind: FaultKind,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A character that no name may hold.
    BadName,
    /// A space within a name.
    SpaceInName,
    /// No name before the value.
    NoName,
    /// A quote that is never closed.
    Unterminated,
    /// A `$` that begins no reference.
    BadReference,
    /// `${NAME:?...}` without such a name.
    RequiredMissing,
}

/// Why bytes are no `.env` at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EnvFileError {
    /// There is not a single name in it.
    #[error("the file names nothing")]
    EnvEmpty,
    /// It is no text.
    #[error("the file is no text: a NUL byte is in line {line}")]
    EnvBinary {
        /// The line, from 1.
        line: u32,
    },
    /// It names more than any `.env`.
    #[error("the file has more than {at_most} statements")]
    EnvTooMany {
        /// What is taken at most.
        at_most: u32,
    },
    /// It is larger than any `.env`.
    #[error("the file has {bytes} bytes, more than the {at_most} of any .env")]
    EnvTooLarge {
        /// Size in bytes.
        #[specta(type = f64)]
        bytes: u64,
        /// What is taken at most.
        at_most: u32,
    },
}

impl EnvFileError {
    /// A file of `bytes` bytes.
    #[must_use]
    pub fn too_large(bytes: u64) -> Self {
        Self::EnvTooLarge { bytes, at_most: u32::try_from(BYTES_AT_MOST).unwrap_or(u32::MAX) }
    }
}

impl EnvFile {
    /// Reads `bytes`. Refuses what is no `.env` at all; everything else is kept.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, EnvFileError> {
        let bytes = Zeroizing::new(bytes);
        if bytes.len() > BYTES_AT_MOST {
            return Err(EnvFileError::too_large(bytes.len() as u64));
        }
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            return Err(EnvFileError::EnvBinary { line: line_of(&bytes, at) });
        }
        let file = Self::read(bytes);
        if file.entries.len() + file.faults.len() > NAMES_AT_MOST {
            return Err(EnvFileError::EnvTooMany { at_most: u32::try_from(NAMES_AT_MOST).unwrap_or(u32::MAX) });
        }
        if file.entries.is_empty() && file.faults.is_empty() { Err(EnvFileError::EnvEmpty) } else { Ok(file) }
    }

    fn read(bytes: Zeroizing<Vec<u8>>) -> Self {
        let mut known = BTreeMap::new();
        let mut expanded = 0;
        let (mut entries, mut faults) = (Vec::new(), Vec::new());
        for found in scan::statements(&bytes) {
            if entries.len() + faults.len() > NAMES_AT_MOST || expanded > EXPANDED_AT_MOST {
                // Told by the fault, or by how many there are.
                if expanded > EXPANDED_AT_MOST {
                    faults.push(Fault { line: line_of(&bytes, bytes.len()), kind: FaultKind::BadReference });
                }
                break;
            }
            match found.and_then(|statement| entry(&bytes, statement, &known)) {
                Ok(Some(entry)) => {
                    if let Some(value) = &entry.value {
                        expanded += value.expose().len();
                        known.insert(entry.name.clone(), value.clone());
                    }
                    entries.push(entry);
                }
                Ok(None) => {}
                Err((at, kind)) => faults.push(Fault { line: line_of(&bytes, at), kind }),
            }
        }
        Self { bytes, entries, faults }
    }

    /// The file as it was read.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Every statement, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What Compose cannot read.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The value of `name` as containers get it: the last one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.entries.iter().rev().find(|entry| entry.name == name && entry.value.is_some())?.value.as_ref()
    }

    /// The same, without an empty one.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&Secret> {
        self.get(name).filter(|value| !value.expose().is_empty())
    }

    /// Every name with its value, each once, by name.
    #[must_use]
    pub fn values(&self) -> BTreeMap<&str, &Secret> {
        self.entries.iter().filter_map(|entry| Some((entry.name.as_str(), entry.value.as_ref()?))).collect()
    }

    /// Names in the order in which they first occur.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut seen = std::collections::BTreeSet::new();
        self.entries.iter().map(|entry| entry.name.as_str()).filter(|name| seen.insert(*name)).collect()
    }

    /// How often `name` has a value.
    #[must_use]
    pub fn occurrences(&self, name: &str) -> usize {
        self.entries.iter().filter(|entry| entry.name == name && entry.value.is_some()).count()
    }
}

impl std::fmt::Debug for EnvFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EnvFile({} names, {} bytes)", self.names().len(), self.bytes.len())
    }
}

/// A text of a Compose file with its variables replaced by what is `known`; says whether any was.
pub(super) fn interpolated(text: &str, known: &BTreeMap<String, Secret>) -> Result<(Secret, bool), FaultKind> {
    expand::references(text, known)
}

/// The value of a statement. One without a name is nothing that a container gets.
fn entry(
    bytes: &[u8],
    statement: scan::Statement,
    known: &BTreeMap<String, Secret>,
) -> Result<Option<Entry>, (usize, FaultKind)> {
    let scan::Statement { name, at, how, span, text } = statement;
    let expanded = match how {
        Written::Bare => None,
        Written::Single => Some((text, false)),
        Written::Plain => Some(expand::references(text.expose(), known).map_err(|kind| (at, kind))?),
        Written::Double => {
            let text = expand::escapes(text.expose());
            Some(expand::references(text.expose(), known).map_err(|kind| (at, kind))?)
        }
    };
    if name.is_empty() {
        return Ok(None);
    }
    let interpolated = expanded.as_ref().is_some_and(|(_, replaced)| *replaced);
    let value = expanded.map(|(value, _)| value);
    Ok(Some(Entry { name, line: line_of(bytes, at), how, value, interpolated, span }))
}

fn line_of(bytes: &[u8], at: usize) -> u32 {
    let before = bytes.iter().take(at).filter(|byte| **byte == b'\n').count();
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}
