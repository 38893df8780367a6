use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, Utc};
use selvage_core::ports::{FileStat, Folder, Library, LibraryError};
use tokio::sync::watch;

use super::folder::MemoryFolder;

/// The fake of [`Library`]. Clones share the same disk.
#[derive(Clone, Debug)]
pub struct MemoryLibrary {
    disk: Arc<Mutex<Disk>>,
    happened: watch::Sender<Option<DiskFault>>,
}

/// What befalls the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// No byte more can be written.
    Full,
    /// It is mounted read-only from now on.
    ReadOnly,
    /// The folder is gone: unplugged, deleted.
    Vanished,
    /// The machine stops: what is written from now on reaches nothing.
    PowerCut,
}

/// What a stop of the machine does to bytes that were not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsynced {
    /// They stay: the process was killed, the system lives.
    Kept,
    /// Only so many per mille of them stay.
    Lost(u16),
    /// The length stays, the bytes are zeros: some file systems do this.
    Zeroed,
}

#[derive(Debug)]
pub(super) struct Disk {
    pub(super) folders: BTreeMap<PathBuf, BTreeMap<String, Shared>>,
    pub(super) capacity: Option<u64>,
    pub(super) fault: Option<DiskFault>,
    pub(super) due: Option<(u64, DiskFault)>,
    pub(super) appended: u64,
    /// Handles of an earlier boot do nothing.
    pub(super) boot: u64,
    /// Writes so far, which are what its clock counts.
    pub(super) writes: u32,
}

pub(super) type Shared = Arc<Mutex<Content>>;

#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    pub(super) synced: usize,
    pub(super) locked: Option<u64>,
    pub(super) modified: DateTime<Utc>,
}

impl Content {
    pub(super) fn stat(&self) -> FileStat {
        FileStat { size: self.bytes.len() as u64, modified: self.modified }
    }
}

impl Disk {
    pub(super) fn used(&self) -> u64 {
        let files = self.folders.values().flat_map(BTreeMap::values);
        files.map(|file| file.lock().unwrap().bytes.len() as u64).sum()
    }

    /// A later time at each write.
    pub(super) fn write_time(&mut self) -> DateTime<Utc> {
        self.writes += 1;
        DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(self.writes.into())
    }

    pub(super) fn free(&self) -> u64 {
        if self.fault == Some(DiskFault::Full) {
            return 0;
        }
        self.capacity.map_or(1 << 50, |capacity| capacity.saturating_sub(self.used()))
    }
}

impl Default for MemoryLibrary {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryLibrary {
    /// An endless disk with the folder `/library`.
    #[must_use]
    pub fn new() -> Self {
        let folders = BTreeMap::from([(PathBuf::from("/library"), BTreeMap::new())]);
        let disk = Disk { folders, capacity: None, fault: None, due: None, appended: 0, boot: 0, writes: 0 };
        Self { disk: Arc::new(Mutex::new(disk)), happened: watch::channel(None).0 }
    }

    pub(super) fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap()
    }

    pub(super) fn tell(&self, fault: DiskFault) {
        self.happened.send_replace(Some(fault));
    }

