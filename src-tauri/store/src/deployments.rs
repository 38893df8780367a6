use async_trait::async_trait;
use selvage_core::deployment::{Deployment, DeploymentId, DeploymentStore, slug};
use selvage_core::ports::StoreError;

use crate::database::{SqliteStore, text, trouble};

#[async_trait]
impl DeploymentStore for SqliteStore {
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
}
