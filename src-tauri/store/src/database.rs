//! The Store port over SQLite.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use selvage_core::deployment::{Deployment, DeploymentId, slug};
use selvage_core::observation::Observation;
use selvage_core::ports::{DumpRecord, LocalDumpState, Store, StoreError};
use selvage_core::vault::{EnvChange, EnvVersion, KitRecord};
use selvage_core::weavestream::manifest::Sha256;
use selvage_core::weavestream::run::RunId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use uuid::Uuid;

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

#[async_trait]
impl Store for SqliteStore {
    async fn deployments(&self) -> Result<Vec<Deployment>, StoreError> {
        let sql = "select id, name, document from deployments where ?1 = '' order by name";
        self.entries(sql, "", |id, name, _| {
            let (ssh, direct) = (None, None);
            Some(Deployment {
                id: DeploymentId(id.parse().ok()?),
                name: name.to_owned(),
                slug: slug(name),
                ssh,
                direct,
            })
        })
        .await
    }

    async fn save_deployment(&self, deployment: &Deployment) -> Result<(), StoreError> {
        let sql = "insert into deployments (id, name, slug, document) values (?1, ?2, ?3, ?4)
            on conflict (id) do update set name = excluded.name, slug = excluded.slug, document = excluded.document";
        self.execute(sql, &[&deployment.id.to_string(), &deployment.name, &deployment.slug, &text(deployment)?]).await
    }

    async fn remove_deployment(&self, id: DeploymentId) -> Result<(), StoreError> {
        let id = id.to_string();
        let mut change = self.pool.begin().await.map_err(trouble)?;
        for sql in ["delete from local_dumps where deployment = ?1", "delete from deployments where id = ?1"] {
            sqlx::query(sql).bind(&id).execute(&mut *change).await.map_err(trouble)?;
        }
        change.commit().await.map_err(trouble)
    }

    async fn observation(&self, id: DeploymentId) -> Result<Option<Observation>, StoreError> {
        let found = self.documents("select document from observations where deployment = ?1", &id.to_string()).await;
        // What an older version saw is no reason to fail: it is looked at anew.
        Ok(found?.into_iter().next())
    }

    async fn save_observation(&self, id: DeploymentId, observation: &Observation) -> Result<(), StoreError> {
        let sql = "insert into observations (deployment, document) values (?1, ?2)
            on conflict (deployment) do update set document = excluded.document";
        self.execute(sql, &[&id.to_string(), &text(observation)?]).await
    }

    async fn dump_records(&self, id: DeploymentId) -> Result<Vec<DumpRecord>, StoreError> {
        let sql = "select path, checked_at, document from local_dumps where deployment = ?1 order by checked_at desc";
        self.entries(sql, &id.to_string(), |path, checked_at, _| {
            Some(DumpRecord {
                deployment: id,
                run: RunId(Uuid::nil()),
                path: path.to_owned(),
                size: 0,
                sha256: Sha256::new([0; 32]),
                state: LocalDumpState::Unverified,
                checked_at: checked_at.parse().unwrap_or_default(),
                entries: 0,
                made_at: None,
                modified: None,
            })
        })
        .await
    }

    async fn save_dump_record(&self, copy: &DumpRecord) -> Result<(), StoreError> {
        let sql = "insert into local_dumps (path, deployment, checked_at, document) values (?1, ?2, ?3, ?4)
            on conflict (deployment, path) do update set checked_at = excluded.checked_at, document = excluded.document";
        self.execute(sql, &[&copy.path, &copy.deployment.to_string(), &stamp(copy.checked_at), &text(copy)?]).await
    }

    async fn remove_dump_record(&self, id: DeploymentId, path: &str) -> Result<(), StoreError> {
        self.execute("delete from local_dumps where deployment = ?1 and path = ?2", &[&id.to_string(), path]).await
    }

    async fn next_env_number(&self, id: DeploymentId) -> Result<u32, StoreError> {
        let sql = "insert into env_numbers (deployment, last) values (?1, 1)
            on conflict (deployment) do update set last = last + 1 returning last";
        let next: i64 = sqlx::query_scalar(sql).bind(id.to_string()).fetch_one(&self.pool).await.map_err(trouble)?;
        u32::try_from(next).map_err(trouble)
    }

    async fn give_back_env_number(&self, id: DeploymentId, number: u32) -> Result<(), StoreError> {
        let sql = "update env_numbers set last = last - 1 where deployment = ?1 and last = cast(?2 as integer)";
        self.execute(sql, &[&id.to_string(), &number.to_string()]).await
    }

    async fn env_versions(&self, id: DeploymentId) -> Result<Vec<EnvVersion>, StoreError> {
        self.documents("select document from env_versions where deployment = ?1 order by number desc", &id.to_string())
            .await
    }

    async fn add_env_version(&self, version: &EnvVersion) -> Result<(), StoreError> {
        let sql = "insert into env_versions (deployment, number, document) values (?1, cast(?2 as integer), ?3)";
        self.execute(sql, &[&version.deployment.to_string(), &version.number.to_string(), &text(version)?]).await
    }

    async fn change_env_version(&self, id: DeploymentId, number: u32, change: &EnvChange) -> Result<bool, StoreError> {
        let (field, value) = match change {
            EnvChange::Complete => ("$.complete", text(&true)?),
            EnvChange::Note(note) => ("$.note", text(note)?),
            EnvChange::Proof(proof) => ("$.proof", text(proof)?),
        };
        let sql =
            "update env_versions set document = json_set(document, ?3, json(?4)) where deployment = ?1 and number = ?2";
        let changed = sqlx::query(sql).bind(id.to_string()).bind(number).bind(field).bind(value);
        Ok(changed.execute(&self.pool).await.map_err(trouble)?.rows_affected() > 0)
    }

    async fn remove_env_version(&self, id: DeploymentId, number: u32) -> Result<(), StoreError> {
        let sql = "delete from env_versions where deployment = ?1 and number = cast(?2 as integer)";
        self.execute(sql, &[&id.to_string(), &number.to_string()]).await
    }

    async fn kits(&self, id: DeploymentId) -> Result<Vec<KitRecord>, StoreError> {
        self.documents("select document from kits where deployment = ?1 order by made_at desc", &id.to_string()).await
    }

    async fn save_kit(&self, kit: &KitRecord) -> Result<(), StoreError> {
        let sql = "insert into kits (path, deployment, made_at, document) values (?1, ?2, ?3, ?4)
            on conflict (path) do update set deployment = excluded.deployment, made_at = excluded.made_at,
            document = excluded.document";
        self.execute(sql, &[&kit.path, &kit.deployment.to_string(), &stamp(kit.made_at), &text(kit)?]).await
    }

    async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let sql = "select value from settings where key = ?1";
        sqlx::query_scalar(sql).bind(key).fetch_optional(&self.pool).await.map_err(trouble)
    }

    async fn set_setting(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        match value {
            Some(value) => {
                let sql = "insert into settings (key, value) values (?1, ?2) on conflict (key) do update set value = excluded.value";
                self.execute(sql, &[key, value]).await
            }
            None => self.execute("delete from settings where key = ?1", &[key]).await,
        }
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
