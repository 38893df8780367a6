//! Links: opening a deployment, keeping it open, and testing it.

mod host;
mod pg_dump;
mod test;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::Mutex;

pub(crate) use host::environment;
pub use host::{HostFolder, HostLink};
pub use pg_dump::{PgDumpError, choose};

use crate::base::Problem;
use crate::base::RequestError;
use crate::deployment::{Deployment, DeploymentId, DirectLink, SshAuth, SshLink, SshTarget};
use crate::ports::{
    Clock, Database, DatabaseConnector, DatabaseError, DirectConnector, DirectPostgres, DirectRequest, Host,
    HostConnector, HostRequest, Keyring, LinkError, PgDump, SshSecrets,
};
use crate::probe::{Check, HostFacts, ProbeError, probe};
use crate::shell::Command;

/// Where a secret of a deployment lies in the keyring.
#[must_use]
pub fn keyring_name(id: DeploymentId, which: SecretKind) -> String {
    let kind = match which {
        SecretKind::Password => "ssh-password",
        SecretKind::Passphrase => "ssh-passphrase",
        SecretKind::DatabasePassword => "postgres-password",
    };
    format!("{kind}:{id}")
}

/// The secrets that a link may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// The login's password.
    Password,
    /// The key file's passphrase.
    Passphrase,
    /// The password of the role, for the direct link to Postgres.
    DatabasePassword,
}

impl SecretKind {
    /// The secret of a sign-in over SSH; an agent keeps its own.
    #[must_use]
    pub fn of(auth: &SshAuth) -> Option<Self> {
        match auth {
            SshAuth::Password => Some(Self::Password),
            SshAuth::Key { .. } | SshAuth::Automatic => Some(Self::Passphrase),
            SshAuth::Agent => None,
        }
    }
}

/// An open link to one deployment.
pub struct Link {
    /// Its Postgres.
    pub database: Arc<dyn Database>,
    /// What it leads to.
    pub route: Route,
    opened: DateTime<Utc>,
}

/// What a link leads to.
pub enum Route {
    /// The Docker host: everything can be done.
    Host(Box<HostLink>),
    /// Postgres alone.
    Postgres {
        /// The server.
        postgres: Arc<dyn DirectPostgres>,
        /// Why the host is not used, where the deployment has a link to it as well.
        fallback_reason: Option<Problem>,
    },
}

impl Link {
    /// The host, or why it cannot be used over this link.
    pub fn host(&self) -> Result<&HostLink, Problem> {
        match &self.route {
            Route::Host(host) => Ok(host),
            Route::Postgres { fallback_reason, .. } => {
                Err(fallback_reason.clone().unwrap_or(RequestError::NeedsHost.into()))
            }
        }
    }

    /// Why the host is not used, although the deployment has a link to it.
    #[must_use]
    pub fn fallback_reason(&self) -> Option<&Problem> {
        match &self.route {
            Route::Host(_) => None,
            Route::Postgres { fallback_reason, .. } => fallback_reason.as_ref(),
        }
    }
}

/// How long a link to Postgres stands in for a host that did not answer, before
/// the host is tried again.
const HOST_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(2);

/// The place of one deployment's link; its lock is held while the link is opened.
type Slot = Arc<Mutex<Option<Arc<Link>>>>;

/// Opens links and keeps one per deployment.
pub struct Links {
    hosts: Arc<dyn HostConnector>,
    databases: Arc<dyn DatabaseConnector>,
    direct: Arc<dyn DirectConnector>,
    keyring: Arc<dyn Keyring>,
    clock: Arc<dyn Clock>,
    open: Mutex<HashMap<DeploymentId, Slot>>,
}

impl Links {
    /// Links over these adapters.
    #[must_use]
    pub fn new(
        hosts: Arc<dyn HostConnector>,
        databases: Arc<dyn DatabaseConnector>,
        direct: Arc<dyn DirectConnector>,
        keyring: Arc<dyn Keyring>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { hosts, databases, direct, keyring, clock, open: Mutex::default() }
    }

    /// The open link of `deployment`, opened when there is none.
    pub async fn open(&self, deployment: &Deployment) -> Result<Arc<Link>, Problem> {
        // One lock per deployment: a slow host delays nobody else.
        let slot = Arc::clone(self.open.lock().await.entry(deployment.id).or_default());
        let mut slot = slot.lock().await;
        if let Some(link) = slot.as_ref()
            && !self.host_is_due(link)
        {
            return Ok(Arc::clone(link));
        }
        let link = Arc::new(self.connect(deployment).await?);
        *slot = Some(Arc::clone(&link));
        Ok(link)
    }

