use async_trait::async_trait;

use super::status::KitRecord;
use super::version::{EnvChange, EnvVersion};
use crate::base::StoreError;
use crate::deployment::DeploymentId;

/// The index of each deployment's vault. Values are in the keyring, never here.
#[async_trait]
pub trait VaultStore: Send + Sync {
    /// A number for the next version of a deployment's `.env`, never given before
    /// unless it was given back.
    async fn next_env_number(&self, id: DeploymentId) -> Result<u32, StoreError>;
    /// Gives a number back under which nothing was kept anywhere. It is given again
    /// unless a later one was given meanwhile.
    async fn give_back_env_number(&self, id: DeploymentId, number: u32) -> Result<(), StoreError>;
    /// The newest complete version of each deployment that has one.
    async fn newest_env_versions(&self) -> Result<Vec<EnvVersion>, StoreError>;
    /// The index of a deployment's vault, newest first.
    async fn env_versions(&self, id: DeploymentId) -> Result<Vec<EnvVersion>, StoreError>;
    /// Adds a version that is not complete yet.
    async fn add_env_version(&self, version: &EnvVersion) -> Result<(), StoreError>;
    /// Changes one thing of a version. False when there is no such version any
    /// more: what was removed meanwhile does not come back.
    async fn change_env_version(&self, id: DeploymentId, number: u32, change: &EnvChange) -> Result<bool, StoreError>;
    /// Forgets a version.
    async fn remove_env_version(&self, id: DeploymentId, number: u32) -> Result<(), StoreError>;
}

/// Emergency kits that were written.
#[async_trait]
pub trait KitStore: Send + Sync {
    /// The newest kit of each deployment that has one.
    async fn newest_kits(&self) -> Result<Vec<KitRecord>, StoreError>;
    /// Emergency kits that were written for a deployment, newest first.
    async fn kits(&self, id: DeploymentId) -> Result<Vec<KitRecord>, StoreError>;
    /// Adds a kit, or replaces the one at the same path.
    async fn save_kit(&self, kit: &KitRecord) -> Result<(), StoreError>;
}
