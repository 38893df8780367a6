use async_trait::async_trait;
use selvage_core::ports::StoreError;
use selvage_core::settings::SettingStore;

use crate::database::{SqliteStore, trouble};

#[async_trait]
impl SettingStore for SqliteStore {
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
