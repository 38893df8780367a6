//! Which host keys are on record: OpenSSH's `known_hosts` format, with the
//! differences that Selvage wants. Another algorithm's key for a known host is
//! "changed", not "unknown", and a file that exists and cannot be read is an
//! error, because then nothing can be trusted.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use russh::keys::ssh_key::EcdsaCurve;
use russh::keys::{Algorithm, HashAlg, PublicKey};
use selvage_core::ports::{HostKey, LinkError};
use sha2::Digest as _;

use crate::wildcard;

/// The name under which a host's keys are on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostName {
    pub host: String,
    pub port: u16,
}

/// What the records say about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Known,
    Unknown,
    Changed { expected: String, file: String, line: u32 },
    Revoked { file: String, line: u32 },
}

/// The records of several files.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownHosts {
    records: Vec<Record>,
}

#[derive(Clone, Debug)]
struct Record {
    file: PathBuf,
    line: u32,
    revoked: bool,
    hosts: Hosts,
    algorithm: String,
    blob: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Hosts {
    Hashed { salt: Vec<u8>, hash: Vec<u8> },
    Patterns(Vec<(bool, String)>),
}

impl HostName {
    /// As OpenSSH writes it: a port other than 22 is part of the name.
    pub(crate) fn as_recorded(&self) -> String {
        let host = self.host.to_lowercase();
        if self.port == 22 { host } else { format!("[{host}]:{}", self.port) }
    }
}

impl KnownHosts {
    /// Reads `files`. A missing one is empty.
    pub(crate) fn read<'a>(files: impl IntoIterator<Item = &'a Path>) -> Result<Self, LinkError> {
        use std::io::ErrorKind::{NotADirectory, NotFound};
        let mut known = Self::default();
        for file in files {
            match std::fs::read(file) {
                Ok(bytes) => known.add(file, &bytes),
                Err(error) if matches!(error.kind(), NotFound | NotADirectory) => {}
                Err(error) => return Err(unreadable(file, &error)),
            }
        }
        Ok(known)
    }

    /// Takes the lines of `bytes` as those of `file`.
    pub(crate) fn add(&mut self, file: &Path, bytes: &[u8]) {
        for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            // A line that is no UTF-8 can hold no key of ours in its names; its
            // key part is ASCII, so nothing is lost by replacing.
            let line = String::from_utf8_lossy(line);
            self.records.extend(Record::parse(file, number, &line));
        }
    }

    /// What is on record about `key` of `name`.
    pub(crate) fn verdict(&self, name: &HostName, key: &[u8]) -> Verdict {
        let recorded = name.as_recorded();
        let verdict = self.verdict_on(&recorded, key);
        if verdict != Verdict::Unknown || name.port == 22 {
            return verdict;
        }
        // As OpenSSH does: the same host's record without a port counts, but
        // only in favour of the very same key; other services have other keys.
        match self.verdict_on(&name.host.to_lowercase(), key) {
            Verdict::Changed { .. } => Verdict::Unknown,
            verdict => verdict,
        }
    }

    fn verdict_on(&self, name: &str, key: &[u8]) -> Verdict {
        let mut verdict = Verdict::Unknown;
        for record in self.records.iter().filter(|record| record.hosts.include(name)) {
            let (file, line) = (record.file.display().to_string(), record.line);
            match (record.blob == key, record.revoked) {
                (true, true) => return Verdict::Revoked { file, line },
                (true, false) => verdict = Verdict::Known,
                (false, false) if verdict == Verdict::Unknown => {
                    verdict = Verdict::Changed { expected: fingerprint(&record.blob), file, line };
                }
                (false, _) => {}
            }
        }
        verdict
    }

    /// The host key algorithms to offer, those on record for `name` first, so
    /// that a host with a recorded RSA key shows that one and not another.
    pub(crate) fn algorithms(&self, name: &HostName) -> Vec<Algorithm> {
        let (recorded, plain) = (name.as_recorded(), name.host.to_lowercase());
        let on_record = |algorithm: &Algorithm| {
            let mut records = self.records.iter().filter(|record| !record.revoked && record.is(algorithm));
            records.any(|record| record.hosts.include(&recorded) || record.hosts.include(&plain))
        };
        let (first, rest): (Vec<_>, Vec<_>) = offered().into_iter().partition(on_record);
        [first, rest].concat()
    }
}

/// The algorithms we accept, best first. SHA-1 signatures are not among them.
fn offered() -> Vec<Algorithm> {
    let ecdsa = |curve| Algorithm::Ecdsa { curve };
    let rsa = |hash| Algorithm::Rsa { hash: Some(hash) };
    vec![
        Algorithm::Ed25519,
        ecdsa(EcdsaCurve::NistP256),
        ecdsa(EcdsaCurve::NistP384),
        ecdsa(EcdsaCurve::NistP521),
        rsa(HashAlg::Sha512),
        rsa(HashAlg::Sha256),
    ]
}

