use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use russh::Channel;
use russh::client::Msg;
use selvage_core::ports::{Endpoint, HostRequest, LinkError};
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

use crate::connection::{Connection, NoSession};
use crate::settings::SshSettings;
use crate::window;

/// A living connection opens a channel within this time. One that does not is
/// made again: after the laptop slept, it may be dead without knowing.
const PROOF_OF_LIFE: Duration = Duration::from_secs(5);

/// Connections that are opened beside the shared one at once; more could look like an attack to the host.
const BESIDE_AT_MOST: usize = 2;

/// A channel for one command, with the connection that it is on.
pub(crate) struct Session<'a> {
    connection: Arc<Connection>,
    channel: Channel<Msg>,
    beside: Option<SemaphorePermit<'a>>,
}

impl<'a> Session<'a> {
    /// The last is held until the command has ended.
    pub(crate) fn parts(self) -> (Arc<Connection>, Channel<Msg>, Option<SemaphorePermit<'a>>) {
        (self.connection, self.channel, self.beside)
    }
}

/// A connection that is made again when it was lost while nothing happened on
/// it: a closed lid, another network. Work that had begun is never repeated.
pub(crate) struct Link {
    settings: Arc<SshSettings>,
    request: HostRequest,
    current: Mutex<Option<Arc<Connection>>>,
    /// Connections beside the shared one, for a host that gives one of them few sessions.
    beside: Semaphore,
    /// For the next connection; measured on the shared one.
    window: Arc<AtomicU32>,
}

impl Link {
    pub(crate) fn new(settings: Arc<SshSettings>, request: HostRequest) -> Self {
        Self {
            window: Arc::new(AtomicU32::new(settings.window)),
            settings,
            request,
            current: Mutex::new(None),
            beside: Semaphore::new(BESIDE_AT_MOST),
        }
    }

    /// Signs in now, so that what is wrong is found now.
    pub(crate) async fn establish(&self) -> Result<(), LinkError> {
        self.connection(None).await.map(|_| ())
    }

    /// A connection of its own, beside this one.
    pub(crate) async fn apart(&self) -> Result<Arc<Connection>, LinkError> {
        let window = self.window.load(Ordering::Relaxed);
        let settings = SshSettings { window, ..self.settings.as_ref().clone() };
        Connection::open(&settings, &self.request).await
    }

    /// Another link to the same host.
    pub(crate) fn beside(&self) -> Self {
        Self::new(Arc::clone(&self.settings), self.request.clone())
    }

    pub(crate) fn settings(&self) -> &SshSettings {
        &self.settings
    }

    /// A channel for one command, on the shared connection or one of its own; the
    /// permit is given back when the command has ended.
    pub(crate) async fn session(&self) -> Result<Session<'_>, LinkError> {
        let patience = self.settings.timeouts.connect;
        let (connection, reused) = self.connection(None).await?;
        let first = if reused { patience.min(PROOF_OF_LIFE) } else { patience };
        match connection.session(first).await {
            Ok(channel) => Ok(Session { connection, channel, beside: None }),
            Err(NoSession::Refused(error)) => {
                tracing::debug!(host = connection.host(), %error, "another connection for this command");
                let beside = self.beside.acquire().await.ok();
                let connection = self.apart().await?;
                let channel = connection.session(patience).await?;
                Ok(Session { connection, channel, beside })
            }
            Err(NoSession::Failed(error)) if reused && broke(&error, &connection) => {
                let connection = self.again(&connection, &error).await?;
                let channel = connection.session(patience).await?;
                Ok(Session { connection, channel, beside: None })
            }
            Err(NoSession::Failed(error)) => Err(error),
        }
    }

    /// A channel to an address as the host sees it.
    pub(crate) async fn tunnel(&self, to: &Endpoint) -> Result<(Arc<Connection>, Channel<Msg>), LinkError> {
        let patience = self.settings.timeouts.connect;
        let (connection, reused) = self.connection(None).await?;
        let first = if reused { patience.min(PROOF_OF_LIFE) } else { patience };
        match connection.tunnel(to, first).await {
            Err(error) if reused && broke(&error, &connection) => {
                let connection = self.again(&connection, &error).await?;
                let channel = connection.tunnel(to, patience).await?;
                Ok((connection, channel))
            }
            opened => opened.map(|channel| (connection, channel)),
        }
    }

    /// Finds the window that suits this host, while other things go on.
    fn measure(&self, connection: &Arc<Connection>) {
        let (connection, window) = (Arc::clone(connection), Arc::clone(&self.window));
        tokio::spawn(async move {
            if let Some(round_trip) = connection.round_trip().await {
                tracing::debug!(?round_trip, "measured");
                window.store(window::filling(round_trip), Ordering::Relaxed);
            }
        });
    }

    async fn again(&self, dead: &Arc<Connection>, error: &LinkError) -> Result<Arc<Connection>, LinkError> {
        tracing::info!(host = dead.host(), %error, "lost while idle, connecting again");
        Ok(self.connection(Some(dead)).await?.0)
    }

    /// The shared connection, and whether it was there before. `dead` is one
    /// that turned out not to work.
    async fn connection(&self, dead: Option<&Arc<Connection>>) -> Result<(Arc<Connection>, bool), LinkError> {
        // Held while dialling: whoever comes meanwhile shares the result.
        let mut current = self.current.lock().await;
        if let Some(connection) = current.as_ref()
            && !connection.is_closed()
            && !dead.is_some_and(|dead| Arc::ptr_eq(dead, connection))
        {
            return Ok((Arc::clone(connection), true));
        }
        *current = None;
        let connection = self.apart().await?;
        *current = Some(Arc::clone(&connection));
        self.measure(&connection);
        Ok((connection, false))
    }
}

/// Whether a channel was not opened because the connection is no more, rather
/// than because the host said no.
fn broke(error: &LinkError, connection: &Connection) -> bool {
    matches!(error, LinkError::TimedOut { .. }) || connection.is_closed()
}
