use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use selvage_core::ports::{FileStat, Folder, LibraryError, PartFile, ReadSeek};

use super::disk::{Content, Disk, DiskFault, MemoryLibrary, Shared};

pub(super) struct MemoryFolder {
    pub(super) library: MemoryLibrary,
    pub(super) path: PathBuf,
    pub(super) boot: u64,
}

type Files = BTreeMap<String, Shared>;

impl MemoryFolder {
    fn shown(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }

    fn folder(&self) -> String {
        self.path.display().to_string()
    }

    fn reading<T>(&self, work: impl FnOnce(&Files) -> Result<T, LibraryError>) -> Result<T, LibraryError> {
        let mut disk = self.library.disk();
        self.usable(&disk)?;
        let missing = LibraryError::LibraryMissing { folder: self.folder() };
        work(disk.folders.get_mut(&self.path).ok_or(missing)?)
    }

    fn writing<T>(&self, work: impl FnOnce(&mut Files) -> Result<T, LibraryError>) -> Result<T, LibraryError> {
        let mut disk = self.library.disk();
        self.usable(&disk)?;
        if disk.fault == Some(DiskFault::ReadOnly) {
            return Err(LibraryError::LibraryReadOnly {
                folder: self.folder(),
                reason: "Read-only file system (os error 30)".into(),
            });
        }
        let missing = LibraryError::LibraryMissing { folder: self.folder() };
        work(disk.folders.get_mut(&self.path).ok_or(missing)?)
    }

    fn usable(&self, disk: &Disk) -> Result<(), LibraryError> {
        if disk.boot != self.boot || disk.fault == Some(DiskFault::PowerCut) {
            return Err(stopped());
        }
        if disk.fault == Some(DiskFault::Vanished) {
            return Err(LibraryError::LibraryMissing { folder: self.folder() });
        }
        Ok(())
    }
}

fn stopped() -> LibraryError {
    LibraryError::FileTrouble { file: String::new(), reason: "the machine has stopped".into() }
}

impl Folder for MemoryFolder {
    fn path(&self) -> &Path {
        &self.path
    }

    fn free(&self) -> Result<u64, LibraryError> {
        let disk = self.library.disk();
        self.usable(&disk)?;
        Ok(disk.free())
    }

    fn stat(&self, name: &str) -> Result<Option<FileStat>, LibraryError> {
        self.reading(|files| Ok(files.get(name).map(|file| file.lock().unwrap().stat())))
    }

    fn part(&self, name: &str) -> Result<Box<dyn PartFile>, LibraryError> {
        let shown = self.shown(name);
        let file = self.writing(|files| {
            let file = files.entry(name.to_owned()).or_default();
            let mut content = file.lock().unwrap();
            if content.locked.is_some() {
                return Err(LibraryError::LibraryBusy { file: shown.clone() });
            }
            content.locked = Some(self.boot);
            drop(content);
            Ok(Arc::clone(file))
        })?;
        let (library, name) = (self.library.clone(), name.to_owned());
        Ok(Box::new(MemoryPart { library, file, name, folder: self.path.clone(), boot: self.boot }))
    }

    fn read(&self, name: &str) -> Result<Box<dyn ReadSeek>, LibraryError> {
        let missing = LibraryError::FileMissing { file: self.shown(name) };
        let bytes = self.reading(|files| {
            let file = files.get(name).ok_or(missing)?;
            Ok(file.lock().unwrap().bytes.clone())
        })?;
        Ok(Box::new(Cursor::new(bytes)))
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<(), LibraryError> {
        let free = self.free()?;
        let (folder, needed) = (self.folder(), content.len() as u64);
        let modified = self.library.disk().write_time();
        self.writing(|files| {
            if needed > free {
                return Err(full(folder, needed, free));
            }
            let bytes = content.to_vec();
            let synced = bytes.len();
            files.insert(name.to_owned(), Arc::new(Mutex::new(Content { bytes, synced, locked: None, modified })));
            Ok(())
        })
    }

    fn write_new(&self, name: &str, content: &[u8]) -> Result<bool, LibraryError> {
        if self.reading(|files| Ok(files.contains_key(name)))? {
            return self.writing(|_| Ok(false));
        }
        self.write(name, content).map(|()| true)
    }

    fn rename(&self, from: &str, to: &str) -> Result<Option<PathBuf>, LibraryError> {
        let missing = LibraryError::FileMissing { file: self.shown(from) };
        self.writing(|files| {
            if !files.contains_key(from) {
                return Err(missing);
            }
            if files.contains_key(to) {
                return Ok(None);
            }
            if let Some(file) = files.remove(from) {
                files.insert(to.to_owned(), file);
            }
            Ok(Some(self.path.join(to)))
        })
    }

    fn remove(&self, name: &str) -> Result<(), LibraryError> {
        self.writing(|files| {
            files.remove(name);
            Ok(())
        })
    }
}

struct MemoryPart {
    library: MemoryLibrary,
    file: Shared,
    folder: PathBuf,
    name: String,
    boot: u64,
}

impl MemoryPart {
    fn usable(&self, disk: &Disk) -> Result<(), LibraryError> {
        if disk.boot == self.boot && disk.fault != Some(DiskFault::PowerCut) { Ok(()) } else { Err(stopped()) }
    }
}

impl MemoryPart {
    fn folder(&self) -> String {
        self.folder.display().to_string()
    }

