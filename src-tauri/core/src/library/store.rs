use async_trait::async_trait;

use super::record::DumpRecord;
use crate::base::StoreError;
use crate::deployment::DeploymentId;

/// What is recorded of the dumps on this laptop.
#[async_trait]
pub trait DumpStore: Send + Sync {
    /// What is recorded of every deployment's dumps, newest first.
    async fn all_dump_records(&self) -> Result<Vec<DumpRecord>, StoreError>;
    /// What is recorded of one deployment's dumps on this laptop, newest first.
    /// A record says nothing of now: [`crate::library::local_dumps`] looks at the files.
    async fn dump_records(&self, id: DeploymentId) -> Result<Vec<DumpRecord>, StoreError>;
    /// Adds a record, or replaces the one of the same deployment and path.
    async fn save_dump_record(&self, copy: &DumpRecord) -> Result<(), StoreError>;
    /// Forgets the record of a deployment's dump at `path`.
    async fn remove_dump_record(&self, id: DeploymentId, path: &str) -> Result<(), StoreError>;
}
