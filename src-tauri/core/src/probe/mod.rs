//! The probe: what a host is, collected in one round trip on connect, so that
//! every later refusal can point at a line of it.

mod checklist;
mod detail;
mod parse;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

pub use checklist::{
    CHECKED_DIRECTLY, CHECKED_OVER_SSH, Check, CheckItem, CheckPlan, CheckState, PlannedCheck, checklist, clock_check,
};
pub use detail::{Clocks, Detail, Whose};
pub use parse::parse;

use crate::base::{Class, Tellable, say, told_in_words};
use crate::ports::{Clock, Host, LinkError};
use crate::shell::Command;
use crate::weavestream::compose::{ComposeWay, Project, ServiceState};
use crate::weavestream::compose_project::ComposeFiles;

const SCRIPT: &str = include_str!("script.sh");

/// What a probe found. It holds no secret, so it can be kept and shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFacts {
    /// The login on the host.
    pub login: String,
    /// The host's clock minus the laptop's, in seconds; the round trip blurs it.
    pub clock_skew: i64,
    /// Docker, or why it cannot be used.
    pub docker: Result<DockerFacts, ProbeError>,
    /// `sudo -n` works for this login.
    pub sudo: bool,
    /// The folder as it was asked for.
    pub folder: String,
    /// The first Compose file there, or why there is none.
    pub compose_file: Result<String, ProbeError>,
    /// All of them, and what the containers were made from.
    #[serde(default)]
    pub compose_files: ComposeFiles,
    /// The login's home on the host.
    #[serde(default)]
    pub home: Option<String>,
    /// One container of each service of the project, in Compose's order: the running one, if there is.
    pub services: Vec<ServiceState>,
    /// What `compose ps` said when it failed.
    pub compose_trouble: Option<String>,
    /// The host's folder that api and worker see as the backup folder.
    pub backup_folder: Option<String>,
    /// Dumps can be read by the login itself.
    pub dumps_direct: bool,
    /// Dumps can be read through `sudo -n`.
    pub dumps_sudo: bool,
    /// Bytes free where dumps lie.
    pub free: Option<u64>,
}

/// How Docker and Compose are reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DockerFacts {
    /// Version of the engine.
    pub engine: String,
    /// How Compose is run.
    pub way: ComposeWay,
    /// Version of Compose.
    pub compose: String,
}

/// How a file of the host can be read, in the order to try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum ReadWay {
    /// By the login itself.
    Direct,
    /// Through `sudo -n`.
    Sudo,
    /// Inside a container that mounts the folder.
    Container {
        /// `worker` or `api`.
        service: String,
    },
}

impl ReadWay {
    /// By the login, or through sudo.
    #[must_use]
    pub fn of(sudo: bool) -> Self {
        if sudo { Self::Sudo } else { Self::Direct }
    }

    /// How, as part of a sentence: `as this login`.
    #[must_use]
    pub fn words(&self) -> String {
        say("read-way", "way", self).title
    }
}

/// Why a host cannot be used as a Weavestream deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ProbeError {
    /// The probe's answer could not be understood.
    ProbeUnreadable {
        /// What was found.
        reason: String,
    },
    /// No Docker on the host.
    DockerMissing {
        /// What the host said.
        reason: String,
    },
    /// Docker is there and this login may not use it.
    DockerForbidden {
        /// What the host said.
        reason: String,
    },
    /// Neither `docker compose` nor `docker-compose`.
    ComposeMissing {
        /// What the host said.
        reason: String,
    },
    /// The folder is not there or cannot be entered.
    FolderMissing {
        /// The folder.
        folder: String,
        /// What the host said.
        reason: String,
        /// Where deployments were seen.
        #[serde(default)]
        seen: Vec<SeenFolder>,
    },
    /// No Compose file in the folder.
    NotCompose {
        /// The folder.
        folder: String,
        /// Where deployments were seen.
        #[serde(default)]
        seen: Vec<SeenFolder>,
    },
    /// The Compose project has no such container, or it does not run.
    ServiceDown {
        /// The service.
        service: String,
        /// Docker's word, or `missing`.
        state: String,
    },
    /// Compose or Docker refused a command that the link needs.
    HostCommandFailed {
        /// What was tried.
        doing: String,
        /// What the host said.
        reason: String,
    },
}

told_in_words!(ProbeError);

impl Tellable for ProbeError {
    /// How this ends what was asked for.
    fn class(&self) -> Class {
        Class::Failed
    }
}

/// The folder of a deployment that was seen on the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SeenFolder {
    /// Its path there.
    pub folder: String,
    /// Compose, as this login runs it, may read its `.env`.
    pub readable: bool,
}

/// Why a probe gave no facts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbeFailure {
    /// The host could not be asked.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// It answered something else.
    #[error(transparent)]
    Probe(#[from] ProbeError),
}

/// Collects the facts of `folder` on `host`.
pub async fn probe(host: &dyn Host, folder: &str, clock: &dyn Clock) -> Result<HostFacts, ProbeFailure> {
    let command = Command::new(["sh", "-s", "--", folder]).stdin(SCRIPT.to_owned());
    let asked = clock.now();
    let output = host.run(&command).await?;
    let answered = clock.now();
    let facts = parse(&output.stdout_text(), folder, midpoint(asked, answered));
    Ok(facts
        .map_err(|reason| ProbeError::ProbeUnreadable { reason: format!("{reason}; {}", output.error_summary()) })?)
}

fn midpoint(asked: DateTime<Utc>, answered: DateTime<Utc>) -> DateTime<Utc> {
    asked + (answered - asked) / 2
}

impl HostFacts {
    /// The project, when Docker, Compose and the folder allow one.
    pub fn project(&self) -> Result<Project, ProbeError> {
        let docker = self.docker.as_ref().map_err(Clone::clone)?;
        self.compose_file.as_ref().map_err(Clone::clone)?;
        let running = self.services.iter().filter(|service| service.is_running());
        let containers = running.map(|service| (service.service.clone(), service.container.clone())).collect();
        Ok(Project { way: docker.way, folder: self.folder.clone(), containers })
    }

    /// The state of one service.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&ServiceState> {
        self.services.iter().find(|s| s.service == name)
    }

    /// The running container of one service. That none was seen says nothing where
    /// Compose could not be asked.
    pub fn running(&self, name: &str) -> Result<&ServiceState, ProbeError> {
        let found = self.service(name);
        if let (None, Some(said)) = (found, &self.compose_trouble) {
            return Err(ProbeError::HostCommandFailed { doing: "compose ps".into(), reason: said.clone() });
        }
        found.filter(|s| s.is_running()).ok_or_else(|| ProbeError::ServiceDown {
            service: name.to_owned(),
            state: found.map_or_else(|| "missing".to_owned(), |s| s.state.clone()),
        })
    }

    /// The ways in which dumps may be readable, best first.
    #[must_use]
    pub fn read_ways(&self) -> Vec<ReadWay> {
        let mut ways = vec![ReadWay::Direct];
        if self.sudo {
            ways.push(ReadWay::Sudo);
        }
        for service in ["worker", "api"] {
            if self.running(service).is_ok() {
                ways.push(ReadWay::Container { service: service.into() });
            }
        }
        ways
    }

    /// Weavestream's version, from the label of the api's image.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        ["api", "worker", "web"].iter().find_map(|s| self.service(s)?.version.as_deref())
    }
}
