use async_trait::async_trait;
use selvage_core::deployment::DeploymentId;
use selvage_core::ports::StoreError;
use selvage_core::vault::KitStore;
use selvage_core::vault::{EnvChange, EnvVersion, KitRecord, VaultStore};

use crate::database::{SqliteStore, stamp, text, trouble};

#[async_trait]
impl VaultStore for SqliteStore {
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

    async fn newest_env_versions(&self) -> Result<Vec<EnvVersion>, StoreError> {
        let sql = "select document from env_versions as one where ?1 = '' and number = (
            select max(number) from env_versions
            where deployment = one.deployment and json_extract(document, '$.complete'))";
        self.documents(sql, "").await
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
}

#[async_trait]
impl KitStore for SqliteStore {
    async fn newest_kits(&self) -> Result<Vec<KitRecord>, StoreError> {
        let sql = "select document from kits as one where ?1 = ''
            and made_at = (select max(made_at) from kits where deployment = one.deployment)";
        self.documents(sql, "").await
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
}