    /// Its folder, in which the file may have been replaced meanwhile.
    fn as_folder(&self) -> MemoryFolder {
        MemoryFolder { library: self.library.clone(), path: self.folder.clone(), boot: self.boot }
    }

    fn still_ours(&self) -> Result<(), LibraryError> {
        let missing = LibraryError::FileMissing { file: self.folder.join(&self.name).display().to_string() };
        let ours = |files: &Files| files.get(&self.name).is_some_and(|file| Arc::ptr_eq(file, &self.file));
        self.as_folder().reading(|files| if ours(files) { Ok(()) } else { Err(missing) })
    }
}

impl PartFile for MemoryPart {
    fn len(&self) -> Result<u64, LibraryError> {
        Ok(self.file.lock().unwrap().bytes.len() as u64)
    }

    fn reread(&mut self) -> Result<Box<dyn ReadSeek>, LibraryError> {
        Ok(Box::new(Cursor::new(self.file.lock().unwrap().bytes.clone())))
    }

    fn truncate(&mut self, len: u64) -> Result<(), LibraryError> {
        let mut disk = self.library.disk();
        self.usable(&disk)?;
        let len = usize::try_from(len).unwrap();
        let mut file = self.file.lock().unwrap();
        file.modified = disk.write_time();
        file.bytes.resize(len, 0);
        file.synced = file.synced.min(len);
        Ok(())
    }

    /// Like a real disk, writes what fits before it says that it is full.
    fn append(&mut self, bytes: &[u8]) -> Result<(), LibraryError> {
        let mut disk = self.library.disk();
        self.usable(&disk)?;
        let until_fault = disk.due.map_or(u64::MAX, |(at, _)| at.saturating_sub(disk.appended));
        let writable = match disk.fault {
            Some(DiskFault::ReadOnly | DiskFault::Full) => 0,
            _ => until_fault.min(disk.free()),
        };
        let fits = bytes.len().min(usize::try_from(writable).unwrap_or(usize::MAX));
        let modified = disk.write_time();
        {
            let mut file = self.file.lock().unwrap();
            file.bytes.extend_from_slice(&bytes[..fits]);
            file.modified = modified;
        }
        disk.appended += fits as u64;
        if let Some((at, fault)) = disk.due
            && disk.appended >= at
        {
            (disk.due, disk.fault) = (None, Some(fault));
            self.library.tell(fault);
        }
        if fits == bytes.len() {
            return Ok(());
        }
        Err(match disk.fault {
            Some(DiskFault::PowerCut) => stopped(),
            Some(DiskFault::Vanished) => LibraryError::LibraryMissing { folder: self.folder() },
            Some(DiskFault::ReadOnly) => {
                LibraryError::LibraryReadOnly { folder: self.folder(), reason: "read-only file system".into() }
            }
            _ => full(self.folder(), 0, disk.free()),
        })
    }

    fn sync(&mut self) -> Result<(), LibraryError> {
        self.usable(&self.library.disk())?;
        let mut file = self.file.lock().unwrap();
        file.synced = file.bytes.len();
        Ok(())
    }

    fn rename(&mut self, to: &str) -> Result<Option<PathBuf>, LibraryError> {
        self.still_ours()?;
        let renamed = self.as_folder().rename(&self.name, to)?;
        if renamed.is_some() {
            to.clone_into(&mut self.name);
        }
        Ok(renamed)
    }

    fn remove(self: Box<Self>) -> Result<(), LibraryError> {
        match self.still_ours() {
            Err(LibraryError::FileMissing { .. }) => Ok(()),
            Err(other) => Err(other),
            Ok(()) => self.as_folder().remove(&self.name),
        }
    }
}

impl Drop for MemoryPart {
    fn drop(&mut self) {
        let mut file = self.file.lock().unwrap();
        if file.locked == Some(self.boot) {
            file.locked = None;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a disk of 8 PiB is not expected")]
fn full(folder: String, needed: u64, free: u64) -> LibraryError {
    LibraryError::DiskFull { folder, needed: needed as f64, free: free as f64 }
}
