use std::io::Read as _;
use std::path::{Path, PathBuf};

use russh::keys::ssh_key::Error as KeyError;
use russh::keys::{PrivateKey, PublicKey, decode_secret_key};
use selvage_core::Secret;
use selvage_core::ports::LinkError;
use zeroize::Zeroizing;

/// No key is larger; what is, is not read into memory.
const LARGEST: u64 = 256 * 1024;

/// A key file, read and recognised, but not yet opened.
#[derive(Clone)]
pub(crate) struct KeyFile {
    path: PathBuf,
    /// The path as people write it.
    pub shown: String,
    text: Zeroizing<String>,
    lock: Lock,
    /// The public half, where it can be seen without the passphrase.
    pub public: Option<PublicKey>,
}

/// How the private half is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lock {
    Open,
    Passphrase,
    /// Encrypted in a way that nobody should use any more.
    Outdated,
    /// There is no private half in this file.
    PublicOnly,
}

impl KeyFile {
    /// Reads `path`; `shown` is how errors name it.
    pub(crate) fn read(path: &Path, shown: String) -> Result<Self, LinkError> {
        let unusable = |reason: String| LinkError::KeyUnusable { file: shown.clone(), reason };
        let text = read_text(path).map_err(&unusable)?;
        let lock = recognise(&text).ok_or_else(|| unusable("it is no private key".to_owned()))?;
        let public = public_half(path, &text, lock);
        Ok(Self { path: path.to_owned(), shown, text, lock, public })
    }

    /// Whether it holds a private key at all; a public one only tells which
    /// of the agent's keys is meant.
    pub(crate) fn is_private(&self) -> bool {
        self.lock != Lock::PublicOnly
    }

    /// Whether the private key is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(self.lock, Lock::Passphrase | Lock::Outdated)
    }

    /// The private key. Slow on purpose for encrypted ones: not to be called
    /// on the async runtime.
    pub(crate) fn open(&self, passphrase: Option<&Secret>) -> Result<PrivateKey, LinkError> {
        let unusable = |reason: &str| LinkError::KeyUnusable { file: self.shown.clone(), reason: reason.to_owned() };
        let key = match (self.lock, passphrase) {
            (Lock::PublicOnly, _) => return Err(unusable("it is a public key; choose the private one, without .pub")),
            (Lock::Outdated, _) => {
                return Err(unusable("its encryption is outdated; rewrite it with ssh-keygen -p -f"));
            }
            (Lock::Passphrase, None) => return Err(LinkError::PassphraseNeeded { file: self.shown.clone() }),
            (Lock::Passphrase, Some(passphrase)) => {
                decode_secret_key(&self.text, Some(passphrase.expose())).map_err(|error| match error {
                    russh::keys::Error::SshKey(KeyError::AlgorithmUnknown | KeyError::AlgorithmUnsupported { .. }) => {
                        unusable("its kind or encryption is not supported")
                    }
                    _ => LinkError::PassphraseWrong { file: self.shown.clone() },
                })?
            }
            (Lock::Open, _) => decode_secret_key(&self.text, None).map_err(|error| unusable(&error.to_string()))?,
        };
        if key.algorithm().as_str().starts_with("sk-") {
            return Err(unusable("its private part is in a security key; add it to the SSH agent"));
        }
        tracing::debug!(file = %self.path.display(), "key opened");
        Ok(key)
    }
}

fn read_text(path: &Path) -> Result<Zeroizing<String>, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is no file".to_owned());
    }
    if metadata.len() > LARGEST {
        return Err("it is too large to be a key".to_owned());
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(8192));
    std::fs::File::open(path)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
        .map_err(|error| error.to_string())?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err("it is no private key".to_owned()),
    }
}

fn recognise(text: &str) -> Option<Lock> {
    let mut lines = text.lines().map(str::trim_end);
    let has = |start: &str| text.lines().any(|line| line.starts_with(start));
    let first = lines.find(|line| !line.is_empty())?;
    if first.starts_with("PuTTY-User-Key-File-") {
        return Some(if has("Encryption: none") { Lock::Open } else { Lock::Passphrase });
    }
    if PublicKey::from_openssh(text.trim()).is_ok() || first.starts_with("---- BEGIN SSH2 PUBLIC KEY") {
        return Some(Lock::PublicOnly);
    }
    let begin = text.lines().find_map(|line| line.strip_prefix("-----BEGIN ")?.trim_end().strip_suffix("-----"))?;
    match begin {
        "OPENSSH PRIVATE KEY" => match PrivateKey::from_openssh(text) {
            Ok(key) if key.is_encrypted() => Some(Lock::Passphrase),
            _ => Some(Lock::Open),
        },
        "ENCRYPTED PRIVATE KEY" => Some(Lock::Passphrase),
        "RSA PRIVATE KEY" if has("DEK-Info: AES-128-CBC") => Some(Lock::Passphrase),
        kind if kind.ends_with("PRIVATE KEY") => Some(if has("DEK-Info:") { Lock::Outdated } else { Lock::Open }),
        kind if kind.ends_with("PUBLIC KEY") => Some(Lock::PublicOnly),
        _ => None,
    }
}

fn public_half(path: &Path, text: &str, lock: Lock) -> Option<PublicKey> {
    if lock == Lock::PublicOnly {
        return PublicKey::from_openssh(text.trim()).ok();
    }
    let in_file = PrivateKey::from_openssh(text).ok().map(|key| key.public_key().clone());
    let beside = || {
        let mut name = path.as_os_str().to_owned();
        name.push(".pub");
        std::fs::read_to_string(name).ok().and_then(|text| PublicKey::from_openssh(text.trim()).ok())
    };
    let opened = || match lock {
        Lock::Open => decode_secret_key(text, None).ok().map(|key| key.public_key().clone()),
        _ => None,
    };
    in_file.or_else(beside).or_else(opened)
}

#[cfg(test)]
#[path = "key_file_tests.rs"]
mod tests;