    fn host_is_due(&self, link: &Link) -> bool {
        link.fallback_reason().is_some() && self.clock.now() - link.opened > HOST_AGAIN_AFTER
    }

    /// Over SSH where there is such a link: everything can be done over it. While
    /// the host does not answer, over the direct link where that is possible.
    async fn connect(&self, deployment: &Deployment) -> Result<Link, Problem> {
        match (&deployment.ssh, &deployment.direct) {
            (Some(ssh), None) => self.to_host(deployment.id, ssh).await,
            (None, Some(direct)) => self.to_postgres(deployment.id, direct, None).await,
            (Some(ssh), Some(direct)) => match self.to_host(deployment.id, ssh).await {
                Err(problem) if problem.find().is_some_and(|error: LinkError| error.is_passing()) => {
                    let stands_in = self.to_postgres(deployment.id, direct, Some(problem.clone())).await;
                    stands_in.map_err(|_| problem)
                }
                other => other,
            },
            (None, None) => Err(RequestError::NeedsHost.into()),
        }
    }

    async fn to_host(&self, id: DeploymentId, ssh: &SshLink) -> Result<Link, Problem> {
        let host = self.sign_in(id, &ssh.target).await?;
        let (host, database) = HostLink::open(host, &ssh.folder, self.databases.as_ref(), self.clock.as_ref()).await?;
        Ok(Link { database, route: Route::Host(Box::new(host)), opened: self.clock.now() })
    }

    async fn to_postgres(
        &self,
        id: DeploymentId,
        direct: &DirectLink,
        fallback_reason: Option<Problem>,
    ) -> Result<Link, Problem> {
        let postgres = self.sign_in_to_postgres(id, direct).await?;
        let (database, opened) = (postgres.database(), self.clock.now());
        Ok(Link { database, route: Route::Postgres { postgres, fallback_reason }, opened })
    }

    /// Forgets the open link, so that the next use signs in and probes again.
    pub async fn forget(&self, id: DeploymentId) {
        self.open.lock().await.remove(&id);
    }

    /// Compares the open link with newer facts of its host. Containers that were
    /// made anew have other ids and addresses, so the next use opens a new link.
    pub async fn invalidate_if_changed(&self, id: DeploymentId, facts: &HostFacts) {
        let slot = self.open.lock().await.get(&id).cloned();
        if let Some(slot) = slot {
            let mut slot = slot.lock().await;
            let changed = |link: &Arc<Link>| match &link.route {
                Route::Host(host) => host.facts.services != facts.services || host.facts.docker != facts.docker,
                Route::Postgres { .. } => false,
            };
            if slot.as_ref().is_some_and(changed) {
                *slot = None;
            }
        }
    }

    /// Runs `work` over the open link; when the link turns out to be broken,
    /// opens a new one and runs it once more. For work that only reads.
    pub async fn read<'a, T, F>(&self, deployment: &Deployment, work: F) -> Result<T, Problem>
    where
        F: Fn(Arc<Link>) -> BoxFuture<'a, Result<T, Problem>> + Send + Sync,
    {
        let first = work(self.open(deployment).await?).await;
        match first {
            Err(problem) if is_broken(&problem) => {
                self.forget(deployment.id).await;
                work(self.open(deployment).await?).await
            }
            other => other,
        }
    }

    /// The link, shown to work just now: after a closed lid the one that is open
    /// may be broken. For work that changes something, which is not repeated.
    pub async fn checked(&self, deployment: &Deployment) -> Result<Arc<Link>, Problem> {
        let shown = |link: Arc<Link>| {
            async move {
                link.database.server().await?;
                Ok(link)
            }
            .boxed()
        };
        self.read(deployment, shown).await
    }

