use super::on_host;
use crate::base::Problem;
use crate::jobs::Note;
use crate::link::{Link, Links, PgDumpError, Route, choose};
use crate::ports::{ByteSource, Exit, HeldLock};
use crate::weavestream::manifest::Sha256;

/// A `pg_dump` that runs.
pub struct Session {
    /// What it writes.
    pub stream: Box<dyn ByteSource>,
    /// The lock, where another session than its own holds it.
    pub lock: Option<Box<dyn HeldLock>>,
}

/// How a `pg_dump` ended.
#[derive(Debug)]
pub enum Ended {
    /// Well, with the digest of what it wrote where the other side could tell it.
    Well(Option<Sha256>),
    /// It did not begin: somebody else holds the lock.
    Busy,
    /// With an error, in its words.
    Failed(String),
}

/// Starts `pg_dump`, in the postgres container or on this laptop; with `lock`,
/// under the advisory lock of backups. Its sessions call themselves
/// `application`. None when somebody else is known to hold the lock.
pub async fn begin(link: &Link, links: &Links, application: &str, lock: bool) -> Result<Option<Session>, Problem> {
    match &link.route {
        Route::Host(host) => Ok(Some(Session { stream: on_host::dump(host, application, lock).await?, lock: None })),
        Route::Postgres { postgres, .. } => {
            let server = link.database.server().await?;
            let tools = links.pg_dumps().await;
            let tool = choose(&tools, server.version)?;
            let lock = if lock {
                let Some(held) = postgres.lock(application).await? else { return Ok(None) };
                Some(held)
            } else {
                None
            };
            Ok(Some(Session { stream: postgres.dump(tool, application).await?, lock }))
        }
    }
}

/// What its end means: on the host every stage behind `pg_dump` has to have ended
/// well, on this laptop there is none.
pub fn ended(link: &Link, exit: &Exit) -> Ended {
    match &link.route {
        Route::Host(_) => on_host::ended(exit),
        Route::Postgres { .. } if exit.status != 0 => Ended::Failed(on_host::reason(exit)),
        Route::Postgres { .. } => Ended::Well(None),
    }
}

/// Ends what [`begin`] started and nobody reads any more. How many sessions there were.
pub async fn end(link: &Link, application: &str) -> Result<u32, Problem> {
    if let Route::Host(host) = &link.route {
        host.end_processes(application).await?;
    }
    Ok(link.database.end_sessions(application).await?)
}

/// What the dump can only be restored with, where that is more than the server itself.
pub async fn caution(link: &Link, links: &Links) -> Result<Option<Note>, PgDumpError> {
    let Route::Postgres { .. } = &link.route else { return Ok(None) };
    let Ok(server) = link.database.server().await else { return Ok(None) };
    let tools = links.pg_dumps().await;
    let made_by = choose(&tools, server.version)?.version;
    let newer = made_by.major() > server.version.major();
    Ok(newer.then(|| Note::NewerPgDump {
        server: server.version.major(),
        pg_dump: made_by.to_string(),
        major: made_by.major(),
    }))
}
