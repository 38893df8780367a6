use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use selvage_core::ports::{ByteSink, ByteSource, Endpoint, Forward, Host, LinkError, Output};
use selvage_core::shell::Command;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use super::answer::answer;
use super::faults::{Faults, StreamFault};
use super::sink::FakeSink;
use super::state::HostState;
use super::stream::{FakeSource, lost};

/// The fake of [`Host`]. Clones are the same host.
#[derive(Clone)]
pub struct FakeHost {
    state: Arc<Mutex<HostState>>,
    /// What befalls its connections.
    pub faults: Faults,
}

impl FakeHost {
    /// A host that is `state`.
    #[must_use]
    pub fn new(state: HostState) -> Self {
        Self { state: Arc::new(Mutex::new(state)), faults: Faults::default() }
    }

    /// What `command` prints when it has read `input`.
    pub(super) fn answer(&self, command: &Command, input: &[u8]) -> Output {
        let command = command.clone().stdin(String::from_utf8_lossy(input).into_owned());
        answer(&self.state.lock().unwrap(), &command).into_output()
    }

    /// Changes what the host is.
    pub fn change<T>(&self, change: impl FnOnce(&mut HostState) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }
}

#[async_trait]
impl Host for FakeHost {
    async fn run(&self, command: &Command) -> Result<Output, LinkError> {
        tokio::task::yield_now().await;
        self.faults.run_begins(command.to_sh())?;
        let answered = answer(&self.state.lock().unwrap(), command);
        self.faults.run_ends()?;
        Ok(answered.into_output())
    }

    async fn stream(&self, command: &Command) -> Result<Box<dyn ByteSource>, LinkError> {
        tokio::task::yield_now().await;
        let (faults, changes, piece) = self.faults.stream_begins(command.to_sh());
        let mut state = self.state.lock().unwrap();
        for change in changes {
            change(&mut state);
        }
        if faults.contains(&StreamFault::NotConnected) {
            return Err(lost("connection refused"));
        }
        Ok(Box::new(FakeSource::new(answer(&state, command), faults, self.faults.clone(), piece)))
    }

    async fn feed(&self, command: &Command) -> Result<Box<dyn ByteSink>, LinkError> {
        tokio::task::yield_now().await;
        self.faults.run_begins(command.to_sh())?;
        Ok(Box::new(FakeSink::new(self.clone(), command.clone())))
    }

    /// Leads to a server that greets like a Postgres without TLS.
    async fn forward(&self, to: &Endpoint) -> Result<Forward, LinkError> {
        let address = format!("{}:{}", to.host, to.port);
        let refused = |reason: &str| LinkError::ForwardRefused { address: address.clone(), reason: reason.into() };
        {
            let state = self.state.lock().unwrap();
            if !state.forwarding {
                return Err(refused("administratively prohibited"));
            }
            let listens = to.port == 5432
                && state.services.get("postgres").is_some_and(|s| s.address == to.host && s.state == "running");
            if !listens {
                return Err(refused("connect failed"));
            }
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|e| refused(&e.to_string()))?;
        let local = listener.local_addr().map_err(|e| refused(&e.to_string()))?;
        let serving = tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut request = [0; 8];
                    if socket.read_exact(&mut request).await.is_ok() {
                        let _ = socket.write_all(b"N").await;
                    }
                });
            }
        });
        Ok(Forward { local, guard: Box::new(AbortOnDropHandle::new(serving)) })
    }
}
