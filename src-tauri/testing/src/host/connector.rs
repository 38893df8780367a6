use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use selvage_core::deployment::SshAuth;
use selvage_core::ports::{Host, HostConnector, HostKey, HostRequest, LinkError};

use super::fake::FakeHost;

/// Fingerprint of the key that the fake host shows at first.
pub const SHOWN_KEY: &str = "SHA256:PHykAS2u3S7gAWfd6QVQ9GDDAiWeeIes6MnTreF4qxk";

/// The fake of [`HostConnector`]: every name leads to the same host.
pub struct FakeConnector {
    host: FakeHost,
    state: Mutex<State>,
}

struct State {
    shown: String,
    trusted: Option<String>,
    password: Option<String>,
    passphrase: Option<String>,
    failures: Vec<LinkError>,
    refused: Option<LinkError>,
    connections: usize,
}

impl FakeConnector {
    /// Leads to `host`, whose key is trusted already.
    #[must_use]
    pub fn to(host: &FakeHost) -> Self {
        let state = State {
            shown: SHOWN_KEY.into(),
            trusted: Some(SHOWN_KEY.into()),
            password: None,
            passphrase: None,
            failures: Vec::new(),
            refused: None,
            connections: 0,
        };
        Self { host: host.clone(), state: Mutex::new(state) }
    }

    /// Nothing is on record of the host's key.
    pub fn distrust(&self) {
        self.state.lock().unwrap().trusted = None;
    }

    /// The host shows another key.
    pub fn change_key(&self, fingerprint: &str) {
        fingerprint.clone_into(&mut self.state.lock().unwrap().shown);
    }

    /// The login needs this password.
    pub fn need_password(&self, password: &str) {
        self.state.lock().unwrap().password = Some(password.to_owned());
    }

    /// The key file needs this passphrase.
    pub fn need_passphrase(&self, passphrase: &str) {
        self.state.lock().unwrap().passphrase = Some(passphrase.to_owned());
    }

    /// The next connections fail like this, in order.
    pub fn fail_next(&self, failures: Vec<LinkError>) {
        self.state.lock().unwrap().failures = failures;
    }

    /// Every connection fails like this from now on; none heals it.
    pub fn refuse(&self, error: Option<LinkError>) {
        self.state.lock().unwrap().refused = error;
    }

    /// Connections that were made.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    fn key(request: &HostRequest, fingerprint: &str) -> HostKey {
        HostKey {
            host: request.target.host.clone(),
            port: request.target.port.unwrap_or(22),
            algorithm: "ssh-ed25519".into(),
            fingerprint: fingerprint.into(),
            public_key: "AAAAC3NzaC1lZDI1NTE5AAAAIA==".into(),
        }
    }
}

#[async_trait]
impl HostConnector for FakeConnector {
    async fn connect(&self, request: &HostRequest) -> Result<Arc<dyn Host>, LinkError> {
        tokio::task::yield_now().await;
        let mut state = self.state.lock().unwrap();
        if let Some(error) = &state.refused {
            return Err(error.clone());
        }
        if !state.failures.is_empty() {
            return Err(state.failures.remove(0));
        }
        let key = Self::key(request, &state.shown);
        match &state.trusted {
            None => return Err(LinkError::HostKeyUnknown { key }),
            Some(trusted) if *trusted != state.shown => {
                let (expected, file) = (trusted.clone(), "known_hosts".to_owned());
                return Err(LinkError::HostKeyChanged { key, expected, file, line: 1 });
            }
            Some(_) => {}
        }
        let (host, user) = (request.target.host.clone(), request.target.user.clone().unwrap_or_default());
        let given = |secret: &Option<selvage_core::Secret>| secret.as_ref().map(|s| s.expose().to_owned());
        if let (SshAuth::Password, Some(needed)) = (&request.target.auth, &state.password) {
            match given(&request.secrets.password) {
                None => return Err(LinkError::PasswordNeeded { host, user }),
                Some(password) if password != *needed => {
                    return Err(LinkError::SignInRefused { host, user, tried: "password".into() });
                }
                Some(_) => {}
            }
        }
        if let (SshAuth::Key { file }, Some(needed)) = (&request.target.auth, &state.passphrase) {
            let file = file.clone();
            match given(&request.secrets.passphrase) {
                None => return Err(LinkError::PassphraseNeeded { file }),
                Some(passphrase) if passphrase != *needed => return Err(LinkError::PassphraseWrong { file }),
                Some(_) => {}
            }
        }
        state.connections += 1;
        Ok(Arc::new(self.host.clone()))
    }

    async fn trust(&self, key: &HostKey) -> Result<(), LinkError> {
        self.state.lock().unwrap().trusted = Some(key.fingerprint.clone());
        Ok(())
    }
}
