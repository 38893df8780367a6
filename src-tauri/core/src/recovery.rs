//! What is done about a job that was abandoned.

use std::path::Path;

use crate::base::{Problem, RequestError};
use crate::download::{Downloads, Target, WhichRun};
use crate::jobs::{Entry, Job, JobId, JobKind, Note, Recovery};
use crate::local_dumps::LocalDumps;
use crate::schedules::Schedules;
use crate::settings::Settings;

/// Takes abandoned jobs up again.
pub struct Recoveries<'a> {
    /// Downloads.
    pub downloads: &'a Downloads,
    /// Dumps on this laptop.
    pub local_dumps: &'a LocalDumps,
    /// Runs on the host.
    pub schedules: &'a Schedules,
}

impl Recoveries<'_> {
    /// Starts a job that goes on where the abandoned one stopped: a download into the folder where its
    /// part lies, a verification, the following of the same run.
    pub async fn resume(&self, id: JobId) -> Result<JobId, Problem> {
        let store = &self.downloads.store;
        let jobs = self.downloads.jobs.jobs().await?;
        let abandoned = |job: &&Job| job.id == id && job.recovery == Some(Recovery::Resume);
        let job = jobs.iter().find(abandoned).ok_or(RequestError::NoSuchJob)?;
        let deployments = store.deployments().await?;
        let deployment = deployments.into_iter().find(|known| known.id == job.deployment);
        let deployment = deployment.ok_or(RequestError::NoSuchDeployment { name: job.deployment.to_string() })?;
        match &job.kind {
            JobKind::Download { run, .. } => {
                let journal = self.downloads.jobs.journal(id).await?;
                let part = journal.iter().find_map(|entry| match &entry.what {
                    Entry::Noted { note: Note::Writing { path } } => Path::new(path).parent(),
                    _ => None,
                });
                let folder = match part {
                    Some(folder) => folder.to_path_buf(),
                    None => Settings::of(store.clone()).library().await?.ok_or(RequestError::NoLibrary)?,
                };
                self.downloads.start(Target { deployment, which: WhichRun::Id(*run), folder }).await
            }
            JobKind::Verify { run, .. } => self.local_dumps.verify_again(&deployment, *run).await,
            JobKind::Run { run, .. } => self.schedules.follow_run(&deployment, *run, job.kind.clone()).await,
            JobKind::Dump { .. } | JobKind::Unreadable { .. } => Err(RequestError::NoSuchJob.into()),
        }
    }
}
