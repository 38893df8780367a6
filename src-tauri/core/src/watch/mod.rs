//! Watching deployments: what went wrong since the last check is told once.

mod poll;

use std::sync::Arc;

pub use poll::poll;

use crate::base::{Problem, say_at};
use crate::deployment::{Deployment, DeploymentStore};
use crate::findings::{Finding, FindingStore, Recorded, Sources, derive};
use crate::library::{DumpStore, local_dumps};
use crate::link::Links;
use crate::observation::{Observation, ObservationStore, observe};
use crate::ports::{Clock, Notice, Notifier, Opening};
use crate::time::Moment;
use crate::vault::{EnvStatus, Vault};
use crate::weavestream::run::Run;

/// What is seen and found, and what it is judged by.
pub trait WatchStore: DeploymentStore + DumpStore + FindingStore + ObservationStore {}
impl<T: DeploymentStore + DumpStore + FindingStore + ObservationStore + ?Sized> WatchStore for T {}

/// Checks deployments, and tells what is new.
#[derive(Clone)]
pub struct Watch {
    /// Ways to the hosts.
    pub links: Arc<Links>,
    /// What the host's `.env` is compared with.
    pub vault: Vault,
    /// Where is remembered what was told.
    pub store: Arc<dyn WatchStore>,
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// Who tells it.
    pub notifier: Arc<dyn Notifier>,
}

/// Findings about keys: of an `.env` that could not be compared nothing is known.
const OF_KEYS: [&str; 3] = ["key_lost", "key_not_saved", "env_differs"];

impl Watch {
    /// Checks a deployment now, remembers what was seen, and tells what went wrong
    /// since the check before.
    pub async fn refresh(&self, deployment: &Deployment) -> Result<Observation, Problem> {
        let before = self.store.observed_runs(deployment.id).await?;
        let seen = observe(&self.links, self.store.as_ref(), &self.vault, deployment).await?;
        if let Err(error) = self.tell(deployment, &before, &seen).await {
            tracing::warn!(%error, "what was found could not be remembered");
        }
        Ok(seen)
    }

    /// Each finding once, whatever is started anew meanwhile. What was there
    /// before Selvage knew the deployment is no news.
    async fn tell(&self, deployment: &Deployment, before: &[Run], observation: &Observation) -> Result<(), Problem> {
        let moment = Moment { now: self.clock.now(), zone: self.clock.zone() };
        let dumps = local_dumps(self.store.as_ref(), &self.vault.library, deployment.id).await?;
        let vault = &self.vault.status(deployment.id).await?;
        let found = derive(&Sources { observation, before, dumps: &dumps, vault, now: moment.now });
        let compared = !matches!(
            observation.summary.env,
            EnvStatus::Unread { .. } | EnvStatus::VaultUnread { .. } | EnvStatus::OutOfReach
        );
        let not_judged: &[&str] = if compared { &[] } else { &OF_KEYS };
        // On the command line nobody hears it, so it is left for the next check that is heard.
        let notifies = self.notifier.delivers();
        let recorded = Recorded { found: &found, not_judged, notifies, at: moment.now };
        for finding in self.store.record_findings(deployment.id, &recorded).await? {
            self.notify(deployment, &finding, &moment);
        }
        Ok(())
    }

    fn notify(&self, deployment: &Deployment, finding: &Finding, moment: &Moment) {
        let Some(place) = finding.kind.notifies() else { return };
        let words = say_at("finding", "kind", &finding.kind, moment);
        self.notifier.show(&Notice {
            title: format!("{}: {}", deployment.name, words.title),
            body: words.why,
            opens: Some(Opening { deployment: deployment.id, place }),
        });
    }
}
