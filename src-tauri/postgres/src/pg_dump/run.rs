use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use selvage_core::Secret;
use selvage_core::ports::{ByteSource, DatabaseError, Endpoint, Exit, LinkError, PgDump};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, ChildStdout};
use tokio::task::JoinHandle;

use super::quiet;

/// Bytes read at once.
const PIECE: usize = 256 * 1024;
/// The most that is kept of standard error.
const MOST_STDERR: u64 = 64 * 1024;
/// A server may be busy long with one large table before the next byte comes.
const QUIET: Duration = Duration::from_mins(10);

/// A `pg_dump` that runs. Dropped, it is killed.
pub struct Dump {
    child: Child,
    stdout: ChildStdout,
    stderr: Option<JoinHandle<String>>,
    buffer: BytesMut,
}

impl Dump {
    /// Starts `tool` against the database `name` at `at`, as the worker calls its
    /// own (`docs/weavestream.md` section 4). `token` is the password there.
    pub fn start(
        tool: &PgDump,
        at: &Endpoint,
        name: &str,
        token: &Secret,
        application: &str,
    ) -> Result<Self, DatabaseError> {
        let mut command = quiet(&tool.path);
        command.args(["--format=custom", "--no-owner", "--no-acl", "--no-password"]);
        // Not as an argument: a name with `=` in it would be read as more than a name.
        command.env("PGHOST", &at.host).env("PGPORT", at.port.to_string()).env("PGDATABASE", name);
        command.env("PGUSER", "selvage").env("PGPASSWORD", token.expose()).env("PGAPPNAME", application);
        command.env("PGSSLMODE", "disable").env("PGGSSENCMODE", "disable").env("PGPASSFILE", NOWHERE);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = |reason: String| DatabaseError::DatabaseRefused {
            reason: format!("{} could not be started: {reason}", tool.path.display()),
        };
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        let (stdout, stderr) = child.stdout.take().zip(child.stderr.take()).ok_or_else(|| failed("no pipes".into()))?;
        let stderr = Some(tokio::spawn(first_words(stderr)));
        Ok(Self { child, stdout, stderr, buffer: BytesMut::new() })
    }
}

/// The token is in the environment: no file of passwords is asked.
#[cfg(windows)]
const NOWHERE: &str = "NUL";
#[cfg(not(windows))]
const NOWHERE: &str = "/dev/null";

async fn first_words(mut from: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    let _ = (&mut from).take(MOST_STDERR).read_to_end(&mut kept).await;
    // The rest is read as well, so that it never waits for us.
    let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&kept).into_owned()
}

fn lost(error: &std::io::Error) -> LinkError {
    LinkError::Lost { host: "pg_dump".to_owned(), reason: error.to_string() }
}

#[async_trait]
impl ByteSource for Dump {
    async fn next(&mut self) -> Result<Option<Bytes>, LinkError> {
        self.buffer.reserve(PIECE);
        let stalled = |_| LinkError::Stalled { host: "pg_dump".to_owned(), seconds: selvage_dial::seconds(QUIET) };
        let read = tokio::time::timeout(QUIET, self.stdout.read_buf(&mut self.buffer)).await.map_err(stalled)?;
        match read.map_err(|error| lost(&error))? {
            0 => Ok(None),
            _ => Ok(Some(self.buffer.split().freeze())),
        }
    }

    async fn exit(&mut self) -> Result<Exit, LinkError> {
        let status = self.child.wait().await.map_err(|error| lost(&error))?;
        let stderr = match self.stderr.take() {
            Some(reading) => reading.await.unwrap_or_default(),
            None => String::new(),
        };
        Ok(Exit { status: code(status), stderr })
    }
}

#[cfg(unix)]
fn code(status: ExitStatus) -> u32 {
    use std::os::unix::process::ExitStatusExt as _;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u32::try_from(code).ok()).unwrap_or(u32::MAX)
}

#[cfg(not(unix))]
fn code(status: ExitStatus) -> u32 {
    status.code().map_or(u32::MAX, |code| code.cast_unsigned())
}
