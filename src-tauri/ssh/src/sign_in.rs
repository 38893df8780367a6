//! Proving who we are. What was tried is kept in words, so that a refusal can
//! say it, also when the host cuts us off after too many keys.

use std::sync::Arc;

use russh::client::{AuthResult, Handle};
use russh::keys::{PrivateKey, PrivateKeyWithHashAlg};
use russh::{MethodKind, MethodSet};
use selvage_core::deployment::SshAuth;
use selvage_core::ports::{HostRequest, LinkError};

use crate::candidate::{Candidate, RefuseToSign, Signing};
use crate::config::Route;
use crate::key_file::KeyFile;
use crate::session_handler::{Ended, SessionHandler, SessionLog};
use crate::settings::SshSettings;
use crate::{agent, candidate, certificate};

/// Signs in to the host of `route`, or says why that did not work. `offered`
/// is a further key file to try where the way is automatic.
pub(crate) async fn sign_in(
    handle: &mut Handle<SessionHandler>,
    settings: &SshSettings,
    request: &HostRequest,
    route: &Route,
    offered: Option<&str>,
    notes: &SessionLog,
) -> Result<(), LinkError> {
    let mut way = SignIn { handle, settings, request, route, notes, tried: Vec::new(), remembered: None };
    let answer = match &request.target.auth {
        SshAuth::Password => way.password().await?,
        SshAuth::Key { file } => way.one_key(file).await?,
        SshAuth::Agent => way.agent().await?,
        SshAuth::Automatic => way.automatic(offered).await?,
    };
    let answer = match answer {
        Answer::MoreAsked if request.target.auth != SshAuth::Password => way.password().await?,
        answer => answer,
    };
    if answer == Answer::SignedIn { Ok(()) } else { Err(way.refusal()) }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    SignedIn,
    Refused,
    /// Accepted, but the host wants something else besides.
    MoreAsked,
    /// It would be accepted, once it is signed for.
    Wanted,
    /// Nothing more of this kind can be tried.
    Ended,
}

pub(crate) struct SignIn<'a> {
    pub handle: &'a mut Handle<SessionHandler>,
    pub settings: &'a SshSettings,
    pub request: &'a HostRequest,
    pub route: &'a Route,
    notes: &'a SessionLog,
    pub tried: Vec<String>,
    /// The passphrase that is missing or wrong, to be told if nothing else works.
    remembered: Option<LinkError>,
}

