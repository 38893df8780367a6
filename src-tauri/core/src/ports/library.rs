use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use specta::Type;

/// Folders of this laptop in which dumps lie. Calls block: use them off the
/// async threads.
pub trait Library: Send + Sync {
    /// Opens `path`, making it when its parent exists. Fails when it is no
    /// folder. A read-only one can be opened and read; writing there fails.
    fn open(&self, path: &Path) -> Result<Box<dyn Folder>, LibraryError>;
    /// A file anywhere, whole, or its size when it has more than `at_most` bytes.
    /// Nothing is made.
    fn read_small(&self, file: &Path, at_most: u64) -> Result<Result<Vec<u8>, u64>, LibraryError>;
}

/// One open folder.
pub trait Folder: Send + Sync {
    /// Where it is.
    fn path(&self) -> &Path;
    /// Bytes that can still be written there.
    fn free(&self) -> Result<u64, LibraryError>;
    /// Size of `name` in bytes, or none when there is no such file.
    fn size(&self, name: &str) -> Result<Option<u64>, LibraryError>;
    /// Opens `name` for appending, making it when missing, for this process
    /// alone: a second opener gets [`LibraryError::LibraryBusy`].
    fn part(&self, name: &str) -> Result<Box<dyn PartFile>, LibraryError>;
    /// Opens `name` for reading.
    fn read(&self, name: &str) -> Result<Box<dyn ReadSeek>, LibraryError>;
    /// Writes a small file whole: complete or not at all.
    fn write(&self, name: &str, content: &[u8]) -> Result<(), LibraryError>;
    /// Renames within the folder, replacing `to`, and makes it durable.
    fn rename(&self, from: &str, to: &str) -> Result<PathBuf, LibraryError>;
    /// Removes `name`; a missing one is fine.
    fn remove(&self, name: &str) -> Result<(), LibraryError>;
}

/// Reading with seeking.
pub trait ReadSeek: std::io::Read + std::io::Seek + Send {}
impl<T: std::io::Read + std::io::Seek + Send> ReadSeek for T {}

/// A file that is being written.
pub trait PartFile: Send {
    /// Bytes in it.
    fn len(&self) -> Result<u64, LibraryError>;
    /// Whether nothing is in it yet.
    fn is_empty(&self) -> Result<bool, LibraryError> {
        Ok(self.len()? == 0)
    }
    /// A reader from its beginning, for hashing what is already there before
    /// anything is appended.
    fn reread(&mut self) -> Result<Box<dyn std::io::Read + Send>, LibraryError>;
    /// Cuts it to `len` bytes.
    fn truncate(&mut self, len: u64) -> Result<(), LibraryError>;
    /// Adds `bytes` at the end.
    fn append(&mut self, bytes: &[u8]) -> Result<(), LibraryError>;
    /// Makes what was appended survive a power cut.
    fn sync(&mut self) -> Result<(), LibraryError>;
}

/// Why the laptop's folder could not be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum LibraryError {
    /// It is not there: an unplugged disk, a deleted folder.
    #[error("the folder {folder} is not there")]
    LibraryMissing {
        /// The folder.
        folder: String,
    },
    /// This user may not write there.
    #[error("{folder} cannot be written to: {reason}")]
    LibraryReadOnly {
        /// The folder.
        folder: String,
        /// What the system said.
        reason: String,
    },
    /// Not enough room. Sizes in bytes.
    #[error("{folder} has {free} bytes free, {needed} are needed")]
    DiskFull {
        /// The folder.
        folder: String,
        /// Bytes still to be written.
        needed: f64,
        /// Bytes free there.
        free: f64,
    },
    /// Another process is writing the same file.
    #[error("{file} is being written by another Selvage")]
    LibraryBusy {
        /// The file.
        file: String,
    },
    /// The file that was expected is gone.
    #[error("{file} is not there")]
    FileMissing {
        /// The file.
        file: String,
    },
    /// Anything else that reading or writing met.
    #[error("{file}: {reason}")]
    FileTrouble {
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
}
