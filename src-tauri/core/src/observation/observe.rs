use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::FutureExt;

use super::model::{DAYS, Observation, Part, RUNS_AT_MOST, Summary, Unseen};
use super::store::ObservationStore;
use crate::base::Problem;
use crate::deployment::{Deployment, DeploymentId};
use crate::link::{Link, Links, Route};
use crate::ports::{LinkError, StoreError};
use crate::probe::{HostFacts, probe};
use crate::queue::{self, QueueError, QueueSeen};
use crate::vault::{EnvStatus, Vault};
use crate::weavestream::queue::Ask;
use crate::weavestream::run::{Page, RunFilter};

/// Looks at a deployment now, and remembers what was seen, or what could not be.
pub async fn observe(
    links: &Links,
    store: &dyn ObservationStore,
    vault: &Vault,
    deployment: &Deployment,
) -> Result<Observation, Problem> {
    let now = vault.clock.now();
    let read = |link: Arc<Link>| async move { look(&link, vault, deployment.id, now).await }.boxed();
    let observation = match links.read(deployment, read).await {
        Ok(observation) => observation,
        Err(problem) => {
            remember_unseen(links, store, vault, deployment, &problem).await?;
            return Err(problem);
        }
    };
    store.save_observation(deployment.id, &observation).await?;
    if let Some(facts) = &observation.facts {
        links.invalidate_if_changed(deployment.id, facts).await;
    }
    Ok(observation)
}

/// After a look that failed: what the host shows by itself while Postgres does
/// not answer, and what could not be seen. The last known state stays.
async fn remember_unseen(
    links: &Links,
    store: &dyn ObservationStore,
    vault: &Vault,
    deployment: &Deployment,
    problem: &Problem,
) -> Result<(), Problem> {
    let Some(mut observation) = store.observation(deployment.id).await? else { return Ok(()) };
    let at = vault.clock.now();
    let unseen = |part, problem: &Problem| Unseen { part, at, problem: problem.clone() };
    observation.summary.unseen = vec![unseen(Part::Database, problem)];
    if deployment.ssh.is_some() {
        // Whoever did not answer a moment ago is not asked once more.
        let host = match problem.find::<LinkError>() {
            Some(_) => Err(problem.clone()),
            None => look_at_host_alone(links, vault, deployment).await,
        };
        match host {
            Ok((facts, queue, env)) => {
                (observation.facts, observation.queue) = (Some(facts), queue);
                (observation.summary.env, observation.summary.host_at) = (env, Some(at));
            }
            Err(problem) => observation.summary.unseen.push(unseen(Part::Host, &problem)),
        }
    }
    Ok(store.save_observation(deployment.id, &observation).await?)
}

/// The host without its Postgres.
async fn look_at_host_alone(
    links: &Links,
    vault: &Vault,
    deployment: &Deployment,
) -> Result<(HostFacts, QueueSeen, EnvStatus), Problem> {
    let folder = links.folder(deployment).await?;
    let project = folder.facts.project();
    let queue = async {
        match &project {
            Ok(project) => queue::ask(folder.host.as_ref(), project, &Ask::Read).await.into(),
            Err(error) => QueueSeen::Unread { reason: error.to_string() },
        }
    };
    let (queue, env) = tokio::join!(queue, vault.env_status(deployment.id, &folder, false));
    Ok((folder.facts.clone(), queue, env?))
}

async fn look(link: &Link, vault: &Vault, id: DeploymentId, now: DateTime<Utc>) -> Result<Observation, Problem> {
    let filter = RunFilter { days: Some(DAYS), ..RunFilter::default() };
    let page = Page { offset: 0, limit: RUNS_AT_MOST };
    // Independent questions travel together: on a slow line each would cost a round trip.
    let (host, schedules, runs, latest_good) = tokio::join!(
        look_at_host(link, vault, id),
        link.database.schedules(),
        link.database.runs(&filter, page, now),
        link.database.latest_good(),
    );
    let (facts, queue, env) = host?;
    let summary = Summary {
        at: now,
        host_at: facts.as_ref().map(|_| now),
        unseen: Vec::new(),
        fallback_reason: link.fallback_reason().cloned(),
        env,
        latest_good: latest_good?,
    };
    Ok(Observation { summary, facts, schedules: schedules?, queue, recent: runs?.runs })
}

/// What only the host can tell; nothing where the link ends at Postgres.
async fn look_at_host(
    link: &Link,
    vault: &Vault,
    id: DeploymentId,
) -> Result<(Option<HostFacts>, QueueSeen, EnvStatus), Problem> {
    let Route::Host(at) = &link.route else { return Ok((None, QueueSeen::OutOfReach, EnvStatus::OutOfReach)) };
    let folder = at.folder();
    let (facts, queue, env) = tokio::join!(
        probe(at.host.as_ref(), &at.facts.folder, vault.clock.as_ref()),
        at.ask(&Ask::Read),
        vault.env_status(id, &folder, false),
    );
    match queue {
        Err(QueueError::Link(error)) => Err(error.into()),
        queue => Ok((Some(facts?), queue.into(), env?)),
    }
}

/// Remembers that `part` could not be seen at `at`.
pub async fn mark_unseen(
    store: &dyn ObservationStore,
    id: DeploymentId,
    part: Part,
    at: DateTime<Utc>,
    problem: &Problem,
) -> Result<(), StoreError> {
    let Some(mut summary) = store.summary(id).await? else { return Ok(()) };
    summary.unseen.retain(|unseen| unseen.part != part);
    summary.unseen.push(Unseen { part, at, problem: problem.clone() });
    store.save_summary(id, &summary).await
}
