//! A Postgres that is reached directly, in memory.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use selvage_core::Secret;
use selvage_core::ports::{
    ByteSource, Database, DatabaseError, DirectConnector, DirectPostgres, DirectRequest, Exit, HeldLock,
    LineProtection, LinkError, LockHolder, PgDump,
};
use selvage_core::weavestream::server_version::ServerVersion;

use crate::database::FakeDatabase;

/// The fake of [`DirectConnector`] and [`DirectPostgres`]. Clones are the same server.
#[derive(Clone)]
pub struct FakePostgres {
    database: FakeDatabase,
    state: Arc<Mutex<State>>,
}

/// What the server and this laptop's tools are.
pub struct State {
    /// The role's password; none where the server asks for none.
    pub password: Option<String>,
    /// The next connections fail like this, in order.
    pub failures: Vec<DatabaseError>,
    /// What `pg_dump` writes.
    pub dump: Vec<u8>,
    /// How it ends.
    pub exit: Exit,
    /// The laptop's tools.
    pub tools: Vec<PgDump>,
    /// Connections that were made.
    pub connections: usize,
    /// Sessions that hold a lock are lost at once.
    pub lock_breaks: bool,
    /// What `pg_dump` writes does not end.
    pub stalls: bool,
}

impl FakePostgres {
    /// Leads to `database`, of which `dump` is the dump.
    #[must_use]
    pub fn to(database: &FakeDatabase, dump: Vec<u8>) -> Self {
        let tool = PgDump { path: "/usr/bin/pg_dump".into(), version: ServerVersion(160_004) };
        let state = State {
            password: None,
            failures: Vec::new(),
            dump,
            exit: Exit { status: 0, stderr: String::new() },
            tools: vec![tool],
            connections: 0,
            lock_breaks: false,
            stalls: false,
        };
        Self { database: database.clone(), state: Arc::new(Mutex::new(state)) }
    }

    /// Changes or looks at the server.
    pub fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap())
    }
}

#[async_trait]
impl DirectConnector for FakePostgres {
    async fn connect(&self, request: &DirectRequest) -> Result<Arc<dyn DirectPostgres>, DatabaseError> {
        tokio::task::yield_now().await;
        self.with(|state| {
            if !state.failures.is_empty() {
                return Err(state.failures.remove(0));
            }
            let user = request.link.user.clone();
            match (&state.password, request.password.as_ref().map(Secret::expose)) {
                (Some(_), None) => return Err(DatabaseError::DatabasePasswordNeeded { user }),
                (Some(right), Some(given)) if given != right => {
                    let reason = format!("password authentication failed for user \"{user}\"");
                    return Err(DatabaseError::DatabaseSignInRefused { reason });
                }
                _ => {}
            }
            state.connections += 1;
            Ok(())
        })?;
        Ok(Arc::new(self.clone()))
    }

    async fn pg_dumps(&self) -> Vec<PgDump> {
        self.with(|state| state.tools.clone())
    }
}

#[async_trait]
impl DirectPostgres for FakePostgres {
    fn database(&self) -> Arc<dyn Database> {
        Arc::new(self.database.clone())
    }

    fn line(&self) -> LineProtection {
        LineProtection { tls: Some("TLS 1.3".into()), verified: true }
    }

    async fn lock(&self, application: &str) -> Result<Option<Box<dyn HeldLock>>, DatabaseError> {
        let taken = self.database.with(|tables| {
            if tables.lock.is_some() {
                return false;
            }
            tables.lock = Some(LockHolder {
                pid: 7,
                user: "weavestream".into(),
                application: application.to_owned(),
                address: None,
                since: crate::sample::now(),
                idle: false,
            });
            true
        });
        let breaks = self.with(|state| state.lock_breaks);
        Ok(taken.then(|| Box::new(FakeLock { database: self.database.clone(), breaks }) as Box<dyn HeldLock>))
    }

    async fn dump(&self, _tool: &PgDump, _application: &str) -> Result<Box<dyn ByteSource>, DatabaseError> {
        Ok(self.with(|state| {
            let rest = state.dump.clone().into();
            Box::new(FakeDump { rest, exit: state.exit.clone(), stalls: state.stalls })
        }))
    }
}

struct FakeLock {
    database: FakeDatabase,
    breaks: bool,
}

#[async_trait]
impl HeldLock for FakeLock {
    async fn lost(&mut self) -> DatabaseError {
        if !self.breaks {
            std::future::pending::<()>().await;
        }
        DatabaseError::DatabaseUnreachable { reason: "the session is gone".into() }
    }
}

impl Drop for FakeLock {
    fn drop(&mut self) {
        self.database.with(|tables| tables.lock = None);
    }
}

struct FakeDump {
    rest: Bytes,
    exit: Exit,
    stalls: bool,
}

#[async_trait]
impl ByteSource for FakeDump {
    async fn next(&mut self) -> Result<Option<Bytes>, LinkError> {
        tokio::task::yield_now().await;
        let length = self.rest.len().min(1000);
        if length == 0 && self.stalls {
            std::future::pending::<()>().await;
        }
        Ok((length > 0).then(|| self.rest.split_to(length)))
    }

    async fn exit(&mut self) -> Result<Exit, LinkError> {
        Ok(self.exit.clone())
    }
}
