//! The Library port over the laptop's disks.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use selvage_core::ports::{Folder, Library, LibraryError, PartFile, ReadSeek};

/// Folders on this laptop's disks.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiskLibrary;

impl Library for DiskLibrary {
    fn open(&self, path: &Path) -> Result<Box<dyn Folder>, LibraryError> {
        // Looked for first: the root of a disk cannot be made, and Windows says so.
        let made = if path.is_dir() { Ok(()) } else { std::fs::create_dir(path) };
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
}

struct DiskFolder {
    path: PathBuf,
}

impl DiskFolder {
    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn trouble(&self, name: &str, error: &std::io::Error) -> LibraryError {
        trouble(&self.path, &self.file(name), error)
    }

    /// Makes a rename survive a power cut. Windows does so by itself.
    fn sync(&self) -> Result<(), LibraryError> {
        if cfg!(unix) {
            let folder = File::open(&self.path).and_then(|folder| folder.sync_all());
            folder.map_err(|error| self.trouble("", &error))?;
        }
        Ok(())
    }
}

impl Folder for DiskFolder {
    fn path(&self) -> &Path {
        &self.path
    }

    fn free(&self) -> Result<u64, LibraryError> {
        fs4::available_space(&self.path).map_err(|error| self.trouble("", &error))
    }

    fn size(&self, name: &str) -> Result<Option<u64>, LibraryError> {
        match std::fs::metadata(self.file(name)) {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == ErrorKind::NotFound && self.path.is_dir() => Ok(None),
            Err(error) => Err(self.trouble(name, &error)),
        }
    }

    fn part(&self, name: &str) -> Result<Box<dyn PartFile>, LibraryError> {
        let path = self.file(name);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            // Not `append`: Windows lets such a handle not be cut shorter.
            .write(true)
            .open(&path)
            .map_err(|error| self.trouble(name, &error))?;
        // The system releases the lock with the process, however it ends.
        if file.try_lock().is_err() {
            return Err(LibraryError::LibraryBusy { file: path.display().to_string() });
        }
        Ok(Box::new(DiskPart { file, path, at_end: false, unsynced: 0, syncing: None }))
    }

    fn read(&self, name: &str) -> Result<Box<dyn ReadSeek>, LibraryError> {
        Ok(Box::new(File::open(self.file(name)).map_err(|error| self.trouble(name, &error))?))
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<(), LibraryError> {
        let draft = format!("{name}.draft");
        let written = File::create(self.file(&draft)).and_then(|mut file| {
            file.write_all(content)?;
            file.sync_all()
        });
        let done = written.map_err(|error| self.trouble(&draft, &error)).and_then(|()| self.rename(&draft, name));
        if done.is_err() {
            // The draft would take the room that is missing already.
            let _ = std::fs::remove_file(self.file(&draft));
        }
        done.map(|_| ())
    }

    fn rename(&self, from: &str, to: &str) -> Result<PathBuf, LibraryError> {
        let path = self.file(to);
        std::fs::rename(self.file(from), &path).map_err(|error| self.trouble(from, &error))?;
        self.sync()?;
        Ok(path)
    }

    fn remove(&self, name: &str) -> Result<(), LibraryError> {
        match std::fs::remove_file(self.file(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.trouble(name, &error)),
            _ => Ok(()),
        }
    }
}

/// So many new bytes are handed to the disk while more are written: a disk that
/// is told only at the end has everything still before it.
const SYNC_EVERY: u64 = 64 << 20;

struct DiskPart {
    file: File,
    path: PathBuf,
    /// The handle stands at the end, where appending goes on.
    at_end: bool,
    unsynced: u64,
    syncing: Option<JoinHandle<std::io::Result<()>>>,
}

impl DiskPart {
    fn trouble(&self, error: &std::io::Error) -> LibraryError {
        trouble(self.path.parent().unwrap_or(&self.path), &self.path, error)
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if !self.at_end {
            self.file.seek(SeekFrom::End(0))?;
            self.at_end = true;
        }
        self.file.write_all(bytes)?;
        self.unsynced += bytes.len() as u64;
        if self.unsynced >= SYNC_EVERY && self.syncing.as_ref().is_none_or(JoinHandle::is_finished) {
            self.end_syncing()?;
            self.unsynced = 0;
            let file = self.file.try_clone()?;
            self.syncing = Some(std::thread::spawn(move || file.sync_data()));
        }
        Ok(())
    }

    /// The system tells a failure to write once, to whoever syncs next.
    fn end_syncing(&mut self) -> std::io::Result<()> {
        let stopped = |_| std::io::Error::other("the thread that syncs stopped");
        self.syncing.take().map_or(Ok(()), |thread| thread.join().map_err(stopped)?)
    }
}

impl Drop for DiskPart {
    fn drop(&mut self) {
        // The thread's handle holds the lock as well: the next opener must not meet it.
        let _ = self.end_syncing();
    }
}

impl PartFile for DiskPart {
    fn len(&self) -> Result<u64, LibraryError> {
        self.file.metadata().map(|found| found.len()).map_err(|error| self.trouble(&error))
    }

    fn reread(&mut self) -> Result<Box<dyn Read + Send>, LibraryError> {
        // The same handle: Windows locks others out.
        self.at_end = false;
        let mut file = self.file.try_clone().map_err(|error| self.trouble(&error))?;
        file.seek(SeekFrom::Start(0)).map_err(|error| self.trouble(&error))?;
        Ok(Box::new(file))
    }

    fn truncate(&mut self, len: u64) -> Result<(), LibraryError> {
        self.at_end = false;
        self.file.set_len(len).map_err(|error| self.trouble(&error))
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), LibraryError> {
        self.write(bytes).map_err(|error| self.trouble(&error))
    }

    fn sync(&mut self) -> Result<(), LibraryError> {
        let synced = self.end_syncing().and_then(|()| self.file.sync_all());
        synced.map_err(|error| self.trouble(&error))
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
