//! The Library port over the laptop's disks.

mod files;
mod part;

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use selvage_core::ports::{FileStat, Folder, Library, LibraryError, PartFile, ReadSeek};

pub use files::make_private_folders;
use files::{make_private_folder, rename_new, stat, sync_folder};
use part::DiskPart;
use tempfile::TempPath;

/// Folders on this laptop's disks. What is made there is this user's alone:
/// files have the mode 0600, folders 0700 (Windows keeps a profile's folders to
/// their user).
#[derive(Clone, Copy, Debug, Default)]
pub struct DiskLibrary;

impl Library for DiskLibrary {
    fn open(&self, path: &Path) -> Result<Box<dyn Folder>, LibraryError> {
        // Looked for first: the root of a disk cannot be made, and Windows says so.
        let made = if path.is_dir() { Ok(()) } else { make_private_folder(path) };
        match made {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(LibraryError::LibraryMissing { folder: path.display().to_string() });
            }
            Err(error) => return Err(read_only(path, &error)),
        }
        if !path.is_dir() {
            return Err(LibraryError::LibraryReadOnly {
                folder: path.display().to_string(),
                reason: "it is not a folder".into(),
            });
        }
        Ok(Box::new(DiskFolder { path: path.to_path_buf() }))
    }

    fn read_small(&self, file: &Path, at_most: u64) -> Result<Result<Vec<u8>, u64>, LibraryError> {
        let folder = file.parent().unwrap_or(file);
        let read = || -> std::io::Result<Result<Vec<u8>, u64>> {
            let opened = File::open(file)?;
            let size = opened.metadata()?.len();
            if size > at_most {
                return Ok(Err(size));
            }
            let mut bytes = Vec::new();
            opened.take(at_most).read_to_end(&mut bytes)?;
            Ok(Ok(bytes))
        };
        read().map_err(|error| match error.kind() {
            ErrorKind::NotFound => LibraryError::FileMissing { file: file.display().to_string() },
            ErrorKind::PermissionDenied => {
                LibraryError::FileTrouble { file: file.display().to_string(), reason: error.to_string() }
            }
            _ => trouble(folder, file, &error),
        })
    }

    fn stat(&self, file: &Path) -> Result<Option<FileStat>, LibraryError> {
        stat(file)
            .map_err(|error| LibraryError::FileTrouble { file: file.display().to_string(), reason: error.to_string() })
    }
}

struct DiskFolder {
    path: PathBuf,
}

impl DiskFolder {
    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A file under a name of its own, which goes away unless it gets another.
    fn draft(&self, content: &[u8]) -> std::io::Result<TempPath> {
        let mut draft = tempfile::Builder::new().prefix(".selvage-").tempfile_in(&self.path)?;
        draft.write_all(content)?;
        draft.as_file().sync_all()?;
        Ok(draft.into_temp_path())
    }

    fn trouble(&self, name: &str, error: &std::io::Error) -> LibraryError {
        trouble(&self.path, &self.file(name), error)
    }
}

impl Folder for DiskFolder {
    fn path(&self) -> &Path {
        &self.path
    }

    fn free(&self) -> Result<u64, LibraryError> {
        fs4::available_space(&self.path).map_err(|error| self.trouble("", &error))
    }

    fn stat(&self, name: &str) -> Result<Option<FileStat>, LibraryError> {
        match stat(&self.file(name)) {
            Ok(None) if !self.path.is_dir() => Err(self.trouble(name, &ErrorKind::NotFound.into())),
            found => found.map_err(|error| self.trouble(name, &error)),
        }
    }

    fn part(&self, name: &str) -> Result<Box<dyn PartFile>, LibraryError> {
        let claimed = DiskPart::claim(&self.path, name).map_err(|error| self.trouble(name, &error))?;
        match claimed {
            Some(part) => Ok(Box::new(part)),
            None => Err(LibraryError::LibraryBusy { file: self.file(name).display().to_string() }),
        }
    }

    fn read(&self, name: &str) -> Result<Box<dyn ReadSeek>, LibraryError> {
        Ok(Box::new(File::open(self.file(name)).map_err(|error| self.trouble(name, &error))?))
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<(), LibraryError> {
        let written = self.draft(content).and_then(|draft| {
            draft.persist(self.file(name))?;
            sync_folder(&self.path)
        });
        written.map_err(|error| self.trouble(name, &error))
    }

    fn write_new(&self, name: &str, content: &[u8]) -> Result<bool, LibraryError> {
        let written = self.draft(content).and_then(|draft| {
            let renamed = rename_new(&draft, &self.file(name))?;
            sync_folder(&self.path)?;
            Ok(renamed)
        });
        written.map_err(|error| self.trouble(name, &error))
    }

    fn rename(&self, from: &str, to: &str) -> Result<Option<PathBuf>, LibraryError> {
        let path = self.file(to);
        let renamed = rename_new(&self.file(from), &path).and_then(|renamed| {
            sync_folder(&self.path)?;
            Ok(renamed)
        });
        Ok(renamed.map_err(|error| self.trouble(from, &error))?.then_some(path))
    }

    fn remove(&self, name: &str) -> Result<(), LibraryError> {
        match std::fs::remove_file(self.file(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.trouble(name, &error)),
            _ => Ok(()),
        }
    }
}

fn trouble(folder: &Path, file: &Path, error: &std::io::Error) -> LibraryError {
    let folder_name = folder.display().to_string();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => LibraryError::DiskFull {
            folder: folder_name,
            needed: 0.0,
            #[expect(clippy::cast_precision_loss, reason = "a disk of 8 PiB is not expected")]
            free: fs4::available_space(folder).unwrap_or(0) as f64,
        },
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => read_only(folder, error),
        ErrorKind::NotFound if !folder.is_dir() => LibraryError::LibraryMissing { folder: folder_name },
        ErrorKind::NotFound => LibraryError::FileMissing { file: file.display().to_string() },
        _ => LibraryError::FileTrouble { file: file.display().to_string(), reason: error.to_string() },
    }
}

fn read_only(folder: &Path, error: &std::io::Error) -> LibraryError {
    LibraryError::LibraryReadOnly { folder: folder.display().to_string(), reason: error.to_string() }
}
