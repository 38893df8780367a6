//! One SSH connection: dialled, host key judged, signed in.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use russh::client::{Config, Handle, Msg, connect_stream};
use russh::{Channel, ChannelOpenFailure, cipher};
use selvage_core::deployment::{SshAuth, SshTarget};
use selvage_core::ports::{Endpoint, HostRequest, LinkError};
use selvage_dial::{dial, timed_out};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use crate::config::{self, Route};
use crate::jump::{Hop, last_hop};
use crate::known_hosts::{HostName, KnownHosts};
use crate::proxy_command::ProxyCommand;
use crate::session_handler::{Fault, Records, SessionHandler, SessionLog, in_words};
use crate::settings::SshSettings;
use crate::sign_in;
use crate::wire::{FirstWords, Wire};

const PACKET: u32 = 64 * 1024 - 1;
/// Packets that wait for a slow reader before the host is made to wait.
const PACKETS_WAITING: usize = 64;
const MISSED_KEEPALIVES: usize = 3;
/// More jumps than anybody has: a configuration that jumps in a circle.
const MOST_JUMPS: usize = 8;
/// What is on its way when a connection is dropped has this long to get out.
const PING_TIMEOUT: Duration = Duration::from_secs(5);

/// A host that has been signed in to.
pub(crate) struct Connection {
    handle: Handle<SessionHandler>,
    host: String,
    notes: Arc<SessionLog>,
    cut: CancellationToken,
    /// The jump host that this one is reached through lives as long.
    _via: Option<Arc<Connection>>,
}

impl Connection {
    /// Dials, judges the key and signs in, through jump hosts where there are any.
    pub(crate) async fn open(settings: &SshSettings, request: &HostRequest) -> Result<Arc<Self>, LinkError> {
        Self::open_after(settings, request, None, 0).await
    }

