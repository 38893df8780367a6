use async_trait::async_trait;

use crate::base::StoreError;
use crate::deployment::DeploymentId;
use crate::vault::KitRecord;

/// Emergency kits that were written.
#[async_trait]
pub trait KitStore: Send + Sync {
    /// Emergency kits that were written for a deployment, newest first.
    async fn kits(&self, id: DeploymentId) -> Result<Vec<KitRecord>, StoreError>;
    /// Adds a kit, or replaces the one at the same path.
    async fn save_kit(&self, kit: &KitRecord) -> Result<(), StoreError>;
}
