use std::collections::HashMap;

use async_trait::async_trait;
use selvage_core::deployment::DeploymentId;
use selvage_core::observation::{Observation, ObservationStore, Summary};
use selvage_core::ports::StoreError;
use selvage_core::weavestream::run::Run;

use crate::database::{SqliteStore, read, text, trouble};

#[async_trait]
impl ObservationStore for SqliteStore {
    async fn summaries(&self) -> Result<HashMap<DeploymentId, Summary>, StoreError> {
        let sql = "select deployment, document from observations";
        let found: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(&self.pool).await.map_err(trouble)?;
        Ok(found.iter().filter_map(|(id, text)| Some((DeploymentId(id.parse().ok()?), read(text).ok()?))).collect())
    }

    async fn summary(&self, id: DeploymentId) -> Result<Option<Summary>, StoreError> {
        let found = self.documents("select document from observations where deployment = ?1", &id.to_string()).await;
        // What an older version saw is no reason to fail: it is looked at anew.
        Ok(found?.into_iter().next())
    }

    async fn save_summary(&self, id: DeploymentId, summary: &Summary) -> Result<(), StoreError> {
        let sql = "update observations set document = ?2 where deployment = ?1";
        self.execute(sql, &[&id.to_string(), &text(summary)?]).await
    }

    async fn observed_runs(&self, id: DeploymentId) -> Result<Vec<Run>, StoreError> {
        let sql = "select document from observation_parts where deployment = ?1 and part = 'recent'";
        Ok(self.documents(sql, &id.to_string()).await?.pop().unwrap_or_default())
    }

    async fn observation(&self, id: DeploymentId) -> Result<Option<Observation>, StoreError> {
        let Some(summary) = self.summary(id).await? else { return Ok(None) };
        let sql = "select part, document from observation_parts where deployment = ?1";
        let parts: Vec<(String, String)> =
            sqlx::query_as(sql).bind(id.to_string()).fetch_all(&self.pool).await.map_err(trouble)?;
        Ok(assembled(summary, &parts.into_iter().collect()))
    }

    async fn save_observation(&self, id: DeploymentId, observation: &Observation) -> Result<(), StoreError> {
        let Observation { summary, facts, schedules, queue, recent } = observation;
        let parts = [
            ("facts", text(facts)?),
            ("schedules", text(schedules)?),
            ("queue", text(queue)?),
            ("recent", text(recent)?),
        ];
        let mut change = self.pool.begin().await.map_err(trouble)?;
        let sql = "insert into observations (deployment, document) values (?1, ?2)
            on conflict (deployment) do update set document = excluded.document";
        let saved = sqlx::query(sql).bind(id.to_string()).bind(text(summary)?);
        saved.execute(&mut *change).await.map_err(trouble)?;
        for (part, document) in parts {
            // Most looks see what the one before saw: that is not written again.
            let sql = "insert into observation_parts (deployment, part, document) values (?1, ?2, ?3)
                on conflict (deployment, part) do update set document = excluded.document
                where document is not excluded.document";
            let saved = sqlx::query(sql).bind(id.to_string()).bind(part).bind(document);
            saved.execute(&mut *change).await.map_err(trouble)?;
        }
        change.commit().await.map_err(trouble)
    }
}

fn assembled(summary: Summary, parts: &HashMap<String, String>) -> Option<Observation> {
    Some(Observation {
        summary,
        facts: read(parts.get("facts")?).ok()?,
        schedules: read(parts.get("schedules")?).ok()?,
        queue: read(parts.get("queue")?).ok()?,
        recent: read(parts.get("recent")?).ok()?,
    })
}
