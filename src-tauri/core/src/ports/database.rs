use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Endpoint, Host, LinkError};
use crate::Secret;
use crate::weavestream::compose::Project;
use crate::weavestream::run::{Page, Run, RunFilter, RunId, RunPage};
use crate::weavestream::schedule::Schedule;

/// Weavestream's Postgres, as far as Selvage uses it.
#[async_trait]
pub trait Database: Send + Sync {
    /// Which server answers, and its clock.
    async fn server(&self) -> Result<ServerFacts, DatabaseError>;
    /// Every schedule, by name.
    async fn schedules(&self) -> Result<Vec<Schedule>, DatabaseError>;
    /// One page of runs, newest first, with the totals of the filter. `now` is
    /// what [`RunFilter::days`] counts back from.
    async fn runs(&self, filter: &RunFilter, page: Page, now: DateTime<Utc>) -> Result<RunPage, DatabaseError>;
    /// One run, or none.
    async fn run(&self, id: RunId) -> Result<Option<Run>, DatabaseError>;
    /// The newest success whose dump is still on the host.
    async fn latest_good(&self) -> Result<Option<Run>, DatabaseError>;
    /// Adds one row to `audit_log`, as the web app would (`WEAVESTREAM.md` section 5).
    async fn record(&self, entry: &AuditEntry) -> Result<(), DatabaseError>;
}

/// Opens databases.
#[async_trait]
pub trait DatabaseConnector: Send + Sync {
    /// Over TCP: a forward of the SSH link, or a direct address.
    async fn over_tcp(
        &self,
        at: &Endpoint,
        credentials: &DatabaseCredentials,
    ) -> Result<Arc<dyn Database>, DatabaseError>;
    /// Through `psql` in the postgres container, where forwards are forbidden.
    async fn over_psql(
        &self,
        host: Arc<dyn Host>,
        project: &Project,
        credentials: &DatabaseCredentials,
    ) -> Result<Arc<dyn Database>, DatabaseError>;
}

/// As whom to sign in to Postgres.
#[derive(Clone, Debug)]
pub struct DatabaseCredentials {
    /// `POSTGRES_USER`
    pub user: String,
    /// `POSTGRES_PASSWORD`
    pub password: Secret,
    /// `POSTGRES_DB`
    pub database: String,
}

/// Which server answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerFacts {
    /// `server_version_num`, e.g. 160004.
    pub version: u32,
    /// The server's clock.
    pub now: DateTime<Utc>,
}

/// One row for `audit_log`. Who and from where: user agent `selvage/<version>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// `backup.run.downloaded`, ...
    pub action: String,
    /// `BackupRun` or `BackupConfig`.
    pub entity_type: String,
    /// Id of the row it speaks of.
    pub entity_id: String,
    /// What was done, for `after`.
    pub after: serde_json::Value,
}

/// Why the database did not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum DatabaseError {
    /// Nothing answers, or the connection broke.
    #[error("Postgres does not answer: {reason}")]
    DatabaseUnreachable {
        /// What was noticed.
        reason: String,
    },
    /// User, password or database are not accepted.
    #[error("Postgres refused the sign-in: {reason}")]
    DatabaseSignInRefused {
        /// What the server said.
        reason: String,
    },
    /// The tables are not Weavestream's, or older than scheduled backups.
    #[error("this database has no {missing}")]
    NotWeavestream {
        /// Table or column that is missing.
        missing: String,
    },
    /// A row is not as expected.
    #[error("a row of {table} cannot be read: {reason}")]
    DatabaseRowOdd {
        /// The table.
        table: String,
        /// What was found.
        reason: String,
    },
    /// The server refused a statement.
    #[error("Postgres refused: {reason}")]
    DatabaseRefused {
        /// What the server said.
        reason: String,
    },
    /// The way to it failed.
    #[error(transparent)]
    #[serde(untagged)]
    Link(#[from] LinkError),
}
