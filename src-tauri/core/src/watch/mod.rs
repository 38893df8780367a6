//! Watching deployments: what went wrong since the last look is told once.

mod finding;
mod poll;

use std::sync::Arc;

use tokio::sync::Mutex;

pub(crate) use finding::lost_key_words;
pub use finding::{Finding, findings, key_findings};
pub use poll::poll;

use crate::base::Problem;
use crate::deployment::{Deployment, DeploymentId};
use crate::link::Links;
use crate::overview::{Observation, observe};
use crate::ports::{Clock, Notice, Notifier, Opening, Store, StoreError};
use crate::vault::{EnvStatus, Vault};
use crate::weavestream::run::Run;

/// Looks at deployments, and tells what is new.
#[derive(Clone)]
pub struct Watch {
    /// Ways to the hosts.
    pub links: Arc<Links>,
    /// What the host's `.env` is compared with.
    pub vault: Vault,
    /// Where is remembered what was told.
    pub store: Arc<dyn Store>,
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// Who tells it.
    pub notifier: Arc<dyn Notifier>,
    /// One look is told at a time, so that two of them tell the same once.
    pub telling: Arc<Mutex<()>>,
}

impl Watch {
    /// Looks at a deployment now, remembers what was seen, and tells what went
    /// wrong since the last look.
    pub async fn refresh(&self, deployment: &Deployment) -> Result<Observation, Problem> {
        let before = self.store.observation(deployment.id).await?.map(|before| before.recent).unwrap_or_default();
        let observation = observe(&self.links, &self.store, &self.vault, deployment).await?;
        if let Err(error) = self.tell(deployment, &before, &observation).await {
            tracing::warn!(%error, "what was found could not be remembered");
        }
        Ok(observation)
    }

    /// Each finding once, whatever is started anew meanwhile. What was there
    /// before Selvage knew the deployment is no news.
    async fn tell(&self, deployment: &Deployment, before: &[Run], observation: &Observation) -> Result<(), StoreError> {
        let _turn = self.telling.lock().await;
        let mut found =
            findings(before, &observation.recent, &observation.schedules, self.clock.now(), self.clock.zone());
        found.extend(key_findings(&observation.env));
        // What is gone is found once only, by whoever looks next: on the command
        // line nobody hears it, so it is left for the next look that is heard.
        let (left_key, key) = (pending_key(deployment.id), notified_key(deployment.id));
        let left = self.store.setting(&left_key).await?;
        let pending: Vec<Finding> =
            left.as_deref().and_then(|left| serde_json::from_str(left).ok()).unwrap_or_default();
        let keys: Vec<String> = found.iter().map(|finding| finding.key.clone()).collect();
        found.extend(pending.into_iter().filter(|finding| !keys.contains(&finding.key)));
        if !self.notifier.delivers() {
            found.retain(Finding::is_found_once);
            let leave = (!found.is_empty()).then(|| serde_json::to_string(&found).unwrap_or_default());
            return if leave == left { Ok(()) } else { self.store.set_setting(&left_key, leave.as_deref()).await };
        }
        if left.is_some() {
            self.store.set_setting(&left_key, None).await?;
        }
        let told: Option<Vec<String>> =
            self.store.setting(&key).await?.and_then(|told| serde_json::from_str(&told).ok());
        let mut now: Vec<&str> = found.iter().map(|finding| finding.key.as_str()).collect();
        if matches!(observation.env, EnvStatus::Unread { .. } | EnvStatus::VaultUnread { .. } | EnvStatus::OutOfReach) {
            // Not seen is not gone: what was told of keys is not told again afterwards.
            now.extend(told.iter().flatten().map(String::as_str).filter(|key| key.starts_with(finding::OF_KEYS)));
        }
        if told.as_ref().is_some_and(|told| told.iter().map(String::as_str).eq(now.iter().copied())) {
            return Ok(());
        }
        // Remembered first: told twice is worse than a notification that a crash swallows.
        self.store.set_setting(&key, Some(&serde_json::to_string(&now).unwrap_or_default())).await?;
        for finding in &found {
            if told.as_ref().is_some_and(|told| !told.contains(&finding.key)) {
                self.notifier.show(&Notice {
                    title: format!("{}: {}", deployment.name, finding.title),
                    body: finding.detail.clone(),
                    opens: Some(Opening { deployment: deployment.id, place: finding.place }),
                });
            }
        }
        Ok(())
    }
}

/// The setting that keeps what was found and nobody was told.
#[must_use]
pub fn pending_key(deployment: DeploymentId) -> String {
    format!("untold:{deployment}")
}

/// The setting that remembers what was told of a deployment.
#[must_use]
pub fn notified_key(deployment: DeploymentId) -> String {
    format!("told:{deployment}")
}
