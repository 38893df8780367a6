use async_trait::async_trait;

use super::model::Activity;
use crate::base::StoreError;

/// What was done. There is no way to remove an entry.
#[async_trait]
pub trait ActivityStore: Send + Sync {
    /// Adds an entry.
    async fn add_activity(&self, activity: &Activity) -> Result<(), StoreError>;
    /// The newest `limit` entries, newest first.
    async fn activity(&self, limit: u32) -> Result<Vec<Activity>, StoreError>;
}
