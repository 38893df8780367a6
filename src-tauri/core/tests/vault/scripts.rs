//! The scripts for the host, run by the real `sh` of this machine.

use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const READ: &str = include_str!("../../src/vault/read_file.sh");
const PUT: &str = include_str!("../../src/vault/put_env.sh");
const NOBODY: u32 = 65534;

/// A folder of a login that is not root, also where the tests run as root.
struct Place {
    _whole: tempfile::TempDir,
    folder: PathBuf,
    root: bool,
}

impl Place {
    fn new(name: &str) -> Self {
        let whole = tempfile::tempdir().unwrap();
        std::fs::set_permissions(whole.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let root = whole.path().metadata().unwrap().uid() == 0;
        let folder = whole.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let place = Self { _whole: whole, folder, root };
        place.own(&place.folder);
        place
    }

    fn own(&self, path: &Path) {
        if self.root {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }

    fn env(&self) -> PathBuf {
        self.folder.join(".env")
    }

    fn write(&self, bytes: &[u8]) {
        std::fs::write(self.env(), bytes).unwrap();
        self.own(&self.env());
    }

    fn sh(&self, script: &str, name: &str, args: &[&str], input: &str, as_root: bool) -> Vec<u8> {
        let mut command = Command::new("sh");
        command.args(["-c", script, name]).arg(self.folder.file_name().unwrap()).args(args);
        command.current_dir(self.folder.parent().unwrap()).stdin(Stdio::piped()).stdout(Stdio::piped());
        if self.root && !as_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let mut child = command.spawn().unwrap();
        // A script that says no does not read it all.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap().stdout
    }

    /// The lines of the answer before the bytes, and the bytes.
    fn read(&self) -> (Vec<String>, Vec<u8>) {
        let said = self.sh(READ, "read-file", &[".env", "262145"], "", false);
        let behind = behind(&said, b"\n==selvage file\n");
        let lines = if behind.starts_with(b"file\n") { 4 } else { 2 };
        let mut rest = behind;
        let head = (0..lines).map(|_| {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
            let line = String::from_utf8(rest[..end].to_vec()).unwrap();
            rest = &rest[end + 1..];
            line
        });
        let head: Vec<String> = head.collect();
        (head, rest.to_vec())
    }

    fn put(&self, expected: Option<&[u8]>, bytes: &[u8], owner: &str, as_root: bool) -> String {
        let expected = expected.map_or_else(|| "none".to_owned(), digest);
        let input = format!("{expected} {} 20261126T120000Z\n{}\n", digest(bytes), STANDARD.encode(bytes));
        self.put_text(&input, owner, as_root)
    }

    fn put_text(&self, input: &str, owner: &str, as_root: bool) -> String {
        let said = self.sh(PUT, "put-env", &[owner], input, as_root);
        String::from_utf8(behind(&said, b"\n==selvage put\n").to_vec()).unwrap()
    }

    /// Names in the folder.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(&self.folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o777
    }
}

fn behind<'s>(said: &'s [u8], mark: &[u8]) -> &'s [u8] {
    let at = said.windows(mark.len()).position(|window| window == mark).expect("the mark");
    &said[at + mark.len()..]
}

fn digest(bytes: &[u8]) -> String {
    selvage_testing::sample::sha256(bytes).to_string()
}

const ODD_NAMES: [&str; 3] = ["weavestream", "-p it's a \"folder\" $(touch x)", "ümläut"];

#[test]
fn a_file_is_read_byte_for_byte() {
    for name in ODD_NAMES {
        let place = Place::new(name);
        assert_eq!(place.read().0, ["missing", ""]);
        let mut bytes: Vec<u8> = (1..=255).collect();
        bytes.extend(b"\r\nA=1");
        place.write(&bytes);
        let (head, body) = place.read();
        assert_eq!(head[0], "file");
        assert!(head[1].starts_with(&format!("{} ", bytes.len())) && head[3].ends_with("/.env"), "{head:?}");
        assert_eq!(body, bytes, "{name}");
    }
    let place = Place::new("large");
    place.write(&vec![b'#'; 5 << 20]);
    let (head, body) = place.read();
    assert!(head[1].starts_with("5242880 "), "{head:?}");
    assert_eq!(body.len(), 262_145, "no more than asked for crosses the line");
}

#[test]
fn links_are_followed_and_what_is_no_file_is_told() {
    let place = Place::new("weavestream");
    symlink("../elsewhere.env", place.env()).unwrap();
    assert_eq!(place.read().0, ["dangling", "../elsewhere.env"]);
    let target = place.folder.parent().unwrap().join("elsewhere.env");
    std::fs::write(&target, "A=1\n").unwrap();
    place.own(&target);
    let (head, body) = place.read();
    assert!(head[1].starts_with("4 ") && head[3].ends_with("/elsewhere.env"), "{head:?}");
    assert_eq!(body, b"A=1\n");
    let done = place.put(Some(b"A=1\n"), b"A=2\n", "keep", true);
    assert!(done.starts_with("done\n600\n"), "{done}");
    assert_eq!(std::fs::read(&target).unwrap(), b"A=2\n", "the file itself is replaced");
    assert!(place.env().is_symlink(), "and the link stays");
    let kept = target.with_file_name("elsewhere.env.before-20261126T120000Z");
    assert_eq!(std::fs::read(kept).unwrap(), b"A=1\n");
    let place = Place::new("weavestream");
    std::fs::create_dir(place.env()).unwrap();
    assert_eq!(place.read().0, ["folder", ""]);
    assert_eq!(place.put(None, b"A=1\n", "keep", false), "special\n\n");
    assert_eq!(place.names(), [".env"]);
}

