use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use russh::client::Msg;
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use selvage_core::ports::{ByteSink, LinkError, Output};
use selvage_core::shell::Command;
use selvage_dial::seconds;

use crate::bounded::Bounded;
use crate::connection::Connection;
use crate::framed::Greeting;
use crate::remote::{Remote, status_in};
use crate::settings::Timeouts;

/// Of one piece, so much has to be taken within the patience of the link.
const PART: usize = 32 * 1024;

/// The input of a command, on a connection of its own. What the command prints
/// is taken in while pieces are sent, so that neither side waits for the other.
pub(crate) struct Sink {
    // Before the connection: dropping it still needs that.
    remote: Remote,
    read: ChannelReadHalf,
    write: Arc<ChannelWriteHalf<Msg>>,
    connection: Arc<Connection>,
    patience: Duration,
    stdout: Printed,
    stderr: Printed,
    exit: Option<u32>,
    closed: bool,
}

/// One stream of what the command prints, without what came before its mark.
#[derive(Default)]
struct Printed {
    greeting: Greeting,
    kept: Bounded,
}

impl Printed {
    fn add(&mut self, data: Bytes) {
        match self.greeting.pass(data) {
            Ok(own) => self.kept.add(&own.unwrap_or_default()),
            Err(()) => self.kept.add(&self.greeting.flush()),
        }
    }

    /// Without a mark the command never began, and what there is tells why.
    fn text(&mut self) -> Vec<u8> {
        self.kept.add(&self.greeting.flush());
        self.kept.text().into_bytes()
    }
}

impl Sink {
    /// Starts `command` on `connection`, which belongs to it from now on. What the
    /// command has as its input comes before the first piece.
    pub(crate) async fn start(
        connection: Arc<Connection>,
        command: &Command,
        timeouts: &Timeouts,
    ) -> Result<Self, LinkError> {
        let (read, write) = connection.session(timeouts.connect).await?.split();
        let write = Arc::new(write);
        let remote = Remote::open(&write, command).await.map_err(|_| connection.lost())?;
        let mut sink = Self {
            remote,
            read,
            write,
            connection,
            patience: command.quiet().unwrap_or(timeouts.idle),
            stdout: Printed::default(),
            stderr: Printed::default(),
            exit: None,
            closed: false,
        };
        if let Some(first) = command.input() {
            sink.send(Bytes::copy_from_slice(first.expose().as_bytes())).await?;
        }
        Ok(sink)
    }

    /// Whether the command still takes any.
    async fn send(&mut self, mut piece: Bytes) -> Result<bool, LinkError> {
        while !piece.is_empty() && !self.closed {
            let part = piece.split_to(piece.len().min(PART));
            self.send_part(part).await?;
        }
        Ok(!self.closed)
    }

    async fn send_part(&mut self, part: Bytes) -> Result<(), LinkError> {
        let write = Arc::clone(&self.write);
        self.sending(async move { write.data_bytes(part).await }).await
    }

    /// Sends while taking in what the command prints: a connection with more of
    /// that than is read sends nothing at all, the end of the input included.
    async fn sending(&mut self, sent: impl Future<Output = Result<(), russh::Error>>) -> Result<(), LinkError> {
        let mut sent = pin!(sent);
        let mut late = pin!(tokio::time::sleep(self.patience));
        loop {
            tokio::select! {
                sent = &mut sent => {
                    // A channel that was closed takes nothing; how it ended is still to be read.
                    return if sent.is_ok() { Ok(()) } else { self.await_close().await };
                }
                message = self.read.wait() => {
                    self.take(message)?;
                    if self.closed {
                        return Ok(());
                    }
                }
                () = &mut late => return Err(self.stalled()),
            }
        }
    }

    /// Until the command has ended.
    async fn await_close(&mut self) -> Result<(), LinkError> {
        while !self.closed {
            let message = tokio::time::timeout(self.patience, self.read.wait()).await;
            self.take(message.map_err(|_| self.stalled())?)?;
        }
        Ok(())
    }

    fn take(&mut self, message: Option<ChannelMsg>) -> Result<(), LinkError> {
        match message {
            Some(ChannelMsg::Data { data }) => self.stdout.add(data),
            Some(ChannelMsg::ExtendedData { data, ext: 1 }) => self.stderr.add(data),
            Some(ChannelMsg::Failure) => {
                return Err(self.connection.runs_nothing());
            }
            Some(ChannelMsg::Close) => {
                self.closed = true;
                self.remote.has_ended();
            }
            None => return Err(self.connection.lost()),
            Some(other) => self.exit = status_in(&other).or(self.exit),
        }
        Ok(())
    }

    fn stalled(&self) -> LinkError {
        LinkError::Stalled { host: self.connection.host().to_owned(), seconds: seconds(self.patience) }
    }
}

#[async_trait]
impl ByteSink for Sink {
    async fn write(&mut self, piece: Bytes) -> Result<bool, LinkError> {
        self.send(piece).await
    }

    async fn finish(mut self: Box<Self>) -> Result<Output, LinkError> {
        if !self.closed {
            let write = Arc::clone(&self.write);
            self.sending(async move { write.eof().await }).await?;
        }
        self.await_close().await?;
        let exit = self.exit.ok_or_else(|| self.connection.no_status())?;
        Ok(Output { exit, stdout: self.stdout.text(), stderr: self.stderr.text() })
    }
}
