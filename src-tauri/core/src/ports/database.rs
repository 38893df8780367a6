use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use super::{Endpoint, Host, LinkError};
use crate::Secret;
use crate::base::{Class, Tellable, told_in_words};
use crate::weavestream::compose::Project;
use crate::weavestream::retention::Dump;
use crate::weavestream::run::{Page, Run, RunFilter, RunId, RunPage};
use crate::weavestream::schedule::Schedule;
use crate::weavestream::schedule_draft::ScheduleValues;
use crate::weavestream::sealed::SealedData;
use crate::weavestream::server_version::ServerVersion;

/// Weavestream's Postgres, as far as Selvage uses it.
#[async_trait]
pub trait Database: Send + Sync {
    /// Which server answers, and its clock.
    async fn server(&self) -> Result<ServerFacts, DatabaseError>;
    /// What the role that signed in may do.
    async fn rights(&self) -> Result<Rights, DatabaseError>;
    /// Every schedule, by name.
    async fn schedules(&self) -> Result<Vec<Schedule>, DatabaseError>;
    /// One page of runs, newest first, with the totals of the filter. `now` is
    /// what [`RunFilter::days`] counts back from.
    async fn runs(&self, filter: &RunFilter, page: Page, now: DateTime<Utc>) -> Result<RunPage, DatabaseError>;
    /// One run, or none.
    async fn run(&self, id: RunId) -> Result<Option<Run>, DatabaseError>;
    /// The newest success whose dump is still on the host.
    async fn latest_good(&self) -> Result<Option<Run>, DatabaseError>;
    /// Adds one row to `audit_log`, as the web app would (`docs/weavestream.md` section 5).
    async fn record(&self, entry: &AuditEntry) -> Result<(), DatabaseError>;

    /// Users who may change schedules and start runs, by address (`docs/weavestream.md` section 5).
    async fn actors(&self) -> Result<Vec<Actor>, DatabaseError>;
    /// Changes `backup_config` and records it in `audit_log`, both or neither.
    /// `by` is the acting user; none leaves the actor empty.
    async fn write_schedule(&self, write: &ScheduleWrite, by: Option<Uuid>) -> Result<ScheduleWritten, DatabaseError>;
    /// Adds a manual run that waits for the worker, and records it, unless one
    /// of this schedule is under way.
    async fn queue_run(&self, schedule: Uuid, by: Option<Uuid>) -> Result<RunQueued, DatabaseError>;
    /// Settles a run that still waits, because no worker will come to it.
    async fn fail_queued_run(&self, run: RunId, error: &str) -> Result<(), DatabaseError>;
    /// Every success of a schedule that matters to its retention: those with
    /// files, the newest hundred, and the newest of each UTC day. Newest first.
    async fn dumps(&self, schedule: Uuid) -> Result<Vec<Dump>, DatabaseError>;
    /// Who holds the advisory lock of backups; none when nobody does.
    async fn lock_holder(&self) -> Result<Option<LockHolder>, DatabaseError>;
    /// Encrypted values of every column that has such, enough of them to tell
    /// whether keys fit (`docs/weavestream.md` section 7).
    async fn sealed(&self) -> Result<SealedData, DatabaseError>;
    /// Ends every session that calls itself `application`; how many there were.
    async fn end_sessions(&self, application: &str) -> Result<u32, DatabaseError>;
}

/// Opens databases.
#[async_trait]
pub trait DatabaseConnector: Send + Sync {
    /// Over a forward of the SSH link.
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
    /// `server_version_num`
    pub version: ServerVersion,
    /// The server's clock.
    pub now: DateTime<Utc>,
}

/// What a role may do with Weavestream's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// Read schedules and runs.
    pub read: bool,
    /// Change schedules and start runs, and record both in `audit_log`.
    pub change: bool,
    /// Read every table, as a dump must.
    pub dump: bool,
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
    /// The acting user; none, or one that is gone, leaves the actor empty.
    pub by: Option<Uuid>,
}

/// A user who may act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// Primary key in `users`.
    #[specta(type = String)]
    pub id: Uuid,
    /// Unique there.
    pub email: String,
}

