use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::ScheduleError;
use super::write::{Schedules, perhaps_done};
use crate::base::{Problem, RequestError, reason};
use crate::deployment::Deployment;
use crate::jobs::{JobEnd, JobHandle, JobId, JobKind, NewJob, Note, Resource, Step};
use crate::link::{Link, is_broken};
use crate::ports::RunQueued;
use crate::weavestream::queue::Ask;
use crate::weavestream::run::{Run, RunId, RunStatus};

/// How often a run that was started is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Looks in a row that may go unanswered; each waits for the link's own patience as well.
const LOOKS_UNANSWERED: u32 = 30;

impl Schedules {
    /// Starts a run and follows it as a job until the worker has ended it. Gives
    /// the run and the job.
    pub async fn run_now(
        &self,
        deployment: &Deployment,
        schedule: Uuid,
        by: Option<Uuid>,
    ) -> Result<(RunId, JobId), Problem> {
        let run = self.start_run(deployment, schedule, by).await?;
        // The run is under way by now: that its name cannot be read is no failure.
        let row = self.read(deployment, run).await.ok().flatten();
        let name = row.and_then(|row| row.schedule_name).unwrap_or_else(|| schedule.to_string());
        let kind = JobKind::Run { schedule: schedule.to_string(), name, run };
        Ok((run, self.follow_run(deployment, run, kind).await?))
    }

    /// Follows a run that was started before as a job.
    pub async fn follow_run(&self, deployment: &Deployment, run: RunId, kind: JobKind) -> Result<JobId, Problem> {
        let (me, followed) = (self.clone(), deployment.clone());
        let work = |job: JobHandle| async move { me.follow(&followed, run, &job).await.map(|()| None) };
        self.jobs.start(NewJob { deployment, kind, uses: vec![Resource::Run(run)] }, work).await
    }

    /// Starts a run as the web app does, also of a schedule that is switched off.
    pub async fn start_run(&self, deployment: &Deployment, schedule: Uuid, by: Option<Uuid>) -> Result<RunId, Problem> {
        let _turn = self.starting.lock().await;
        let link = self.links.checked(deployment).await?;
        let host = link.host()?;
        let run = match link.database.queue_run(schedule, by).await.map_err(perhaps_done)? {
            RunQueued::Queued(run) => run,
            RunQueued::UnderWay(run) => return Err(ScheduleError::RunUnderWay { run: run.to_string() }.into()),
            RunQueued::Gone => return Err(ScheduleError::ScheduleGone.into()),
            RunQueued::ActorRefused => return Err(ScheduleError::ActorRefused.into()),
        };
        if let Err(error) = host.ask(&Ask::Run { schedule, run }).await {
            // No worker will come to it: the row must not wait for ever. Should this
            // fail as well, the row still says `queued`, which is what it is.
            let settled = link
                .database
                .fail_queued_run(run, &reason("not-queued", json!({ "problem": error.to_string() })))
                .await;
            if let Err(trouble) = settled {
                tracing::warn!(%run, %trouble, "a run that could not be queued could not be settled");
            }
            return Err(error.into());
        }
        Ok(run)
    }

    /// Cancelling ends the following only: a run on the host cannot be stopped from here.
    async fn follow(&self, deployment: &Deployment, run: RunId, job: &JobHandle) -> Result<(), JobEnd> {
        let mut told = None;
        let mut unanswered = 0;
        loop {
            let row = match self.read(deployment, run).await {
                Ok(Some(row)) => row,
                Ok(None) => return Err(Problem::from(RequestError::NoSuchRun { run: run.to_string() }).into()),
                // The run goes on without us: a closed lid is no failure of it.
                Err(problem) if is_broken(&problem) && unanswered < LOOKS_UNANSWERED => {
                    unanswered += 1;
                    told = None;
                    job.step(Step::AwaitHost).await;
                    if pause(job).await {
                        continue;
                    }
                    return Err(JobEnd::Cancelled);
                }
                Err(problem) => return Err(problem.into()),
            };
            unanswered = 0;
            let id = run.to_string();
            match row.status {
                RunStatus::Success => {
                    job.note(Note::RunSucceeded).await;
                    return Ok(());
                }
                RunStatus::Failed | RunStatus::Unreadable => {
                    let reason = row.error.unwrap_or_else(|| reason("worker-silent", Value::Null));
                    return Err(Problem::from(ScheduleError::RunFailed { run: id, reason }).into());
                }
                RunStatus::Skipped => return Err(Problem::from(ScheduleError::RunSkipped { run: id }).into()),
                RunStatus::Queued | RunStatus::Running if told == Some(row.status) => {}
                RunStatus::Queued => job.step(Step::AwaitWorker).await,
                RunStatus::Running => job.step(Step::AwaitRun).await,
            }
            told = Some(row.status);
            if !pause(job).await {
                return Err(JobEnd::Cancelled);
            }
        }
    }

    async fn read(&self, deployment: &Deployment, run: RunId) -> Result<Option<Run>, Problem> {
        let read = |link: Arc<Link>| async move { Ok(link.database.run(run).await?) }.boxed();
        self.links.read(deployment, read).await
    }
}

/// Waits until the next look; false when cancelled meanwhile.
async fn pause(job: &JobHandle) -> bool {
    tokio::select! {
        () = job.cancelled().cancelled() => false,
        () = tokio::time::sleep(LOOK_EVERY) => true,
    }
}
