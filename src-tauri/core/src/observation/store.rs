use std::collections::HashMap;

use async_trait::async_trait;

use super::model::{Observation, Summary};
use crate::base::StoreError;
use crate::deployment::DeploymentId;
use crate::weavestream::run::Run;

/// What was last seen of each deployment, each part by itself.
#[async_trait]
pub trait ObservationStore: Send + Sync {
    /// The short part of every deployment that was seen.
    async fn summaries(&self) -> Result<HashMap<DeploymentId, Summary>, StoreError>;
    /// The short part.
    async fn summary(&self, id: DeploymentId) -> Result<Option<Summary>, StoreError>;
    /// Replaces the short part of what was seen; nothing happens where nothing was.
    async fn save_summary(&self, id: DeploymentId, summary: &Summary) -> Result<(), StoreError>;
    /// The runs that were seen.
    async fn observed_runs(&self, id: DeploymentId) -> Result<Vec<Run>, StoreError>;
    /// All of it; none where a part is missing or of an unknown form: it is looked at anew.
    async fn observation(&self, id: DeploymentId) -> Result<Option<Observation>, StoreError>;
    /// Replaces what was last seen.
    async fn save_observation(&self, id: DeploymentId, observation: &Observation) -> Result<(), StoreError>;
}
