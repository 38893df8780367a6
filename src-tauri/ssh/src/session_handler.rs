//! What the SSH session tells us on its own: the host's key, how the
//! connection ended, why a channel was not opened.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use russh::client::{DisconnectReason, Handler, Session};
use russh::keys::PublicKeyOrCertificate;
use russh::{ChannelId, ChannelOpenFailure};
use selvage_core::ports::{HostKey, LinkError};

use crate::config::Route;
use crate::known_hosts::{HostName, KnownHosts, Verdict, host_key};
use crate::known_hosts_command;
use crate::revoked::Revoked;
use crate::settings::SshSettings;
use crate::tokens::Tokens;

/// Judges the host's key and notes what happens to the connection.
pub(crate) struct SessionHandler {
    pub records: Records,
    pub name: HostName,
    pub notes: Arc<SessionLog>,
}

/// What is on record about host keys, and where more is asked for.
pub(crate) struct Records {
    pub known: KnownHosts,
    pub revoked: Revoked,
    pub settings: SshSettings,
    /// The host as it was asked for.
    pub original: String,
    pub route: Route,
}

impl Records {
    /// Reads the files, and asks `KnownHostsCommand` for what may be shown.
    pub(crate) async fn read(
        settings: &SshSettings,
        original: &str,
        route: &Route,
        name: &HostName,
    ) -> Result<Self, LinkError> {
        let own = std::iter::once(&settings.own_known_hosts);
        let files = own.chain(&settings.extra_known_hosts).chain(&route.known_hosts);
        let known = KnownHosts::read(files.map(std::path::PathBuf::as_path))?;
        let revoked = Revoked::read(route.revoked_keys.as_deref())?;
        let (settings, original, route) = (settings.clone(), original.to_owned(), route.clone());
        let mut records = Self { known, revoked, settings, original, route };
        records.ask(name, None).await?;
        Ok(records)
    }

    async fn ask(&mut self, name: &HostName, shown: Option<&HostKey>) -> Result<(), LinkError> {
        let Some(command) = &self.route.known_hosts_command else { return Ok(()) };
        let tokens = Tokens { settings: &self.settings, original: &self.original, route: &self.route };
        let lines = command.ask(&self.settings, &tokens, name, shown).await?;
        self.known.add(Path::new(known_hosts_command::NAME), &lines);
        Ok(())
    }

    /// Whether the key that the host of `name` shows may be trusted.
    async fn judge(&mut self, name: &HostName, key: HostKey, blob: &[u8]) -> Result<(), LinkError> {
        if let Some((file, line)) = self.revoked.line_of(blob) {
            return Err(LinkError::HostKeyRevoked { key, file, line });
        }
        self.ask(name, Some(&key)).await?;
        match self.known.verdict(name, blob) {
            Verdict::Known => Ok(()),
            Verdict::Unknown => Err(LinkError::HostKeyUnknown { key }),
            Verdict::Changed { expected, file, line } => Err(LinkError::HostKeyChanged { key, expected, file, line }),
            Verdict::Revoked { file, line } => Err(LinkError::HostKeyRevoked { key, file, line }),
        }
    }
}

/// What was noted.
#[derive(Debug, Default)]
pub(crate) struct SessionLog {
    ended: Mutex<Option<Ended>>,
    open_failure: Mutex<Option<String>>,
}

/// How a connection ended.
#[derive(Clone, Debug)]
pub(crate) enum Ended {
    /// The host said good-bye, with its words.
    ByHost(String),
    /// It broke.
    Broken(String),
}

/// Why a session failed: SSH itself, or our judgement of the host's key.
#[derive(Debug)]
pub(crate) enum Fault {
    Ssh(russh::Error),
    Judged(LinkError),
}

impl From<russh::Error> for Fault {
    fn from(error: russh::Error) -> Self {
        Self::Ssh(error)
    }
}

impl SessionLog {
    /// How the connection ended, if it did.
    pub(crate) fn ended(&self) -> Option<Ended> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The same in words.
    pub(crate) fn reason(&self) -> String {
        match self.ended() {
            Some(Ended::ByHost(words)) if words.is_empty() => "the host closed it".to_owned(),
            Some(Ended::ByHost(words)) => format!("the host closed it: {words}"),
            Some(Ended::Broken(reason)) => reason,
            None => "the host closed it without a word".to_owned(),
        }
    }

    /// What the host said about the channel that it did not open.
    pub(crate) fn take_open_failure(&self) -> Option<String> {
        self.open_failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Handler for SessionHandler {
    type Error = Fault;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Fault> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else {
            return Ok(false); // never negotiated: no certificate algorithm is offered
        };
        let (key, blob) = host_key(&self.name, key).map_err(|error| Fault::Ssh(error.into()))?;
        self.records.judge(&self.name, key, &blob).await.map_err(Fault::Judged)?;
        Ok(true)
    }

    async fn channel_open_failure(
        &mut self,
        _channel: ChannelId,
        _reason: ChannelOpenFailure,
        description: &str,
        _language: &str,
        _session: &mut Session,
    ) -> Result<(), Fault> {
        *self.notes.open_failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(description.to_owned());
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<Fault>) -> Result<(), Fault> {
        let ended = match reason {
            DisconnectReason::ReceivedDisconnect(said) => Ended::ByHost(said.message.trim().to_owned()),
            DisconnectReason::Error(Fault::Ssh(error)) => Ended::Broken(in_words(&error)),
            DisconnectReason::Error(Fault::Judged(error)) => Ended::Broken(error.to_string()),
        };
        self.notes.ended.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(ended);
        Ok(())
    }
}

/// An error of the SSH session as people would say it.
pub(crate) fn in_words(error: &russh::Error) -> String {
    match error {
        russh::Error::KeepaliveTimeout => "it no longer answers".to_owned(),
        russh::Error::HUP | russh::Error::Disconnect | russh::Error::SendError | russh::Error::RecvError => {
            "the connection was closed".to_owned()
        }
        russh::Error::IO(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            "the connection was closed".to_owned()
        }
        russh::Error::NoCommonAlgo { kind, theirs, .. } => {
            let kind = match kind {
                russh::AlgorithmKind::Kex => "key exchange",
                russh::AlgorithmKind::Key => "host key type",
                russh::AlgorithmKind::Cipher => "cipher",
                russh::AlgorithmKind::Compression => "compression",
                russh::AlgorithmKind::Mac => "integrity check",
            };
            format!("no {kind} in common; it offers {}", theirs.join(", "))
        }
        russh::Error::WrongServerSig => "its signature does not fit its key".to_owned(),
        other => other.to_string(),
    }
}