    /// `offered`: a key file that the admin chose for the host behind this one.
    fn open_after<'a>(
        settings: &'a SshSettings,
        request: &'a HostRequest,
        offered: Option<&'a str>,
        jumps: usize,
    ) -> BoxFuture<'a, Result<Arc<Self>, LinkError>> {
        async move {
            let route = config::resolve(settings, &request.target).await?;
            let records = Records::read(settings, &request.target.host, &route, &recorded_name(&route)).await?;
            if let Some(command) = &route.proxy_command {
                return Self::through(command, settings, request, &route, records, offered).await;
            }
            let Some(jump) = &route.jump else {
                tracing::info!(host = route.host, port = route.port, "connecting");
                let stream = dial(&route.host, route.port, settings.timeouts.connect).await?;
                return Self::over(stream, settings, request, &route, records, offered, None).await;
            };
            if jumps == MOST_JUMPS {
                let reason = format!("ProxyJump leads in a circle through {jump}");
                return Err(LinkError::SshConfig { reason });
            }
            let (hop, before) = last_hop(jump)?;
            let passed = async {
                let chosen = match &request.target.auth {
                    SshAuth::Key { file } => Some(file.as_str()),
                    _ => offered,
                };
                let to_hop = hop_request(&hop, before, request);
                let via = Self::open_after(settings, &to_hop, chosen, jumps + 1).await?;
                let address = Endpoint { host: route.host.clone(), port: route.port };
                let channel = via.tunnel(&address, settings.timeouts.connect).await?;
                Ok((via, channel))
            };
            let (via, channel) = passed.await.map_err(|error| at_hop(&hop, error))?;
            tracing::info!(
                host = route.host,
                port = route.port,
                hop = hop.to_string(),
                "connecting through a jump host"
            );
            Self::over(channel.into_stream(), settings, request, &route, records, offered, Some(via)).await
        }
        .boxed()
    }

    /// Over the input and output of a `ProxyCommand`.
    async fn through(
        command: &str,
        settings: &SshSettings,
        request: &HostRequest,
        route: &Route,
        records: Records,
        offered: Option<&str>,
    ) -> Result<Arc<Self>, LinkError> {
        tracing::info!(host = route.host, port = route.port, "connecting through a ProxyCommand");
        let (proxy, stderr_summary) = ProxyCommand::start(command)?;
        let opened = Self::over(proxy, settings, request, route, records, offered, None).await;
        match opened {
            // It ended before the host said anything: its own words tell why.
            Err(LinkError::Lost { host, reason }) => match stderr_summary.line().await {
                said if said.is_empty() => Err(LinkError::Lost { host, reason }),
                said => Err(LinkError::Lost { host, reason: format!("{reason}; ProxyCommand said: {said}") }),
            },
            opened => opened,
        }
    }

    async fn over<S>(
        stream: S,
        settings: &SshSettings,
        request: &HostRequest,
        route: &Route,
        records: Records,
        offered: Option<&str>,
        via: Option<Arc<Self>>,
    ) -> Result<Arc<Self>, LinkError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let name = recorded_name(route);
        let config = Arc::new(ssh_config(&records.known, &name, settings));
        let (notes, heard, cut) =
            (Arc::new(SessionLog::default()), Arc::new(FirstWords::default()), CancellationToken::new());
        // Whatever ends this future also ends the session behind it.
        let guard = cut.clone().drop_guard();
        let wire = Wire::new(stream, Arc::clone(&heard), &cut);
        let watch = SessionHandler { records, name, notes: Arc::clone(&notes) };
        let patience = settings.timeouts.key_exchange;
        let mut handle = tokio::time::timeout(patience, connect_stream(config, wire, watch))
            .await
            .map_err(|_| timed_out(&route.host, "exchanging keys", patience))?
            .map_err(|fault| no_session(route, fault, &heard))?;
        let patience = settings.timeouts.sign_in;
        let signing_in = sign_in::sign_in(&mut handle, settings, request, route, offered, &notes);
        tokio::time::timeout(patience, signing_in)
            .await
            .map_err(|_| timed_out(&route.host, "signing in", patience))??;
        tracing::info!(host = route.host, user = route.user, "signed in");
        guard.disarm();
        Ok(Arc::new(Self { handle, host: route.host.clone(), notes, cut, _via: via }))
    }

    /// The host, as it was dialled.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is known to have ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.handle.is_closed()
    }

    /// The error of work that the end of this connection interrupted.
    pub(crate) fn lost(&self) -> LinkError {
        self.lost_because(self.notes.reason())
    }

    /// The error of work that ended for `reason`.
    pub(crate) fn lost_because(&self, reason: impl Into<String>) -> LinkError {
        LinkError::Lost { host: self.host.clone(), reason: reason.into() }
    }

    /// The error of a command that the host does not begin.
    pub(crate) fn runs_nothing(&self) -> LinkError {
        self.lost_because("it does not let this login run commands")
    }

    /// The error of a command whose end was not told.
    pub(crate) fn no_status(&self) -> LinkError {
        self.lost_because("the command ended without saying how")
    }

    /// A channel for one command.
    pub(crate) async fn session(&self, patience: Duration) -> Result<Channel<Msg>, NoSession> {
        let opening = tokio::time::timeout(patience, self.handle.channel_open_session());
        match opening.await.map_err(|_| timed_out(&self.host, "opening a channel", patience))? {
            Ok(channel) => Ok(channel),
            Err(russh::Error::ChannelOpenFailure(failure)) => {
                let why = self.why(&failure).await;
                Err(NoSession::Refused(self.lost_because(format!("it opened no channel for a command ({why})"))))
            }
            Err(_) => Err(self.lost().into()),
        }
    }

    /// The shortest of a few round trips; none when the host does not answer in
    /// time. Opening a channel is no measure: an sshd may wait 40 ms with its
    /// first answer.
    pub(crate) async fn round_trip(&self) -> Option<Duration> {
        let mut shortest = None;
        for _ in 0..3 {
            let asked = Instant::now();
            tokio::time::timeout(PING_TIMEOUT, self.handle.send_ping()).await.ok()?.ok()?;
            shortest = shortest.into_iter().chain([asked.elapsed()]).min();
        }
        shortest
    }

    /// A channel to an address as the host sees it.
    pub(crate) async fn tunnel(&self, to: &Endpoint, patience: Duration) -> Result<Channel<Msg>, LinkError> {
        let opening = self.handle.channel_open_direct_tcpip(to.host.as_str(), to.port.into(), "127.0.0.1", 0);
        match tokio::time::timeout(patience, opening)
            .await
            .map_err(|_| timed_out(&self.host, "opening a forward", patience))?
        {
            Ok(channel) => Ok(channel),
            Err(russh::Error::ChannelOpenFailure(failure)) => {
                let reason = self.why(&failure).await;
                Err(LinkError::ForwardRefused { address: format!("{}:{}", to.host, to.port), reason })
            }
            Err(_) => Err(self.lost()),
        }
    }

    /// The host's own words about a channel that it did not open.
    async fn why(&self, failure: &ChannelOpenFailure) -> String {
        // The words are noted just after the failure is told: an answered ping
        // means that they have been.
        let _ = tokio::time::timeout(PING_TIMEOUT, self.handle.send_ping()).await;
        let said = self.notes.take_open_failure().filter(|said| !said.is_empty());
        match failure {
            ChannelOpenFailure::AdministrativelyProhibited => {
                "its sshd does not allow this login to forward".to_owned()
            }
            ChannelOpenFailure::ConnectFailed => said.unwrap_or_else(|| "nothing listens there".to_owned()),
            ChannelOpenFailure::ResourceShortage => said.unwrap_or_else(|| "it has no resources left".to_owned()),
            ChannelOpenFailure::UnknownChannelType => "its sshd cannot do this".to_owned(),
            ChannelOpenFailure::Other { reason, .. } => said.unwrap_or_else(|| reason.clone()),
        }
    }
}

