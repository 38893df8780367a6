use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::model::{Ended, Job, JobChange, JobEnd, JobId, JobKind, JobResult, LogLine, Progress};
use crate::base::Problem;
use crate::base::RequestError;
use crate::deployment::DeploymentId;
use crate::ports::{Clock, Store, StoreError};

/// How often at most a moving job is told about, and how often it is stored.
const TELL_EVERY: Duration = Duration::from_millis(200);
/// How often it is looked whether a job still moves: what stands still calls nobody.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Standing still for longer than this is told.
const STILL_AFTER: Duration = Duration::from_secs(3);
const KEPT_JOBS: u32 = 200;

/// Runs jobs and tells about them. Clones share the same jobs.
#[derive(Clone)]
pub struct JobCenter {
    shared: Arc<Shared>,
}

struct Shared {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    running: Mutex<HashMap<JobId, Running>>,
    changes: broadcast::Sender<JobChange>,
}

struct Running {
    job: Job,
    cancel: CancellationToken,
    told: Instant,
    moved: Instant,
    rate: Rate,
    ended: watch::Sender<Option<Ended>>,
}

impl JobCenter {
    /// A centre that keeps its jobs in `store`. Jobs that an earlier process
    /// left unended are marked as interrupted.
    pub async fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        for mut job in store.abandoned_jobs().await? {
            job.end = Some(JobEnd::Interrupted);
            job.ended_at = Some(clock.now());
            store.save_job(&job).await?;
        }
        let (changes, _) = broadcast::channel(256);
        Ok(Self { shared: Arc::new(Shared { store, clock, running: Mutex::default(), changes }) })
    }

    /// Starts `work` as a job, unless the same is already being done.
    pub async fn start<F, Fut>(&self, deployment: DeploymentId, kind: JobKind, work: F) -> Result<JobId, Problem>
    where
        F: FnOnce(JobHandle) -> Fut,
        Fut: Future<Output = Result<Option<JobResult>, JobEnd>> + Send + 'static,
    {
        let id = JobId(Uuid::new_v4());
        let job = Job {
            id,
            deployment,
            kind,
            started_at: self.shared.clock.now(),
            ended_at: None,
            step: String::new(),
            progress: None,
            cancelling: false,
            end: None,
            result: None,
        };
        let cancel = CancellationToken::new();
        {
            let mut running = self.shared.running();
            let twin =
                running.values().find(|r| r.job.deployment == deployment && r.job.kind.subject() == job.kind.subject());
            if let Some(twin) = twin {
                return Err(RequestError::AlreadyRunning { job: twin.job.id.to_string() }.into());
            }
            let (ended, _) = watch::channel(None);
            let entry = Running {
                job: job.clone(),
                cancel: cancel.clone(),
                told: Instant::now(),
                moved: Instant::now(),
                rate: Rate::default(),
                ended,
            };
            running.insert(id, entry);
        }
        if let Err(error) = self.shared.store.save_job(&job).await {
            self.shared.running().remove(&id);
            return Err(error.into());
        }
        self.shared.tell(&job);
        let work = work(JobHandle { id, shared: Arc::clone(&self.shared), cancel });
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

    /// Writes down something that is done already.
    pub async fn record(&self, deployment: DeploymentId, kind: JobKind) -> Result<(), StoreError> {
        let now = self.shared.clock.now();
        let job = Job {
            id: JobId(Uuid::new_v4()),
            deployment,
            kind,
            started_at: now,
            ended_at: Some(now),
            step: String::new(),
            progress: None,
            cancelling: false,
            end: Some(JobEnd::Done),
            result: None,
        };
        self.shared.store.save_job(&job).await?;
        self.shared.tell(&job);
        Ok(())
    }

    /// Asks a job to stop. It says `cancelling` until it has stopped.
    pub fn cancel(&self, id: JobId) -> Result<(), RequestError> {
        let mut running = self.shared.running();
        let entry = running.get_mut(&id).filter(|entry| entry.job.end.is_none()).ok_or(RequestError::NoSuchJob)?;
        entry.job.cancelling = true;
        entry.cancel.cancel();
        let job = entry.job.clone();
        drop(running);
        self.shared.tell(&job);
        Ok(())
    }

    /// Waits for a job's end. An id that is not running is looked up among the ended.
    pub async fn ended(&self, id: JobId) -> Result<JobEnd, Problem> {
        Ok(self.outcome(id).await?.end)
    }

    /// The same, with what the job made.
    pub async fn outcome(&self, id: JobId) -> Result<Ended, Problem> {
        let ended = self.shared.running().get(&id).map(|r| r.ended.subscribe());
        if let Some(mut ended) = ended
            && let Ok(end) = ended.wait_for(Option::is_some).await
            && let Some(end) = end.clone()
        {
            return Ok(end);
        }
        let jobs = self.shared.store.jobs(KEPT_JOBS).await?;
        let job = jobs.into_iter().find(|job| job.id == id);
        let ended = job.and_then(|job| Some(Ended { end: job.end?, result: job.result }));
        ended.ok_or_else(|| RequestError::NoSuchJob.into())
    }

    /// Every running job and the newest ended ones, newest first.
    pub async fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        let mut jobs = self.shared.store.jobs(KEPT_JOBS).await?;
        let running = self.shared.running();
        for job in &mut jobs {
            if let Some(live) = running.get(&job.id) {
                *job = live.job.clone();
            }
        }
        Ok(jobs)
    }

    /// A job's log.
    pub async fn log(&self, id: JobId) -> Result<Vec<LogLine>, StoreError> {
        self.shared.store.log(id).await
    }

    /// Forgets the ended jobs.
    pub async fn clear_ended(&self) -> Result<(), StoreError> {
        self.shared.store.clear_ended_jobs().await?;
        let _ = self.shared.changes.send(JobChange::Cleared);
        Ok(())
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

    fn tell(&self, job: &Job) {
        // Nobody listening is fine: the store has it.
        let _ = self.changes.send(JobChange::Job { job: job.clone() });
    }

    /// Tells of a job that has stopped moving, for as long as it is polled.
    async fn watch_progress(&self, id: JobId) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let job = {
                let mut running = self.running();
                let Some(entry) = running.get_mut(&id) else { continue };
                let still = entry.moved.elapsed();
                if still < STILL_AFTER {
                    continue;
                }
                let Some(progress) = entry.job.progress.as_mut().filter(|known| known.total != Some(known.done)) else {
                    continue;
                };
                (progress.rate, progress.seconds_left) = (None, None);
                progress.still_for = Some(still.as_secs_f64().floor());
                entry.job.clone()
            };
            self.tell(&job);
        }
    }

    async fn end(&self, id: JobId, ended: Ended) {
        let job = {
            let mut running = self.running();
            let Some(entry) = running.get_mut(&id) else { return };
            entry.job.end = Some(ended.end.clone());
            entry.job.result.clone_from(&ended.result);
            entry.job.ended_at = Some(self.clock.now());
            entry.job.cancelling = false;
            entry.job.clone()
        };
        if let Err(error) = self.store.save_job(&job).await {
            tracing::error!(%id, %error, "the end of a job could not be kept");
        }
        // Only now, so that whoever asks finds it among the running or with its end kept.
        let Some(entry) = self.running().remove(&id) else { return };
        self.tell(&job);
        entry.ended.send_replace(Some(ended));
    }
}

