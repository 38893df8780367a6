//! What a schedule would do, and as whom it is changed: asked before anything is written.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::FutureExt;
use serde::{Deserialize, Serialize};
use specta::Type;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::preview::{SchedulePreview, preview};
use super::retention_preview::{RetentionPreview, Rules, retention_preview};
use super::write::Schedules;
use crate::base::Problem;
use crate::base::RequestError;
use crate::deployment::{Deployment, DeploymentId};
use crate::library::local_dumps;
use crate::link::Link;
use crate::ports::Actor;
use crate::settings::Settings;
use crate::weavestream::cron::{Cron, Zone};
use crate::weavestream::retention::Dump;
use crate::weavestream::schedule_draft::ScheduleDraft;

/// Firings that a preview shows.
const FIRINGS: usize = 5;

/// The dumps of schedules as last read, so that a preview that follows the
/// typing asks the host once.
pub type DumpsSeen = Arc<Mutex<HashMap<Uuid, Arc<Vec<Dump>>>>>;

/// Who may act on a deployment, and as whom Selvage records what it does there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Actors {
    /// By address.
    pub actors: Vec<Actor>,
    /// The one that was chosen; none leaves the actor empty.
    #[specta(type = Option<String>)]
    pub chosen: Option<Uuid>,
}

impl Schedules {
    /// Users who may act on the deployment, and the one that was chosen.
    pub async fn actors(&self, deployment: &Deployment) -> Result<Actors, Problem> {
        let read = |link: Arc<Link>| async move { Ok(link.database.actors().await?) }.boxed();
        let actors = self.links.read(deployment, read).await?;
        Ok(Actors { actors, chosen: self.chosen(deployment.id).await? })
    }

    /// As whom what is done to a deployment is recorded.
    pub async fn chosen(&self, deployment: DeploymentId) -> Result<Option<Uuid>, Problem> {
        Ok(Settings::of(self.store.clone()).actor(deployment).await?)
    }

    /// When `draft` would fire, and what is wrong with it. Asks nobody.
    #[must_use]
    pub fn preview(&self, draft: &ScheduleDraft) -> SchedulePreview {
        preview(draft, FIRINGS, self.clock.now(), self.clock.zone())
    }

    /// What the retention of `draft` makes of the dumps of `schedule`, or of
    /// those that a new one will make. `fresh` asks the host for them again.
    pub async fn retention(
        &self,
        deployment: &Deployment,
        schedule: Option<Uuid>,
        draft: &ScheduleDraft,
        fresh: bool,
    ) -> Result<RetentionPreview, Problem> {
        let wanted = draft.retention.checked().map_err(|fields| RequestError::Fields { fields })?;
        let past = match schedule {
            Some(schedule) => self.dumps(deployment, schedule, fresh).await?,
            None => Arc::default(),
        };
        let seen = self.store.observation(deployment.id).await?;
        let saved = seen.and_then(|seen| seen.schedules.into_iter().find(|row| Some(row.id) == schedule));
        let rules = Rules { saved: saved.map(|row| row.retention), wanted };
        let dumps = local_dumps(self.store.as_ref(), &self.library, deployment.id).await?;
        let here: HashSet<_> = dumps.iter().filter(|dump| dump.is_sound()).map(|dump| dump.record.run).collect();
        let cron = Cron::parse(&draft.cron).ok().filter(|_| draft.enabled);
        let timing = cron.as_ref().zip(Zone::parse(draft.zone_name()).ok());
        Ok(retention_preview(&past, timing, rules, &here, self.clock.now(), self.clock.zone()))
    }

    async fn dumps(&self, deployment: &Deployment, schedule: Uuid, fresh: bool) -> Result<Arc<Vec<Dump>>, Problem> {
        let known = self.dumps.lock().await.get(&schedule).cloned();
        if let Some(known) = known.filter(|_| !fresh) {
            return Ok(known);
        }
        let read = |link: Arc<Link>| async move { Ok(link.database.dumps(schedule).await?) }.boxed();
        let found = Arc::new(self.links.read(deployment, read).await?);
        self.dumps.lock().await.insert(schedule, Arc::clone(&found));
        Ok(found)
    }
}
