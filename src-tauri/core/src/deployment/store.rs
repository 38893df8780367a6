use async_trait::async_trait;

use super::model::{Deployment, DeploymentId};
use crate::base::StoreError;

/// The deployments of this laptop.
#[async_trait]
pub trait DeploymentStore: Send + Sync {
    /// Every deployment, by name.
    async fn deployments(&self) -> Result<Vec<Deployment>, StoreError>;
    /// Adds a deployment, or replaces the one with its id.
    async fn save_deployment(&self, deployment: &Deployment) -> Result<(), StoreError>;
    /// Forgets a deployment with its observation, the index of its vault and its
    /// copies' records; files stay.
    async fn remove_deployment(&self, id: DeploymentId) -> Result<(), StoreError>;
}
