use async_trait::async_trait;
use selvage_core::deployment::DeploymentId;
use selvage_core::findings::{Finding, FindingRecord, FindingStore, Recorded, remember};
use selvage_core::ports::StoreError;
use sqlx::SqliteConnection;

use crate::database::{SqliteStore, read, text, trouble};

#[async_trait]
impl FindingStore for SqliteStore {
    async fn findings(&self, id: DeploymentId) -> Result<Vec<FindingRecord>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(trouble)?;
        let records = records(&mut connection, &id.to_string()).await?;
        Ok(records.into_iter().filter(|record| record.cleared.is_none()).collect())
    }

    async fn record_findings(&self, id: DeploymentId, recorded: &Recorded<'_>) -> Result<Vec<Finding>, StoreError> {
        let id = id.to_string();
        // Locked from the beginning: of two checks at once, one sees what the other has remembered.
        let mut change = self.pool.begin_with("begin immediate").await.map_err(trouble)?;
        let checked: Option<String> = sqlx::query_scalar("select deployment from finding_checks where deployment = ?1")
            .bind(&id)
            .fetch_optional(&mut *change)
            .await
            .map_err(trouble)?;
        let before = match checked {
            Some(_) => Some(records(&mut change, &id).await?),
            None => None,
        };
        let (after, news) = remember(before, recorded);
        sqlx::query("insert into finding_checks (deployment) values (?1) on conflict do nothing")
            .bind(&id)
            .execute(&mut *change)
            .await
            .map_err(trouble)?;
        sqlx::query("delete from findings where deployment = ?1")
            .bind(&id)
            .execute(&mut *change)
            .await
            .map_err(trouble)?;
        for record in &after {
            sqlx::query("insert into findings (deployment, kind, subject, document) values (?1, ?2, ?3, ?4)")
                .bind(&id)
                .bind(&record.key.kind)
                .bind(&record.key.subject)
                .bind(text(record)?)
                .execute(&mut *change)
                .await
                .map_err(trouble)?;
        }
        change.commit().await.map_err(trouble)?;
        Ok(news)
    }
}

/// What can be read of a deployment's findings. One that cannot is found again if it is still so.
async fn records(connection: &mut SqliteConnection, id: &str) -> Result<Vec<FindingRecord>, StoreError> {
    let sql = "select document from findings where deployment = ?1 order by kind, subject";
    let documents: Vec<String> = sqlx::query_scalar(sql).bind(id).fetch_all(connection).await.map_err(trouble)?;
    Ok(documents.iter().filter_map(|document| read(document).ok()).collect())
}