/// A job's own view of itself.
#[derive(Clone)]
pub struct JobHandle {
    id: JobId,
    shared: Arc<Shared>,
    cancel: CancellationToken,
}

impl JobHandle {
    /// Unique id.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.id
    }

    /// Fires when the admin asked to stop.
    #[must_use]
    pub fn cancelled(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Begins a step: shown, stored and logged.
    pub async fn step(&self, text: &str) {
        let job = {
            let mut running = self.shared.running();
            let Some(entry) = running.get_mut(&self.id) else { return };
            text.clone_into(&mut entry.job.step);
            // What was finished is no progress of the step that begins.
            entry.job.progress = entry.job.progress.filter(|progress| progress.total != Some(progress.done));
            entry.moved = Instant::now();
            entry.job.clone()
        };
        self.shared.tell(&job);
        if let Err(error) = self.shared.store.save_job(&job).await {
            tracing::warn!(id = %self.id, %error, "a job's step could not be kept");
        }
        self.log(text).await;
    }

    /// Writes a line to the log.
    pub async fn log(&self, text: &str) {
        let line = LogLine { at: self.shared.clock.now(), text: text.to_owned() };
        if let Err(error) = self.shared.store.append_log(self.id, &line).await {
            tracing::warn!(id = %self.id, %error, "a job's log could not be kept");
        }
    }

    /// Says how far it is, in bytes. Cheap enough for every piece.
    pub fn progress(&self, done: u64, total: Option<u64>) {
        let mut running = self.shared.running();
        let Some(entry) = running.get_mut(&self.id) else { return };
        let now = Instant::now();
        if entry.rate.add(now, done) {
            entry.moved = now;
        }
        let rate = entry.rate.per_second(now);
        let left = total.map(|total| bytes(total.saturating_sub(done)));
        entry.job.progress = Some(Progress {
            done: bytes(done),
            total: total.map(bytes),
            rate,
            seconds_left: rate.zip(left).map(|(rate, left)| left / rate),
            still_for: None,
        });
        let finished = total == Some(done);
        if !finished && now.duration_since(entry.told) < TELL_EVERY {
            return;
        }
        entry.told = now;
        let job = entry.job.clone();
        drop(running);
        self.shared.tell(&job);
    }
}

/// Sizes go to the front end as `f64`, exact up to 2^53 bytes.
#[expect(clippy::cast_precision_loss, reason = "a file of 8 PiB is not expected")]
fn bytes(n: u64) -> f64 {
    n as f64
}

/// Speed over the last few seconds, so that a stall shows as one.
#[derive(Default)]
struct Rate {
    samples: std::collections::VecDeque<(Instant, u64)>,
    last: Option<u64>,
}

impl Rate {
    const WINDOW: Duration = Duration::from_secs(5);

    /// Whether it is another number than before.
    fn add(&mut self, now: Instant, done: u64) -> bool {
        let moved = self.last.replace(done) != Some(done);
        // A step that starts again from zero has a speed of its own.
        if self.samples.back().is_some_and(|(_, last)| *last > done) {
            self.samples.clear();
        }
        if self.samples.back().is_none_or(|(at, _)| now.duration_since(*at) >= TELL_EVERY) {
            self.samples.push_back((now, done));
        }
        while self.samples.len() > 2
            && self.samples.front().is_some_and(|(at, _)| now.duration_since(*at) > Self::WINDOW)
        {
            self.samples.pop_front();
        }
        moved
    }

    fn per_second(&self, now: Instant) -> Option<f64> {
        let ((first, from), (_, to)) = self.samples.front().zip(self.samples.back())?;
        let seconds = now.duration_since(*first).as_secs_f64();
        let moved = bytes(to.saturating_sub(*from));
        (seconds > 0.2 && moved > 0.0).then(|| moved / seconds)
    }
}
