use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use super::error::ScheduleError;
use super::view::{ScheduleRow, SchedulesView, schedules_view};
use crate::deployment::Deployment;
use crate::jobs::JobCenter;
use crate::link::{Link, Links};
use crate::ports::{Actor, Clock, ScheduleWrite, ScheduleWritten, Store};
use crate::problem::{Problem, RequestError};
use crate::weavestream::queue::{self, Ask, Queue};
use crate::weavestream::schedule::{Schedule, scheduler_id};
use crate::weavestream::schedule_draft::ScheduleDraft;

/// Changes schedules, and makes the queue agree.
#[derive(Clone)]
pub struct Schedules {
    /// Ways to the hosts.
    pub links: Arc<Links>,
    /// Where what was seen is kept.
    pub store: Arc<dyn Store>,
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// Who follows the runs that are started.
    pub jobs: JobCenter,
}

/// One version of a schedule: what an edit was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleVersion {
    /// Primary key on the host.
    #[specta(type = String)]
    pub id: Uuid,
    /// `updated_at`
    #[specta(type = String)]
    pub version: DateTime<Utc>,
}

impl Schedules {
    /// Users who may act on the deployment.
    pub async fn actors(&self, deployment: &Deployment) -> Result<Vec<Actor>, Problem> {
        let read = |link: Arc<Link>| async move { Ok(link.database.actors().await?) }.boxed();
        self.links.read(deployment, read).await
    }

    /// Writes a new schedule and registers it.
    pub async fn create(
        &self,
        deployment: &Deployment,
        draft: &ScheduleDraft,
        by: Option<Uuid>,
    ) -> Result<ScheduleRow, Problem> {
        let values = self.checked(draft)?;
        self.write(deployment, &ScheduleWrite::Create { values }, by).await
    }

    /// Writes what was edited, unless the schedule was changed meanwhile.
    pub async fn edit(
        &self,
        deployment: &Deployment,
        which: ScheduleVersion,
        draft: &ScheduleDraft,
        by: Option<Uuid>,
    ) -> Result<ScheduleRow, Problem> {
        let values = self.checked(draft)?;
        let write = ScheduleWrite::Update { id: which.id, expected: which.version, values };
        self.write(deployment, &write, by).await
    }

    /// Switches a schedule on or off, and changes nothing else of it.
    pub async fn enable(
        &self,
        deployment: &Deployment,
        which: ScheduleVersion,
        enabled: bool,
        by: Option<Uuid>,
    ) -> Result<ScheduleRow, Problem> {
        let write = ScheduleWrite::Enable { id: which.id, expected: which.version, enabled };
        self.write(deployment, &write, by).await
    }

    /// Deletes a schedule and its registration. Its dumps and runs stay. Gives
    /// what the queue could not be told, if anything.
    pub async fn delete(
        &self,
        deployment: &Deployment,
        which: ScheduleVersion,
        by: Option<Uuid>,
    ) -> Result<Option<String>, Problem> {
        let link = self.links.open(deployment).await?;
        let write = ScheduleWrite::Delete { id: which.id, expected: which.version };
        written(link.database.write_schedule(&write, by).await?)?;
        let told = tell(&link, &Ask::Remove { scheduler: &scheduler_id(which.id) }).await;
        let trouble = told.as_ref().err().cloned();
        self.remember(deployment, &link, told).await?;
        Ok(trouble)
    }

    /// Makes the queue agree with the database about one schedule.
    pub async fn repair(&self, deployment: &Deployment, id: Uuid) -> Result<ScheduleRow, Problem> {
        let link = self.links.open(deployment).await?;
        let schedules = link.database.schedules().await?;
        let schedule = schedules.into_iter().find(|schedule| schedule.id == id).ok_or(ScheduleError::ScheduleGone)?;
        let queue = queue::ask(link.host.as_ref(), &link.project, &wanted(&schedule, &scheduler_id(id))).await?;
        self.remember(deployment, &link, Ok(queue)).await?.row(id)
    }

