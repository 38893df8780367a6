use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::error::ScheduleError;
use super::next::{against_queue, unusable};
use super::plan::DumpsSeen;
use super::view::{ScheduleRow, row, version};
use crate::base::{Problem, RequestError, reason};
use crate::deployment::Deployment;
use crate::jobs::JobCenter;
use crate::library::DumpStore;
use crate::link::{Link, Links, Route, is_broken};
use crate::observation::ObservationStore;
use crate::ports::{Clock, DatabaseError, Library, ScheduleWrite, ScheduleWritten};
use crate::queue::QueueSeen;
use crate::settings::SettingStore;
use crate::weavestream::queue::Ask;
use crate::weavestream::schedule::{Schedule, scheduler_id};
use crate::weavestream::schedule_draft::{ScheduleDraft, ScheduleValues};

/// What is known of schedules and of the dumps here, and who acts.
pub trait ScheduleStore: DumpStore + ObservationStore + SettingStore {}
impl<T: DumpStore + ObservationStore + SettingStore + ?Sized> ScheduleStore for T {}

/// Changes schedules, and makes the queue agree.
#[derive(Clone)]
pub struct Schedules {
    /// Ways to the hosts.
    pub links: Arc<Links>,
    /// Where what was seen is kept.
    pub store: Arc<dyn ScheduleStore>,
    /// The laptop's folders.
    pub library: Arc<dyn Library>,
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// Who follows the runs that are started.
    pub jobs: JobCenter,
    /// One run is started at a time, so that a double click finds the first one under way.
    pub starting: Arc<Mutex<()>>,
    /// What a preview of retention was made from.
    pub dumps: DumpsSeen,
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
        let link = self.links.checked(deployment).await?;
        let write = ScheduleWrite::Delete { id: which.id, expected: which.version };
        let deleted = self.written(&link, &write, by).await?;
        let told = tell(&link, &Ask::Remove { scheduler: &scheduler_id(which.id) }).await;
        let trouble = match &told {
            QueueSeen::Read(_) => None,
            QueueSeen::Unread { reason } => Some(reason.clone()),
            QueueSeen::OutOfReach => Some(reason("api-forgets", Value::Null)),
        };
        self.remember(deployment, told, |rows| rows.retain(|row| row.id != deleted.id)).await;
        Ok(trouble)
    }

    /// Makes the queue agree with the database about one schedule.
    pub async fn repair(&self, deployment: &Deployment, id: Uuid) -> Result<ScheduleRow, Problem> {
        let link = self.links.checked(deployment).await?;
        let schedules = link.database.schedules().await?;
        let schedule = schedules.into_iter().find(|schedule| schedule.id == id).ok_or(ScheduleError::ScheduleGone)?;
        if let Some(reason) = unusable(&schedule).filter(|_| schedule.enabled) {
            return Err(ScheduleError::ScheduleUnusable { reason }.into());
        }
        let queue = link.host()?.ask(&wanted(&schedule, &scheduler_id(id))).await?;
        Ok(self.row(deployment, &schedule, QueueSeen::Read(queue)).await)
    }

    /// Removes a scheduler whose schedule is gone; one that has a schedule stays.
    pub async fn remove_orphan(&self, deployment: &Deployment, scheduler: &str) -> Result<(), Problem> {
        let link = self.links.checked(deployment).await?;
        let known = link.database.schedules().await?;
        let host = link.host()?;
        // One with a schedule fires for it, under whatever id.
        let seen = host.ask(&Ask::Read).await?;
        let fires = known.iter().flat_map(|schedule| seen.of(schedule.id)).any(|queued| queued.id == scheduler);
        if !fires && !known.iter().any(|schedule| scheduler_id(schedule.id) == scheduler) {
            let queue = host.ask(&Ask::Remove { scheduler }).await?;
            self.remember(deployment, QueueSeen::Read(queue), |_| {}).await;
        }
        Ok(())
    }

    fn checked(&self, draft: &ScheduleDraft) -> Result<ScheduleValues, Problem> {
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
        let link = self.links.checked(deployment).await?;
        let schedule = self.written(&link, write, by).await?;
        let told = tell(&link, &wanted(&schedule, &scheduler_id(schedule.id))).await;
        Ok(self.row(deployment, &schedule, told).await)
    }

    async fn written(&self, link: &Link, write: &ScheduleWrite, by: Option<Uuid>) -> Result<Schedule, Problem> {
        let outcome = link.database.write_schedule(write, by).await.map_err(perhaps_done)?;
        Ok(match outcome {
            ScheduleWritten::Done(schedule) => schedule,
            ScheduleWritten::Moved(theirs) => {
                let (version, theirs) = (version(&theirs), Box::new(ScheduleDraft::from(&theirs)));
                return Err(ScheduleError::ScheduleMoved { theirs, version }.into());
            }
            ScheduleWritten::Gone => return Err(ScheduleError::ScheduleGone.into()),
            ScheduleWritten::ActorRefused => return Err(ScheduleError::ActorRefused.into()),
        })
    }

    /// The schedule as it is now. Nothing here fails: the row is written.
    async fn row(&self, deployment: &Deployment, schedule: &Schedule, queue: QueueSeen) -> ScheduleRow {
        let (now, zone) = (self.clock.now(), self.clock.zone());
        let (_, next) = against_queue(schedule, &queue, now, zone);
        let replace = |rows: &mut Vec<Schedule>| {
            rows.retain(|row| row.id != schedule.id);
            rows.push(schedule.clone());
        };
        self.remember(deployment, queue, replace).await;
        row(schedule, next, now, zone)
    }

    /// Keeps what is known now as what was last seen, until the next look.
    async fn remember(
        &self,
        deployment: &Deployment,
        queue: QueueSeen,
        change: impl FnOnce(&mut Vec<Schedule>) + Send,
    ) {
        let kept = async {
            let Some(mut seen) = self.store.observation(deployment.id).await? else { return Ok(()) };
            change(&mut seen.schedules);
            seen.queue = queue;
            self.store.save_observation(deployment.id, &seen).await
        };
        if let Err(error) = kept.await {
            tracing::warn!(%error, "what was changed could not be remembered");
        }
    }
}

/// A connection that breaks under a change leaves open whether it was made.
pub fn perhaps_done(error: DatabaseError) -> Problem {
    let reason = error.to_string();
    let problem = Problem::from(error);
    if is_broken(&problem) { ScheduleError::OutcomeUnknown { reason }.into() } else { problem }
}

/// What the queue should hold for `schedule`.
fn wanted<'a>(schedule: &'a Schedule, scheduler: &'a str) -> Ask<'a> {
    if schedule.enabled {
        Ask::Upsert { schedule: schedule.id, cron: &schedule.cron, zone: schedule.zone_name() }
    } else {
        Ask::Remove { scheduler }
    }
}

/// Tells the queue, where there is a way to it; a link that broke leaves the row
/// as it is and is no other answer than a Redis that is down.
async fn tell(link: &Link, what: &Ask<'_>) -> QueueSeen {
    match &link.route {
        Route::Host(host) => host.ask(what).await.into(),
        Route::Postgres { .. } => QueueSeen::OutOfReach,
    }
}
