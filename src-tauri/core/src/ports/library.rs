use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::{Class, Tellable, told_in_words};

/// Folders of this laptop in which dumps lie. Calls block: use them off the
/// async threads.
pub trait Library: Send + Sync {
    /// Opens `path`, making it when its parent exists. Fails when it is no
    /// folder. A read-only one can be opened and read; writing there fails.
    fn open(&self, path: &Path) -> Result<Box<dyn Folder>, LibraryError>;
    /// A file anywhere, whole, or its size when it has more than `at_most` bytes.
    /// Nothing is made.
    fn read_small(&self, file: &Path, at_most: u64) -> Result<Result<Vec<u8>, u64>, LibraryError>;
    /// What lies at `file` now, or none: no file, or no folder to hold it.
    /// Nothing is opened and nothing is made.
    fn stat(&self, file: &Path) -> Result<Option<FileStat>, LibraryError>;
}

/// What a file system says of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStat {
    /// Bytes.
    pub size: u64,
    /// When its content was last written, as finely as the file system keeps it.
    pub modified: DateTime<Utc>,
}

/// One open folder.
pub trait Folder: Send + Sync {
    /// Where it is.
    fn path(&self) -> &Path;
    /// Bytes that can still be written there.
    fn free(&self) -> Result<u64, LibraryError>;
    /// Size of `name` in bytes, or none when there is no such file.
    fn size(&self, name: &str) -> Result<Option<u64>, LibraryError> {
        Ok(self.stat(name)?.map(|found| found.size))
    }
    /// Size and time of `name`, or none when there is no such file.
    fn stat(&self, name: &str) -> Result<Option<FileStat>, LibraryError>;
    /// Claims `name` for appending, making it when missing. The claim is a lock
    /// on the file that `name` leads to; it lasts until the value is dropped, under
    /// whatever name the file then has. A second claimant, of this process or
    /// another, gets [`LibraryError::LibraryBusy`] and has changed nothing.
    fn part(&self, name: &str) -> Result<Box<dyn PartFile>, LibraryError>;
    /// Opens `name` for reading.
    fn read(&self, name: &str) -> Result<Box<dyn ReadSeek>, LibraryError>;
    /// Writes a small file whole, complete or not at all, replacing one of that name.
    fn write(&self, name: &str, content: &[u8]) -> Result<(), LibraryError>;
    /// Writes a small file whole unless its name is taken; whether it did.
    fn write_new(&self, name: &str, content: &[u8]) -> Result<bool, LibraryError>;
    /// Renames within the folder and makes it durable. None when `to` is taken:
    /// no file is ever replaced.
    fn rename(&self, from: &str, to: &str) -> Result<Option<PathBuf>, LibraryError>;
    /// Removes `name`; a missing one is fine.
    fn remove(&self, name: &str) -> Result<(), LibraryError>;
}

/// Reading with seeking.
pub trait ReadSeek: std::io::Read + std::io::Seek + Send {}
impl<T: std::io::Read + std::io::Seek + Send> ReadSeek for T {}

/// A file that is being written, claimed by whoever has this value.
pub trait PartFile: Send {
    /// Bytes in it.
    fn len(&self) -> Result<u64, LibraryError>;
    /// Whether nothing is in it yet.
    fn is_empty(&self) -> Result<bool, LibraryError> {
        Ok(self.len()? == 0)
    }
    /// A reader of what it holds, from its beginning. Nothing is to be appended
    /// while the reader is in use.
    fn reread(&mut self) -> Result<Box<dyn ReadSeek>, LibraryError>;
    /// Cuts it to `len` bytes.
    fn truncate(&mut self, len: u64) -> Result<(), LibraryError>;
    /// Adds `bytes` at the end.
    fn append(&mut self, bytes: &[u8]) -> Result<(), LibraryError>;
    /// Makes what was appended survive a power cut.
    fn sync(&mut self) -> Result<(), LibraryError>;
    /// Gives it another name in its folder and makes that durable; the claim goes
    /// on. None when `to` is taken: no file is ever replaced.
    fn rename(&mut self, to: &str) -> Result<Option<PathBuf>, LibraryError>;
    /// Removes it, and ends the claim.
    fn remove(self: Box<Self>) -> Result<(), LibraryError>;
}

/// Why the laptop's folder could not be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum LibraryError {
    /// It is not there: an unplugged disk, a deleted folder.
    LibraryMissing {
        /// The folder.
        folder: String,
    },
    /// This user may not write there.
    LibraryReadOnly {
        /// The folder.
        folder: String,
        /// What the system said.
        reason: String,
    },
    /// Not enough room. Sizes in bytes.
    DiskFull {
        /// The folder.
        folder: String,
        /// Bytes still to be written.
        needed: f64,
        /// Bytes free there.
        free: f64,
    },
    /// Another process is writing the same file.
    LibraryBusy {
        /// The file.
        file: String,
    },
    /// The file that was expected is gone.
    FileMissing {
        /// The file.
        file: String,
    },
    /// Anything else that reading or writing met.
    FileTrouble {
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
}

told_in_words!(LibraryError);

impl Tellable for LibraryError {
    /// A folder that cannot be used is found before anything begins; a file that fails, later.
    fn class(&self) -> Class {
        match self {
            Self::FileTrouble { .. } => Class::Failed,
            _ => Class::Refused,
        }
    }
}
