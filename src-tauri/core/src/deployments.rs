//! Deployments: add, test, look at, remove.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Secret;
use crate::deployment::{Deployment, DeploymentId, DirectLink, SshAuth, SshLink, link_errors};
use crate::history::{self, HistoryPage};
use crate::link::{Links, SecretKind, keyring_name};
use crate::overview::{Observation, Overview, Verdict, overview, verdict};
use crate::ports::{Clock, DirectRequest, HostRequest, Keyring, KeyringError, SshSecrets, Store};
use crate::probe::Check;
use crate::problem::{Problem, RequestError};
use crate::schedules::{SchedulesView, schedules_view};
use crate::settings::Settings;
use crate::vault::{Vault, VaultError};
use crate::watch::{Watch, told_key, untold_key};
use crate::weavestream::run::{Page, RunFilter};

/// What the form for a deployment holds. It can be received, never sent.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// As the admin calls it.
    pub name: String,
    /// The link to the Docker host.
    pub ssh: Option<SshDraft>,
    /// The link straight to Postgres.
    pub direct: Option<DirectDraft>,
}

/// A link to the host, with the secret that was just typed.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SshDraft {
    /// Where and as whom.
    pub link: SshLink,
    /// Password of the login, or passphrase of the key file.
    #[serde(default, deserialize_with = "typed")]
    #[specta(type = Option<String>)]
    pub secret: Option<Secret>,
}

/// A link straight to Postgres, with the password that was just typed.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DirectDraft {
    /// Where and as whom.
    pub link: DirectLink,
    /// Password of the role; none where the client certificate is enough.
    #[serde(default, deserialize_with = "typed")]
    #[specta(type = Option<String>)]
    pub password: Option<Secret>,
}

fn typed<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()).map(Secret::new))
}

impl SshDraft {
    fn secrets(&self) -> SshSecrets {
        match self.link.target.auth {
            SshAuth::Password => SshSecrets { password: self.secret.clone(), passphrase: None },
            SshAuth::Key { .. } | SshAuth::Automatic => SshSecrets { password: None, passphrase: self.secret.clone() },
            SshAuth::Agent => SshSecrets::default(),
        }
    }
}

impl Draft {
    fn links(&self) -> (Option<SshLink>, Option<DirectLink>) {
        (self.ssh.as_ref().map(|ssh| ssh.link.clone()), self.direct.as_ref().map(|direct| direct.link.clone()))
    }

    /// What is to be kept in the keyring.
    fn secrets(&self) -> Vec<(SecretKind, Secret)> {
        let SshSecrets { password, passphrase } = self.ssh.as_ref().map(SshDraft::secrets).unwrap_or_default();
        let database = self.direct.as_ref().and_then(|direct| direct.password.clone());
        let all = [
            (SecretKind::Password, password),
            (SecretKind::Passphrase, passphrase),
            (SecretKind::DatabasePassword, database),
        ];
        all.into_iter().filter_map(|(kind, secret)| Some((kind, secret?))).collect()
    }
}

/// A deployment as the sidebar shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentRow {
    /// Which.
    pub deployment: Deployment,
    /// How it stands, by what was last seen.
    pub verdict: Verdict,
}

/// The deployments of this laptop.
#[derive(Clone)]
pub struct Deployments {
    /// Ways to the hosts.
    pub links: Arc<Links>,
    /// Where they are remembered.
    pub store: Arc<dyn Store>,
    /// Where their secrets are.
    pub keyring: Arc<dyn Keyring>,
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// Their `.env`s.
    pub vault: Vault,
    /// Who looks at them.
    pub watch: Watch,
}

impl Deployments {
    /// Every deployment with its last known standing.
    pub async fn list(&self) -> Result<Vec<DeploymentRow>, Problem> {
        let mut rows = Vec::new();
        for deployment in self.store.deployments().await? {
            let seen = self.store.observation(deployment.id).await?;
            let copies = self.store.copies(deployment.id).await?;
            let vault = self.vault.standing(deployment.id).await?;
            let verdict = verdict(seen.as_ref(), &copies, &vault, self.clock.now(), self.clock.zone());
            rows.push(DeploymentRow { deployment, verdict });
        }
        Ok(rows)
    }

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

