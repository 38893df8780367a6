use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{ByteSource, Database, DatabaseError};
use crate::Secret;
use crate::deployment::DirectLink;
use crate::weavestream::server_version::ServerVersion;

/// Reaches Postgres without a host between, and knows the laptop's own tools for it.
#[async_trait]
pub trait DirectConnector: Send + Sync {
    /// Connects and signs in, so that what is in the way is told now and by its name.
    async fn connect(&self, request: &DirectRequest) -> Result<Arc<dyn DirectPostgres>, DatabaseError>;
    /// Every `pg_dump` of this laptop, on `PATH` and in the usual places.
    async fn pg_dumps(&self) -> Vec<PgDump>;
}

/// A Postgres that has been signed in to.
#[async_trait]
pub trait DirectPostgres: Send + Sync {
    /// Weavestream's tables there.
    fn database(&self) -> Arc<dyn Database>;
    /// How the line is protected.
    fn line(&self) -> LineProtection;
    /// Takes the advisory lock of backups (`docs/weavestream.md` section 4) in a session
    /// of its own, which calls itself `application`; none when somebody else holds it.
    async fn lock(&self, application: &str) -> Result<Option<Box<dyn HeldLock>>, DatabaseError>;
    /// Starts `tool` against this database, as the worker calls its own, in a
    /// session that calls itself `application`. Neither password nor key reaches
    /// its arguments, its environment or a file.
    async fn dump(&self, tool: &PgDump, application: &str) -> Result<Box<dyn ByteSource>, DatabaseError>;
}

/// A lock that is given back when this is dropped.
#[async_trait]
pub trait HeldLock: Send + Sync {
    /// Waits until the session that holds the lock is lost, and says why.
    async fn lost(&mut self) -> DatabaseError;
}

/// Where and as whom, and with what.
#[derive(Clone, Debug)]
pub struct DirectRequest {
    /// Where and as whom.
    pub link: DirectLink,
    /// What the keyring holds for it; a client certificate may be enough.
    pub password: Option<Secret>,
}

/// What protects a connection to Postgres.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineProtection {
    /// `TLS 1.3`; none in the clear.
    pub tls: Option<String>,
    /// The server's certificate was looked at and is right.
    pub verified: bool,
}

/// A `pg_dump` of this laptop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PgDump {
    /// The program.
    pub path: PathBuf,
    /// Version of the program.
    pub version: ServerVersion,
}
