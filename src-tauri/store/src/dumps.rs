use async_trait::async_trait;
use selvage_core::deployment::DeploymentId;
use selvage_core::library::{DumpRecord, DumpStore, LocalDumpState};
use selvage_core::ports::StoreError;
use selvage_core::weavestream::manifest::Sha256;
use selvage_core::weavestream::run::RunId;
use uuid::Uuid;

use crate::database::{SqliteStore, read, stamp, text, trouble};

#[async_trait]
impl DumpStore for SqliteStore {
    async fn all_dump_records(&self) -> Result<Vec<DumpRecord>, StoreError> {
        let sql = "select deployment, path, document, checked_at from local_dumps order by checked_at desc";
        let rows: Vec<(String, String, String, String)> =
            sqlx::query_as(sql).fetch_all(&self.pool).await.map_err(trouble)?;
        let record = |(id, path, text, checked_at): &(String, String, String, String)| {
            let id = DeploymentId(id.parse().ok()?);
            Some(read(text).unwrap_or_else(|_| unreadable(id, path, checked_at)))
        };
        Ok(rows.iter().filter_map(record).collect())
    }

    async fn dump_records(&self, id: DeploymentId) -> Result<Vec<DumpRecord>, StoreError> {
        let sql = "select path, checked_at, document from local_dumps where deployment = ?1 order by checked_at desc";
        self.entries(sql, &id.to_string(), |path, checked_at, _| Some(unreadable(id, path, checked_at))).await
    }

    async fn save_dump_record(&self, copy: &DumpRecord) -> Result<(), StoreError> {
        let sql = "insert into local_dumps (path, deployment, checked_at, document) values (?1, ?2, ?3, ?4)
            on conflict (deployment, path) do update set checked_at = excluded.checked_at, document = excluded.document";
        self.execute(sql, &[&copy.path, &copy.deployment.to_string(), &stamp(copy.checked_at), &text(copy)?]).await
    }

    async fn remove_dump_record(&self, id: DeploymentId, path: &str) -> Result<(), StoreError> {
        self.execute("delete from local_dumps where deployment = ?1 and path = ?2", &[&id.to_string(), path]).await
    }
}

/// What can be told of a dump whose document cannot be read.
fn unreadable(deployment: DeploymentId, path: &str, checked_at: &str) -> DumpRecord {
    DumpRecord {
        deployment,
        run: RunId(Uuid::nil()),
        path: path.to_owned(),
        size: 0,
        sha256: Sha256::new([0; 32]),
        state: LocalDumpState::Unverified,
        checked_at: checked_at.parse().unwrap_or_default(),
        entries: 0,
        run_at: None,
        made_at: None,
        modified: None,
    }
}