#[test]
fn what_the_login_may_not_see_is_hidden_and_not_missing() {
    let place = Place::new("weavestream");
    place.write(b"A=1\n");
    std::fs::set_permissions(place.env(), PermissionsExt::from_mode(0o000)).unwrap();
    assert_eq!(place.read().0, ["hidden", "permission denied"]);
    assert_eq!(place.put(Some(b"A=1\n"), b"A=2\n", "keep", false), "denied\nthe file that is there cannot be read\n");
    std::fs::set_permissions(&place.folder, PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(place.read().0, ["hidden", "the folder cannot be entered"]);
    let put = place.put(Some(b"A=1\n"), b"A=2\n", "keep", false);
    assert_eq!(put, "denied\nthe folder cannot be entered\n", "not: somebody changed it");
    std::fs::set_permissions(&place.folder, PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::set_permissions(place.env(), PermissionsExt::from_mode(0o644)).unwrap();
    assert_eq!(std::fs::read(place.env()).unwrap(), b"A=1\n");
}

#[test]
fn a_new_file_takes_the_place_and_the_old_one_stays_beside() {
    for name in ODD_NAMES {
        let place = Place::new(name);
        let first = place.put(None, b"A=1\nB='x'", "keep", false);
        assert!(first.starts_with("done\n600\n") && first.ends_with("/.env\n\n"), "{first}");
        assert_eq!(std::fs::read(place.env()).unwrap(), b"A=1\nB='x'");
        std::fs::set_permissions(place.env(), PermissionsExt::from_mode(0o644)).unwrap();
        let second = place.put(Some(b"A=1\nB='x'"), b"A=2\r\n", "keep", false);
        assert!(second.starts_with("done\n600\n"), "{second}");
        assert_eq!(place.names(), [".env", ".env.before-20261126T120000Z"], "no draft is left");
        let before = place.folder.join(".env.before-20261126T120000Z");
        assert_eq!(std::fs::read(&before).unwrap(), b"A=1\nB='x'");
        assert_eq!((Place::mode(&place.env()), Place::mode(&before)), (0o600, 0o600));
        let third = place.put(Some(b"A=2\r\n"), b"A=3\n", "keep", false);
        assert!(third.starts_with("failed\n") && third.contains("is there already"), "{third}");
        assert_eq!(std::fs::read(place.env()).unwrap(), b"A=2\r\n");
    }
}

#[test]
fn another_file_than_planned_is_left_alone() {
    let place = Place::new("weavestream");
    place.write(b"A=1\n");
    for expected in [None, Some(&b"A=9\n"[..])] {
        assert_eq!(place.put(expected, b"A=2\n", "keep", false), "moved\n\n");
    }
    let garbled = format!("{} {} stamp\nQT0=\n", digest(b"A=1\n"), digest(b"A=2\n"));
    assert_eq!(place.put_text(&garbled, "keep", false), "failed\nthe new file arrived incomplete\n");
    let cut = format!("{} {} stamp\n", digest(b"A=1\n"), digest(b"A=2\n"));
    assert_eq!(place.put_text(&cut, "keep", false), "failed\nthe new file arrived incomplete\n", "the line broke");
    assert_eq!(place.names(), [".env"]);
    assert_eq!(std::fs::read(place.env()).unwrap(), b"A=1\n");
}

#[test]
fn the_owner_stays_where_that_can_be_had() {
    let place = Place::new("weavestream");
    place.write(b"A=1\n");
    let owner = place.env().metadata().unwrap().uid();
    assert!(place.put(Some(b"A=1\n"), b"A=2\n", "keep", true).starts_with("done\n"));
    assert_eq!(place.env().metadata().unwrap().uid(), owner, "root writes what stays the login's");
    if !place.root {
        // Only root can give files away; beyond this the host of the stories shows it with its own sudo.
        return;
    }
    std::fs::remove_file(place.folder.join(".env.before-20261126T120000Z")).unwrap();
    chown(place.env(), Some(0), Some(0)).unwrap();
    std::fs::set_permissions(place.env(), PermissionsExt::from_mode(0o644)).unwrap();
    assert_eq!(place.put(Some(b"A=2\n"), b"A=3\n", "keep", false), "otherowner\n\n");
    assert_eq!(place.names(), [".env"]);
    assert!(place.put(Some(b"A=2\n"), b"A=3\n", "any", false).starts_with("done\n"));
    assert_eq!(place.env().metadata().unwrap().uid(), NOBODY);
    chown(&place.folder, Some(0), Some(0)).unwrap();
    let denied = place.put(Some(b"A=3\n"), b"A=4\n", "any", false);
    assert!(denied.starts_with("denied\n") && denied.contains("cannot be written"), "{denied}");
}