    /// The deployment's folder on its host, shown to be reachable just now. Unlike
    /// a link it needs no Postgres: a host that was set up anew has none yet.
    pub async fn folder(&self, deployment: &Deployment) -> Result<HostFolder, Problem> {
        let ssh = deployment.ssh.as_ref().ok_or(RequestError::NeedsHost)?;
        let slot = self.open.lock().await.get(&deployment.id).cloned();
        let open = match slot {
            Some(slot) => slot.lock().await.clone(),
            None => None,
        };
        if let Some(Ok(at)) = open.as_ref().map(|link| link.host()) {
            let folder = at.folder();
            match folder.host.run(&Command::new(["true"])).await {
                Ok(_) => return Ok(folder),
                Err(error) if error.is_passing() => self.forget(deployment.id).await,
                Err(error) => return Err(error.into()),
            }
        }
        let host = self.sign_in(deployment.id, &ssh.target).await?;
        let facts = probe(host.as_ref(), &ssh.folder, self.clock.as_ref()).await?;
        Ok(HostFolder { host, facts })
    }

    /// Records a host key as trusted, after the admin compared it.
    pub async fn trust(&self, key: &crate::ports::HostKey) -> Result<(), LinkError> {
        self.hosts.trust(key).await
    }

    /// Every `pg_dump` of this laptop.
    pub async fn pg_dumps(&self) -> Vec<PgDump> {
        self.direct.pg_dumps().await
    }

    /// Signs in with what the keyring holds. A passphrase is asked for only when
    /// the key turns out to need one, so that a plain key works without a keyring.
    async fn sign_in(&self, id: DeploymentId, target: &SshTarget) -> Result<Arc<dyn Host>, Problem> {
        let mut request = HostRequest { target: target.clone(), secrets: SshSecrets::default() };
        if target.auth == SshAuth::Password {
            request.secrets.password = self.keyring.get(&keyring_name(id, SecretKind::Password)).await?;
        }
        match self.hosts.connect(&request).await {
            Err(LinkError::PassphraseNeeded { file }) => {
                let found = self.keyring.get(&keyring_name(id, SecretKind::Passphrase)).await?;
                request.secrets.passphrase = Some(found.ok_or(LinkError::PassphraseNeeded { file })?);
                Ok(self.hosts.connect(&request).await?)
            }
            other => Ok(other?),
        }
    }

    /// The same for Postgres: its password is asked for only when the server wants one.
    async fn sign_in_to_postgres(
        &self,
        id: DeploymentId,
        direct: &DirectLink,
    ) -> Result<Arc<dyn DirectPostgres>, Problem> {
        let mut request = DirectRequest { link: direct.clone(), password: None };
        match self.direct.connect(&request).await {
            Err(error @ DatabaseError::DatabasePasswordNeeded { .. }) => {
                let found = self.keyring.get(&keyring_name(id, SecretKind::DatabasePassword)).await?;
                request.password = Some(found.ok_or(error)?);
                Ok(self.direct.connect(&request).await?)
            }
            other => Ok(other?),
        }
    }

    /// Tests a known deployment with the secrets of the keyring: every link that it has.
    pub async fn test_known(&self, deployment: &Deployment) -> Vec<Check> {
        let mut checks = Vec::new();
        if let Some(ssh) = &deployment.ssh {
            let signed_in = self.sign_in(deployment.id, &ssh.target).await;
            checks.extend(test::over_ssh(signed_in, &ssh.folder, self.databases.as_ref(), self.clock.as_ref()).await);
        }
        if let Some(direct) = &deployment.direct {
            let signed_in = self.sign_in_to_postgres(deployment.id, direct).await;
            checks.extend(test::direct_link(signed_in, self.direct.as_ref(), self.clock.as_ref()).await);
        }
        checks
    }

    /// Tests the host that a form describes, with the secret that was typed into it.
    pub async fn test_host(&self, request: &HostRequest, folder: &str) -> Vec<Check> {
        let signed_in = self.hosts.connect(request).await.map_err(Problem::from);
        test::over_ssh(signed_in, folder, self.databases.as_ref(), self.clock.as_ref()).await
    }

    /// The same for a direct link to Postgres.
    pub async fn test_postgres(&self, request: &DirectRequest) -> Vec<Check> {
        let signed_in = self.direct.connect(request).await.map_err(Problem::from);
        test::direct_link(signed_in, self.direct.as_ref(), self.clock.as_ref()).await
    }
}

/// Whether the open link is of no more use: the next try needs a new one.
pub(crate) fn is_broken(problem: &Problem) -> bool {
    match problem.find() {
        Some(DatabaseError::Link(error)) => error.is_passing(),
        // A container that was made anew has another id and address.
        Some(DatabaseError::DatabaseUnreachable { .. } | DatabaseError::DatabaseSignInRefused { .. }) => true,
        _ => matches!(problem.find(), Some(ProbeError::HostCommandFailed { .. })),
    }
}
