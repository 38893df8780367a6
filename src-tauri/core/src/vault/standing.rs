use super::Vault;
use super::version::EnvVersion;
use crate::deployment::DeploymentId;
use crate::kit::KitRecord;
use crate::problem::Problem;

/// What a vault holds, for the verdict and what needs attention.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VaultStanding {
    /// The newest version; none when nothing was captured.
    pub newest: Option<EnvVersion>,
    /// The newest emergency kit; none when none was written.
    pub kit: Option<KitRecord>,
}

impl VaultStanding {
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
    /// How the vault of `deployment` stands.
    pub async fn standing(&self, deployment: DeploymentId) -> Result<VaultStanding, Problem> {
        let kit = self.store.kits(deployment).await?.into_iter().next();
        Ok(VaultStanding { newest: self.newest(deployment).await?, kit })
    }
}
