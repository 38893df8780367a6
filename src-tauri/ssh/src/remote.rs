use std::sync::Arc;

use bytes::Bytes;
use russh::client::Msg;
use russh::{ChannelMsg, ChannelWriteHalf, Sig};
use selvage_core::shell::Command;
use tokio_util::task::AbortOnDropHandle;

use crate::framed;

/// A command that runs on the host. When this is dropped before the command
/// has ended, it is told to end: a signal for those that are silent, a closed
/// channel for those that write.
pub(crate) struct Remote {
    write: Arc<ChannelWriteHalf<Msg>>,
    ended: bool,
    feeding: Option<AbortOnDropHandle<()>>,
}

impl Remote {
    /// Asks the host to start `command`. Its input is the caller's affair.
    pub(crate) async fn open(write: &Arc<ChannelWriteHalf<Msg>>, command: &Command) -> Result<Self, russh::Error> {
        tracing::debug!(program = command.argv().first().map(String::as_str), "running a command");
        // Made first: dropping this future from here on ends the command too.
        let remote = Self { write: Arc::clone(write), ended: false, feeding: None };
        write.exec(true, framed::wire(&command.to_sh())).await?;
        Ok(remote)
    }

    /// The same; the command's input is sent beside.
    pub(crate) async fn start(write: ChannelWriteHalf<Msg>, command: &Command) -> Result<Self, russh::Error> {
        let write = Arc::new(write);
        let mut remote = Self::open(&write, command).await?;
        let input = command.input().cloned();
        let feeding = tokio::spawn(async move {
            if let Some(text) = input {
                // The command may end without reading; that is its own affair.
                let _ = write.data_bytes(Bytes::copy_from_slice(text.expose().as_bytes())).await;
            }
            let _ = write.eof().await;
        });
        remote.feeding = Some(AbortOnDropHandle::new(feeding));
        Ok(remote)
    }

    /// It has ended on its own.
    pub(crate) fn has_ended(&mut self) {
        self.ended = true;
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.feeding = None;
        let write = Arc::clone(&self.write);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if !self.ended {
            runtime.spawn(async move {
                let _ = write.signal(Sig::TERM).await;
                let _ = write.close().await;
            });
        }
    }
}

/// How the command ended, when a message says so: its exit status, or the shell's
/// number for one that a signal ended, 128 + n.
pub(crate) fn status_in(message: &ChannelMsg) -> Option<u32> {
    match message {
        ChannelMsg::ExitStatus { exit_status } => Some(*exit_status),
        ChannelMsg::ExitSignal { signal_name, .. } => Some(status_of(signal_name)),
        _ => None,
    }
}

fn status_of(signal: &Sig) -> u32 {
    let number = match signal {
        Sig::HUP => 1,
        Sig::INT => 2,
        Sig::QUIT => 3,
        Sig::ILL => 4,
        Sig::ABRT => 6,
        Sig::FPE => 8,
        Sig::KILL => 9,
        Sig::USR1 => 10,
        Sig::SEGV => 11,
        Sig::PIPE => 13,
        Sig::ALRM => 14,
        Sig::TERM => 15,
        Sig::Custom(name) => match name.as_str() {
            "TRAP" => 5,
            "BUS" => 7,
            "USR2" => 12,
            "XCPU" => 24,
            "XFSZ" => 25,
            "SYS" => 31,
            _ => 0,
        },
    };
    128 + number
}