impl Record {
    fn parse(file: &Path, line: u32, text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace().peekable();
        let marker = words.next_if(|word| word.starts_with('@'));
        // Certificate authorities are passed over: certificates are not
        // supported, and so never offered to the host. Neither is an unknown marker.
        let revoked = match marker {
            None => false,
            Some("@revoked") => true,
            Some(_) => return None,
        };
        let hosts = words.next().filter(|hosts| !hosts.starts_with('#'))?;
        let algorithm = words.next()?.to_owned();
        let blob = decode(words.next()?)?;
        if blob.get(4..4 + algorithm.len()) != Some(algorithm.as_bytes()) {
            return None;
        }
        Some(Self { file: file.to_owned(), line, revoked, hosts: Hosts::parse(hosts)?, algorithm, blob })
    }

    fn is(&self, algorithm: &Algorithm) -> bool {
        match algorithm {
            Algorithm::Rsa { .. } => self.algorithm == "ssh-rsa",
            other => self.algorithm == other.as_str(),
        }
    }
}

impl Hosts {
    fn parse(text: &str) -> Option<Self> {
        if let Some(hashed) = text.strip_prefix("|1|") {
            let (salt, hash) = hashed.split_once('|')?;
            return Some(Self::Hashed { salt: decode(salt)?, hash: decode(hash)? });
        }
        let pattern = |pattern: &str| match pattern.strip_prefix('!') {
            Some(rest) => (true, rest.to_lowercase()),
            None => (false, pattern.to_lowercase()),
        };
        Some(Self::Patterns(text.split(',').map(pattern).collect()))
    }

    fn include(&self, name: &str) -> bool {
        match self {
            Self::Hashed { salt, hash } => Hmac::<sha1::Sha1>::new_from_slice(salt)
                .is_ok_and(|mac| mac.chain_update(name.as_bytes()).verify_slice(hash).is_ok()),
            Self::Patterns(patterns) => {
                let mut matching = patterns.iter().filter(|(_, pattern)| wildcard::matches(pattern, name)).peekable();
                matching.peek().is_some() && matching.all(|(negated, _)| !negated)
            }
        }
    }
}

fn decode(base64: &str) -> Option<Vec<u8>> {
    STANDARD.decode(base64).ok()
}

/// As `ssh-keygen -l` prints it.
pub(crate) fn fingerprint(blob: &[u8]) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(sha2::Sha256::digest(blob)))
}

/// What the admin is shown about a host's key.
pub(crate) fn host_key(name: &HostName, key: &PublicKey) -> Result<(HostKey, Vec<u8>), russh::keys::ssh_key::Error> {
    let blob = key.to_bytes()?;
    let algorithm = match key.algorithm() {
        Algorithm::Rsa { .. } => "ssh-rsa".to_owned(),
        other => other.as_str().to_owned(),
    };
    let shown = HostKey {
        host: name.host.clone(),
        port: name.port,
        algorithm: family(&key.algorithm()).to_owned(),
        fingerprint: fingerprint(&blob),
        public_key: format!("{algorithm} {}", STANDARD.encode(&blob)),
    };
    Ok((shown, blob))
}

/// The word that `ssh-keygen -l` prints for an algorithm.
pub(crate) fn family(algorithm: &Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Dsa => "DSA",
        Algorithm::Ecdsa { .. } => "ECDSA",
        Algorithm::Ed25519 => "ED25519",
        Algorithm::Rsa { .. } => "RSA",
        Algorithm::SkEcdsaSha2NistP256 => "ECDSA-SK",
        Algorithm::SkEd25519 => "ED25519-SK",
        _ => "other",
    }
}

fn unreadable(file: &Path, error: &std::io::Error) -> LinkError {
    LinkError::KnownHostsUnreadable { file: file.display().to_string(), reason: error.to_string() }
}

/// Records `key` in `file`: one line, appended in one write and synced.
pub(crate) fn trust(file: &Path, key: &HostKey) -> Result<(), LinkError> {
    let name = HostName { host: key.host.clone(), port: key.port };
    let line = format!("{} {}", name.as_recorded(), key.public_key);
    let bad =
        |reason: &str| LinkError::KnownHostsUnreadable { file: file.display().to_string(), reason: reason.into() };
    let record = Record::parse(file, 0, &line).filter(|record| record.hosts.include(&name.as_recorded()));
    let one_line = !line.contains(['\n', '\r', ',', '*', '?', '!', '|', '#']) && key.public_key.split(' ').count() == 2;
    let Some(record) = record.filter(|_| one_line) else { return Err(bad("this key cannot be written as a line")) };
    let known = KnownHosts::read([file])?;
    if known.verdict_on(&name.as_recorded(), &record.blob) == Verdict::Known {
        return Ok(());
    }
    append(file, &line).map_err(|error| unreadable(file, &error))
}

fn append(file: &Path, line: &str) -> std::io::Result<()> {
    use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true).read(true);
    let mut folder = std::fs::DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        options.mode(0o600);
        folder.mode(0o700);
    }
    if let Some(parent) = file.parent() {
        folder.create(parent)?;
    }
    let mut file = options.open(file)?;
    // A last line without its end would swallow ours.
    let mut last = [b'\n'];
    if file.metadata()?.len() > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    let start = if last == *b"\n" { "" } else { "\n" };
    file.write_all(format!("{start}{line}\n").as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
#[path = "known_hosts_tests.rs"]
mod tests;
