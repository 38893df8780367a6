//! `RevokedHostKeys`: a list of public keys, or a key revocation list as
//! `ssh-keygen -k` writes it (OpenSSH's `PROTOCOL.krl`).

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use selvage_core::ports::LinkError;
use sha1::Digest as _;

const MAGIC: &[u8] = b"SSHKRL\n\0";
const EXPLICIT_KEYS: u8 = 2;
const SHA1_FINGERPRINTS: u8 = 3;
const SHA256_FINGERPRINTS: u8 = 5;

/// The keys of one `RevokedHostKeys` file. Without such a file nothing is revoked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Revoked {
    file: PathBuf,
    /// With their lines, from 1; 0 in a revocation list.
    keys: Vec<(u32, Vec<u8>)>,
    sha1: Vec<Vec<u8>>,
    sha256: Vec<Vec<u8>>,
}

impl Revoked {
    /// Reads `file`. As for `ssh`, one that is named and cannot be read stops everything.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, LinkError> {
        let Some(file) = file else { return Ok(Self::default()) };
        let unreadable = |reason: String| LinkError::KnownHostsUnreadable { file: file.display().to_string(), reason };
        let bytes = std::fs::read(file).map_err(|error| unreadable(error.to_string()))?;
        let mut revoked = Self { file: file.to_owned(), ..Self::default() };
        match bytes.strip_prefix(MAGIC) {
            Some(list) => {
                revoked.add_list(list).ok_or_else(|| unreadable("this list of revoked keys is damaged".to_owned()))?;
            }
            None => revoked.add_lines(&String::from_utf8_lossy(&bytes)),
        }
        Ok(revoked)
    }

    /// File and line that revoke a key, in the key's wire form.
    pub(crate) fn line_of(&self, key: &[u8]) -> Option<(String, u32)> {
        let listed = self.keys.iter().find(|(_, revoked)| revoked == key).map(|(line, _)| *line);
        let digested = || {
            let sha1 = self.sha1.iter().any(|digest| *digest == sha1::Sha1::digest(key).as_slice());
            (sha1 || self.sha256.iter().any(|digest| *digest == sha2::Sha256::digest(key).as_slice())).then_some(0)
        };
        listed.or_else(digested).map(|line| (self.file.display().to_string(), line))
    }

    fn add_lines(&mut self, text: &str) {
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim_start().starts_with('#') {
                continue;
            }
            // Options may stand before the type, and a comment behind the key.
            let key =
                line.split_ascii_whitespace().find_map(|word| STANDARD.decode(word).ok().filter(|key| key.len() > 16));
            self.keys.extend(key.map(|key| (number, key)));
        }
    }

    fn add_list(&mut self, mut list: &[u8]) -> Option<()> {
        // Version of the form, then number, date and flags of the list.
        let (version, rest) = list.split_at_checked(4)?;
        if version != [0, 0, 0, 1] {
            return None;
        }
        list = rest.get(24..)?;
        let (_reserved, _comment) = (string(&mut list)?, string(&mut list)?);
        while let Some((kind, rest)) = list.split_first() {
            list = rest;
            let mut section = string(&mut list)?;
            let into = match *kind {
                EXPLICIT_KEYS => None,
                SHA1_FINGERPRINTS => Some(&mut self.sha1),
                SHA256_FINGERPRINTS => Some(&mut self.sha256),
                // Certificates are not taken from hosts; signatures only say who made the list.
                _ => continue,
            };
            let mut found = Vec::new();
            while !section.is_empty() {
                found.push(string(&mut section)?.to_vec());
            }
            match into {
                Some(digests) => digests.extend(found),
                None => self.keys.extend(found.into_iter().map(|key| (0, key))),
            }
        }
        Some(())
    }
}

/// Takes one string: its length in four bytes, then its bytes.
fn string<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (string, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    *bytes = rest;
    Some(string)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

    use std::process::Command;

    use super::*;

    struct Keys {
        folder: tempfile::TempDir,
    }

    impl Keys {
        fn make(names: &[&str]) -> Self {
            let keys = Self { folder: tempfile::tempdir().unwrap() };
            for name in names {
                keys.keygen(&["-q", "-t", "ed25519", "-N", "", "-f", name]);
            }
            keys
        }

        fn keygen(&self, arguments: &[&str]) {
            let done = Command::new("ssh-keygen").args(arguments).current_dir(self.folder.path()).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }

        fn line(&self, name: &str) -> String {
            std::fs::read_to_string(self.folder.path().join(format!("{name}.pub"))).unwrap()
        }

        fn blob(&self, name: &str) -> Vec<u8> {
            STANDARD.decode(self.line(name).split(' ').nth(1).unwrap()).unwrap()
        }

        fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
            let file = self.folder.path().join(name);
            std::fs::write(&file, bytes).unwrap();
            file
        }
    }

    #[test]
    fn a_list_of_keys_revokes_them() {
        let keys = Keys::make(&["one", "two"]);
        let file = keys.put("list", format!("# gone\n\n{}", keys.line("one")).as_bytes());
        let revoked = Revoked::read(Some(&file)).unwrap();
        assert_eq!(revoked.line_of(&keys.blob("one")).map(|(_, line)| line), Some(3));
        assert_eq!(revoked.line_of(&keys.blob("two")), None);
    }

    #[test]
    fn a_revocation_list_revokes_by_key_and_by_digest() {
        let keys = Keys::make(&["one", "two", "three", "four"]);
        let digests = format!("sha1: {}sha256: {}", keys.line("two"), keys.line("three"));
        keys.put("spec", digests.as_bytes());
        keys.keygen(&["-q", "-k", "-f", "krl", "one.pub", "spec"]);
        let revoked = Revoked::read(Some(&keys.folder.path().join("krl"))).unwrap();
        for name in ["one", "two", "three"] {
            assert_eq!(revoked.line_of(&keys.blob(name)).map(|(_, line)| line), Some(0), "{name}");
        }
        assert_eq!(revoked.line_of(&keys.blob("four")), None);
        let whole = std::fs::read(keys.folder.path().join("krl")).unwrap();
        let cut = keys.put("cut", &whole[..whole.len() - 1]);
        assert!(matches!(Revoked::read(Some(&cut)), Err(LinkError::KnownHostsUnreadable { .. })));
    }

    #[test]
    fn a_named_list_that_is_not_there_stops_everything_and_none_does_not() {
        assert!(Revoked::read(Some(Path::new("/nonexistent/revoked"))).is_err());
        assert_eq!(Revoked::read(None).unwrap().line_of(b"any"), None);
    }
}
