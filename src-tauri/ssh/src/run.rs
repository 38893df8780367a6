use std::time::Duration;

use russh::client::Msg;
use russh::{Channel, ChannelMsg};
use selvage_core::ports::{LinkError, Output};
use selvage_core::shell::Command;
use selvage_dial::timed_out;

use crate::connection::Connection;
use crate::framed;
use crate::remote::{Remote, status_in};
use crate::settings::Timeouts;

/// The most that is kept of each stream.
const MOST: usize = 8 * 1024 * 1024;

/// Runs `command` on `channel` and collects what it prints.
pub(crate) async fn run(
    connection: &Connection,
    channel: Channel<Msg>,
    command: &Command,
    timeouts: &Timeouts,
) -> Result<Output, LinkError> {
    let patience = command.quiet().unwrap_or(timeouts.command);
    let whole = timeouts.whole_command.max(patience);
    // A silent one is told by its own patience; this is for those that never end.
    tokio::time::timeout(whole, collect(connection, channel, command, patience))
        .await
        .unwrap_or_else(|_| Err(timed_out(connection.host(), "running a command", whole)))
}

async fn collect(
    connection: &Connection,
    channel: Channel<Msg>,
    command: &Command,
    patience: Duration,
) -> Result<Output, LinkError> {
    let (mut read, write) = channel.split();
    let mut remote = Remote::start(write, command).await.map_err(|_| connection.lost())?;
    let (mut stdout, mut stderr, mut exit) = (Vec::new(), Vec::new(), None);
    loop {
        let message = tokio::time::timeout(patience, read.wait())
            .await
            .map_err(|_| timed_out(connection.host(), "running a command", patience))?;
        match message {
            Some(ChannelMsg::Data { data }) => keep(&mut stdout, &data, connection)?,
            Some(ChannelMsg::ExtendedData { data, ext: 1 }) => keep(&mut stderr, &data, connection)?,
            Some(ChannelMsg::Failure) => {
                return Err(connection.runs_nothing());
            }
            Some(ChannelMsg::Close) => {
                remote.has_ended();
                let exit = exit.ok_or_else(|| connection.no_status())?;
                let own = |printed: &[u8]| framed::own(printed).to_vec();
                return Ok(Output { exit, stdout: own(&stdout), stderr: own(&stderr) });
            }
            // The channel is gone with its connection: what was printed may not be all.
            None => return Err(connection.lost()),
            Some(other) => exit = status_in(&other).or(exit),
        }
    }
}

fn keep(stream: &mut Vec<u8>, data: &[u8], connection: &Connection) -> Result<(), LinkError> {
    if stream.len() + data.len() > MOST + framed::MARK.len() {
        let bytes = u32::try_from(MOST).unwrap_or(u32::MAX);
        return Err(LinkError::PrintsOnAndOn { host: connection.host().to_owned(), bytes });
    }
    stream.extend_from_slice(data);
    Ok(())
}
