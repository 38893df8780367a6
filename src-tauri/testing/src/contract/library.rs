//! Folders of the laptop.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use selvage_core::ports::{Folder, Library, LibraryError};

use crate::wait::until_true;

fn read(folder: &dyn Folder, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    folder.read(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// Everything that works in `root`, an empty folder that can be written to.
pub fn works(library: &dyn Library, root: &Path) {
    let path = root.join("acme");
    let folder = library.open(&path).unwrap();
    assert_eq!(folder.path(), path);
    assert!(folder.free().unwrap() > 0);
    assert_eq!(folder.size("a"), Ok(None));
    part_files(folder.as_ref());
    claims(library, folder.as_ref());
    small_files(folder.as_ref());
    drop(folder);
    let again = library.open(&path).unwrap();
    assert_eq!(read(again.as_ref(), "renamed"), b"second");
    assert_eq!(library.read_small(&path.join("renamed"), 6), Ok(Ok(b"second".to_vec())));
    assert_eq!(library.read_small(&path.join("renamed"), 5), Ok(Err(6)), "its size, where it is too large");
    let gone = library.read_small(&root.join("nowhere/file"), 5);
    assert!(matches!(gone, Err(LibraryError::FileMissing { .. })), "{gone:?}");
    let made = library.read_small(&root.join("nowhere/file"), 5);
    assert!(matches!(made, Err(LibraryError::FileMissing { .. })), "looking made the folder");
    let missing = library.open(&root.join("no/such"));
    assert!(matches!(missing, Err(LibraryError::LibraryMissing { .. })), "the parent is not there");
    again.write("file", b"not a folder").unwrap();
    assert!(library.open(&path.join("file")).is_err(), "a file was opened as a folder");
}

fn part_files(folder: &dyn Folder) {
    let mut part = folder.part("a.part").unwrap();
    assert_eq!(part.is_empty(), Ok(true));
    part.append(b"hello ").unwrap();
    part.append(b"world").unwrap();
    part.sync().unwrap();
    assert_eq!((part.len(), folder.size("a.part")), (Ok(11), Ok(Some(11))));
    let busy = folder.part("a.part");
    assert!(matches!(busy, Err(LibraryError::LibraryBusy { .. })), "two write the same part");
    assert_eq!(part.len(), Ok(11), "the second opener changed it");
    drop(part);
    let mut part = folder.part("a.part").unwrap();
    let mut before = Vec::new();
    part.reread().unwrap().read_to_end(&mut before).unwrap();
    assert_eq!(before, b"hello world");
    part.append(b"!").unwrap();
    part.truncate(5).unwrap();
    part.append(b"?").unwrap();
    part.sync().unwrap();
    drop(part);
    assert_eq!(read(folder, "a.part"), b"hello?");
    let mut middle = folder.read("a.part").unwrap();
    middle.seek(SeekFrom::Start(4)).unwrap();
    let mut rest = String::new();
    middle.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "o?");
}

/// A part belongs to whoever claimed it, also under another name.
fn claims(library: &dyn Library, folder: &dyn Folder) {
    folder.write("theirs", b"theirs").unwrap();
    let mut part = folder.part("c.part").unwrap();
    part.append(b"mine").unwrap();
    part.sync().unwrap();
    let before = folder.stat("c.part").unwrap().unwrap();
    assert_eq!(before.size, 4);
    assert_eq!(library.stat(&folder.path().join("c.part")), Ok(Some(before)));
    assert_eq!(part.rename("theirs"), Ok(None), "another file was replaced");
    assert_eq!(read(folder, "theirs"), b"theirs");
    assert_eq!(part.rename("mine"), Ok(Some(folder.path().join("mine"))));
    let busy = folder.part("mine");
    assert!(matches!(busy, Err(LibraryError::LibraryBusy { .. })), "the claim did not go on under the new name");
    // The old name is free for somebody else, and neither reaches the other's file.
    let mut other = folder.part("c.part").unwrap();
    assert_eq!(other.is_empty(), Ok(true));
    other.append(b"other").unwrap();
    part.append(b"!").unwrap();
    part.sync().unwrap();
    other.sync().unwrap();
    assert_eq!((read(folder, "mine"), read(folder, "c.part")), (b"mine!".to_vec(), b"other".to_vec()));
    other.remove().unwrap();
    assert_eq!(folder.size("c.part"), Ok(None));
    drop(part);
    assert_eq!(library.stat(&folder.path().join("mine")), folder.stat("mine"));
    folder.part("mine").unwrap().remove().unwrap();
    assert_eq!(library.stat(&folder.path().join("mine")), Ok(None));
    assert_eq!(library.stat(&folder.path().join("no/such")), Ok(None));
    // A file that was deleted and made anew by somebody else is not ours.
    let mut lost = folder.part("d.part").unwrap();
    folder.remove("d.part").unwrap();
    folder.write("d.part", b"theirs").unwrap();
    assert!(matches!(lost.rename("d"), Err(LibraryError::FileMissing { .. })));
    lost.remove().unwrap();
    assert_eq!(read(folder, "d.part"), b"theirs");
}

fn small_files(folder: &dyn Folder) {
    folder.write("small", b"first").unwrap();
    folder.write("small", b"second").unwrap();
    assert_eq!(read(folder, "small"), b"second");
    folder.write("taken", b"old").unwrap();
    assert_eq!(folder.rename("small", "taken"), Ok(None), "another file was replaced");
    assert_eq!((read(folder, "small"), read(folder, "taken")), (b"second".to_vec(), b"old".to_vec()));
    assert_eq!(folder.write_new("taken", b"new"), Ok(false));
    assert_eq!(read(folder, "taken"), b"old", "another file was replaced");
    assert_eq!(folder.write_new("fresh", b"new"), Ok(true));
    assert_eq!(read(folder, "fresh"), b"new");
    assert_eq!(folder.rename("small", "renamed"), Ok(Some(folder.path().join("renamed"))));
    assert_eq!(folder.size("small"), Ok(None));
    for gone in [folder.rename("small", "x").err(), folder.read("small").err()] {
        assert!(matches!(gone, Some(LibraryError::FileMissing { .. })), "{gone:?}");
    }
    folder.remove("a.part").unwrap();
    folder.remove("a.part").unwrap();
    assert_eq!(folder.size("a.part"), Ok(None));
}

/// What happens in `root`, which holds at most about `capacity` bytes.
pub fn fills_up(library: &dyn Library, root: &Path, capacity: usize) {
    let folder = library.open(root).unwrap();
    assert!(folder.free().unwrap() <= capacity as u64 + 65_536);
    folder.write("kept", b"kept").unwrap();
    let mut part = folder.part("big.part").unwrap();
    let piece = vec![7; 64 * 1024];
    let full = (0..=capacity / piece.len() + 2).find_map(|_| part.append(&piece).err());
    assert!(matches!(full, Some(LibraryError::DiskFull { .. })), "{full:?}");
    let kept = part.len().unwrap();
    assert!(kept > 0 && kept <= capacity as u64 + 65_536, "{kept} bytes of {capacity}");
    drop(part);
    let small = folder.write("kept", &vec![1; 2 * 64 * 1024]);
    assert!(matches!(small, Err(LibraryError::DiskFull { .. })), "{small:?}");
    assert_eq!(read(folder.as_ref(), "kept"), b"kept", "a file was half replaced");
    folder.remove("big.part").unwrap();
    // A process that another test is just starting holds every open file until it begins.
    until_true("room comes back", || folder.free().unwrap() > 64 * 1024);
}

/// What happens in `root`, which is read-only and holds `file` with `b"here"`.
pub fn read_only(library: &dyn Library, root: &Path) {
    let folder = library.open(root).unwrap();
    assert_eq!(read(folder.as_ref(), "file"), b"here");
    let refusals = [
        folder.part("a.part").err(),
        folder.write("file", b"other").err(),
        folder.rename("file", "other").err(),
        folder.remove("file").err(),
        library.open(&root.join("new")).err(),
    ];
    for (nth, refused) in refusals.iter().enumerate() {
        assert!(matches!(refused, Some(LibraryError::LibraryReadOnly { .. })), "{nth}: {refused:?}");
    }
    assert_eq!(read(folder.as_ref(), "file"), b"here");
}

/// What an open folder says after `vanish` took it away.
pub fn vanishes(library: &dyn Library, root: &Path, vanish: impl FnOnce()) {
    let folder = library.open(root).unwrap();
    folder.write("file", b"here").unwrap();
    vanish();
    let refusals = [
        folder.size("file").err(),
        folder.part("a.part").err(),
        folder.read("file").err(),
        folder.write("file", b"other").err(),
        folder.rename("file", "other").err(),
    ];
    for (nth, refused) in refusals.iter().enumerate() {
        assert!(matches!(refused, Some(LibraryError::LibraryMissing { .. })), "{nth}: {refused:?}");
    }
}
