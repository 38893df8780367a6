//! Small and read-only file systems, for root only.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Unmounted when it is dropped.
#[derive(Debug)]
pub struct Mount {
    path: PathBuf,
}

impl Mount {
    /// A file system in memory of so many bytes.
    #[must_use]
    pub fn small(path: &Path, bytes: u64) -> Self {
        let size = format!("size={bytes}");
        Self::at(path, &["-t", "tmpfs", "-o", &size, "tmpfs"])
    }

    /// `what`, read-only.
    #[must_use]
    pub fn read_only(path: &Path, what: &Path) -> Self {
        Self::at(path, &["-o", "bind,ro", &what.display().to_string()])
    }

    fn at(path: &Path, args: &[&str]) -> Self {
        std::fs::create_dir_all(path).unwrap();
        run(Command::new("mount").args(args).arg(path));
        Self { path: path.to_path_buf() }
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: a program that a failed test left behind may hold it.
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
