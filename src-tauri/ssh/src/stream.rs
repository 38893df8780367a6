use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use russh::{ChannelMsg, ChannelReadHalf};
use selvage_core::ports::{ByteSource, Exit, LinkError};
use selvage_core::shell::Command;
use selvage_dial::seconds;

use crate::bounded::Bounded;
use crate::connection::Connection;
use crate::framed::{GREETING_AT_MOST, Greeting};
use crate::remote::{Remote, status_in};
use crate::settings::{TRICKLE, Timeouts};

/// The output of a command, on a connection of its own. A reader that takes
/// its time makes the host wait: a bounded number of packets is kept here, and
/// beyond that the network's own flow control holds the host back.
pub(crate) struct Source {
    // Before the connection: dropping it still needs that.
    remote: Remote,
    read: ChannelReadHalf,
    greeting: Greeting,
    greeting_beside: Greeting,
    connection: Arc<Connection>,
    idle: Duration,
    trickle: Duration,
    /// Since the last byte of output.
    silent: Duration,
    /// Waited, and what came meanwhile, since that was last looked at.
    waited: (Duration, usize),
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
            greeting: Greeting::default(),
            greeting_beside: Greeting::default(),
            connection,
            idle: command.quiet().unwrap_or(timeouts.idle),
            trickle: timeouts.trickle.max(command.quiet().unwrap_or_default()),
            silent: Duration::ZERO,
            waited: (Duration::ZERO, 0),
            stderr: Bounded::default(),
            exit: None,
            output_ended: false,
            closed: false,
        })
    }

    /// `bytes` came. What only drips would take for ever.
    fn progressed(&mut self, bytes: usize) -> Result<(), LinkError> {
        self.silent = Duration::ZERO;
        self.waited.1 += bytes;
        let (time, came) = self.waited;
        if time < self.trickle {
            return Ok(());
        }
        self.waited = (Duration::ZERO, 0);
        if came > TRICKLE {
            return Ok(());
        }
        let bytes = u32::try_from(came).unwrap_or(u32::MAX);
        Err(LinkError::Trickles { host: self.connection.host().to_owned(), bytes, seconds: seconds(time) })
    }

    async fn step(&mut self) -> Result<Step, LinkError> {
        // Complaints on standard error are no progress: they may have no end.
        let begun = Instant::now();
        let message = tokio::time::timeout(self.idle.saturating_sub(self.silent), self.read.wait()).await;
        self.silent += begun.elapsed();
        self.waited.0 += begun.elapsed();
        let stalled = |_| LinkError::Stalled { host: self.connection.host().to_owned(), seconds: seconds(self.idle) };
        match message.map_err(stalled)? {
            Some(ChannelMsg::Data { data }) => {
                self.progressed(data.len())?;
                let endless = |()| LinkError::PrintsOnAndOn {
                    host: self.connection.host().to_owned(),
                    bytes: u32::try_from(GREETING_AT_MOST).unwrap_or(u32::MAX),
                };
                return Ok(self.greeting.pass(data).map_err(endless)?.map_or(Step::Other, Step::Piece));
            }
            Some(ChannelMsg::ExtendedData { data, ext: 1 }) => match self.greeting_beside.pass(data) {
                Ok(own) => self.stderr.add(&own.unwrap_or_default()),
                Err(()) => self.stderr.add(&self.greeting_beside.flush()),
            },
            Some(ChannelMsg::Failure) => {
                return Err(self.connection.runs_nothing());
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
            Some(other) => self.exit = status_in(&other).or(self.exit),
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
        self.silent = Duration::ZERO;
        while !self.closed {
            self.step().await?;
        }
        let status = self.exit.ok_or_else(|| self.connection.no_status())?;
        // Without a mark the command never began, and what there is tells why.
        self.stderr.add(&self.greeting_beside.flush());
        Ok(Exit { status, stderr: self.stderr.text() })
    }
}
