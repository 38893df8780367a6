//! Dumps on this laptop: listed, read again and compared, removed. No host is needed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::Problem;
use crate::deployment::{Deployment, DeploymentId};
use crate::download::{DownloadError, DownloadStore, blocking, digest};
use crate::jobs::{JobCenter, JobEnd, JobHandle, JobId, JobKind, JobResult, NewJob, Note, Resource, Step};
use crate::library::{
    DumpRecord, LocalDump, LocalDumpState, SharedFolder, local_dumps, manifest_beside, quarantine_names, set_aside,
};
use crate::ports::{Clock, Library, LibraryError, StoreError};
use crate::settings::Settings;
use crate::weavestream::run::RunId;

/// The dumps on this laptop: looked at, read again, removed. No host is needed.
#[derive(Clone)]
pub struct LocalDumps {
    /// Where they are recorded.
    pub store: Arc<dyn DownloadStore>,
    /// The laptop's folders.
    pub library: Arc<dyn Library>,
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// Who runs the jobs.
    pub jobs: JobCenter,
}

impl LocalDumps {
    /// Makes `folder` the one for dumps, and makes it where only its parent exists:
    /// for this user alone. Where that fails, the one before stays.
    pub async fn use_folder(&self, folder: &Path) -> Result<(), Problem> {
        let (library, at) = (Arc::clone(&self.library), folder.to_path_buf());
        blocking(move || library.open(&at).map(drop)).await?;
        Ok(Settings::of(self.store.clone()).set_library(folder).await?)
    }

    /// Every dump of a deployment on this laptop, looked at now.
    pub async fn list(&self, id: DeploymentId) -> Result<Vec<LocalDump>, StoreError> {
        local_dumps(self.store.as_ref(), &self.library, id).await
    }

    /// The dump of a run, or the one-off dump with that id: one that is there, if any is.
    pub async fn of_run(&self, id: DeploymentId, run: RunId) -> Result<LocalDump, Problem> {
        let mut all: Vec<_> = self.list(id).await?.into_iter().filter(|dump| dump.record.run == run).collect();
        all.sort_by_key(|dump| dump.state == LocalDumpState::Gone);
        let first = all.into_iter().next();
        Ok(first.ok_or_else(|| DownloadError::CopyGone { file: run.to_string() })?)
    }

    /// Reads the dump of a run again as a job and compares it with what it was:
    /// the record keeps the digest that was proved.
    pub async fn verify_again(&self, deployment: &Deployment, run: RunId) -> Result<JobId, Problem> {
        let proved = |c: &DumpRecord| c.run == run && (c.state.is_sound() || c.state == LocalDumpState::Gone);
        // What was never proved cannot be shown to be what it was.
        let record = self.store.dump_records(deployment.id).await?.into_iter().find(proved);
        self.read_again(deployment, record.ok_or_else(|| DownloadError::CopyGone { file: run.to_string() })?).await
    }

    async fn read_again(&self, deployment: &Deployment, record: DumpRecord) -> Result<JobId, Problem> {
        let path = PathBuf::from(&record.path);
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let uses = vec![Resource::File(record.path.clone())];
        let kind = JobKind::Verify { run: record.run, file: file.clone(), at: record.taken_at() };
        let me = self.clone();
        let work = |job: JobHandle| async move {
            match me.reread(record, &path, &file, &job).await {
                Ok(Some(record)) => Ok(Some(JobResult::Dump { dump: record })),
                Ok(None) => Err(JobEnd::Cancelled),
                Err(problem) => Err(problem.into()),
            }
        };
        self.jobs.start(NewJob { deployment, kind, uses }, work).await
    }

    /// Reads every dump again for which it is time, each as a job. What it shows
    /// is on the record, and in the verdict.
    pub async fn read_due(&self, deployment: &Deployment) -> Result<(), Problem> {
        let now = self.clock.now();
        for dump in self.list(deployment.id).await?.into_iter().filter(|dump| dump.is_due(now)) {
            let job = self.read_again(deployment, dump.record).await?;
            self.jobs.ended(job).await?;
        }
        Ok(())
    }

    /// None when cancelled.
    async fn reread(
        &self,
        mut record: DumpRecord,
        path: &Path,
        file: &str,
        job: &JobHandle,
    ) -> Result<Option<DumpRecord>, Problem> {
        job.step(Step::ReadLocalDump).await;
        let parent = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let folder: SharedFolder = Arc::from(self.library.open(&parent)?);
        let before = folder.stat(file)?;
        let Some(before) = before else {
            return Err(DownloadError::CopyGone { file: record.path }.into());
        };
        let Some(found) = digest(&folder, file, job).await? else { return Ok(None) };
        if found == record.sha256 {
            job.note(Note::Unchanged { sha256: found }).await;
            if record.state == LocalDumpState::Gone {
                record.state = LocalDumpState::Verified;
            }
            (record.checked_at, record.modified) = (self.clock.now(), Some(before.modified));
            self.store.save_dump_record(&record).await?;
            return Ok(Some(record));
        }
        if self.is_of_another(record.deployment, &record.path).await? {
            job.note(Note::NameTaken).await;
            return Err(DownloadError::CopyGone { file: record.path }.into());
        }
        let kept_as = set_aside(folder.as_ref(), file, quarantine_names(file, "damaged"))?.0.display().to_string();
        self.store.remove_dump_record(record.deployment, &record.path).await?;
        let expected = record.sha256.to_string();
        let damaged = DumpRecord {
            path: kept_as.clone(),
            sha256: found,
            size: before.size,
            state: LocalDumpState::Damaged,
            entries: 0,
            checked_at: self.clock.now(),
            modified: Some(before.modified),
            ..record
        };
        self.store.save_dump_record(&damaged).await?;
        Err(DownloadError::ChecksumMismatch { expected, found: found.to_string(), same_on_host: None, kept_as }.into())
    }

    /// Removes the dumps of a run, or a one-off dump, from this laptop. The host
    /// is not touched, nor a file that is another deployment's by now.
    pub async fn delete(&self, deployment: &Deployment, run: RunId) -> Result<(), Problem> {
        for record in self.store.dump_records(deployment.id).await?.into_iter().filter(|c| c.run == run) {
            if !self.is_of_another(deployment.id, &record.path).await? {
                self.remove_file(Path::new(&record.path))?;
            }
            self.store.remove_dump_record(deployment.id, &record.path).await?;
        }
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> Result<(), LibraryError> {
        let (Some(parent), Some(file)) = (path.parent(), path.file_name()) else { return Ok(()) };
        let folder = match self.library.open(parent) {
            Ok(folder) => folder,
            Err(LibraryError::LibraryMissing { .. }) => return Ok(()),
            Err(other) => return Err(other),
        };
        let file = file.to_string_lossy();
        folder.remove(&file)?;
        manifest_beside(&file).map_or(Ok(()), |manifest| folder.remove(&manifest))
    }

    /// Whether `path` is recorded for another deployment of this laptop.
    async fn is_of_another(&self, id: DeploymentId, path: &str) -> Result<bool, StoreError> {
        for other in self.store.deployments().await?.into_iter().filter(|other| other.id != id) {
            if self.store.dump_records(other.id).await?.iter().any(|record| record.path == path) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
