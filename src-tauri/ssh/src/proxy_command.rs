//! `ProxyCommand`: a program of the laptop whose input and output are the
//! connection.

use std::io;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use selvage_core::ports::LinkError;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, BufReader, ReadBuf};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// What it complained about is kept up to this length, in bytes.
const WORDS_AT_MOST: u64 = 16 * 1024;

/// The running program. It ends with the connection.
pub(crate) struct ProxyCommand {
    input: ChildStdin,
    output: ChildStdout,
    child: Child,
}

impl Drop for ProxyCommand {
    /// What it has started ends with it.
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.child.id().and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?)) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
        }
        let _ = self.child.start_kill();
    }
}

/// The last line that the program wrote to its standard error.
#[derive(Clone, Debug, Default)]
pub(crate) struct Complaint(Arc<Mutex<String>>);

impl Complaint {
    /// Empty when it said nothing. What it wrote just before its end gets a moment to arrive.
    pub(crate) async fn line(&self) -> String {
        for _ in 0..20 {
            let said = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if !said.is_empty() {
                return said;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        String::new()
    }
}

impl ProxyCommand {
    /// Starts `command` through the user's shell, as `ssh` does.
    pub(crate) fn start(command: &str) -> Result<(Self, Complaint), LinkError> {
        let failed = |error: io::Error| LinkError::SshConfig {
            reason: format!("ProxyCommand {command} does not start: {error}"),
        };
        let mut shell = shell(command);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = shell.spawn().map_err(failed)?;
        let pipes = child.stdin.take().zip(child.stdout.take()).zip(child.stderr.take());
        let Some(((input, output), errors)) = pipes else { return Err(failed(io::ErrorKind::BrokenPipe.into())) };
        let stderr_summary = Complaint::default();
        let noted = stderr_summary.clone();
        tokio::spawn(async move {
            let mut lines = BufReader::new(tokio::io::AsyncReadExt::take(errors, WORDS_AT_MOST));
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
                let said = String::from_utf8_lossy(&line).trim().to_owned();
                // The last line within the limit may be half of one.
                if !said.is_empty() && (line.ends_with(b"\n") || lines.get_ref().limit() > 0) {
                    *noted.0.lock().unwrap_or_else(PoisonError::into_inner) = said;
                }
                line.clear();
            }
            // A program that goes on complaining must not wait for a reader.
            let _ = tokio::io::copy(&mut lines.into_inner().into_inner(), &mut tokio::io::sink()).await;
        });
        Ok((Self { input, output, child }, stderr_summary))
    }
}

#[cfg(unix)]
fn shell(command: &str) -> Command {
    let shell = std::env::var("SHELL").ok().filter(|shell| !shell.is_empty());
    let mut shell = Command::new(shell.as_deref().unwrap_or("/bin/sh"));
    shell.arg("-c").arg(format!("exec {command}"));
    // A signal to Selvage's own group, such as Ctrl and C, is for Selvage to answer.
    shell.process_group(0);
    shell
}

#[cfg(windows)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd.exe");
    shell.raw_arg(format!("/c {command}"));
    shell.creation_flags(0x0800_0000); // CREATE_NO_WINDOW
    shell
}

impl AsyncRead for ProxyCommand {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.output).poll_read(cx, buf)
    }
}

impl AsyncWrite for ProxyCommand {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.input).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.input).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.input).poll_shutdown(cx)
    }
}
