//! An SSH server that answers as the test wants, where `sshd` never would.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use russh::keys::{Algorithm, PrivateKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handle, Handler, Msg, Response, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId, MethodKind, MethodSet, Sig};
use selvage_core::deployment::{SshAuth, SshTarget};
use selvage_core::ports::{Host, HostConnector as _, HostRequest};
use selvage_ssh::{SshConnector, SshSettings};
use tokio::net::TcpListener;

use crate::sshd;

/// How it lets people in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Password,
    /// Keyboard-interactive, with this many hidden questions.
    Questions(usize),
    /// The password, then an answer to one hidden question.
    PasswordAndQuestion,
    /// Any key, then the password.
    KeyAndPassword,
    AnyKey,
}

/// What happens when a command is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Refuse,
    /// Some output, then silence.
    Stall,
    /// Some output, then a close without end of output or exit.
    JustClose,
    /// All output and its end, but no exit status.
    NoExit,
    Signal(&'static str),
    /// Exit status and close, but never an end of output.
    NoEnd,
    /// Data that never ends.
    Flood,
    /// Says good-bye in the middle.
    GoodBye,
}

pub struct OddServer {
    pub folder: tempfile::TempDir,
    pub port: u16,
    pub attempts: Arc<AtomicUsize>,
    /// What commands were told from outside, in order.
    pub told: Arc<Mutex<Vec<String>>>,
    _serving: tokio_util::task::AbortOnDropHandle<()>,
}

pub const PASSWORD: &str = "correct horse";

impl OddServer {
    pub async fn start(door: Door, act: Act) -> Self {
        let key = PrivateKey::random(&mut russh::keys::key::safe_rng(), Algorithm::Ed25519).unwrap();
        let methods: &[MethodKind] = match door {
            Door::Password | Door::PasswordAndQuestion => &[MethodKind::Password],
            Door::Questions(_) => &[MethodKind::KeyboardInteractive],
            Door::KeyAndPassword | Door::AnyKey => &[MethodKind::PublicKey],
        };
        let config = Arc::new(Config {
            keys: vec![key],
            methods: MethodSet::from(methods),
            auth_rejection_time: std::time::Duration::ZERO,
            ..Config::default()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let attempts = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&attempts);
        let told = Arc::<Mutex<Vec<String>>>::default();
        let ears = Arc::clone(&told);
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let visitor = Visitor { door, act, attempts: Arc::clone(&seen), told: Arc::clone(&ears), given: false };
                let running = russh::server::run_stream(Arc::clone(&config), socket, visitor);
                tokio::spawn(async move {
                    if let Ok(session) = running.await {
                        let _ = session.await;
                    }
                });
            }
        });
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("ssh_config"),
            "Host *\n UserKnownHostsFile none\n GlobalKnownHostsFile none\n IdentityFile none\n",
        )
        .unwrap();
        sshd::keygen(&folder.path().join("id"), &["-t", "ed25519", "-N", ""]);
        Self { folder, port, attempts, told, _serving: tokio_util::task::AbortOnDropHandle::new(serving) }
    }

    pub fn settings(&self) -> SshSettings {
        sshd::settings(self.folder.path())
    }

    pub fn request(&self, auth: SshAuth, password: Option<&str>) -> HostRequest {
        let target = SshTarget {
            host: "127.0.0.1".into(),
            port: Some(self.port),
            user: Some("deploy".into()),
            auth,
            jump: None,
        };
        let mut request = sshd::request(target);
        request.secrets.password = password.map(sshd::secret);
        request
    }

    pub fn key(&self) -> SshAuth {
        SshAuth::Key { file: self.folder.path().join("id").display().to_string() }
    }

    /// Signed in with any key.
    pub async fn host(&self, settings: SshSettings) -> Arc<dyn Host> {
        let connector = SshConnector::new(settings);
        let request = self.request(self.key(), None);
        sshd::trust(&connector, &request).await;
        connector.connect(&request).await.unwrap()
    }
}

struct Visitor {
    door: Door,
    act: Act,
    attempts: Arc<AtomicUsize>,
    told: Arc<Mutex<Vec<String>>>,
    /// The first of two proofs.
    given: bool,
}

fn more(method: MethodKind) -> Auth {
    Auth::Reject { proceed_with_methods: Some(MethodSet::from(&[method][..])), partial_success: true }
}

impl Handler for Visitor {
    type Error = russh::Error;

    async fn auth_password(&mut self, _user: &str, password: &str) -> Result<Auth, Self::Error> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        Ok(match self.door {
            Door::Password if password == PASSWORD => Auth::Accept,
            Door::KeyAndPassword if self.given && password == PASSWORD => Auth::Accept,
            Door::PasswordAndQuestion if password == PASSWORD => {
                self.given = true;
                more(MethodKind::KeyboardInteractive)
            }
            _ => Auth::reject(),
        })
    }

    async fn auth_publickey(&mut self, _user: &str, _key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        Ok(match self.door {
            Door::AnyKey => Auth::Accept,
            Door::KeyAndPassword => {
                self.given = true;
                more(MethodKind::Password)
            }
            _ => Auth::reject(),
        })
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        let count = match self.door {
            Door::Questions(count) => count,
            Door::PasswordAndQuestion if self.given => 1,
            _ => return Ok(Auth::reject()),
        };
        let Some(response) = response else {
            let prompts = vec![(Cow::Borrowed("Verification code: "), false); count];
            return Ok(Auth::Partial { name: "".into(), instructions: "".into(), prompts: prompts.into() });
        };
        self.attempts.fetch_add(1, Ordering::SeqCst);
        let answers: Vec<_> = response.collect();
        let right = answers.len() == count && answers.iter().all(|answer| answer == PASSWORD.as_bytes());
        Ok(if right { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn signal(&mut self, _channel: ChannelId, signal: Sig, _session: &mut Session) -> Result<(), Self::Error> {
        self.told.lock().unwrap().push(format!("{signal:?}"));
        Ok(())
    }

    async fn channel_close(&mut self, _channel: ChannelId, _session: &mut Session) -> Result<(), Self::Error> {
        self.told.lock().unwrap().push("close".to_owned());
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _command: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        if self.act == Act::Refuse {
            return session.channel_failure(channel);
        }
        session.channel_success(channel)?;
        tokio::spawn(play(session.handle(), channel, self.act));
        Ok(())
    }
}

async fn play(handle: Handle, channel: ChannelId, act: Act) {
    handle.data(channel, &b"\n==selvage begins==\nsome output"[..]).await.unwrap();
    match act {
        Act::Refuse | Act::Stall => {}
        Act::JustClose => handle.close(channel).await.unwrap(),
        Act::NoExit => {
            handle.eof(channel).await.unwrap();
            handle.close(channel).await.unwrap();
        }
        Act::Signal(name) => {
            let signal = match name {
                "KILL" => Sig::KILL,
                "TERM" => Sig::TERM,
                other => Sig::Custom(other.to_owned()),
            };
            handle.exit_signal_request(channel, signal, false, String::new(), String::new()).await.unwrap();
            handle.eof(channel).await.unwrap();
            handle.close(channel).await.unwrap();
        }
        Act::NoEnd => {
            handle.exit_status_request(channel, 0).await.unwrap();
            handle.close(channel).await.unwrap();
        }
        Act::Flood => while handle.data(channel, vec![b'x'; 32 * 1024]).await.is_ok() {},
        Act::GoodBye => {
            let _ = handle.disconnect(russh::Disconnect::ByApplication, "going down".into(), String::new()).await;
        }
    }
}
