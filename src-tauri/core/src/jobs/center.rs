use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::handle::JobHandle;
use super::journal::{Entry, JournalEntry, LogLine, log_of};
use super::model::{Ended, Job, JobEnd, JobId, JobResult, NewJob};
use super::note::Note;
use super::prune::{expired, is_settled};
use super::rate::Rate;
use super::resource::is_within;
use super::store::JobStore;
use super::view::{JobChange, JobView};
use crate::base::{Problem, RequestError, StoreError};
use crate::ports::{Clock, Notice, Notifier};
use crate::time::Moment;

/// How often at most a moving job is told about.
pub(super) const TELL_EVERY: Duration = Duration::from_millis(200);
/// How often it is looked whether a job still moves: what stands still calls nobody.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Standing still for longer than this is told.
const STILL_AFTER: Duration = Duration::from_secs(3);
const SHOWN_JOBS: u32 = 200;

/// Runs jobs and tells about them. Clones share the same jobs.
#[derive(Clone)]
pub struct JobCenter {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) store: Arc<dyn JobStore>,
    pub(super) clock: Arc<dyn Clock>,
    notifier: Arc<dyn Notifier>,
    running: Mutex<HashMap<JobId, Running>>,
    changes: broadcast::Sender<JobChange>,
}

pub(super) struct Running {
    pub(super) job: Job,
    pub(super) told: Instant,
    pub(super) moved: Instant,
    pub(super) rate: Rate,
    /// What the deployment is called, for the notice of its end.
    name: String,
    cancel: CancellationToken,
    ended: watch::Sender<Option<Ended>>,
}

impl JobCenter {
    /// A centre that keeps its jobs in `store`, and tells the desktop of their ends.
    /// Jobs that a process left without an end are marked as interrupted.
    pub async fn new(
        store: Arc<dyn JobStore>,
        clock: Arc<dyn Clock>,
        notifier: Arc<dyn Notifier>,
    ) -> Result<Self, StoreError> {
        let (changes, _) = broadcast::channel(256);
        let shared = Shared { store, clock, notifier, running: Mutex::default(), changes };
        for mut job in shared.store.abandoned_jobs().await? {
            job.recovery = job.kind.recovery();
            shared.save_end(&mut job, JobEnd::Interrupted).await?;
        }
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Starts `work` as a job, unless another job uses what it needs.
    pub async fn start<F, Fut>(&self, new: NewJob<'_>, work: F) -> Result<JobId, Problem>
    where
        F: FnOnce(JobHandle) -> Fut,
        Fut: Future<Output = Result<Option<JobResult>, JobEnd>> + Send + 'static,
    {
        let id = JobId(Uuid::new_v4());
        let job = Job {
            id,
            deployment: new.deployment.id,
            kind: new.kind,
            uses: new.uses,
            started_at: self.shared.clock.now(),
            ended_at: None,
            step: None,
            cancelling: false,
            end: None,
            result: None,
            recovery: None,
        };
        if let Some(other) = self.shared.store.begin_job(&job).await? {
            return Err(RequestError::AlreadyRunning { job: other.to_string() }.into());
        }
        let cancel = CancellationToken::new();
        let running = Running {
            job: job.clone(),
            told: Instant::now(),
            moved: Instant::now(),
            rate: Rate::default(),
            name: new.deployment.name.clone(),
            cancel: cancel.clone(),
            ended: watch::channel(None).0,
        };
        self.shared.running().insert(id, running);
        self.shared.tell(&job);
        self.shared.supersede(&job).await;
        let work = work(JobHandle::new(id, Arc::clone(&self.shared), cancel));
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            let ended = tokio::select! {
                ended = work => ended,
                never = shared.watch_progress(id) => match never {},
            };
            let ended = match ended {
                Ok(result) => Ended { end: JobEnd::Done, result },
                Err(end) => Ended { end, result: None },
            };
            shared.end(id, ended).await;
        });
        Ok(id)
    }

