//! A connection as a checklist. Testing looks, and changes nothing.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::host::open_database;
use super::pg_dump::choose;
use crate::base::Problem;
use crate::ports::{
    Clock, DatabaseConnector, DatabaseError, DirectConnector, DirectPostgres, Host, Rights, ServerFacts,
};
use crate::probe::{
    CHECKED_DIRECTLY, CHECKED_OVER_SSH, Check, CheckItem, CheckState, Detail, HostFacts, Whose, checklist, clock_check,
    probe,
};
use crate::queue::{self, QueueError};
use crate::weavestream::compose::Project;
use crate::weavestream::queue::Ask;

/// The host that was signed in to, or why it was not.
pub(super) async fn over_ssh(
    signed_in: Result<Arc<dyn Host>, Problem>,
    folder: &str,
    databases: &dyn DatabaseConnector,
    clock: &dyn Clock,
) -> Vec<Check> {
    let mut checks = Vec::new();
    let looked = async {
        let host = signed_in?;
        let facts = probe(host.as_ref(), folder, clock).await?;
        Ok::<_, Problem>((host, facts))
    };
    match looked.await {
        Err(problem) => checks.push(Check::bad(CheckItem::SignIn, problem)),
        Ok((host, facts)) => {
            let detail = Detail::SignedIn { login: facts.login.clone() };
            checks.push(Check::new(CheckItem::SignIn, CheckState::Ok, &detail));
            checks.extend(checklist(&facts));
            if let Ok(project) = facts.project() {
                checks.push(database(databases, &host, &facts, &project).await);
                checks.push(queue(host.as_ref(), &facts, &project).await);
            }
        }
    }
    in_order(checks, &CHECKED_OVER_SSH)
}

/// The Postgres that was signed in to, or why it was not.
pub(super) async fn direct_link(
    signed_in: Result<Arc<dyn DirectPostgres>, Problem>,
    connector: &dyn DirectConnector,
    clock: &dyn Clock,
) -> Vec<Check> {
    let postgres = match signed_in {
        Ok(postgres) => postgres,
        Err(problem) => return in_order(vec![Check::bad(CheckItem::Postgres, problem)], &CHECKED_DIRECTLY),
    };
    let database = postgres.database();
    let mut checks = Vec::new();
    let asked = clock.now();
    let server = match database.server().await {
        Ok(server) => server,
        Err(error) => return in_order(vec![Check::bad(CheckItem::Postgres, error)], &CHECKED_DIRECTLY),
    };
    let line = postgres.line();
    let state = if line.verified { CheckState::Ok } else { CheckState::Warn };
    let version = server.version;
    checks.push(Check::new(CheckItem::Postgres, state, &Detail::Postgres { version: version.to_string(), line }));
    checks.push(match database.schedules().await {
        Ok(found) => Check::new(CheckItem::Tables, CheckState::Ok, &Detail::Schedules { count: found.len() }),
        Err(error) => Check::bad(CheckItem::Tables, error),
    });
    if let Ok(rights) = database.rights().await {
        let Rights { change, dump, .. } = rights;
        let state = if change && dump { CheckState::Ok } else { CheckState::Warn };
        checks.push(Check::new(CheckItem::Rights, state, &Detail::Rights { change, dump }));
    }
    checks.push(match choose(&connector.pg_dumps().await, version) {
        Ok(tool) if tool.version.major() == version.major() => {
            let detail = Detail::PgDump { version: tool.version.to_string(), path: tool.path.display().to_string() };
            Check::new(CheckItem::PgDump, CheckState::Ok, &detail)
        }
        Ok(tool) => {
            let detail = Detail::NewerPgDump { version: tool.version.to_string(), major: tool.version.major() };
            Check::new(CheckItem::PgDump, CheckState::Warn, &detail)
        }
        Err(error) => Check::with(CheckItem::PgDump, CheckState::Warn, error),
    });
    checks.push(server_clock(&server, asked, clock.now()));
    in_order(checks, &CHECKED_DIRECTLY)
}

fn server_clock(server: &ServerFacts, asked: DateTime<Utc>, answered: DateTime<Utc>) -> Check {
    clock_check(CheckItem::ServerClock, Whose::Server, (server.now - (asked + (answered - asked) / 2)).num_seconds())
}

async fn database(
    databases: &dyn DatabaseConnector,
    host: &Arc<dyn Host>,
    facts: &HostFacts,
    project: &Project,
) -> Check {
    let item = CheckItem::Database;
    let (database, forward) = match open_database(databases, host, facts, project).await {
        Ok(found) => found,
        Err(problem) => return Check::bad(item, problem),
    };
    let answered = async { Ok::<_, DatabaseError>((database.server().await?, database.schedules().await?.len())) };
    match answered.await {
        Ok((server, schedules)) => {
            let (major, forwarded) = (server.version.major(), forward.is_some());
            let state = if forwarded { CheckState::Ok } else { CheckState::Warn };
            Check::new(item, state, &Detail::Database { major, schedules, forwarded })
        }
        Err(error) => Check::bad(item, error),
    }
}

async fn queue(host: &dyn Host, facts: &HostFacts, project: &Project) -> Check {
    let item = CheckItem::Queue;
    if facts.running("api").is_err() && facts.running("worker").is_err() {
        return Check::new(item, CheckState::NotTested, &Detail::NeedsService);
    }
    match queue::ask(host, project, &Ask::Read).await {
        Ok(found) => Check::new(item, CheckState::Ok, &Detail::Queue { count: found.schedulers.len() }),
        Err(QueueError::Link(error)) => Check::bad(item, error),
        Err(error @ QueueError::QueueUnreachable { .. }) => Check::with(item, CheckState::Warn, error),
    }
}

/// Every line of `order`: those that were not reached, because an earlier one
/// does not work, say so.
fn in_order(mut checks: Vec<Check>, order: &[CheckItem]) -> Vec<Check> {
    let missing: Vec<CheckItem> =
        order.iter().copied().filter(|item| !checks.iter().any(|check| check.item == *item)).collect();
    checks.extend(missing.into_iter().map(|item| Check::new(item, CheckState::NotTested, &Detail::NotTested)));
    checks.sort_by_key(|check| order.iter().position(|item| *item == check.item));
    checks
}
