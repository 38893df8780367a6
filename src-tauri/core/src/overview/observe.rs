use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use serde::{Deserialize, Serialize};

use crate::deployment::Deployment;
use crate::link::{Link, Links};
use crate::ports::{Clock, Store};
use crate::probe::{HostFacts, probe};
use crate::problem::Problem;
use crate::weavestream::queue::{self, Ask, Queue, QueueError};
use crate::weavestream::run::{Page, Run, RunFilter};
use crate::weavestream::schedule::Schedule;

/// Days that the strip shows.
pub const DAYS: u32 = 30;
/// Runs kept of those days; a schedule of every hour has 720.
pub const RUNS_AT_MOST: u32 = 1500;

/// What was seen of a deployment at one moment. Kept on the laptop, so that a
/// host that is gone still has a last known state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// When, by the laptop's clock.
    pub at: DateTime<Utc>,
    /// The probe of that moment.
    pub facts: HostFacts,
    /// Postgres was reached by a forward.
    pub forwarded: bool,
    /// Every schedule.
    pub schedules: Vec<Schedule>,
    /// The queue, or why it could not be read.
    pub queue: Result<Queue, String>,
    /// Runs of the last [`DAYS`] days, newest first.
    pub recent: Vec<Run>,
    /// The newest success whose dump is on the host.
    pub latest_good: Option<Run>,
}

/// Looks at a deployment now, and remembers what was seen.
pub async fn observe(
    links: &Links,
    store: &Arc<dyn Store>,
    clock: &dyn Clock,
    deployment: &Deployment,
) -> Result<Observation, Problem> {
    let now = clock.now();
    let read = |link: Arc<Link>| async move { look(&link, deployment, clock, now).await }.boxed();
    let seen = links.read(deployment, read).await?;
    store.save_observation(deployment.id, &seen).await?;
    links.noticed(deployment.id, &seen.facts).await;
    Ok(seen)
}

async fn look(
    link: &Link,
    deployment: &Deployment,
    clock: &dyn Clock,
    now: DateTime<Utc>,
) -> Result<Observation, Problem> {
    let filter = RunFilter { days: Some(DAYS), ..RunFilter::default() };
    let page = Page { offset: 0, limit: RUNS_AT_MOST };
    // Independent questions travel together: on a slow line each would cost a round trip.
    let (facts, schedules, runs, latest_good, queue) = tokio::join!(
        probe(link.host.as_ref(), &deployment.folder, clock),
        link.database.schedules(),
        link.database.runs(&filter, page, now),
        link.database.latest_good(),
        queue::ask(link.host.as_ref(), &link.project, &Ask::Read),
    );
    let queue = match queue {
        Ok(found) => Ok(found),
        Err(QueueError::Link(error)) => return Err(error.into()),
        Err(QueueError::QueueUnreachable { reason }) => Err(reason),
    };
    Ok(Observation {
        at: now,
        facts: facts?,
        forwarded: link.forwarded,
        schedules: schedules?,
        queue,
        recent: runs?.runs,
        latest_good: latest_good?,
    })
}
