//! The direct link to Postgres: TLS as `sslmode` says it, one sign-in for the
//! statements and for the laptop's own `pg_dump`.

mod certificate;
mod lock;
mod relay;
mod sign_in;
mod tls;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use selvage_core::deployment::DirectLink;
use selvage_core::ports::{
    ByteSource, Database, DatabaseCredentials, DatabaseError, DirectConnector, DirectPostgres, DirectRequest, Endpoint,
    Exit, HeldLock, LineProtection, LinkError, PgDump,
};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

use self::lock::SessionLock;
use self::relay::{Relay, Token};
use self::sign_in::Server;
use crate::PostgresConnector;
use crate::executor::{Executor, Statement};
use crate::pg_dump::{self, Dump};
use crate::queries::Queries;
use crate::tcp::Tcp;

#[async_trait]
impl DirectConnector for PostgresConnector {
    async fn connect(&self, request: &DirectRequest) -> Result<Arc<dyn DirectPostgres>, DatabaseError> {
        let server = Server::new(request.clone())?;
        // The first one shows whether it can be done, and is ended again.
        let application = [("application_name".to_owned(), "selvage".to_owned())];
        let mut first = server.sign_in(&application).await?;
        let _ = first.stream.write_all(b"X\0\0\0\x04").await;
        let _ = first.stream.shutdown().await;
        Ok(Arc::new(Direct::new(Relay::start(server).await?, first.line, request)))
    }

    async fn pg_dumps(&self) -> Vec<PgDump> {
        pg_dump::find().await
    }
}

/// A server that has let us in.
struct Direct {
    relay: Arc<Relay>,
    line: LineProtection,
    host: String,
    /// The name of its database.
    name: String,
    database: Arc<dyn Database>,
}

impl Direct {
    fn new(relay: Relay, line: LineProtection, request: &DirectRequest) -> Self {
        let relay = Arc::new(relay);
        let statements = Relayed::open(&relay);
        let DirectLink { host, database: name, .. } = request.link.clone();
        Self { line, host, name, database: Arc::new(Queries::new(statements)), relay }
    }
}

#[async_trait]
impl DirectPostgres for Direct {
    fn database(&self) -> Arc<dyn Database> {
        Arc::clone(&self.database)
    }

    fn line(&self) -> LineProtection {
        self.line.clone()
    }

    async fn lock(&self, application: &str) -> Result<Option<Box<dyn HeldLock>>, DatabaseError> {
        let token = self.relay.token();
        let lock = SessionLock::take(&here(&self.relay), &with(&token), application).await;
        let lock = lock.map_err(|error| self.relay.take_trouble().unwrap_or(error))?;
        Ok(lock.map(|held| Box::new(held) as Box<dyn HeldLock>))
    }

    async fn dump(&self, tool: &PgDump, application: &str) -> Result<Box<dyn ByteSource>, DatabaseError> {
        let token = self.relay.token();
        let secret = token.secret().clone();
        let dump = Dump::start(tool, &here(&self.relay), &self.name, &secret, application)?;
        Ok(Box::new(RelayedDump { dump, token, host: self.host.clone(), _relay: Arc::clone(&self.relay) }))
    }
}

/// A dump through the relay.
struct RelayedDump {
    dump: Dump,
    token: Token,
    host: String,
    // As long as it runs it is let through.
    _relay: Arc<Relay>,
}

#[async_trait]
impl ByteSource for RelayedDump {
    async fn next(&mut self) -> Result<Option<Bytes>, LinkError> {
        self.dump.next().await
    }

    /// A line that broke is told as that, not as what `pg_dump` made of it.
    async fn exit(&mut self) -> Result<Exit, LinkError> {
        let exit = self.dump.exit().await?;
        match self.token.broken() {
            Some(reason) if exit.status != 0 => Err(LinkError::Lost { host: self.host.clone(), reason }),
            _ => Ok(exit),
        }
    }
}

/// Statements through the relay; what kept a connection from getting through is
/// told by its own name.
struct Relayed {
    tcp: Tcp,
    relay: Arc<Relay>,
    // As long as it lives its connections are let through.
    _token: Token,
}

impl Relayed {
    fn open(relay: &Arc<Relay>) -> Self {
        let token = relay.token();
        Self { tcp: Tcp::open(&here(relay), &with(&token)), relay: Arc::clone(relay), _token: token }
    }
}

#[async_trait]
impl Executor for Relayed {
    async fn rows(&self, statement: &Statement) -> Result<Vec<Value>, DatabaseError> {
        self.tcp.rows(statement).await.map_err(|error| match error {
            DatabaseError::DatabaseUnreachable { .. } => self.relay.take_trouble().unwrap_or(error),
            other => other,
        })
    }
}

fn here(relay: &Relay) -> Endpoint {
    Endpoint { host: relay.local().ip().to_string(), port: relay.local().port() }
}

/// The relay itself knows whom and which database.
fn with(token: &Token) -> DatabaseCredentials {
    DatabaseCredentials { user: "selvage".to_owned(), password: token.secret().clone(), database: "selvage".to_owned() }
}
