use serde_json::Value;
use std::sync::Arc;

use crate::Secret;
use crate::base::{Problem, reason};
use crate::ports::{Clock, Database, DatabaseConnector, DatabaseCredentials, Endpoint, Forward, Host, LinkError};
use crate::probe::{HostFacts, ProbeError, ProbeFailure, probe};
use crate::queue::{self, QueueError};
use crate::shell::Command;
use crate::weavestream::compose::Project;
use crate::weavestream::queue::{Ask, Queue};

/// A host that was signed in to and probed: what can be done there without
/// Postgres, or without Docker, or before anything runs.
#[derive(Clone)]
pub struct HostFolder {
    /// The host.
    pub host: Arc<dyn Host>,
    /// What the probe found.
    pub facts: HostFacts,
}

impl HostFolder {
    /// The path of `name` in the deployment's folder; a whole path stays as it is.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        if name.starts_with('/') {
            return name.to_owned();
        }
        format!("{}/{name}", self.facts.folder.trim_end_matches('/'))
    }
}

/// The Docker host at the other end of a link.
pub struct HostLink {
    /// The host.
    pub host: Arc<dyn Host>,
    /// What the probe found when the link was opened.
    pub facts: HostFacts,
    /// How its Compose is spoken to.
    pub project: Project,
    // Ends with the link.
    _forward: Option<Forward>,
}

impl HostLink {
    /// Probes a host that has been signed in to, and opens its Postgres.
    pub(super) async fn open(
        host: Arc<dyn Host>,
        folder: &str,
        databases: &dyn DatabaseConnector,
        clock: &dyn Clock,
    ) -> Result<(Self, Arc<dyn Database>), Problem> {
        let facts = probe(host.as_ref(), folder, clock).await?;
        let project = facts.project()?;
        let (database, forward) = open_database(databases, &host, &facts, &project).await?;
        Ok((Self { host, facts, project, _forward: forward }, database))
    }

    /// Its folder, for what needs no Postgres.
    #[must_use]
    pub fn folder(&self) -> HostFolder {
        HostFolder { host: Arc::clone(&self.host), facts: self.facts.clone() }
    }

    /// Ends every process of this login whose command line holds `tag`: a
    /// `docker exec` that nobody reads any more hangs for as long as sshd believes
    /// in its connection, and meanwhile keeps Docker from looking into a
    /// restarted container.
    pub async fn end_processes(&self, tag: &str) -> Result<(), LinkError> {
        // A pattern that does not find the shell that looks for it.
        let pattern = tag.replacen('s', "[s]", 1);
        let kill = if self.project.way.sudo { &["sudo", "-n", "pkill"][..] } else { &["pkill"] };
        let ended = self.host.run(&Command::new(kill.iter().copied()).args(["-f", "--", &pattern])).await?;
        tracing::debug!(exit = ended.exit, tag, "ending processes on the host");
        Ok(())
    }

    /// Does what is asked with the queue of this host.
    pub async fn ask(&self, what: &Ask<'_>) -> Result<Queue, QueueError> {
        queue::ask(self.host.as_ref(), &self.project, what).await
    }
}

/// Postgres by a forward to its container's address; through `psql` in the
/// container where forwards are forbidden.
pub(super) async fn open_database(
    databases: &dyn DatabaseConnector,
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
                return Ok((databases.over_tcp(&local, &credentials).await?, Some(forward)));
            }
            Err(LinkError::ForwardRefused { reason, .. }) => {
                tracing::info!(%reason, "forwards are refused; using psql in the container");
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok((databases.over_psql(Arc::clone(host), project, &credentials).await?, None))
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
        return Err(failed(output.error_summary()).into());
    }
    let lines = serde_json::from_slice::<Vec<String>>(&output.stdout);
    let lines = lines.map_err(|_| failed(reason("no-environment", Value::Null)))?;
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
