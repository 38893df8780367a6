use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use russh::{ChannelMsg, ChannelReadHalf};
use selvage_core::ports::{ByteSource, Exit, LinkError};
use selvage_core::shell::Command;
use selvage_dial::seconds;

use crate::bounded::Bounded;
use crate::connection::Connection;
use crate::remote::{Remote, status_of};
use crate::settings::Timeouts;

/// The output of a command, on a connection of its own. A reader that takes
/// its time makes the host wait: a bounded number of packets is kept here, and
/// beyond that the network's own flow control holds the host back.
pub(crate) struct Source {
    // Before the connection: dropping it still needs that.
    remote: Remote,
    read: ChannelReadHalf,
    connection: Arc<Connection>,
    idle: Duration,
    stderr: Bounded,
    exit: Option<u32>,
    output_ended: bool,
    closed: bool,
}

/// What one message of the channel meant.
enum Step {
    Piece(Bytes),
    OutputEnded,
    Other,
}

impl Source {
    /// Starts `command` on `connection`, which belongs to it from now on.
    pub(crate) async fn start(
        connection: Arc<Connection>,
        command: &Command,
        timeouts: &Timeouts,
    ) -> Result<Self, LinkError> {
        let (read, write) = connection.session(timeouts.connect).await?.split();
        let remote = Remote::start(write, command).await.map_err(|_| connection.lost())?;
        Ok(Self {
            remote,
            read,
            connection,
            idle: command.quiet().unwrap_or(timeouts.idle),
            stderr: Bounded::default(),
            exit: None,
            output_ended: false,
            closed: false,
        })
    }

    async fn step(&mut self) -> Result<Step, LinkError> {
        let stalled = |_| LinkError::Stalled { host: self.connection.host().to_owned(), seconds: seconds(self.idle) };
        let message = tokio::time::timeout(self.idle, self.read.wait()).await.map_err(stalled)?;
        match message {
            Some(ChannelMsg::Data { data }) => return Ok(Step::Piece(data)),
            Some(ChannelMsg::ExtendedData { data, ext: 1 }) => self.stderr.add(&data),
            Some(ChannelMsg::ExitStatus { exit_status }) => self.exit = Some(exit_status),
            Some(ChannelMsg::ExitSignal { signal_name, .. }) => self.exit = Some(status_of(&signal_name)),
            Some(ChannelMsg::Failure) => {
                return Err(self.connection.lost_because("it does not let this login run commands"));
            }
            Some(ChannelMsg::Eof) => {
                self.output_ended = true;
                return Ok(Step::OutputEnded);
            }
            Some(ChannelMsg::Close) => {
                self.closed = true;
                self.remote.has_ended();
                return Ok(Step::OutputEnded);
            }
            None => return Err(self.connection.lost()),
            Some(_) => {}
        }
        Ok(Step::Other)
    }
}

#[async_trait]
impl ByteSource for Source {
    async fn next(&mut self) -> Result<Option<Bytes>, LinkError> {
        while !self.output_ended && !self.closed {
            match self.step().await? {
                Step::Piece(data) if !data.is_empty() => return Ok(Some(data)),
                Step::Piece(_) | Step::Other | Step::OutputEnded => {}
            }
        }
        // A channel that just closes says nothing about whether this was all.
        if self.output_ended || self.exit.is_some() {
            Ok(None)
        } else {
            Err(self.connection.lost_because("the output ended without saying that it is complete"))
        }
    }

    async fn exit(&mut self) -> Result<Exit, LinkError> {
        while !self.closed {
            self.step().await?;
        }
        let status = self.exit.ok_or_else(|| self.connection.lost_because("the command ended without saying how"))?;
        Ok(Exit { status, stderr: self.stderr.text() })
    }
}