    /// Asks a job to stop. It says `cancelling` until it has stopped.
    pub fn cancel(&self, id: JobId) -> Result<(), RequestError> {
        let cancelling = self.shared.with(id, |running| {
            running.job.end.is_none().then(|| {
                running.job.cancelling = true;
                running.cancel.cancel();
                running.job.clone()
            })
        });
        let job = cancelling.flatten().ok_or(RequestError::NoSuchJob)?;
        self.shared.tell(&job);
        Ok(())
    }

    /// Waits for a job's end. An id that is not running is looked up among the ended.
    pub async fn ended(&self, id: JobId) -> Result<JobEnd, Problem> {
        Ok(self.outcome(id).await?.end)
    }

    /// The same, with what the job made.
    pub async fn outcome(&self, id: JobId) -> Result<Ended, Problem> {
        let ended = self.shared.with(id, |running| running.ended.subscribe());
        if let Some(mut ended) = ended
            && let Ok(end) = ended.wait_for(Option::is_some).await
            && let Some(end) = end.clone()
        {
            return Ok(end);
        }
        let jobs = self.shared.store.jobs(SHOWN_JOBS).await?;
        let job = jobs.into_iter().find(|job| job.id == id);
        let ended = job.and_then(|job| Some(Ended { end: job.end?, result: job.result }));
        ended.ok_or_else(|| RequestError::NoSuchJob.into())
    }

    /// Every running job and the newest ended ones, newest first.
    pub async fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        let mut jobs = self.shared.store.jobs(SHOWN_JOBS).await?;
        for job in &mut jobs {
            if let Some(live) = self.shared.with(job.id, |running| running.job.clone()) {
                *job = live;
            }
        }
        Ok(jobs)
    }

    /// The same as the screens show them.
    pub async fn views(&self) -> Result<Vec<JobView>, StoreError> {
        let moment = self.shared.moment();
        Ok(self.jobs().await?.into_iter().map(|job| JobView::of(job, &moment)).collect())
    }

    /// One of them.
    pub async fn view(&self, id: JobId) -> Result<JobView, Problem> {
        let job = self.jobs().await?.into_iter().find(|job| job.id == id).ok_or(RequestError::NoSuchJob)?;
        Ok(JobView::of(job, &self.shared.moment()))
    }

    /// A job's log, oldest line first.
    pub async fn log(&self, id: JobId) -> Result<Vec<LogLine>, StoreError> {
        Ok(log_of(&self.journal(id).await?))
    }

    /// A job's journal, oldest entry first.
    pub async fn journal(&self, id: JobId) -> Result<Vec<JournalEntry>, StoreError> {
        self.shared.store.journal(id).await
    }

    /// Says that nothing is left to be done about an abandoned job.
    pub async fn settle(&self, mut job: Job, note: Option<Note>) -> Result<(), StoreError> {
        if let Some(note) = note {
            let entry = JournalEntry { at: self.shared.clock.now(), what: Entry::Noted { note } };
            self.shared.store.append_journal(job.id, &[entry]).await?;
        }
        job.recovery = None;
        self.shared.store.save_job(&job).await?;
        self.shared.tell(&job);
        Ok(())
    }

    /// Forgets the ended jobs, except those that left something to clean up.
    pub async fn clear_ended(&self) -> Result<(), StoreError> {
        let jobs = self.shared.store.jobs(u32::MAX).await?;
        let ids = jobs.iter().filter(|job| job.end.is_some() && is_settled(job)).map(|job| job.id).collect();
        self.shared.remove(ids).await
    }

    /// Changes from now on. To be subscribed to before the snapshot is taken.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<JobChange> {
        self.shared.changes.subscribe()
    }
}

impl Shared {
    // A panic elsewhere must not take the job list with it.
    fn running(&self) -> MutexGuard<'_, HashMap<JobId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with a running job; none when it is not running.
    pub(super) fn with<T>(&self, id: JobId, work: impl FnOnce(&mut Running) -> T) -> Option<T> {
        self.running().get_mut(&id).map(work)
    }