    /// Removes a scheduler whose schedule is gone.
    pub async fn remove_orphan(&self, deployment: &Deployment, scheduler: &str) -> Result<SchedulesView, Problem> {
        let link = self.links.open(deployment).await?;
        let known = link.database.schedules().await?;
        if known.iter().any(|schedule| scheduler_id(schedule.id) == scheduler) {
            // It came into being meanwhile.
            return Ok(self.remember(deployment, &link, tell(&link, &Ask::Read).await).await?.0);
        }
        let queue = queue::ask(link.host.as_ref(), &link.project, &Ask::Remove { scheduler }).await?;
        Ok(self.remember(deployment, &link, Ok(queue)).await?.0)
    }

    fn checked(&self, draft: &ScheduleDraft) -> Result<crate::weavestream::schedule_draft::ScheduleValues, Problem> {
        draft.checked(self.clock.now()).map_err(|fields| RequestError::Fields { fields }.into())
    }

    /// The row first, then the queue. Once the row is written the answer tells
    /// how the queue stands; it is no failure that the queue could not be told.
    async fn write(
        &self,
        deployment: &Deployment,
        write: &ScheduleWrite,
        by: Option<Uuid>,
    ) -> Result<ScheduleRow, Problem> {
        let link = self.links.open(deployment).await?;
        let schedule = written(link.database.write_schedule(write, by).await?)?;
        let told = tell(&link, &wanted(&schedule, &scheduler_id(schedule.id))).await;
        self.remember(deployment, &link, told).await?.row(schedule.id)
    }

    /// Keeps what is known now as what was last seen.
    async fn remember(
        &self,
        deployment: &Deployment,
        link: &Link,
        queue: Result<Queue, String>,
    ) -> Result<Remembered, Problem> {
        let schedules = link.database.schedules().await?;
        let mut seen = match self.store.observation(deployment.id).await? {
            Some(seen) => seen,
            None => crate::overview::observe(&self.links, &self.store, self.clock.as_ref(), deployment).await?,
        };
        (seen.schedules, seen.queue) = (schedules, queue);
        self.store.save_observation(deployment.id, &seen).await?;
        Ok(Remembered(schedules_view(&seen, self.clock.now(), self.clock.zone())))
    }
}

struct Remembered(SchedulesView);

impl Remembered {
    fn row(self, id: Uuid) -> Result<ScheduleRow, Problem> {
        let found = self.0.rows.into_iter().find(|row| row.next.id == id);
        found.ok_or_else(|| ScheduleError::ScheduleGone.into())
    }
}

/// What the queue should hold for `schedule`.
fn wanted<'a>(schedule: &'a Schedule, scheduler: &'a str) -> Ask<'a> {
    if schedule.enabled {
        Ask::Upsert { schedule: schedule.id, cron: &schedule.cron, zone: schedule.zone_name() }
    } else {
        Ask::Remove { scheduler }
    }
}

/// Tells the queue; a link that broke leaves the row as it is and is no other
/// answer than a Redis that is down.
async fn tell(link: &Link, what: &Ask<'_>) -> Result<Queue, String> {
    queue::ask(link.host.as_ref(), &link.project, what).await.map_err(|error| error.to_string())
}

fn written(outcome: ScheduleWritten) -> Result<Schedule, ScheduleError> {
    match outcome {
        ScheduleWritten::Done(schedule) => Ok(schedule),
        ScheduleWritten::Moved(theirs) => Err(ScheduleError::ScheduleMoved {
            version: theirs.updated_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            theirs: Box::new(ScheduleDraft::from(&theirs)),
        }),
        ScheduleWritten::Gone => Err(ScheduleError::ScheduleGone),
        ScheduleWritten::ActorRefused => Err(ScheduleError::ActorRefused),
    }
}
