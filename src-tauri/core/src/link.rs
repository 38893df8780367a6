//! Links: opening a deployment, keeping it open, and testing it.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::Mutex;

use crate::Secret;
use crate::deployment::{Deployment, DeploymentId, SshAuth};
use crate::ports::{
    Clock, Database, DatabaseConnector, DatabaseCredentials, DatabaseError, Endpoint, Forward, Host, HostConnector,
    HostRequest, Keyring, LinkError, SshSecrets,
};
use crate::probe::{Check, CheckItem, CheckState, HostFacts, ProbeError, ProbeFailure, checklist, probe};
use crate::problem::Problem;
use crate::weavestream::compose::Project;
use crate::weavestream::queue::{self, Ask, QueueError};

/// Where a secret of a deployment lies in the keyring.
#[must_use]
pub fn keyring_name(id: DeploymentId, which: SecretKind) -> String {
    let kind = match which {
        SecretKind::Password => "password",
        SecretKind::Passphrase => "passphrase",
    };
    format!("ssh-{kind}:{id}")
}

/// The secrets that a link may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// The login's password.
    Password,
    /// The key file's passphrase.
    Passphrase,
}

/// An open link to one deployment.
pub struct Link {
    /// The host.
    pub host: Arc<dyn Host>,
    /// What the probe found when the link was opened.
    pub facts: HostFacts,
    /// How its Compose is spoken to.
    pub project: Project,
    /// Its Postgres.
    pub database: Arc<dyn Database>,
    /// Whether Postgres is reached by a forward; else through `psql` in the container.
    pub forwarded: bool,
    // Ends with the link.
    _forward: Option<Forward>,
}

/// The place of one deployment's link; its lock is held while the link is opened.
type Slot = Arc<Mutex<Option<Arc<Link>>>>;

/// Opens links and keeps one per deployment.
pub struct Links {
    connector: Arc<dyn HostConnector>,
    databases: Arc<dyn DatabaseConnector>,
    keyring: Arc<dyn Keyring>,
    clock: Arc<dyn Clock>,
    open: Mutex<HashMap<DeploymentId, Slot>>,
}

impl Links {
    /// Links over these adapters.
    #[must_use]
    pub fn new(
        connector: Arc<dyn HostConnector>,
        databases: Arc<dyn DatabaseConnector>,
        keyring: Arc<dyn Keyring>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { connector, databases, keyring, clock, open: Mutex::default() }
    }

    /// The open link of `deployment`, opened when there is none.
    pub async fn open(&self, deployment: &Deployment) -> Result<Arc<Link>, Problem> {
        // One lock per deployment: a slow host delays nobody else.
        let slot = Arc::clone(self.open.lock().await.entry(deployment.id).or_default());
        let mut slot = slot.lock().await;
        if let Some(link) = slot.as_ref() {
            return Ok(Arc::clone(link));
        }
        let host = self.sign_in(deployment).await?;
        let link = Arc::new(self.settle(host, &deployment.folder).await?);
        *slot = Some(Arc::clone(&link));
        Ok(link)
    }

    /// Forgets the open link, so that the next use signs in and probes again.
    pub async fn forget(&self, id: DeploymentId) {
        self.open.lock().await.remove(&id);
    }

