//! What the standard library leaves off: names that are never replaced, modes,
//! and renames that survive a power cut.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use selvage_core::ports::FileStat;
use tempfile::TempPath;

/// Makes a folder that only this user may look into.
pub fn make_private_folder(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes `path` and what leads to it where that is missing, for this user alone.
pub fn make_private_folders(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Options that make a file which only this user may read.
pub fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Takes a file that was made before away from everybody else.
#[cfg(unix)]
pub fn make_private(file: &File) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match file.set_permissions(std::fs::Permissions::from_mode(0o600)) {
        // FAT and many network shares have no modes.
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

/// Windows keeps a profile's folders to their user.
#[cfg(not(unix))]
pub fn make_private(_file: &File) -> Result<()> {
    Ok(())
}

/// Size and time of what lies at `path`; none when nothing does.
pub fn stat(path: &Path) -> Result<Option<FileStat>> {
    match std::fs::metadata(path) {
        Ok(found) => Ok(Some(FileStat { size: found.len(), modified: found.modified()?.into() })),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Renames `from` to `to` unless that name is taken; whether it did. Nothing is
/// replaced, also when another process takes the name at the same moment.
pub fn rename_new(from: &Path, to: &Path) -> Result<bool> {
    let mut path = TempPath::try_from_path(from)?;
    path.disable_cleanup(true);
    match path.persist_noclobber(to) {
        Ok(()) => Ok(true),
        Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(refused) if refused.error.kind() == ErrorKind::NotFound => Err(refused.error),
        // Some network file systems know neither such a rename nor hard links.
        Err(_) => reserve_and_rename(from, to),
    }
}

/// The same where the file system offers nothing better: an empty file takes the
/// name, which only one process can do, and is then replaced by what it stands for.
fn reserve_and_rename(from: &Path, to: &Path) -> Result<bool> {
    match private_file().write(true).create_new(true).open(to) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error),
    }
    std::fs::rename(from, to).map(|()| true).inspect_err(|_| {
        let _ = std::fs::remove_file(to);
    })
}

/// Makes renames in `folder` survive a power cut. Windows does so by itself.
pub fn sync_folder(folder: &Path) -> Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A file that is not there any more.
pub fn gone() -> Error {
    ErrorKind::NotFound.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_name_that_is_taken_stays_with_its_file_whatever_the_file_system_offers() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for rename in [rename_new, reserve_and_rename] {
            std::fs::write(at("mine"), "mine").unwrap();
            std::fs::write(at("theirs"), "theirs").unwrap();
            assert!(!rename(&at("mine"), &at("theirs")).unwrap());
            assert_eq!(std::fs::read(at("theirs")).unwrap(), b"theirs");
            assert_eq!(std::fs::read(at("mine")).unwrap(), b"mine");
            assert!(rename(&at("mine"), &at("free")).unwrap());
            assert_eq!(std::fs::read(at("free")).unwrap(), b"mine");
            assert!(!at("mine").exists());
            assert_eq!(rename(&at("mine"), &at("other")).unwrap_err().kind(), ErrorKind::NotFound);
            assert!(!at("other").exists(), "a name was left reserved");
            std::fs::remove_file(at("free")).unwrap();
        }
    }

    #[test]
    fn of_many_that_want_one_name_one_gets_it() {
        let folder = tempfile::tempdir().unwrap();
        for rename in [rename_new, reserve_and_rename] {
            let to = folder.path().join("wanted");
            let threads: Vec<_> = (0..8)
                .map(|nth| {
                    let (from, to) = (folder.path().join(nth.to_string()), to.clone());
                    std::fs::write(&from, nth.to_string()).unwrap();
                    std::thread::spawn(move || rename(&from, &to).unwrap().then_some(nth))
                })
                .collect();
            let won: Vec<i32> = threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect();
            assert_eq!(won.len(), 1, "{won:?}");
            assert_eq!(std::fs::read_to_string(&to).unwrap(), won[0].to_string());
            for nth in (0..8).filter(|nth| *nth != won[0]) {
                assert_eq!(std::fs::read_to_string(folder.path().join(nth.to_string())).unwrap(), nth.to_string());
            }
            std::fs::remove_file(to).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_made_is_this_users_alone() {
        use selvage_core::ports::Library as _;
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("dumps");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = crate::DiskLibrary.open(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        make_private_folders(&root.path().join("data/logs")).unwrap();
        assert_eq!((mode(&root.path().join("data")), mode(&root.path().join("data/logs"))), (0o700, 0o700));
        folder.write("manifest", b"{}").unwrap();
        folder.write_new("kit", b"age").unwrap();
        // Of a version that let others read it.
        std::fs::write(path.join("a.part"), "half").unwrap();
        std::fs::set_permissions(path.join("a.part"), std::fs::Permissions::from_mode(0o644)).unwrap();
        for name in ["a.part", "b.part"] {
            folder.part(name).unwrap().rename(&format!("{name}.dump")).unwrap();
        }
        for name in ["manifest", "kit", "a.part.dump", "b.part.dump"] {
            assert_eq!(mode(&path.join(name)), 0o600, "{name}");
        }
    }
}
