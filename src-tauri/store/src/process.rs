//! Which process owns a job, and whether that process still lives.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::library::make_private_folders;

/// This process's mark: a file whose lock the system releases with the process,
/// however it ends.
#[derive(Debug)]
pub struct Process {
    folder: PathBuf,
    id: String,
    // Held for as long as the process lives.
    _lock: File,
}

impl Process {
    /// Marks this process in `folder`.
    pub fn mark(folder: &Path) -> std::io::Result<Self> {
        make_private_folders(folder)?;
        let id = Uuid::new_v4().to_string();
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(&id))?;
        lock.try_lock().map_err(std::io::Error::from)?;
        Ok(Self { folder: folder.to_path_buf(), id, _lock: lock })
    }

    /// This process's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether the process `id` still lives. The marks of dead ones are removed.
    pub fn lives(&self, id: &str) -> bool {
        if id == self.id {
            return true;
        }
        let path = self.folder.join(id);
        let Ok(mark) = OpenOptions::new().write(true).open(&path) else { return false };
        if mark.try_lock().is_err() {
            return true;
        }
        let _ = std::fs::remove_file(path);
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.folder.join(&self.id));
    }
}
