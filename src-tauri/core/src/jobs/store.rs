use async_trait::async_trait;

use super::journal::JournalEntry;
use super::model::{Job, JobId};
use crate::base::StoreError;

/// Jobs and their journals. Several processes may have it open.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Adds a job of this process, unless a job that has not ended, of a process that
    /// lives, uses one of its resources: then that one's id.
    async fn begin_job(&self, job: &Job) -> Result<Option<JobId>, StoreError>;
    /// Replaces what is known of a job.
    async fn save_job(&self, job: &Job) -> Result<(), StoreError>;
    /// The newest `limit` jobs.
    async fn jobs(&self, limit: u32) -> Result<Vec<Job>, StoreError>;
    /// Jobs without an end whose process no longer lives.
    async fn abandoned_jobs(&self) -> Result<Vec<Job>, StoreError>;
    /// Removes jobs with their journals.
    async fn remove_jobs(&self, ids: &[JobId]) -> Result<(), StoreError>;

    /// Adds to a job's journal, all or nothing, on the disk when it returns. Nothing
    /// that was added is ever changed.
    async fn append_journal(&self, id: JobId, entries: &[JournalEntry]) -> Result<(), StoreError>;
    /// A job's journal, oldest first.
    async fn journal(&self, id: JobId) -> Result<Vec<JournalEntry>, StoreError>;
}