impl SignIn<'_> {
    async fn one_key(&mut self, file: &str) -> Result<Answer, LinkError> {
        let path = self.settings.at_home(file);
        let key = candidate::read_file(self.settings, path.clone()).await?;
        let certificates = certificate::files(self.settings, self.route, vec![path]).await;
        let about = certificates.into_iter().find(|file| key.public.as_ref().is_some_and(|key| file.is_of(key)));
        let (key, shown) = self.opened(key).await?;
        if let Some(certificate) = about {
            let answer = self.offer_certified(certificate, &mut certificate::WithKey(&key)).await?;
            if answer != Answer::Refused {
                return Ok(answer);
            }
        }
        self.offer_key(&shown, key).await
    }

    async fn agent(&mut self) -> Result<Answer, LinkError> {
        let (agent, keys) = agent::with_keys(self.settings, &self.route.agent, self.handle).await?;
        if keys.is_empty() {
            return Err(LinkError::AgentUnusable { reason: "it holds no keys, or is locked".to_owned() });
        }
        let files = candidate::identity_files(self, None).await;
        let chosen = candidate::of_agent(keys, &files, self.route.identities_only);
        if chosen.is_empty() {
            let reason = "it holds none of the keys that the SSH configuration names (IdentitiesOnly)".to_owned();
            return Err(LinkError::AgentUnusable { reason });
        }
        let certificates = certificate::files(self.settings, self.route, self.route.identity_files.clone()).await;
        self.offer_all(candidate::with_certificates(chosen, &certificates), Some(agent)).await
    }

    /// As OpenSSH goes about it: keys that agent and configuration agree on,
    /// the agent's other keys, then key files, those without passphrase first.
    async fn automatic(&mut self, offered: Option<&str>) -> Result<Answer, LinkError> {
        let files = candidate::identity_files(self, offered).await;
        let (agent, keys) = match agent::with_keys(self.settings, &self.route.agent, self.handle).await {
            Ok((agent, keys)) => (Some(agent), keys),
            Err(error) => {
                tracing::debug!(%error, "no agent");
                (None, Vec::new())
            }
        };
        let mut candidates = candidate::of_agent(keys, &files, self.route.identities_only);
        candidates.extend(candidate::of_files(files, &candidates));
        let offered = offered.map(|file| self.settings.at_home(file));
        let identities = offered.into_iter().chain(self.route.identity_files.clone()).collect();
        let certificates = certificate::files(self.settings, self.route, identities).await;
        self.offer_all(candidate::with_certificates(candidates, &certificates), agent).await
    }

    async fn offer_all(
        &mut self,
        candidates: Vec<Candidate>,
        mut agent: Option<agent::Agent>,
    ) -> Result<Answer, LinkError> {
        let mut waiting = candidates.into_iter();
        while let Some(candidate) = waiting.next() {
            let answer = match candidate {
                Candidate::InAgent(identity) => match &mut agent {
                    Some(agent) => self.offer_from_agent(agent, *identity).await?,
                    None => Answer::Refused,
                },
                Candidate::Certified(file, key) => self.offer_certificate(*file, *key, agent.as_mut()).await?,
                Candidate::File(file) if file.is_encrypted() && self.request.secrets.passphrase.is_none() => {
                    self.probe(&file).await?
                }
                Candidate::File(file) => match self.opened(*file).await {
                    Ok((key, shown)) => self.offer_key(&shown, key).await?,
                    Err(error) => {
                        self.remember(error);
                        Answer::Refused
                    }
                },
            };
            if answer == Answer::Ended {
                let untried: Vec<_> = waiting.map(|candidate| candidate.shown()).collect();
                if !untried.is_empty() {
                    self.tried.push(format!("not tried any more: {}", untried.join(", ")));
                }
                return Ok(answer);
            }
            if answer != Answer::Refused {
                return Ok(answer);
            }
        }
        Ok(Answer::Refused)
    }

    /// An encrypted key without its passphrase: asks the host whether it would
    /// take it, so that nobody is asked for a passphrase that opens no door.
    async fn probe(&mut self, file: &KeyFile) -> Result<Answer, LinkError> {
        let needed = LinkError::PassphraseNeeded { file: file.shown.clone() };
        let Some(public) = &file.public else {
            self.remember(needed);
            return Ok(Answer::Refused);
        };
        let Signing::With(hash) = candidate::hash_for(self.handle, &public.algorithm()).await else {
            return Ok(Answer::Refused);
        };
        let user = self.route.user.clone();
        match self.handle.authenticate_publickey_with(user, public.clone(), hash, &mut RefuseToSign).await {
            Ok(result) => Ok(self.answered(&format!("key {} (encrypted)", file.shown), &result)),
            Err(RefuseToSign::WANTED) => Err(needed),
            Err(_) => Ok(Answer::Ended),
        }
    }

    pub(crate) async fn opened(&self, file: KeyFile) -> Result<(PrivateKey, String), LinkError> {
        let passphrase = self.request.secrets.passphrase.clone();
        let shown = file.shown.clone();
        // Deriving the key from a passphrase takes long on purpose.
        let opening = tokio::task::spawn_blocking(move || file.open(passphrase.as_ref())).await;
        let reason = || "it could not be opened".to_owned();
        let key = opening.unwrap_or_else(|_| Err(LinkError::KeyUnusable { file: shown.clone(), reason: reason() }))?;
        Ok((key, shown))
    }

    async fn offer_key(&mut self, shown: &str, key: PrivateKey) -> Result<Answer, LinkError> {
        let label = format!("key {shown}");
        let Signing::With(hash) = candidate::hash_for(self.handle, &key.algorithm()).await else {
            self.tried.push(format!("{label}: the host takes RSA only with SHA-1, which is not safe"));
            return Ok(Answer::Refused);
        };
        let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
        let user = self.route.user.clone();
        match self.handle.authenticate_publickey(user, key).await {
            Ok(result) => Ok(self.answered(&label, &result)),
            Err(_) => Ok(self.ended(label)),
        }
    }

    /// A password, or the one hidden question that stands for it.
    async fn password(&mut self) -> Result<Answer, LinkError> {
        let Some(password) = &self.request.secrets.password else {
            return Err(LinkError::PasswordNeeded { host: self.route.host.clone(), user: self.route.user.clone() });
        };
        let user = self.route.user.clone();
        let Ok(result) = self.handle.authenticate_password(user, password.expose()).await else {
            return Ok(self.ended("password".to_owned()));
        };
        // Where the host takes passwords, a wrong one is not right as an answer.
        let asks = matches!(&result, AuthResult::Failure { remaining_methods, partial_success }
            if remaining_methods.contains(&MethodKind::KeyboardInteractive)
                && (*partial_success || !remaining_methods.contains(&MethodKind::Password)));
        match self.answered("password", &result) {
            Answer::Refused | Answer::MoreAsked if asks => crate::questions::answer(self, password).await,
            answer => Ok(answer),
        }
    }

    /// Notes what the host answered to `label`.
    pub(crate) fn answered(&mut self, label: &str, result: &AuthResult) -> Answer {
        let AuthResult::Failure { remaining_methods, partial_success } = result else {
            tracing::debug!(way = label, "accepted");
            return Answer::SignedIn;
        };
        self.failed(label, remaining_methods, *partial_success)
    }

    /// Notes that `label` alone did not do.
    pub(crate) fn failed(&mut self, label: &str, remaining: &MethodSet, partial: bool) -> Answer {
        if remaining.is_empty() {
            return self.ended(label.to_owned());
        }
        let is_key = !matches!(label, "password" | "keyboard-interactive");
        let methods = || remaining.iter().map(<&str>::from).collect::<Vec<_>>().join(", ");
        if partial {
            self.tried.push(format!("{label}: accepted, but the host also asks for {}", methods()));
            Answer::MoreAsked
        } else if is_key && !remaining.contains(&MethodKind::PublicKey) {
            self.tried.push(format!("{label}: the host takes no keys, only {}", methods()));
            Answer::Ended
        } else {
            self.tried.push(label.to_owned());
            Answer::Refused
        }
    }

    /// Notes that the host ended the attempt at `label`.
    pub(crate) fn ended(&mut self, label: String) -> Answer {
        self.tried.push(label);
        if let Some(Ended::ByHost(words)) = self.notes.ended() {
            self.tried.push(format!("there the host ended the sign-in ({words})"));
        }
        Answer::Ended
    }

    /// Notes why a key could not be tried.
    pub(crate) fn remember(&mut self, error: LinkError) {
        match error {
            // A wrong passphrase says more than a missing one.
            LinkError::PassphraseWrong { .. } => self.remembered = Some(error),
            LinkError::PassphraseNeeded { .. } => {
                self.remembered.get_or_insert(error);
            }
            LinkError::KeyUnusable { file, reason } => self.tried.push(format!("key {file}: {reason}")),
            other => self.tried.push(other.to_string()),
        }
    }

    fn refusal(self) -> LinkError {
        let (host, user) = (self.route.host.clone(), self.route.user.clone());
        if let Some(Ended::Broken(reason)) = self.notes.ended()
            && !reason.contains("authentication method")
        {
            return LinkError::Lost { host, reason: format!("while signing in: {reason}") };
        }
        if let Some(error @ (LinkError::PassphraseNeeded { .. } | LinkError::PassphraseWrong { .. })) = self.remembered
        {
            return error;
        }
        let tried = if self.tried.is_empty() { "there was no key to try".to_owned() } else { self.tried.join("; ") };
        LinkError::SignInRefused { host, user, tried }
    }
}