    /// Compares the open link with newer facts of its host. Containers that were
    /// made anew have other ids and addresses, so the next use opens a new link.
    pub async fn noticed(&self, id: DeploymentId, facts: &HostFacts) {
        let slot = self.open.lock().await.get(&id).cloned();
        if let Some(slot) = slot {
            let mut slot = slot.lock().await;
            if slot
                .as_ref()
                .is_some_and(|link| link.facts.services != facts.services || link.facts.docker != facts.docker)
            {
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
    pub async fn live(&self, deployment: &Deployment) -> Result<Arc<Link>, Problem> {
        let shown = |link: Arc<Link>| {
            async move {
                link.database.server().await?;
                Ok(link)
            }
            .boxed()
        };
        self.read(deployment, shown).await
    }

    /// Records a host key as trusted, after the admin compared it.
    pub async fn trust(&self, key: &crate::ports::HostKey) -> Result<(), LinkError> {
        self.connector.trust(key).await
    }

    /// Signs in with what the keyring holds. A passphrase is asked for only when
    /// the key turns out to need one, so that a plain key works without a keyring.
    async fn sign_in(&self, deployment: &Deployment) -> Result<Arc<dyn Host>, Problem> {
        let mut request = HostRequest { target: deployment.ssh.clone(), secrets: SshSecrets::default() };
        if deployment.ssh.auth == SshAuth::Password {
            request.secrets.password = self.keyring.get(&keyring_name(deployment.id, SecretKind::Password)).await?;
        }
        match self.connector.connect(&request).await {
            Err(LinkError::PassphraseNeeded { file }) => {
                let found = self.keyring.get(&keyring_name(deployment.id, SecretKind::Passphrase)).await?;
                request.secrets.passphrase = Some(found.ok_or(LinkError::PassphraseNeeded { file })?);
                Ok(self.connector.connect(&request).await?)
            }
            other => Ok(other?),
        }
    }

    async fn settle(&self, host: Arc<dyn Host>, folder: &str) -> Result<Link, Problem> {
        let facts = probe(host.as_ref(), folder, self.clock.as_ref()).await?;
        let project = facts.project()?;
        let (database, forward) = self.database(&host, &facts, &project).await?;
        Ok(Link { host, facts, project, database, forwarded: forward.is_some(), _forward: forward })
    }

    /// Postgres by a forward to its container's address; through `psql` in the
    /// container where forwards are forbidden.
    async fn database(
        &self,
        host: &Arc<dyn Host>,
        facts: &HostFacts,
        project: &Project,
    ) -> Result<(Arc<dyn Database>, Option<Forward>), Problem> {
        let postgres = facts.running("postgres")?;
        let credentials = credentials(host.as_ref(), project, &postgres.container).await?;
        if let Some(address) = &postgres.address {
            match host.forward(&Endpoint { host: address.clone(), port: 5432 }).await {
                Ok(forward) => {
                    let local = Endpoint { host: forward.local.ip().to_string(), port: forward.local.port() };
                    return Ok((self.databases.over_tcp(&local, &credentials).await?, Some(forward)));
                }
                Err(LinkError::ForwardRefused { reason, .. }) => {
                    tracing::info!(%reason, "forwards are refused; using psql in the container");
                }
                Err(other) => return Err(other.into()),
            }
        }
        Ok((self.databases.over_psql(Arc::clone(host), project, &credentials).await?, None))
    }

    /// Tests a known deployment with the secrets of the keyring.
    pub async fn test_known(&self, deployment: &Deployment) -> Vec<Check> {
        self.test(self.sign_in(deployment).await, &deployment.folder).await
    }

    /// Tests what a form describes, with the secret that was typed into it.
    pub async fn test_new(&self, request: &HostRequest, folder: &str) -> Vec<Check> {
        self.test(self.connector.connect(request).await.map_err(Problem::from), folder).await
    }

    /// A connection as a checklist. It looks, and changes nothing on the host.
    async fn test(&self, signed_in: Result<Arc<dyn Host>, Problem>, folder: &str) -> Vec<Check> {
        let mut checks = Vec::new();
        let host = match signed_in {
            Ok(host) => host,
            Err(problem) => {
                checks.push(Check::bad(CheckItem::SignIn, problem));
                checks.extend(untested(&checks));
                return checks;
            }
        };
        let facts = match probe(host.as_ref(), folder, self.clock.as_ref()).await {
            Ok(facts) => facts,
            Err(error) => {
                checks.push(Check::bad(CheckItem::SignIn, Problem::from(error)));
                checks.extend(untested(&checks));
                return checks;
            }
        };
        checks.push(Check::new(CheckItem::SignIn, CheckState::Ok, format!("signed in as {}", facts.login)));
        checks.extend(checklist(&facts));
        if let Ok(project) = facts.project() {
            checks.push(self.test_database(&host, &facts, &project).await);
            checks.push(test_queue(host.as_ref(), &facts, &project).await);
        }
        checks.extend(untested(&checks));
        checks.sort_by_key(|check| ORDER.iter().position(|item| *item == check.item));
        checks
    }

    async fn test_database(&self, host: &Arc<dyn Host>, facts: &HostFacts, project: &Project) -> Check {
        let item = CheckItem::Database;
        let (database, forward) = match self.database(host, facts, project).await {
            Ok(found) => found,
            Err(problem) => return Check::bad(item, problem),
        };
        let answered = async { Ok::<_, DatabaseError>((database.server().await?, database.schedules().await?.len())) };
        match answered.await {
            Ok((server, schedules)) => {
                let version = server.version / 10_000;
                let noun = if schedules == 1 { "schedule" } else { "schedules" };
                match forward {
                    Some(_) => Check::new(item, CheckState::Ok, format!("Postgres {version}, {schedules} {noun}")),
                    None => Check::new(
                        item,
                        CheckState::Warn,
                        format!(
                            "Postgres {version}, {schedules} {noun}; through psql in the container, forwards are not allowed"
                        ),
                    ),
                }
            }
            Err(error) => Check::bad(item, error),
        }
    }
}

async fn test_queue(host: &dyn Host, facts: &HostFacts, project: &Project) -> Check {
    let item = CheckItem::Queue;
    if facts.running("api").is_err() && facts.running("worker").is_err() {
        return Check::new(item, CheckState::NotTested, "needs the api or worker container");
    }
    match queue::ask(host, project, &Ask::Read).await {
        Ok(found) => Check::new(item, CheckState::Ok, format!("{} in the queue", found.schedulers.len())),
        Err(QueueError::Link(error)) => Check::bad(item, error),
        Err(error @ QueueError::QueueUnreachable { .. }) => Check::new(item, CheckState::Warn, error.to_string()),
    }
}

const ORDER: [CheckItem; 8] = [
    CheckItem::SignIn,
    CheckItem::Docker,
    CheckItem::Folder,
    CheckItem::Services,
    CheckItem::Dumps,
    CheckItem::Database,
    CheckItem::Queue,
    CheckItem::Clock,
];

/// The lines that were not reached, because an earlier one does not work.
fn untested(done: &[Check]) -> Vec<Check> {
    let missing = ORDER.iter().filter(|item| !done.iter().any(|check| check.item == **item));
    missing.map(|item| Check::new(*item, CheckState::NotTested, "not tested yet")).collect()
}

/// Whether the open link is of no more use: the next try needs a new one.
pub(crate) fn is_broken(problem: &Problem) -> bool {
    match problem {
        Problem::Link(error) | Problem::Database(DatabaseError::Link(error)) => error.is_passing(),
        // A container that was made anew has another id and address.
        Problem::Database(DatabaseError::DatabaseUnreachable { .. } | DatabaseError::DatabaseSignInRefused { .. })
        | Problem::Probe(ProbeError::HostCommandFailed { .. }) => true,
        _ => false,
    }
}

/// User, password and name of the database, from the postgres container's own environment.
async fn credentials(host: &dyn Host, project: &Project, container: &str) -> Result<DatabaseCredentials, Problem> {
    let env = environment(host, project, container).await?;
    let value = |name: &str| {
        env.iter().find_map(|line| line.expose().strip_prefix(name)?.strip_prefix('=').map(ToOwned::to_owned))
    };
    let user = value("POSTGRES_USER").unwrap_or_else(|| "postgres".to_owned());
    Ok(DatabaseCredentials {
        password: Secret::new(value("POSTGRES_PASSWORD").unwrap_or_default()),
        database: value("POSTGRES_DB").unwrap_or_else(|| user.clone()),
        user,
    })
}

/// The environment of a container, as `NAME=value`: most of it is secret.
pub(crate) async fn environment(host: &dyn Host, project: &Project, container: &str) -> Result<Vec<Secret>, Problem> {
    let output = host.run(&project.docker(["inspect", "--format", "{{json .Config.Env}}", container])).await?;
    let failed = |reason: String| ProbeError::HostCommandFailed { doing: "docker inspect".into(), reason };
    if output.exit != 0 {
        return Err(failed(output.last_words()).into());
    }
    let lines = serde_json::from_slice::<Vec<String>>(&output.stdout);
    let lines = lines.map_err(|_| failed("its environment is not a list".into()))?;
    Ok(lines.into_iter().map(Secret::new).collect())
}

impl From<ProbeFailure> for Problem {
    fn from(failure: ProbeFailure) -> Self {
        match failure {
            ProbeFailure::Link(error) => error.into(),
            ProbeFailure::Probe(error) => error.into(),
        }
    }
}
