use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Vault;
use super::version::EnvVersion;
use crate::base::Problem;
use crate::deployment::DeploymentId;
use crate::weavestream::manifest::Sha256;

/// What the laptop remembers of a kit. The kit itself lies where the admin put it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KitRecord {
    /// The deployment that this is about.
    pub deployment: DeploymentId,
    /// Where it was written.
    pub path: String,
    /// When it was opened again and found to hold what was put in.
    pub made_at: DateTime<Utc>,
    /// The version of `.env` in it.
    pub version: u32,
    /// The Compose file is in it.
    pub compose: bool,
    /// Digest of the kit.
    pub sha256: Sha256,
}

/// What a vault holds, for the verdict and what needs attention.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VaultStatus {
    /// The newest version; none when nothing was captured.
    pub newest: Option<EnvVersion>,
    /// The newest emergency kit; none when none was written.
    pub kit: Option<KitRecord>,
}

impl VaultStatus {
    /// A kit was written, and the vault has a newer version.
    #[must_use]
    pub fn kit_is_old(&self) -> bool {
        match (&self.newest, &self.kit) {
            (Some(newest), Some(kit)) => kit.version < newest.number,
            _ => false,
        }
    }
}

impl Vault {
    /// How the vault of each deployment stands that has something in it.
    pub async fn statuses(&self) -> Result<HashMap<DeploymentId, VaultStatus>, Problem> {
        let mut found: HashMap<DeploymentId, VaultStatus> = HashMap::new();
        for version in self.store.newest_env_versions().await? {
            let status = found.entry(version.deployment).or_default();
            status.newest = Some(version);
        }
        for kit in self.store.newest_kits().await? {
            let status = found.entry(kit.deployment).or_default();
            status.kit = Some(kit);
        }
        Ok(found)
    }

    /// How the vault of `deployment` stands.
    pub async fn status(&self, deployment: DeploymentId) -> Result<VaultStatus, Problem> {
        let kit = self.store.kits(deployment).await?.into_iter().next();
        Ok(VaultStatus { newest: self.newest(deployment).await?, kit })
    }
}