/// One change of `backup_config`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleWrite {
    /// A new row.
    Create {
        /// What it holds.
        values: ScheduleValues,
    },
    /// A changed row. Keys of `retention` that Selvage does not know stay.
    Update {
        /// Primary key of the row.
        id: Uuid,
        /// `updated_at` of the version that was edited.
        expected: DateTime<Utc>,
        /// What it holds from now on.
        values: ScheduleValues,
    },
    /// A row switched on or off, and nothing else of it.
    Enable {
        /// Primary key of the row.
        id: Uuid,
        /// `updated_at` of the version that was seen.
        expected: DateTime<Utc>,
        /// Whether it should fire.
        enabled: bool,
    },
    /// A row less. Its runs and dumps stay.
    Delete {
        /// Primary key of the row.
        id: Uuid,
        /// `updated_at` of the version that was seen.
        expected: DateTime<Utc>,
    },
}

/// What became of a [`ScheduleWrite`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleWritten {
    /// Done; the row as it is now, or as it last was.
    Done(Schedule),
    /// Nothing was written: the row was changed meanwhile, to this.
    Moved(Schedule),
    /// Nothing was written: the row is not there any more.
    Gone,
    /// Nothing was written: this user is gone, or may not act.
    ActorRefused,
}

/// What became of asking for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunQueued {
    /// The row waits for the worker.
    Queued(RunId),
    /// Nothing was written: this one waits or runs already.
    UnderWay(RunId),
    /// Nothing was written: the schedule is not there any more.
    Gone,
    /// Nothing was written: this user is gone, or may not act.
    ActorRefused,
}

/// A session of Postgres that holds the advisory lock of backups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LockHolder {
    /// Its process on the server.
    pub pid: i32,
    /// Its database user.
    pub user: String,
    /// What it calls itself; empty when it does not say.
    pub application: String,
    /// Its address; none for a local socket.
    pub address: Option<String>,
    /// When the session began.
    #[specta(type = String)]
    pub since: DateTime<Utc>,
    /// No run is under way and no `pg_dump` is at work: a pool left the lock with a
    /// session that has nothing to do (`docs/weavestream.md` section 4).
    #[serde(default)]
    pub idle: bool,
}

/// Why the database did not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum DatabaseError {
    /// Nothing answers, or the connection broke.
    DatabaseUnreachable {
        /// What was noticed.
        reason: String,
    },
    /// User, password or database are not accepted.
    DatabaseSignInRefused {
        /// What the server said.
        reason: String,
    },
    /// The server asks for a password, and the keyring holds none.
    DatabasePasswordNeeded {
        /// The role.
        user: String,
    },
    /// The server asks for the password as it is, over a line that is not encrypted.
    PasswordInTheClear {
        /// The role.
        user: String,
    },
    /// The server does not encrypt, and the link demands it.
    TlsNotOffered {
        /// Host dialled.
        host: String,
    },
    /// The certificate is for other names.
    TlsWrongName {
        /// Host dialled.
        host: String,
        /// The names in the certificate.
        names: Vec<String>,
    },
    /// The certificate is not valid today.
    TlsOutOfDate {
        /// Host dialled.
        host: String,
        /// First day, UTC.
        from: String,
        /// Last day, UTC.
        until: String,
    },
    /// No trusted authority stands behind the certificate.
    TlsUntrusted {
        /// Host dialled.
        host: String,
        /// Who issued it.
        issuer: String,
        /// It was issued by itself.
        self_signed: bool,
    },
    /// TLS could not be agreed upon.
    TlsFailed {
        /// Host dialled.
        host: String,
        /// What was noticed, or what the server said.
        reason: String,
    },
    /// A file of certificates or keys cannot be used.
    TlsFileUnusable {
        /// The file.
        file: String,
        /// Why it failed, as the system or the host said it.
        reason: String,
    },
    /// The tables are not Weavestream's, or older than scheduled backups.
    NotWeavestream {
        /// Table or column that is missing.
        missing: String,
    },
    /// A row is not as expected.
    DatabaseRowOdd {
        /// The table.
        table: String,
        /// What was found.
        reason: String,
    },
    /// The server refused a statement.
    DatabaseRefused {
        /// What the server said.
        reason: String,
    },
    /// The way to it failed.
    #[serde(untagged)]
    Link(LinkError),
}

told_in_words!(DatabaseError);

impl Tellable for DatabaseError {
    /// A server that is not what the admin demands begins nothing.
    fn class(&self) -> Class {
        match self {
            Self::TlsWrongName { .. }
            | Self::TlsOutOfDate { .. }
            | Self::TlsUntrusted { .. }
            | Self::TlsNotOffered { .. }
            | Self::PasswordInTheClear { .. } => Class::Refused,
            Self::Link(error) => error.class(),
            _ => Class::Failed,
        }
    }
}

impl From<LinkError> for DatabaseError {
    fn from(error: LinkError) -> Self {
        Self::Link(error)
    }
}