    fn moment(&self) -> Moment {
        Moment { now: self.clock.now(), zone: self.clock.zone() }
    }

    pub(super) fn tell(&self, job: &Job) {
        if self.changes.receiver_count() > 0 {
            // Nobody listening any more is fine: the store has it.
            let _ = self.changes.send(JobChange::Job { job: JobView::of(job.clone(), &self.moment()) });
        }
    }

    /// Tells of a job that has stopped moving, for as long as it is polled.
    async fn watch_progress(&self, id: JobId) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let stands = self.with(id, |running| {
                let still = running.moved.elapsed();
                let progress = running.job.step.as_mut()?.progress.as_mut()?;
                if still < STILL_AFTER || progress.is_finished() {
                    return None;
                }
                (progress.rate, progress.seconds_left) = (None, None);
                progress.still_for = Some(still.as_secs_f64().floor());
                Some(running.job.clone())
            });
            if let Some(job) = stands.flatten() {
                self.tell(&job);
            }
        }
    }

    async fn end(&self, id: JobId, ended: Ended) {
        let known = self.with(id, |running| {
            running.job.result.clone_from(&ended.result);
            // From here on it cannot be cancelled any more.
            running.job.end = Some(ended.end.clone());
            running.job.ended_at = Some(self.clock.now());
            (running.job.clone(), running.name.clone())
        });
        let Some((mut job, name)) = known else { return };
        if let Err(error) = self.save_end(&mut job, ended.end.clone()).await {
            tracing::error!(%id, %error, "the end of a job could not be kept");
        }
        // Only now, so that whoever asks finds it among the running or with its end kept.
        let Some(running) = self.running().remove(&id) else { return };
        self.tell(&job);
        self.notify(&job, &name);
        running.ended.send_replace(Some(ended));
        if let Err(error) = self.prune().await {
            tracing::warn!(%error, "old jobs could not be removed");
        }
    }

    async fn save_end(&self, job: &mut Job, end: JobEnd) -> Result<(), StoreError> {
        let at = self.clock.now();
        let last = job.step.iter().filter(|_| end == JobEnd::Done);
        let finished = last.map(|state| Entry::Finished { step: state.step.clone() });
        let entries: Vec<_> = finished.chain([Entry::Ended { end: end.clone() }]).collect();
        let entries: Vec<_> = entries.into_iter().map(|what| JournalEntry { at, what }).collect();
        (job.end, job.ended_at, job.cancelling) = (Some(end), Some(at), false);
        let written = self.store.append_journal(job.id, &entries).await;
        // That it ended is kept in any case: without it the job would seem to run.
        self.store.save_job(job).await?;
        written
    }

    fn notify(&self, job: &Job, name: &str) {
        if !job.kind.notifies() || job.end == Some(JobEnd::Cancelled) {
            return;
        }
        let words = JobView::of(job.clone(), &self.moment()).words;
        self.notifier.show(&Notice { title: format!("{name}: {}", words.title), body: words.why, opens: None });
    }

    /// What was abandoned is taken up by a job that uses all that it used.
    async fn supersede(&self, begun: &Job) {
        let settled = async {
            let jobs = self.store.jobs(SHOWN_JOBS).await?;
            for mut old in jobs.into_iter().filter(|old| old.recovery.is_some() && is_within(&old.uses, &begun.uses)) {
                old.recovery = None;
                self.store.save_job(&old).await?;
                self.tell(&old);
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = settled.await {
            tracing::warn!(%error, "what an earlier job had left could not be marked as taken up");
        }
    }

    async fn prune(&self) -> Result<(), StoreError> {
        let jobs = self.store.jobs(u32::MAX).await?;
        self.remove(expired(&jobs, self.clock.now())).await
    }

    async fn remove(&self, ids: Vec<JobId>) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.store.remove_jobs(&ids).await?;
        let _ = self.changes.send(JobChange::Removed { ids });
        Ok(())
    }
}