    /// Gives a known deployment the links of `draft`; those that it does not name stay.
    pub async fn relink(&self, id: DeploymentId, draft: Draft) -> Result<Deployment, Problem> {
        let mut deployment = self.get(id).await?;
        let (ssh, direct) = draft.links();
        let fields = link_errors(ssh.as_ref(), direct.as_ref());
        if !fields.is_empty() {
            return Err(RequestError::Fields { fields }.into());
        }
        deployment.ssh = ssh.or(deployment.ssh);
        deployment.direct = direct.or(deployment.direct);
        let deployment = self.keep(&draft, deployment).await?;
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
        Settings::of(&self.store).set_actor(id, None).await?;
        for key in [told_key(id), untold_key(id)] {
            self.store.set_setting(&key, None).await?;
        }
        let over_ssh = deployment.ssh.map(|ssh| match ssh.target.auth {
            SshAuth::Password => SecretKind::Password,
            _ => SecretKind::Passphrase,
        });
        for kind in over_ssh.into_iter().chain(deployment.direct.map(|_| SecretKind::DatabasePassword)) {
            match self.keyring.delete(&keyring_name(id, kind)).await {
                // Where there is no keyring nothing was kept.
                Ok(()) | Err(KeyringError::KeyringAbsent { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Tests what a form describes, each link that it names.
    pub async fn test(&self, draft: Draft) -> Result<Vec<Check>, Problem> {
        let (ssh, direct) = draft.links();
        let fields = link_errors(ssh.as_ref(), direct.as_ref());
        if !fields.is_empty() {
            return Err(RequestError::Fields { fields }.into());
        }
        let mut checks = Vec::new();
        if let Some(ssh) = draft.ssh {
            let secrets = ssh.secrets();
            let request = HostRequest { target: ssh.link.target, secrets };
            checks.extend(self.links.test_host(&request, &ssh.link.folder).await);
        }
        if let Some(DirectDraft { link, password }) = draft.direct {
            checks.extend(self.links.test_postgres(&DirectRequest { link, password }).await);
        }
        Ok(checks)
    }

    /// Tests a known deployment with the secrets of the keyring.
    pub async fn test_known(&self, id: DeploymentId) -> Result<Vec<Check>, Problem> {
        let deployment = self.get(id).await?;
        Ok(self.links.test_known(&deployment).await)
    }

    /// The overview. A fresh look that fails shows the last known state and says why.
    pub async fn overview(&self, id: DeploymentId, fresh: bool) -> Result<Overview, Problem> {
        let deployment = self.get(id).await?;
        let (seen, trouble) = match self.seen(&deployment, fresh).await {
            Ok(seen) => (seen, None),
            Err(problem) => (self.store.observation(id).await?, Some(problem)),
        };
        let copies = self.store.copies(id).await?;
        let vault = self.vault.standing(id).await?;
        let (now, zone) = (self.clock.now(), self.clock.zone());
        Ok(overview(&deployment, seen.as_ref(), &copies, &vault, trouble, now, zone))
    }

    /// The schedules as last seen, or as they are now.
    pub async fn schedules(&self, id: DeploymentId, fresh: bool) -> Result<SchedulesView, Problem> {
        let deployment = self.get(id).await?;
        let seen = self.seen(&deployment, fresh).await?;
        Ok(seen.map(|seen| schedules_view(&seen, self.clock.now(), self.clock.zone())).unwrap_or_default())
    }

    /// One page of the history, as it is on the host now.
    pub async fn history(&self, id: DeploymentId, filter: &RunFilter, page: Page) -> Result<HistoryPage, Problem> {
        let deployment = self.get(id).await?;
        history::page(&self.links, &self.store, self.clock.as_ref(), &deployment, filter, page).await
    }

    async fn seen(&self, deployment: &Deployment, fresh: bool) -> Result<Option<Observation>, Problem> {
        if fresh {
            return self.watch.look(deployment).await.map(Some);
        }
        Ok(self.store.observation(deployment.id).await?)
    }
}
