use serde::{Deserialize, Serialize};
use specta::Type;

use super::detail::{Clocks, Detail, Whose};
use super::{HostFacts, ProbeError};
use crate::base::{Problem, say_state};

/// One line of the connection test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What was looked at.
    pub item: CheckItem,
    /// How it stands.
    pub state: CheckState,
    /// What is said of it in this state.
    pub title: String,
    /// What was found, in a few words.
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

    /// What it is called in a state.
    #[must_use]
    pub fn title(self, state: CheckState) -> String {
        say_state("check", &self, &state).title
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
    /// What it is called before the test.
    pub title: String,
}

impl Default for CheckPlan {
    fn default() -> Self {
        let planned = |item: &CheckItem| PlannedCheck {
            item: *item,
            needed: item.is_needed(),
            title: item.title(CheckState::NotTested),
        };
        let plan = |items: &[CheckItem]| items.iter().map(planned).collect();
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
    pub fn new(item: CheckItem, state: CheckState, detail: &Detail) -> Self {
        Self { item, state, title: item.title(state), detail: detail.words(), problem: None }
    }

    /// A line with what is in the way.
    #[must_use]
    pub fn bad(item: CheckItem, problem: impl Into<Problem>) -> Self {
        Self::with(item, CheckState::Bad, problem)
    }

    /// A line in any state with what is in the way.
    #[must_use]
    pub fn with(item: CheckItem, state: CheckState, problem: impl Into<Problem>) -> Self {
        let problem = problem.into();
        let title = if state == CheckState::Bad { problem.words().title } else { item.title(state) };
        Self { item, state, title, detail: problem.to_string(), problem: Some(problem) }
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
        clock_check(CheckItem::Clock, Whose::Host, facts.clock_skew),
    ]
}

fn docker(facts: &HostFacts) -> Check {
    match &facts.docker {
        Ok(docker) => {
            let (engine, compose) = (docker.engine.clone(), docker.compose.clone());
            let detail = Detail::Docker { engine, compose, v1: docker.way.v1, sudo: docker.way.sudo };
            Check::new(CheckItem::Docker, CheckState::Ok, &detail)
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
        (Ok(file), None) => {
            let detail = Detail::ComposeFile { file: file.clone(), folder: facts.folder.clone() };
            Check::new(CheckItem::Folder, CheckState::Ok, &detail)
        }
    }
}

fn services(facts: &HostFacts) -> Check {
    let item = CheckItem::Services;
    if facts.project().is_err() {
        return Check::new(item, CheckState::NotTested, &Detail::NeedsDocker);
    }
    if facts.services.is_empty() && facts.compose_trouble.is_some() {
        return Check::new(item, CheckState::NotTested, &Detail::ComposeNotAsked);
    }
    for service in ["postgres", "worker", "api", "redis", "web"] {
        if let Err(error) = facts.running(service) {
            return Check::with(item, if service == "web" { CheckState::Warn } else { CheckState::Bad }, error);
        }
    }
    let ill = facts.services.iter().filter(|s| s.health.as_deref() == Some("unhealthy"));
    let unhealthy: Vec<_> = ill.map(|s| s.service.clone()).collect();
    let state = if unhealthy.is_empty() { CheckState::Ok } else { CheckState::Warn };
    let version = facts.version().map(ToString::to_string);
    Check::new(item, state, &Detail::Services { version, count: facts.services.len(), unhealthy })
}

fn dumps(facts: &HostFacts) -> Check {
    let item = CheckItem::Dumps;
    if facts.backup_folder.is_none() {
        return Check::new(item, CheckState::NotTested, &Detail::NeedsService);
    }
    if facts.dumps_direct {
        return Check::new(item, CheckState::Ok, &Detail::DumpsDirect);
    }
    if facts.dumps_sudo {
        return Check::new(item, CheckState::Ok, &Detail::DumpsSudo);
    }
    match ["worker", "api"].iter().find(|s| facts.running(s).is_ok()) {
        Some(service) => Check::new(item, CheckState::Ok, &Detail::DumpsContainer { service: (*service).to_owned() }),
        None => Check::new(item, CheckState::Bad, &Detail::DumpsUnreadable),
    }
}

/// The line `item` about the clock of `whose`, which is `skew` seconds ahead of the laptop's.
#[must_use]
pub fn clock_check(item: CheckItem, whose: Whose, skew: i64) -> Check {
    let (state, they) = match skew {
        -30..=30 => (CheckState::Ok, Clocks::Agree),
        31.. => (CheckState::Warn, Clocks::Ahead),
        _ => (CheckState::Warn, Clocks::Behind),
    };
    Check::new(item, state, &Detail::Clocks { whose, they, seconds: skew.unsigned_abs() })
}
