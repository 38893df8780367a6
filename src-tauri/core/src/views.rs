//! What the screens show of a deployment: as it was last seen, or as it is now.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::base::Problem;
use crate::deployment::{Deployment, DeploymentId};
use crate::evidence::{Verdict, verdict};
use crate::history::{self, HistoryPage, LocalDumpRow, local_rows};
use crate::library::{LocalDump, local_dumps, look_at};
use crate::observation::Observation;
use crate::overview::{Overview, Seen, overview};
use crate::registry::Deployments;
use crate::schedules::{SchedulesView, schedules_view};
use crate::time::Moment;
use crate::vault::VaultStatus;
use crate::watch::{Watch, WatchStore};
use crate::weavestream::run::{Page, RunFilter};

/// A deployment as the sidebar shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentRow {
    /// The deployment.
    pub deployment: Deployment,
    /// How it stands, by what was last seen.
    pub verdict: Verdict,
}

/// What the screens show.
#[derive(Clone)]
pub struct Views {
    /// The deployments.
    pub deployments: Deployments,
    /// What was seen and found.
    pub store: Arc<dyn WatchStore>,
    /// Who looks at them.
    pub watch: Watch,
}

impl Views {
    /// Every deployment with its last known status, by name as people count:
    /// "Client 2" before "Client 10".
    pub async fn list(&self) -> Result<Vec<DeploymentRow>, Problem> {
        let mut rows = Vec::new();
        let mut all = self.deployments.store.deployments().await?;
        all.sort_by(|a, b| by_name(&a.name, &b.name));
        // Four questions, however many deployments there are.
        let summaries = self.store.summaries().await?;
        let vaults = self.deployments.vault.statuses().await?;
        let mut dumps: HashMap<DeploymentId, Vec<LocalDump>> = HashMap::new();
        for dump in look_at(self.store.all_dump_records().await?, &self.deployments.vault.library).await {
            dumps.entry(dump.record.deployment).or_default().push(dump);
        }
        let (moment, empty) = (self.moment(), VaultStatus::default());
        for deployment in all {
            let id = deployment.id;
            let (dumps, vault) = (dumps.remove(&id).unwrap_or_default(), vaults.get(&id).unwrap_or(&empty));
            let verdict = verdict(summaries.get(&id), &dumps, vault, &moment);
            rows.push(DeploymentRow { deployment, verdict });
        }
        Ok(rows)
    }

    /// The overview. A fresh look that fails shows the last known state and says why.
    pub async fn overview(&self, id: DeploymentId, fresh: bool) -> Result<Overview, Problem> {
        let deployment = self.deployments.get(id).await?;
        let (observation, trouble) = match self.observation(&deployment, fresh).await {
            Ok(observation) => (observation, None),
            Err(problem) => (self.store.observation(id).await?, Some(problem)),
        };
        let dumps = local_dumps(self.store.as_ref(), &self.deployments.vault.library, id).await?;
        let vault = self.deployments.vault.status(id).await?;
        let records = self.store.findings(id).await?;
        let seen = Seen { observation: observation.as_ref(), dumps: &dumps, vault: &vault, records: &records };
        Ok(overview(&deployment, &seen, trouble, &self.moment()))
    }

    /// The schedules as last seen, or as they are now. A fresh look that fails shows
    /// the last known state and says why.
    pub async fn schedules(&self, id: DeploymentId, fresh: bool) -> Result<SchedulesView, Problem> {
        let deployment = self.deployments.get(id).await?;
        let (observation, problem) = match self.observation(&deployment, fresh).await {
            Ok(observation) => (observation, None),
            Err(problem) => (self.store.observation(id).await?, Some(problem)),
        };
        let view = observation
            .map(|observation| {
                schedules_view(&observation, self.deployments.clock.now(), self.deployments.clock.zone())
            })
            .unwrap_or_default();
        Ok(SchedulesView { problem, ..view })
    }

    /// One page of the history, as it is on the host now.
    pub async fn history(&self, id: DeploymentId, filter: &RunFilter, page: Page) -> Result<HistoryPage, Problem> {
        let deployment = self.deployments.get(id).await?;
        let dumps = local_dumps(self.store.as_ref(), &self.deployments.vault.library, id).await?;
        history::page(&self.deployments.links, &dumps, self.deployments.clock.as_ref(), &deployment, filter, page).await
    }

    /// The dumps on this laptop, newest first, each looked at now. No host is asked.
    pub async fn local_dumps(&self, id: DeploymentId) -> Result<Vec<LocalDumpRow>, Problem> {
        let deployment = self.deployments.get(id).await?;
        let dumps = local_dumps(self.store.as_ref(), &self.deployments.vault.library, deployment.id).await?;
        Ok(local_rows(&dumps, self.deployments.clock.now(), self.deployments.clock.zone()))
    }

    fn moment(&self) -> Moment {
        Moment { now: self.deployments.clock.now(), zone: self.deployments.clock.zone() }
    }

    async fn observation(&self, deployment: &Deployment, fresh: bool) -> Result<Option<Observation>, Problem> {
        if fresh {
            return self.watch.refresh(deployment).await.map(Some);
        }
        Ok(self.store.observation(deployment.id).await?)
    }
}

fn by_name(a: &str, b: &str) -> Ordering {
    alphanumeric_sort::compare_str(a.to_lowercase(), b.to_lowercase()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_order_in_which_people_count() {
        let mut names = ["Client 10", "staging", "Client 2", "client 1", "Acme"];
        names.sort_by(|a, b| by_name(a, b));
        assert_eq!(names, ["Acme", "client 1", "Client 2", "Client 10", "staging"]);
    }
}
