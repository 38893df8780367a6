//! The deployments of this laptop: added after a test, found, given another link, removed.

mod draft;

use std::sync::Arc;

pub use draft::{DirectDraft, Draft, SshDraft};

use crate::base::{Problem, RequestError};
use crate::deployment::{Deployment, DeploymentId, DeploymentStore, link_errors};
use crate::link::{Links, SecretKind, keyring_name};
use crate::ports::{Clock, DirectRequest, HostRequest, Keyring, KeyringError};
use crate::probe::Check;
use crate::settings::{SettingStore, Settings};
use crate::vault::{Vault, VaultError};

/// What is kept of each deployment.
pub trait RegistryStore: DeploymentStore + SettingStore {}
impl<T: DeploymentStore + SettingStore + ?Sized> RegistryStore for T {}

/// The deployments of this laptop.
#[derive(Clone)]
pub struct Deployments {
    /// Ways to the hosts.
    pub links: Arc<Links>,
    /// Where they are remembered.
    pub store: Arc<dyn RegistryStore>,
    /// Where their secrets are.
    pub keyring: Arc<dyn Keyring>,
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// Their `.env`s.
    pub vault: Vault,
}

impl Deployments {
    /// The deployment with this id.
    pub async fn get(&self, id: DeploymentId) -> Result<Deployment, Problem> {
        self.find(&id.to_string()).await
    }

    /// The deployment with this name, short name or id.
    pub async fn find(&self, name: &str) -> Result<Deployment, Problem> {
        let all = self.store.deployments().await?;
        let fits = |d: &Deployment| d.name == name || d.slug == name || d.id.to_string() == name;
        all.into_iter().find(fits).ok_or_else(|| RequestError::NoSuchDeployment { name: name.to_owned() }.into())
    }

    /// What would be wrong with `draft` as a new deployment.
    pub async fn check(&self, draft: &Draft) -> Result<Deployment, Problem> {
        let taken = self.store.deployments().await?;
        let (ssh, direct) = draft.links();
        Ok(Deployment::new(&draft.name, ssh, direct, &taken).map_err(|fields| RequestError::Fields { fields })?)
    }

    /// Adds a deployment; its secrets go to the keyring first, so that a
    /// keyring that refuses leaves nothing half done.
    pub async fn add(&self, draft: Draft) -> Result<Deployment, Problem> {
        let deployment = self.check(&draft).await?;
        self.keep(&draft, deployment).await
    }

    /// Gives a known deployment the links of `draft`; those that it does not name
    /// stay. A secret that was not typed anew stays as well, unless the link now
    /// leads elsewhere.
    pub async fn relink(&self, id: DeploymentId, draft: Draft) -> Result<Deployment, Problem> {
        let before = self.get(id).await?;
        let (ssh, direct) = draft.links();
        let fields = link_errors(ssh.as_ref(), direct.as_ref());
        if !fields.is_empty() {
            return Err(RequestError::Fields { fields }.into());
        }
        for kind in draft.outdated(&before) {
            self.forget_secret(id, kind).await?;
        }
        let (ssh, direct) = (ssh.or_else(|| before.ssh.clone()), direct.or_else(|| before.direct.clone()));
        let deployment = self.keep(&draft, Deployment { ssh, direct, ..before }).await?;
        self.links.forget(id).await;
        Ok(deployment)
    }

    async fn keep(&self, draft: &Draft, deployment: Deployment) -> Result<Deployment, Problem> {
        for (kind, secret) in draft.secrets() {
            self.keyring.set(&keyring_name(deployment.id, kind), &secret).await?;
        }
        self.store.save_deployment(&deployment).await?;
        Ok(deployment)
    }

    async fn forget_secret(&self, id: DeploymentId, kind: SecretKind) -> Result<(), Problem> {
        match self.keyring.delete(&keyring_name(id, kind)).await {
            // Where there is no keyring nothing was kept.
            Ok(()) | Err(KeyringError::KeyringAbsent { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets a deployment and the secrets of its links. Dumps on this laptop
    /// stay. While its vault holds versions it is refused, unless the admin said
    /// `with_vault`: they may be the last ones.
    pub async fn remove(&self, id: DeploymentId, with_vault: bool) -> Result<(), Problem> {
        let deployment = self.get(id).await?;
        let versions = self.vault.versions(id).await?.len();
        if versions > 0 && !with_vault {
            return Err(VaultError::VaultNotEmpty { versions: u32::try_from(versions).unwrap_or(u32::MAX) }.into());
        }
        self.vault.empty(id).await?;
        self.links.forget(id).await;
        self.store.remove_deployment(id).await?;
        Settings::of(self.store.clone()).set_actor(id, None).await?;
        let kinds = deployment.ssh.iter().filter_map(|ssh| SecretKind::of(&ssh.target.auth));
        for kind in kinds.chain(deployment.direct.as_ref().map(|_| SecretKind::DatabasePassword)) {
            self.forget_secret(id, kind).await?;
        }
        Ok(())
    }

    /// Tests what a form describes, each link that it names. For a link of the
    /// deployment `known` the keyring's secret stands in for one that was not typed.
    pub async fn test(&self, draft: Draft, known: Option<DeploymentId>) -> Result<Vec<Check>, Problem> {
        let (ssh, direct) = draft.links();
        let fields = link_errors(ssh.as_ref(), direct.as_ref());
        if !fields.is_empty() {
            return Err(RequestError::Fields { fields }.into());
        }
        let kept = match known {
            Some(id) => draft.kept(&self.get(id).await?),
            None => None,
        };
        let mut checks = Vec::new();
        if let Some(kept) = &kept {
            checks.extend(self.links.test_known(kept).await);
        }
        let tested = |link: fn(&Deployment) -> bool| kept.as_ref().is_some_and(link);
        if let Some(ssh) = draft.ssh.filter(|_| !tested(|kept| kept.ssh.is_some())) {
            let secrets = ssh.secrets();
            let request = HostRequest { target: ssh.link.target, secrets };
            checks.extend(self.links.test_host(&request, &ssh.link.folder).await);
        }
        if let Some(DirectDraft { link, password }) = draft.direct.filter(|_| !tested(|kept| kept.direct.is_some())) {
            checks.extend(self.links.test_postgres(&DirectRequest { link, password }).await);
        }
        Ok(checks)
    }

    /// Tests a known deployment with the secrets of the keyring.
    pub async fn test_known(&self, id: DeploymentId) -> Result<Vec<Check>, Problem> {
        let deployment = self.get(id).await?;
        Ok(self.links.test_known(&deployment).await)
    }
}
