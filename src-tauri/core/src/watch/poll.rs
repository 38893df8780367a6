use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::Watch;
use crate::deployment::{Deployment, DeploymentId};
use crate::local_dumps::LocalDumps;

/// How often each deployment is looked at, give or take a fifth.
const EVERY: Duration = Duration::from_mins(5);
/// How often it is looked which deployments there are.
const LIST_EVERY: Duration = Duration::from_secs(30);
/// Looks at the same time: each is a connection and some seconds of a small host.
const AT_ONCE: usize = 4;

/// Looks at every deployment again and again, for as long as it is not dropped,
/// and reads the dumps on this laptop again that are due.
pub async fn poll(watch: Watch, dumps: LocalDumps) {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    // Reading takes the disk from everything else: one after the other.
    let reading = Arc::new(Semaphore::new(1));
    let mut watched: HashMap<DeploymentId, (Deployment, [Task; 2])> = HashMap::new();
    loop {
        match watch.store.deployments().await {
            Ok(list) => {
                watched.retain(|id, (known, _)| list.iter().any(|now| now.id == *id && now == known));
                for deployment in list {
                    watched.entry(deployment.id).or_insert_with(|| {
                        let looking = again_and_again(watch.clone(), deployment.clone(), Arc::clone(&turns));
                        let reading = keep_reading(dumps.clone(), deployment.clone(), Arc::clone(&reading));
                        (deployment, [Task(tokio::spawn(looking)), Task(tokio::spawn(reading))])
                    });
                }
            }
            Err(error) => tracing::warn!(%error, "the deployments cannot be listed"),
        }
        tokio::time::sleep(LIST_EVERY).await;
    }
}

async fn again_and_again(watch: Watch, deployment: Deployment, turns: Arc<Semaphore>) {
    // Not all at once when the app starts, or the laptop wakes.
    tokio::time::sleep(share(LIST_EVERY, 0, 100)).await;
    loop {
        if let Ok(_turn) = turns.acquire().await
            && let Err(problem) = watch.refresh(&deployment).await
        {
            tracing::info!(deployment = %deployment.slug, %problem, "could not be looked at");
        }
        tokio::time::sleep(share(EVERY, 80, 120)).await;
    }
}

async fn keep_reading(dumps: LocalDumps, deployment: Deployment, turns: Arc<Semaphore>) {
    loop {
        tokio::time::sleep(share(EVERY, 80, 120)).await;
        if let Ok(_turn) = turns.acquire().await
            && let Err(problem) = dumps.read_due(&deployment).await
        {
            tracing::info!(deployment = %deployment.slug, %problem, "a dump on this laptop could not be read again");
        }
    }
}

/// Between `least` and `most` hundredths of `whole`, by chance.
fn share(whole: Duration, least: u32, most: u32) -> Duration {
    let chance = u32::from(Uuid::new_v4().as_bytes()[0]);
    whole * (least * 255 + (most - least) * chance) / (100 * 255)
}

/// Ends with its place in the list.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
