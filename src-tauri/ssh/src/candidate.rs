//! The keys that may open a host, in the order in which they are tried.

use std::path::PathBuf;

use russh::client::{AuthResult, Handle};
use russh::keys::agent::AgentIdentity;
use russh::keys::ssh_key::Algorithm;
use russh::keys::{HashAlg, PublicKey};
use selvage_core::ports::LinkError;

use crate::agent::Agent;
use crate::certificate::{self, CertificateFile, WithAgent, WithKey, WithNothing};
use crate::key_file::KeyFile;
use crate::known_hosts::family;
use crate::session_handler::SessionHandler;
use crate::settings::SshSettings;
use crate::sign_in::{Answer, SignIn};

/// A key to offer.
#[derive(Clone)]
pub(crate) enum Candidate {
    InAgent(Box<AgentIdentity>),
    File(Box<KeyFile>),
    /// A certificate, and the key that it is about.
    Certified(Box<CertificateFile>, Box<Candidate>),
}

impl Candidate {
    /// As people would name it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::InAgent(identity) => in_agent(identity),
            Self::File(file) => format!("key {}", file.shown),
            Self::Certified(file, _) => format!("certificate {}", file.shown),
        }
    }

    fn holds(&self, key: &PublicKey) -> bool {
        matches!(self, Self::InAgent(identity) if identity.public_key().key_data() == key.key_data())
    }
}

fn in_agent(identity: &AgentIdentity) -> String {
    let algorithm = family(&identity.public_key().algorithm());
    match identity.comment() {
        "" => format!("agent key {}", identity.public_key().fingerprint(HashAlg::Sha256)),
        comment => format!("agent key {comment} ({algorithm})"),
    }
}

/// Reads a key file away from the async runtime.
pub(crate) async fn read_file(settings: &SshSettings, path: PathBuf) -> Result<KeyFile, LinkError> {
    let shown = settings.shown(&path);
    let file = shown.clone();
    let reading = tokio::task::spawn_blocking(move || KeyFile::read(&path, shown)).await;
    reading.unwrap_or_else(|_| Err(LinkError::KeyUnusable { file, reason: "it could not be read".to_owned() }))
}

/// The identity files of the configuration that exist, `offered` before them.
/// One that cannot be used is told among what was tried.
pub(crate) async fn identity_files(way: &mut SignIn<'_>, offered: Option<&str>) -> Vec<KeyFile> {
    let offered = offered.map(|file| way.settings.at_home(file));
    let mut paths: Vec<_> = offered.into_iter().chain(way.route.identity_files.iter().cloned()).collect();
    let mut seen = std::collections::HashSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    let mut files = Vec::new();
    for path in paths {
        // The configuration names files that nobody has made, as OpenSSH's own defaults do.
        if !tokio::fs::try_exists(&path).await.unwrap_or(true) {
            continue;
        }
        match read_file(way.settings, path).await {
            Ok(file) => files.push(file),
            Err(LinkError::KeyUnusable { file, reason }) => way.tried.push(format!("key {file}: {reason}")),
            Err(_) => {}
        }
    }
    files
}

/// The agent's keys: those that an identity file names first, and no others
/// where the configuration says so.
pub(crate) fn of_agent(keys: Vec<AgentIdentity>, files: &[KeyFile], identities_only: bool) -> Vec<Candidate> {
    let place = |identity: &AgentIdentity| {
        let key = identity.public_key();
        files.iter().position(|file| file.public.as_ref().is_some_and(|public| public.key_data() == key.key_data()))
    };
    let (mut named, other): (Vec<_>, Vec<_>) = keys.into_iter().partition(|identity| place(identity).is_some());
    named.sort_by_key(place);
    let other = if identities_only { Vec::new() } else { other };
    named.into_iter().chain(other).map(Box::new).map(Candidate::InAgent).collect()
}

/// The key files that the agent does not hold, those without passphrase first.
pub(crate) fn of_files(files: Vec<KeyFile>, in_agent: &[Candidate]) -> Vec<Candidate> {
    let in_agent = |key: &PublicKey| in_agent.iter().any(|candidate| candidate.holds(key));
    let mut files: Vec<_> =
        files.into_iter().filter(|file| file.is_private() && !file.public.as_ref().is_some_and(in_agent)).collect();
    files.sort_by_key(KeyFile::is_encrypted);
    files.into_iter().map(Box::new).map(Candidate::File).collect()
}

/// Each key with a certificate about it: the certificate first, then the key alone.
pub(crate) fn with_certificates(candidates: Vec<Candidate>, certificates: &[CertificateFile]) -> Vec<Candidate> {
    let mut all = Vec::new();
    for candidate in candidates {
        let public = match &candidate {
            Candidate::InAgent(identity) => Some(identity.public_key().into_owned()),
            Candidate::File(file) => file.public.clone(),
            Candidate::Certified(..) => None,
        };
        let about = public.and_then(|key| certificates.iter().find(|file| file.is_of(&key)));
        // An agent's certificate is offered as it is.
        let is_plain = !matches!(&candidate, Candidate::InAgent(identity) if matches!(**identity, AgentIdentity::Certificate { .. }));
        if let Some(certificate) = about.filter(|_| is_plain) {
            all.push(Candidate::Certified(Box::new(certificate.clone()), Box::new(candidate.clone())));
        }
        all.push(candidate);
    }
    all
}

