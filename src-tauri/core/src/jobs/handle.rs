use std::sync::Arc;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::center::{Shared, TELL_EVERY};
use super::journal::{Entry, JournalEntry};
use super::model::JobId;
use super::note::Note;
use super::step::{Step, StepState};

/// A job's own view of itself.
#[derive(Clone)]
pub struct JobHandle {
    id: JobId,
    shared: Arc<Shared>,
    cancel: CancellationToken,
}

impl JobHandle {
    pub(super) fn new(id: JobId, shared: Arc<Shared>, cancel: CancellationToken) -> Self {
        Self { id, shared, cancel }
    }

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

    /// Finishes the step that was under way and begins `step`: in the journal first, then shown.
    pub async fn step(&self, step: Step) {
        let before = self.shared.with(self.id, |running| running.job.step.clone()).flatten();
        let finished = before.as_ref().map(|before| Entry::Finished { step: before.step.clone() });
        self.append(finished.into_iter().chain([Entry::Began { step: step.clone() }])).await;
        let progress =
            before.and_then(|before| before.progress).filter(|known| step.continues() && !known.is_finished());
        let begun = self.shared.with(self.id, |running| {
            running.job.step = Some(StepState { step, progress });
            running.moved = Instant::now();
            running.job.clone()
        });
        let Some(job) = begun else { return };
        self.shared.tell(&job);
        if let Err(error) = self.shared.store.save_job(&job).await {
            tracing::warn!(id = %self.id, %error, "a job's step could not be kept");
        }
    }

    /// Writes to the journal what is worth a line in the log.
    pub async fn note(&self, note: Note) {
        self.append([Entry::Noted { note }]).await;
    }

    // Whatever is done today can be done without it: a laptop whose disk is full can still receive
    // a dump on another.
    async fn append(&self, entries: impl IntoIterator<Item = Entry>) {
        let at = self.shared.clock.now();
        let entries: Vec<_> = entries.into_iter().map(|what| JournalEntry { at, what }).collect();
        if let Err(error) = self.shared.store.append_journal(self.id, &entries).await {
            tracing::warn!(id = %self.id, %error, "a job's journal could not be written");
        }
    }

    /// Says how far the step is, in its own unit. Cheap enough for every piece. A step
    /// without a unit has no progress.
    pub fn progress(&self, done: u64, total: Option<u64>) {
        let now = Instant::now();
        let told = self.shared.with(self.id, |running| {
            let state = running.job.step.as_mut()?;
            let unit = state.step.unit()?;
            if running.rate.add(now, done) {
                running.moved = now;
            }
            state.progress = Some(running.rate.progress(now, unit, done, total));
            if total != Some(done) && now.duration_since(running.told) < TELL_EVERY {
                return None;
            }
            running.told = now;
            Some(running.job.clone())
        });
        if let Some(job) = told.flatten() {
            self.shared.tell(&job);
        }
    }
}
