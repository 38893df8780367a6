use std::sync::Arc;

use async_trait::async_trait;
use selvage_core::ports::{
    ByteSink, ByteSource, Endpoint, Forward, Host, HostConnector, HostKey, HostRequest, LinkError, Output,
};
use selvage_core::shell::Command;
use tokio::sync::Semaphore;

use crate::link::Link;
use crate::settings::SshSettings;
use crate::sink::Sink;
use crate::stream::Source;
use crate::{forward, known_hosts, run};

/// sshd lets one connection hold ten sessions by default (`MaxSessions`).
const COMMANDS_AT_ONCE: usize = 8;

/// Signs in to hosts over SSH.
#[derive(Clone, Debug)]
pub struct SshConnector {
    settings: Arc<SshSettings>,
}

impl SshConnector {
    /// A connector that follows `settings`.
    #[must_use]
    pub fn new(settings: SshSettings) -> Self {
        Self { settings: Arc::new(settings) }
    }
}

#[async_trait]
impl HostConnector for SshConnector {
    async fn connect(&self, request: &HostRequest) -> Result<Arc<dyn Host>, LinkError> {
        let link = Link::new(Arc::clone(&self.settings), request.clone());
        link.establish().await?;
        Ok(Arc::new(SshHost { link, commands: Semaphore::new(COMMANDS_AT_ONCE) }))
    }

    async fn trust(&self, key: &HostKey) -> Result<(), LinkError> {
        let (file, key) = (self.settings.own_known_hosts.clone(), key.clone());
        let shown = file.display().to_string();
        let writing = tokio::task::spawn_blocking(move || known_hosts::trust(&file, &key)).await;
        let reason = "it could not be written".to_owned();
        writing.unwrap_or(Err(LinkError::KnownHostsUnreadable { file: shown, reason }))
    }
}

/// A host that has been signed in to. Commands share one connection; every
/// stream and every forward has its own.
struct SshHost {
    link: Link,
    commands: Semaphore,
}

#[async_trait]
impl Host for SshHost {
    async fn run(&self, command: &Command) -> Result<Output, LinkError> {
        let _turn = self.commands.acquire().await;
        let session = self.link.session().await?;
        let (connection, channel, _held) = session.parts();
        run::run(&connection, channel, command, &self.link.settings().timeouts).await
    }

    async fn stream(&self, command: &Command) -> Result<Box<dyn ByteSource>, LinkError> {
        let connection = self.link.apart().await?;
        Ok(Box::new(Source::start(connection, command, &self.link.settings().timeouts).await?))
    }

    async fn feed(&self, command: &Command) -> Result<Box<dyn ByteSink>, LinkError> {
        let connection = self.link.apart().await?;
        Ok(Box::new(Sink::start(connection, command, &self.link.settings().timeouts).await?))
    }

    async fn forward(&self, to: &Endpoint) -> Result<Forward, LinkError> {
        forward::open(self.link.beside(), to).await
    }
}