/// How a key may sign.
pub(crate) enum Signing {
    With(Option<HashAlg>),
    /// The host takes RSA signatures only with SHA-1.
    Outdated,
}

/// RSA keys sign with SHA-2; which one, the host says. Others need no choice.
pub(crate) async fn hash_for(handle: &Handle<SessionHandler>, algorithm: &Algorithm) -> Signing {
    if !matches!(algorithm, Algorithm::Rsa { .. }) {
        return Signing::With(None);
    }
    match handle.best_supported_rsa_hash().await {
        Ok(Some(None)) => Signing::Outdated,
        Ok(Some(hash)) => Signing::With(hash),
        Ok(None) | Err(_) => Signing::With(Some(HashAlg::Sha512)),
    }
}

impl SignIn<'_> {
    /// Offers a key that the agent holds; the agent signs.
    pub(crate) async fn offer_from_agent(
        &mut self,
        agent: &mut Agent,
        identity: AgentIdentity,
    ) -> Result<Answer, LinkError> {
        let label = in_agent(&identity);
        let Signing::With(hash) = hash_for(self.handle, &identity.public_key().algorithm()).await else {
            self.tried.push(format!("{label}: the host takes RSA only with SHA-1, which is not safe"));
            return Ok(Answer::Refused);
        };
        let user = self.route.user.clone();
        let result: Result<AuthResult, _> = match identity {
            AgentIdentity::PublicKey { key, .. } => {
                self.handle.authenticate_publickey_with(user, key, hash, agent).await
            }
            AgentIdentity::Certificate { certificate, .. } => {
                self.handle.authenticate_certificate_with(user, certificate, hash, agent).await
            }
        };
        match result {
            Ok(result) => Ok(self.answered(&label, &result)),
            Err(russh::AgentAuthError::Send(_)) => Ok(self.ended(label)),
            Err(russh::AgentAuthError::Key(_)) => {
                self.tried.push(format!("{label}: the agent did not sign"));
                Ok(Answer::Refused)
            }
        }
    }
}

impl SignIn<'_> {
    /// Offers a certificate; the key that it is about signs.
    pub(crate) async fn offer_certificate(
        &mut self,
        file: CertificateFile,
        key: Candidate,
        agent: Option<&mut Agent>,
    ) -> Result<Answer, LinkError> {
        match (key, agent) {
            (Candidate::InAgent(_), Some(agent)) => self.offer_certified(file, &mut WithAgent(agent)).await,
            (Candidate::File(key), _) if key.is_encrypted() && self.request.secrets.passphrase.is_none() => {
                // Whether the host wants it, before anybody is asked for the passphrase.
                match self.offer_certified(file, &mut WithNothing).await? {
                    Answer::Wanted => Err(LinkError::PassphraseNeeded { file: key.shown.clone() }),
                    answer => Ok(answer),
                }
            }
            (Candidate::File(key), _) => match self.opened(*key).await {
                Ok((key, _)) => self.offer_certified(file, &mut WithKey(&key)).await,
                Err(error) => {
                    self.remember(error);
                    Ok(Answer::Refused)
                }
            },
            _ => Ok(Answer::Refused),
        }
    }

    /// The same, with whatever signs.
    pub(crate) async fn offer_certified<S>(
        &mut self,
        file: CertificateFile,
        signer: &mut S,
    ) -> Result<Answer, LinkError>
    where
        S: russh::Signer<Error = certificate::NotSigned> + Send,
    {
        let label = format!("certificate {}", file.shown);
        let Signing::With(hash) = hash_for(self.handle, &file.certificate.algorithm()).await else {
            self.tried.push(format!("{label}: the host takes RSA only with SHA-1, which is not safe"));
            return Ok(Answer::Refused);
        };
        let user = self.route.user.clone();
        match self.handle.authenticate_certificate_with(user, file.certificate, hash, signer).await {
            Ok(result) => Ok(self.answered(&label, &result)),
            Err(certificate::NotSigned::Gone) => Ok(self.ended(label)),
            Err(certificate::NotSigned::Wanted) => Ok(Answer::Wanted),
            Err(certificate::NotSigned::Refused) => {
                self.tried.push(format!("{label}: its key did not sign"));
                Ok(Answer::Refused)
            }
        }
    }
}

/// Signs nothing: offering a key with it shows whether the host wants that key.
#[derive(Debug)]
pub(crate) struct RefuseToSign;

/// Why [`RefuseToSign`] has no signature.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotSigned {
    Wanted,
    Gone,
}

impl RefuseToSign {
    /// The host wants the key.
    pub(crate) const WANTED: NotSigned = NotSigned::Wanted;
}

impl From<russh::SendError> for NotSigned {
    fn from(_: russh::SendError) -> Self {
        Self::Gone
    }
}

impl russh::Signer for RefuseToSign {
    type Error = NotSigned;

    async fn auth_sign(
        &mut self,
        _key: &AgentIdentity,
        _hash: Option<HashAlg>,
        _to_sign: Vec<u8>,
    ) -> Result<Vec<u8>, NotSigned> {
        Err(NotSigned::Wanted)
    }
}
