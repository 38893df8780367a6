//! The Store port over SQLite.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use selvage_core::ports::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::library::make_private_folders;
use crate::process::Process;

/// The laptop's own database, `selvage.db` in its data folder.
#[derive(Debug)]
pub struct SqliteStore {
    pub(crate) pool: SqlitePool,
    pub(crate) process: Process,
}

/// How long another process may take to open the data folder.
const OPENING_TIMEOUT: Duration = Duration::from_secs(30);

/// Waits until no other process is opening the data folder. The lock falls with the file.
async fn turn(file: &Path) -> std::io::Result<File> {
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(file)?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if begun.elapsed() < OPENING_TIMEOUT => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

impl SqliteStore {
    /// Opens the database in `folder`, making both when missing. Migrations run
    /// in one transaction each. Two processes may have it open.
    pub async fn open(folder: &Path) -> Result<Self, StoreError> {
        make_private_folders(folder).map_err(trouble)?;
        private(folder).map_err(trouble)?;
        // Until it is open: of two that begin at once, only one may carry migrations out.
        let _turn = turn(&folder.join("opening.lock")).await.map_err(trouble)?;
        let process = Process::mark(&folder.join("processes")).map_err(trouble)?;
        let options = SqliteConnectOptions::new()
            .filename(folder.join("selvage.db"))
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was told as done survives a power cut: values without their index are found by nobody.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(15));
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.map_err(trouble)?;
        sqlx::migrate!("./migrations").run(&pool).await.map_err(|error| match error {
            sqlx::migrate::MigrateError::VersionMissing(_) => StoreError::StoreTooNew,
            other => trouble(other),
        })?;
        Ok(Self { pool, process })
    }

    /// The documents that can be read. One that cannot fails no other.
    pub(crate) async fn documents<T: DeserializeOwned>(
        &self,
        sql: &'static str,
        arg: &str,
    ) -> Result<Vec<T>, StoreError> {
        let texts: Vec<String> = sqlx::query_scalar(sql).bind(arg).fetch_all(&self.pool).await.map_err(trouble)?;
        Ok(texts.iter().filter_map(|text| read(text).ok()).collect())
    }

    /// The same, with what is known of those that cannot be read: their two columns
    /// beside the document.
    pub(crate) async fn entries<T: DeserializeOwned>(
        &self,
        sql: &'static str,
        arg: &str,
        unreadable: impl Fn(&str, &str, String) -> Option<T>,
    ) -> Result<Vec<T>, StoreError> {
        let rows: Vec<(String, String, String)> =
            sqlx::query_as(sql).bind(arg).fetch_all(&self.pool).await.map_err(trouble)?;
        let entry = |(one, other, text): &(String, String, String)| match read(text) {
            Ok(entry) => Some(entry),
            Err(reason) => unreadable(one, other, reason),
        };
        Ok(rows.iter().filter_map(entry).collect())
    }

    pub(crate) async fn execute(&self, sql: &'static str, args: &[&str]) -> Result<(), StoreError> {
        let mut query = sqlx::query(sql);
        for arg in args {
            query = query.bind(*arg);
        }
        query.execute(&self.pool).await.map_err(trouble).map(|_| ())
    }
}

pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        tracing::warn!(%error, kind = std::any::type_name::<T>(), "an entry of Selvage's own database cannot be read");
        error.to_string()
    })
}

pub(crate) fn text<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(trouble)
}

/// Sorts as text.
pub(crate) fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(crate) fn trouble(error: impl std::fmt::Display) -> StoreError {
    StoreError::StoreTrouble { reason: error.to_string() }
}

/// The folder is this user's alone: it names hosts and logins.
#[cfg(unix)]
fn private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

/// Windows keeps a profile's folders to their user.
#[cfg(not(unix))]
fn private(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}