/// Why a connection gave no channel for a command.
#[derive(Debug)]
pub(crate) enum NoSession {
    /// The host gives it no more (`MaxSessions`): another connection may have one.
    Refused(LinkError),
    /// Anything else.
    Failed(LinkError),
}

impl From<LinkError> for NoSession {
    fn from(error: LinkError) -> Self {
        Self::Failed(error)
    }
}

impl From<NoSession> for LinkError {
    fn from(none: NoSession) -> Self {
        match none {
            NoSession::Refused(error) | NoSession::Failed(error) => error,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Dropping the handle closes the session once it has sent what it
        // still has to; a peer that no longer reads does not hold it for ever.
        let cut = self.cut.clone();
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move {
                tokio::time::sleep(PING_TIMEOUT).await;
                cut.cancel();
            })),
            Err(_) => cut.cancel(),
        }
    }
}

/// `HostKeyAlias` names the record instead of the address, without a port.
fn recorded_name(route: &Route) -> HostName {
    match &route.host_key_alias {
        Some(alias) => HostName { host: alias.clone(), port: 22 },
        None => HostName { host: route.host.clone(), port: route.port },
    }
}

fn ssh_config(known: &KnownHosts, name: &HostName, settings: &SshSettings) -> Config {
    let mut config = Config {
        client_id: russh::SshId::Standard(Cow::Borrowed(concat!("SSH-2.0-Selvage_", env!("CARGO_PKG_VERSION")))),
        window_size: settings.window,
        maximum_packet_size: PACKET,
        channel_buffer_size: PACKETS_WAITING,
        inactivity_timeout: None,
        keepalive_interval: Some(settings.timeouts.keepalive),
        keepalive_max: MISSED_KEEPALIVES,
        nodelay: true,
        ..Config::default()
    };
    config.preferred.key = Cow::Owned(known.algorithms(name));
    config.preferred.cipher = Cow::Borrowed(&[
        cipher::AES_128_GCM,
        cipher::AES_256_GCM,
        cipher::CHACHA20_POLY1305,
        cipher::AES_256_CTR,
        cipher::AES_192_CTR,
        cipher::AES_128_CTR,
    ]);
    config.preferred.compression = Cow::Borrowed(&[russh::compression::NONE]);
    config
}

/// How the jump host is signed in to: by its own configuration. Passphrases
/// open keys on this laptop and may help there too; the password is for the
/// host behind it and is never shown to another.
fn hop_request(hop: &Hop, before: Option<String>, request: &HostRequest) -> HostRequest {
    let mut secrets = request.secrets.clone();
    secrets.password = None;
    let target = SshTarget {
        host: hop.host.clone(),
        port: hop.port,
        user: hop.user.clone(),
        auth: SshAuth::Automatic,
        jump: before,
    };
    HostRequest { target, secrets }
}

fn at_hop(hop: &Hop, error: LinkError) -> LinkError {
    match error {
        LinkError::Jump { .. } => error,
        other => LinkError::Jump { hop: hop.to_string(), source: Box::new(other) },
    }
}

/// Why there is no session, from what went wrong and what was heard.
fn no_session(route: &Route, fault: Fault, heard: &FirstWords) -> LinkError {
    let not_ssh = |reason| LinkError::NotSsh { host: route.host.clone(), port: route.port, reason };
    let error = match fault {
        Fault::Judged(error) => return error,
        Fault::Ssh(error) => error,
    };
    match heard.line() {
        // A host that is full or that bars this address hangs up like this.
        None => {
            let reason = "it hung up before saying anything".to_owned();
            LinkError::Lost { host: route.host.clone(), reason }
        }
        Some(line) if line.starts_with("SSH-2.0-") || line.starts_with("SSH-1.99-") => not_ssh(in_words(&error)),
        Some(line) => not_ssh(format!("it answered \u{201c}{line}\u{201d}")),
    }
}