    /// Holds at most `bytes` in all.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.disk().capacity = bytes;
    }

    /// Befalls the disk now, in place of what was to come; none heals it.
    pub fn set_fault(&self, fault: Option<DiskFault>) {
        let mut disk = self.disk();
        (disk.fault, disk.due) = (fault, None);
    }

    /// Befalls the disk when `bytes` more have been appended to part files.
    pub fn fault_after(&self, bytes: u64, fault: DiskFault) {
        let mut disk = self.disk();
        disk.due = Some((disk.appended + bytes, fault));
        drop(disk);
        self.happened.send_replace(None);
    }

    /// Fires when a fault of [`Self::fault_after`] has come.
    #[must_use]
    pub fn happened(&self) -> watch::Receiver<Option<DiskFault>> {
        self.happened.subscribe()
    }

    /// The machine starts again: faults, locks and open handles are gone.
    pub fn restart(&self, unsynced: Unsynced) {
        let mut disk = self.disk();
        disk.boot += 1;
        (disk.fault, disk.due) = (None, None);
        for file in disk.folders.values().flat_map(BTreeMap::values) {
            let mut file = file.lock().unwrap();
            file.locked = None;
            let (synced, all) = (file.synced, file.bytes.len());
            match unsynced {
                Unsynced::Kept => {}
                Unsynced::Lost(per_mille) => {
                    file.bytes.truncate(synced + (all - synced) * usize::from(per_mille.min(1000)) / 1000);
                }
                Unsynced::Zeroed => file.bytes[synced..].fill(0),
            }
        }
    }

    /// Every file of `folder` with its bytes.
    #[must_use]
    pub fn files(&self, folder: &Path) -> BTreeMap<String, Vec<u8>> {
        let disk = self.disk();
        let files = disk.folders.get(folder).into_iter().flatten();
        files.map(|(name, file)| (name.clone(), file.lock().unwrap().bytes.clone())).collect()
    }

    /// The bytes of one file.
    #[must_use]
    pub fn file(&self, folder: &Path, name: &str) -> Option<Vec<u8>> {
        let disk = self.disk();
        Some(disk.folders.get(folder)?.get(name)?.lock().unwrap().bytes.clone())
    }

    /// Puts a file there, as somebody else would; none removes it.
    pub fn put(&self, folder: &Path, name: &str, bytes: Option<Vec<u8>>) {
        let mut disk = self.disk();
        let modified = disk.write_time();
        let files = disk.folders.entry(folder.to_path_buf()).or_default();
        match bytes {
            Some(bytes) => {
                let synced = bytes.len();
                files.insert(name.to_owned(), Arc::new(Mutex::new(Content { bytes, synced, locked: None, modified })));
            }
            None => {
                files.remove(name);
            }
        }
    }
}

impl Library for MemoryLibrary {
    fn open(&self, path: &Path) -> Result<Box<dyn Folder>, LibraryError> {
        let mut disk = self.disk();
        let folder = path.display().to_string();
        if disk.fault == Some(DiskFault::Vanished) {
            return Err(LibraryError::LibraryMissing { folder });
        }
        if !disk.folders.contains_key(path) {
            let parent = path.parent().unwrap_or(path);
            let (in_file, name) = (disk.folders.get(parent), path.file_name().unwrap_or_default().to_string_lossy());
            match in_file {
                None if parent != Path::new("/") => return Err(LibraryError::LibraryMissing { folder }),
                Some(files) if files.contains_key(name.as_ref()) => {
                    return Err(LibraryError::LibraryReadOnly { folder, reason: "it is not a folder".into() });
                }
                _ if disk.fault == Some(DiskFault::ReadOnly) => {
                    return Err(LibraryError::LibraryReadOnly { folder, reason: "read-only file system".into() });
                }
                _ => {}
            }
            disk.folders.insert(path.to_path_buf(), BTreeMap::new());
        }
        Ok(Box::new(MemoryFolder { library: self.clone(), path: path.to_path_buf(), boot: disk.boot }))
    }

    fn read_small(&self, file: &Path, at_most: u64) -> Result<Result<Vec<u8>, u64>, LibraryError> {
        let missing = || LibraryError::FileMissing { file: file.display().to_string() };
        let name = file.file_name().ok_or_else(missing)?.to_string_lossy();
        let bytes = self.file(file.parent().ok_or_else(missing)?, &name).ok_or_else(missing)?;
        let size = bytes.len() as u64;
        Ok(if size > at_most { Err(size) } else { Ok(bytes) })
    }

    fn stat(&self, file: &Path) -> Result<Option<FileStat>, LibraryError> {
        let disk = self.disk();
        if disk.fault == Some(DiskFault::Vanished) {
            return Ok(None);
        }
        let found = file.parent().zip(file.file_name()).and_then(|(folder, name)| {
            let content = disk.folders.get(folder)?.get(name.to_string_lossy().as_ref())?;
            Some(content.lock().unwrap().stat())
        });
        Ok(found)
    }
}
