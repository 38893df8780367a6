//! A file that is being written, and whose it is.

use std::fs::{File, TryLockError};
use std::io::{Result, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use same_file::Handle;
use selvage_core::ports::{LibraryError, PartFile, ReadSeek};

use super::files::{gone, make_private, private_file, rename_new, sync_folder};
use super::trouble;

type Answer<T> = std::result::Result<T, LibraryError>;

/// So many new bytes are handed to the disk while more are written: a disk that
/// is told only at the end has everything still before it.
const SYNC_EVERY: u64 = 64 << 20;

/// A part file, locked for as long as it is open. The system releases the lock
/// with the process, however that ends.
pub struct DiskPart {
    file: File,
    folder: PathBuf,
    path: PathBuf,
    /// The handle stands at the end, where appending goes on.
    at_end: bool,
    unsynced: u64,
    syncing: Option<JoinHandle<Result<()>>>,
}

impl DiskPart {
    /// Claims `name`, making it when it is missing. None when somebody else has it.
    pub fn claim(folder: &Path, name: &str) -> Result<Option<Self>> {
        let path = folder.join(name);
        loop {
            // Not `append`: Windows lets such a handle not be cut shorter.
            let file = private_file().create(true).truncate(false).read(true).write(true).open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Between opening and locking its owner may have finished it: then the
            // lock is on a file that has another name by now, or none.
            if still_leads_to(&path, &file)? {
                make_private(&file)?;
                let folder = folder.to_path_buf();
                return Ok(Some(Self { file, folder, path, at_end: false, unsynced: 0, syncing: None }));
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
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
    fn end_syncing(&mut self) -> Result<()> {
        let stopped = |_| std::io::Error::other("the thread that syncs stopped");
        self.syncing.take().map_or(Ok(()), |thread| thread.join().map_err(stopped)?)
    }

    /// What was deleted under our hands must not take somebody else's file with it.
    fn still_ours(&self) -> Result<()> {
        if still_leads_to(&self.path, &self.file)? { Ok(()) } else { Err(gone()) }
    }

    fn trouble(&self, error: &std::io::Error) -> LibraryError {
        trouble(&self.folder, &self.path, error)
    }
}

/// Whether `path` is a name of the open `file`.
fn still_leads_to(path: &Path, file: &File) -> Result<bool> {
    let open = Handle::from_file(file.try_clone()?)?;
    match Handle::from_path(path) {
        Ok(named) => Ok(named == open),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

impl Drop for DiskPart {
    fn drop(&mut self) {
        // The thread's handle holds the lock as well: the next opener must not meet it.
        let _ = self.end_syncing();
    }
}

impl PartFile for DiskPart {
    fn len(&self) -> Answer<u64> {
        self.file.metadata().map(|found| found.len()).map_err(|error| self.trouble(&error))
    }

    fn reread(&mut self) -> Answer<Box<dyn ReadSeek>> {
        // The same handle: Windows locks others out.
        self.at_end = false;
        let mut file = self.file.try_clone().map_err(|error| self.trouble(&error))?;
        file.seek(SeekFrom::Start(0)).map_err(|error| self.trouble(&error))?;
        Ok(Box::new(file))
    }

    fn truncate(&mut self, len: u64) -> Answer<()> {
        self.at_end = false;
        self.file.set_len(len).map_err(|error| self.trouble(&error))
    }

    fn append(&mut self, bytes: &[u8]) -> Answer<()> {
        self.write(bytes).map_err(|error| self.trouble(&error))
    }

    fn sync(&mut self) -> Answer<()> {
        let synced = self.end_syncing().and_then(|()| self.file.sync_all());
        synced.map_err(|error| self.trouble(&error))
    }

    fn rename(&mut self, to: &str) -> Answer<Option<PathBuf>> {
        let path = self.folder.join(to);
        let renamed = self.still_ours().and_then(|()| rename_new(&self.path, &path)).and_then(|renamed| {
            sync_folder(&self.folder)?;
            Ok(renamed)
        });
        if !renamed.map_err(|error| self.trouble(&error))? {
            return Ok(None);
        }
        self.path.clone_from(&path);
        Ok(Some(path))
    }

    fn remove(self: Box<Self>) -> Answer<()> {
        match self.still_ours().and_then(|()| std::fs::remove_file(&self.path)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(self.trouble(&error)),
            _ => Ok(()),
        }
    }
}
