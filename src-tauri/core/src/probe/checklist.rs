use serde::{Deserialize, Serialize};
use specta::Type;

use super::{HostFacts, ProbeError};
use crate::base::Problem;
use crate::time::span;

/// One line of the connection test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What was looked at.
    pub item: CheckItem,
    /// How it stands.
    pub state: CheckState,
    /// The facts, in a few words.
    pub detail: String,
    /// What is in the way, when something is.
    pub problem: Option<Problem>,
}

/// What a connection test looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CheckItem {
    /// Host answers, its key is trusted, the login is accepted.
    SignIn,
    /// Docker and Compose can be used.
    Docker,
    /// The folder holds a Compose file.
    Folder,
    /// postgres, redis, api, worker and web run.
    Services,
    /// How dumps can be read.
    Dumps,
    /// Postgres answers and is Weavestream's.
    Database,
    /// The queue can be read.
    Queue,
    /// Host and laptop agree about the time.
    Clock,
    /// Direct link: Postgres answers, the line is protected, the role is accepted.
    Postgres,
    /// Direct link: the tables are Weavestream's.
    Tables,
    /// Direct link: what the role may do.
    Rights,
    /// Direct link: this laptop's own `pg_dump`.
    PgDump,
    /// Direct link: server and laptop agree about the time.
    ServerClock,
}

/// What is looked at over SSH, in this order.
pub const CHECKED_OVER_SSH: [CheckItem; 8] = [
    CheckItem::SignIn,
    CheckItem::Docker,
    CheckItem::Folder,
    CheckItem::Services,
    CheckItem::Dumps,
    CheckItem::Database,
    CheckItem::Queue,
    CheckItem::Clock,
];

/// What is looked at over a direct link, in this order.
pub const CHECKED_DIRECTLY: [CheckItem; 5] =
    [CheckItem::Postgres, CheckItem::Tables, CheckItem::Rights, CheckItem::PgDump, CheckItem::ServerClock];

impl CheckItem {
    /// Whether a link is taken only when this works: what answers and is no
    /// deployment would only fail later.
    #[must_use]
    pub fn is_needed(self) -> bool {
        matches!(self, Self::SignIn | Self::Docker | Self::Folder | Self::Postgres | Self::Tables)
    }
}

/// The lines of the connection tests, in order, before any is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CheckPlan {
    /// Over SSH.
    pub ssh: Vec<PlannedCheck>,
    /// Direct link to Postgres.
    pub direct: Vec<PlannedCheck>,
}

/// One line of a test that is to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlannedCheck {
    /// What is looked at.
    pub item: CheckItem,
    /// Whether a link is taken only when this works.
    pub needed: bool,
}

impl Default for CheckPlan {
    fn default() -> Self {
        let plan = |items: &[CheckItem]| {
            items.iter().map(|item| PlannedCheck { item: *item, needed: item.is_needed() }).collect()
        };
        Self { ssh: plan(&CHECKED_OVER_SSH), direct: plan(&CHECKED_DIRECTLY) }
    }
}

/// How a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// Shown to work.
    Ok,
    /// Works, with something to know.
    Warn,
    /// Does not work.
    Bad,
    /// Could not be looked at, because an earlier line does not work.
    NotTested,
}

impl Check {
    /// A line without a problem.
    #[must_use]
    pub fn new(item: CheckItem, state: CheckState, detail: impl Into<String>) -> Self {
        Self { item, state, detail: detail.into(), problem: None }
    }

    /// A line with what is in the way.
    #[must_use]
    pub fn bad(item: CheckItem, problem: impl Into<Problem>) -> Self {
        let problem = problem.into();
        Self { item, state: CheckState::Bad, detail: problem.to_string(), problem: Some(problem) }
    }
}

/// The lines that the facts alone decide.
#[must_use]
pub fn checklist(facts: &HostFacts) -> Vec<Check> {
    vec![
        docker(facts),
        folder(facts),
        services(facts),
        dumps(facts),
        clock_check(CheckItem::Clock, "host", facts.clock_skew),
    ]
}

fn docker(facts: &HostFacts) -> Check {
    match &facts.docker {
        Ok(docker) => {
            let through = if docker.way.sudo { ", through sudo" } else { "" };
            let compose = if docker.way.v1 { "docker-compose" } else { "Compose" };
            Check::new(
                CheckItem::Docker,
                CheckState::Ok,
                format!("Docker {}, {compose} {}{through}", docker.engine, docker.compose),
            )
        }
        Err(error) => Check::bad(CheckItem::Docker, error.clone()),
    }
}

fn folder(facts: &HostFacts) -> Check {
    match (&facts.compose_file, &facts.compose_trouble) {
        (Err(error), _) => Check::bad(CheckItem::Folder, error.clone()),
        (Ok(_), Some(said)) => Check::bad(
            CheckItem::Folder,
            ProbeError::HostCommandFailed { doing: "compose ps".into(), reason: said.clone() },
        ),
        (Ok(file), None) => Check::new(CheckItem::Folder, CheckState::Ok, format!("{file} in {}", facts.folder)),
    }
}

fn services(facts: &HostFacts) -> Check {
    let item = CheckItem::Services;
    if facts.project().is_err() {
        return Check::new(item, CheckState::NotTested, "needs Docker and the folder");
    }
    if facts.services.is_empty() && facts.compose_trouble.is_some() {
        return Check::new(item, CheckState::NotTested, "Compose could not be asked");
    }
    for service in ["postgres", "worker", "api", "redis", "web"] {
        if let Err(error) = facts.running(service) {
            return Check {
                state: if service == "web" { CheckState::Warn } else { CheckState::Bad },
                ..Check::bad(item, error)
            };
        }
    }
    let version = facts.version().map_or_else(String::new, |v| format!("Weavestream {v}, "));
    let ill: Vec<_> = facts
        .services
        .iter()
        .filter(|s| s.health.as_deref() == Some("unhealthy"))
        .map(|s| s.service.as_str())
        .collect();
    if ill.is_empty() {
        Check::new(item, CheckState::Ok, format!("{version}{} services running", facts.services.len()))
    } else {
        Check::new(item, CheckState::Warn, format!("{version}unhealthy: {}", ill.join(", ")))
    }
}

fn dumps(facts: &HostFacts) -> Check {
    let item = CheckItem::Dumps;
    if facts.backup_folder.is_none() {
        return Check::new(item, CheckState::NotTested, "needs the api or worker container");
    }
    if facts.dumps_direct {
        return Check::new(item, CheckState::Ok, "readable by this login");
    }
    if facts.dumps_sudo {
        return Check::new(item, CheckState::Ok, "readable through sudo");
    }
    match ["worker", "api"].iter().find(|s| facts.running(s).is_ok()) {
        Some(service) => Check::new(
            item,
            CheckState::Ok,
            format!("not readable by this login; read through the {service} container"),
        ),
        None => Check::new(item, CheckState::Bad, "not readable by this login, and neither worker nor api runs"),
    }
}

/// The line `item` about the clock of `whose`, which is `skew` seconds ahead of the laptop's.
#[must_use]
pub fn clock_check(item: CheckItem, whose: &str, skew: i64) -> Check {
    let apart = span(chrono::TimeDelta::seconds(skew.abs()));
    match skew.abs() {
        0..=30 => Check::new(item, CheckState::Ok, format!("{whose} and laptop agree")),
        _ if skew > 0 => Check::new(item, CheckState::Warn, format!("the {whose} is {apart} ahead of this laptop")),
        _ => Check::new(item, CheckState::Warn, format!("the {whose} is {apart} behind this laptop")),
    }
}
