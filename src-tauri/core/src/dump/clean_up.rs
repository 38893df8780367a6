use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::one_off::{OneOffDumps, application_of};
use super::session;
use crate::base::{Problem, RequestError};
use crate::download::blocking;
use crate::jobs::{Entry, Job, JobId, JobKind, JournalEntry, Note, Recovery};
use crate::ports::{Library, LibraryError};

impl OneOffDumps {
    /// Removes what every abandoned dump has left. Where the file is not in sight, as on a
    /// disk that is not plugged in, it stays to be cleaned up.
    pub async fn clean_up_abandoned(&self) -> Result<(), Problem> {
        for job in self.jobs.jobs().await?.into_iter().filter(has_left_something) {
            let parts = self.parts_of(job.id).await?;
            let library = Arc::clone(&self.library);
            let seen =
                blocking(move || parts.iter().map(|part| library.stat(part)).collect::<Result<Vec<_>, _>>()).await;
            if seen.is_ok_and(|seen| seen.iter().all(Option::is_some))
                && let Err(problem) = self.clean_up(job.id).await
            {
                tracing::info!(id = %job.id, %problem, "what an abandoned dump has left could not be removed");
            }
        }
        Ok(())
    }

    /// Removes what an abandoned dump has left: its part file, and its session on the host,
    /// which would hold the lock of backups.
    pub async fn clean_up(&self, id: JobId) -> Result<(), Problem> {
        let jobs = self.jobs.jobs().await?;
        let job =
            jobs.into_iter().find(|job| job.id == id && has_left_something(job)).ok_or(RequestError::NoSuchJob)?;
        for part in self.parts_of(id).await? {
            let library = Arc::clone(&self.library);
            blocking(move || remove_part(library.as_ref(), &part)).await?;
        }
        let ended = self.end_left_sessions(&job).await;
        let note = ended.map_or_else(|problem| Note::SessionsUnknown { problem }, |_| Note::CleanedUp);
        Ok(self.jobs.settle(job, Some(note)).await?)
    }

    /// What it wrote to, as its journal has it.
    async fn parts_of(&self, id: JobId) -> Result<Vec<PathBuf>, Problem> {
        let journal = self.jobs.journal(id).await?;
        let part = |entry: JournalEntry| match entry.what {
            Entry::Noted { note: Note::Writing { path } } => Some(PathBuf::from(path)),
            _ => None,
        };
        Ok(journal.into_iter().filter_map(part).collect())
    }

    async fn end_left_sessions(&self, job: &Job) -> Result<u32, Problem> {
        let deployments = self.store.deployments().await?;
        let Some(deployment) = deployments.into_iter().find(|known| known.id == job.deployment) else { return Ok(0) };
        let link = self.links.checked(&deployment).await?;
        session::end(&link, &application_of(job.id)).await
    }
}

fn has_left_something(job: &Job) -> bool {
    matches!(job.kind, JobKind::Dump { .. }) && job.recovery == Some(Recovery::CleanUp)
}

/// Only as whoever claims the file: another Selvage may be writing it.
fn remove_part(library: &dyn Library, path: &Path) -> Result<(), LibraryError> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
    let (folder, name) = (library.open(parent)?, name.to_string_lossy());
    if folder.stat(&name)?.is_none() {
        return Ok(());
    }
    folder.part(&name)?.remove()
}
