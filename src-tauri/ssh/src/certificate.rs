//! User certificates: what an authority signed about one of the user's keys
//! (`CertificateFile`, and `-cert.pub` beside an identity file).

use std::path::{Path, PathBuf};

use russh::keys::agent::AgentIdentity;
use russh::keys::signature::Signer as _;
use russh::keys::ssh_encoding::Encode as _;
use russh::keys::ssh_key::private::KeypairData;
use russh::keys::{Certificate, HashAlg, PrivateKey, PublicKey};

use crate::agent::Agent;
use crate::config::Route;
use crate::settings::SshSettings;

/// No certificate is larger.
const LARGEST: u64 = 256 * 1024;

/// A certificate of a file.
#[derive(Clone)]
pub(crate) struct CertificateFile {
    /// The path as people write it.
    pub shown: String,
    pub certificate: Certificate,
}

impl CertificateFile {
    /// Whether it is about `key`.
    pub(crate) fn is_of(&self, key: &PublicKey) -> bool {
        self.certificate.public_key() == key.key_data()
    }
}

/// The certificates that the configuration names, and those beside `identities`.
pub(crate) async fn files(settings: &SshSettings, route: &Route, identities: Vec<PathBuf>) -> Vec<CertificateFile> {
    let beside = identities.into_iter().map(|file| {
        let mut name = file.into_os_string();
        name.push("-cert.pub");
        PathBuf::from(name)
    });
    let paths: Vec<_> = route.certificate_files.iter().cloned().chain(beside).collect();
    let shown: Vec<_> = paths.iter().map(|path| settings.shown(path)).collect();
    let reading = tokio::task::spawn_blocking(move || {
        let read = paths.iter().zip(shown).filter_map(|(path, shown)| {
            let certificate = read(path)?;
            Some(CertificateFile { shown, certificate })
        });
        read.collect::<Vec<_>>()
    });
    let mut found = reading.await.unwrap_or_default();
    let mut seen = std::collections::HashSet::new();
    found.retain(|file| seen.insert(file.shown.clone()));
    found
}

fn read(path: &Path) -> Option<Certificate> {
    let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    if metadata.len() > LARGEST {
        return None;
    }
    let text = std::fs::read_to_string(path).ok()?;
    let read = Certificate::from_openssh(text.trim());
    if let Err(error) = &read {
        tracing::debug!(file = %path.display(), %error, "no certificate");
    }
    read.ok()
}

/// Signs for a certificate with the private key that it is about.
pub(crate) struct WithKey<'a>(pub &'a PrivateKey);

/// Signs for a certificate with the agent's key, which may hold no certificate of it.
pub(crate) struct WithAgent<'a>(pub &'a mut Agent);

/// Signs nothing: the host shows whether it wants the certificate.
pub(crate) struct WithNothing;

/// Why nothing was signed.
#[derive(Debug)]
pub(crate) enum NotSigned {
    /// The host wants it, and nobody was to sign.
    Wanted,
    /// The key or the agent did not.
    Refused,
    /// The session is gone.
    Gone,
}

impl From<russh::SendError> for NotSigned {
    fn from(_: russh::SendError) -> Self {
        Self::Gone
    }
}

impl russh::Signer for WithKey<'_> {
    type Error = NotSigned;

    async fn auth_sign(
        &mut self,
        _key: &AgentIdentity,
        hash: Option<HashAlg>,
        mut to_sign: Vec<u8>,
    ) -> Result<Vec<u8>, NotSigned> {
        let signed = match self.0.key_data() {
            KeypairData::Rsa(pair) => (pair, hash).try_sign(&to_sign),
            _ => self.0.try_sign(&to_sign),
        };
        let mut signature = Vec::new();
        signed.map_err(|_| NotSigned::Refused)?.encode(&mut signature).map_err(|_| NotSigned::Refused)?;
        signature.encode(&mut to_sign).map_err(|_| NotSigned::Refused)?;
        Ok(to_sign)
    }
}

impl russh::Signer for WithNothing {
    type Error = NotSigned;

    async fn auth_sign(&mut self, _: &AgentIdentity, _: Option<HashAlg>, _: Vec<u8>) -> Result<Vec<u8>, NotSigned> {
        Err(NotSigned::Wanted)
    }
}

impl russh::Signer for WithAgent<'_> {
    type Error = NotSigned;

    async fn auth_sign(
        &mut self,
        key: &AgentIdentity,
        hash: Option<HashAlg>,
        to_sign: Vec<u8>,
    ) -> Result<Vec<u8>, NotSigned> {
        let key = key.public_key().into_owned();
        let plain = AgentIdentity::PublicKey { key, comment: String::new() };
        self.0.sign_request(&plain, hash, to_sign).await.map_err(|_| NotSigned::Refused)
    }
}
