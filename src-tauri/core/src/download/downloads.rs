use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::FutureExt;

use super::error::DownloadError;
use super::plan::{self, Plan, dump_of};
use super::source::DumpSource;
use super::transfer::{Patience, Transferred, digest, transfer};
use super::verify::{Verdict, place_by_verdict, verdict};
use crate::base::Problem;
use crate::base::RequestError;
use crate::deployment::{Deployment, DeploymentStore};
use crate::jobs::{JobCenter, JobEnd, JobHandle, JobId, JobKind, JobResult, NewJob, Note, Resource, Step};
use crate::library::{DumpRecord, DumpStore, LocalDumpState};
use crate::library::{Names, quarantine_names, set_aside};
use crate::link::{Link, Links};
use crate::ports::{AuditEntry, Clock, Folder, Library, StoreError};
use crate::settings::{SettingStore, Settings};
use crate::weavestream::archive::Contents;
use crate::weavestream::manifest::Sha256;
use crate::weavestream::run::{Run, RunId};

/// What downloads and dumps keep, and know of the deployments.
pub trait DownloadStore: DeploymentStore + DumpStore + SettingStore {}
impl<T: DeploymentStore + DumpStore + SettingStore + ?Sized> DownloadStore for T {}

/// Downloads dumps and verifies them.
#[derive(Clone)]
pub struct Downloads {
    /// Ways to the hosts.
    pub links: Arc<Links>,
    /// Where copies are recorded.
    pub store: Arc<dyn DownloadStore>,
    /// The laptop's folders.
    pub library: Arc<dyn Library>,
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// Who runs the jobs.
    pub jobs: JobCenter,
    /// How long broken connections are tried again.
    pub patience: Patience,
}

/// Which run's dump is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichRun {
    /// The newest success whose dump is still on the host.
    Latest,
    /// This one.
    Id(RunId),
}

/// What to bring where.
#[derive(Clone, Debug)]
pub struct Target {
    /// From this deployment.
    pub deployment: Deployment,
    /// This run's dump.
    pub which: WhichRun,
    /// Into this folder of the laptop.
    pub folder: PathBuf,
}

impl Downloads {
    /// Starts a download as a job. What can be refused is refused now.
    pub async fn start(&self, target: Target) -> Result<JobId, Problem> {
        let run = self.wanted(&target).await?;
        let dump = dump_of(&run)?;
        let file = Names::of(&target.deployment, &dump).dump(1);
        let uses = vec![Resource::File(target.folder.join(file).display().to_string())];
        let kind = JobKind::Download { run: run.id, file: dump.to_string(), at: Some(run.at()) };
        let deployment = target.deployment.clone();
        let me = self.clone();
        let work = |job: JobHandle| async move {
            match me.download(&target, run, &job).await {
                Ok(Some(dump)) => Ok(Some(JobResult::Dump { dump })),
                Ok(None) => Err(JobEnd::Cancelled),
                Err(problem) => Err(problem.into()),
            }
        };
        self.jobs.start(NewJob { deployment: &deployment, kind, uses }, work).await
    }

    async fn wanted(&self, target: &Target) -> Result<Run, Problem> {
        let which = target.which;
        let read = |link: Arc<Link>| {
            let find = async move {
                // The files are on the host.
                link.host()?;
                match which {
                    WhichRun::Latest => {
                        link.database.latest_good().await?.ok_or_else(|| DownloadError::NoGoodRun.into())
                    }
                    WhichRun::Id(id) => link
                        .database
                        .run(id)
                        .await?
                        .ok_or_else(|| RequestError::NoSuchRun { run: id.to_string() }.into()),
                }
            };
            find.boxed()
        };
        self.links.read(&target.deployment, read).await
    }

    /// None when cancelled.
    async fn download(&self, target: &Target, run: Run, job: &JobHandle) -> Result<Option<DumpRecord>, Problem> {
        let folder: Arc<dyn Folder> = Arc::from(self.library.open(&target.folder)?);
        let dump = dump_of(&run)?;
        job.step(Step::FindDump).await;
        let first = self.links.open(&target.deployment).await?;
        let again;
        let (link, (source, found)) = match DumpSource::find(first.host()?, &dump).await {
            // Since the link was opened the containers may have been made anew, as an update does.
            Err(problem) if matches!(problem.find(), Some(DownloadError::NotReadable { .. })) => {
                self.links.forget(target.deployment.id).await;
                again = self.links.open(&target.deployment).await?;
                (&again, DumpSource::find(again.host()?, &dump).await?)
            }
            found => (&first, found?),
        };
        job.note(Note::DumpFound { file: dump.to_string(), size: found.size, way: source.way().clone() }).await;
        let plan = plan::plan(&target.deployment, run, dump, &found)?;
        if let Some(copy) = self.already_here(target, &plan, &folder, job).await? {
            return Ok(Some(copy));
        }
        let mut part = folder.part(plan.names.part())?;
        job.note(Note::Writing { path: folder.path().join(plan.names.part()).display().to_string() }).await;
        // Another Selvage may have finished it between the look and the claim.
        if part.is_empty()?
            && let Some(copy) = self.already_here(target, &plan, &folder, job).await?
        {
            part.remove()?;
            return Ok(Some(copy));
        }
        let mut again = false;
        loop {
            let whole = transfer(&plan, &source, folder.as_ref(), part, self.patience, job).await?;
            let Transferred::Whole { part: mut whole, sha256, resumed } = whole else { return Ok(None) };
            job.step(Step::CompareManifest).await;
            let verdict = verdict(&plan.manifest, sha256, whole.reread()?).await?;
            if resumed && !again && matches!(verdict, Verdict::Differs { .. }) {
                // The part from before may be torn or altered: one fresh try before the dump is blamed.
                job.note(Note::PartDiffers).await;
                whole.truncate(0)?;
                (part, again) = (whole, true);
                continue;
            }
            if matches!(verdict, Verdict::Verified(_)) {
                self.set_aside_existing(target, &plan, folder.as_ref(), job).await?;
            }
            let settled = place_by_verdict(&plan, sha256, verdict, &source, whole.as_mut(), folder.as_ref()).await;
            return self.record(target, &plan, sha256, settled, (link, folder.as_ref()), job).await.map(Some);
        }
    }

    /// A file that proves to be the dump needs no transfer, wherever in the folder
    /// an earlier download put it. One that is what was verified before stays,
    /// whatever the host says now; any other of ours is set aside. A file that is
    /// not recorded as this deployment's is not touched.
    async fn already_here(
        &self,
        target: &Target,
        plan: &Plan,
        folder: &Arc<dyn Folder>,
        job: &JobHandle,
    ) -> Result<Option<DumpRecord>, Problem> {
        let records = self.store.dump_records(target.deployment.id).await?;
        let first = plan.names.dump(1);
        let of_run = records.iter().filter(|copy| copy.run == plan.run.id && copy.state != LocalDumpState::Damaged);
        let here = of_run.filter_map(|copy| name_in(folder.path(), &copy.path));
        let mut names: Vec<String> = here.filter(|name| *name != first).collect();
        names.push(first);
        for name in names {
            let path = folder.path().join(&name).display().to_string();
            let record = records.iter().find(|copy| copy.path == path);
            if let Some(copy) = self.proves_to_be(target, plan, folder, &name, record, job).await? {
                return Ok(Some(copy));
            }
        }
        Ok(None)
    }

    async fn proves_to_be(
        &self,
        target: &Target,
        plan: &Plan,
        folder: &Arc<dyn Folder>,
        name: &str,
        record: Option<&DumpRecord>,
        job: &JobHandle,
    ) -> Result<Option<DumpRecord>, Problem> {
        let Some(stat) = folder.stat(name)? else { return Ok(None) };
        if record.is_none() && stat.size != plan.size {
            job.note(Note::OtherFile { file: name.to_owned() }).await;
            return Ok(None);
        }
        job.step(Step::CheckLocalDump).await;
        let Some(sha256) = digest(folder, name, job).await? else { return Ok(None) };
        let path = folder.path().join(name).display().to_string();
        match verdict(&plan.manifest, sha256, folder.read(name)?).await? {
            Verdict::Verified(contents) => {
                job.note(Note::AlreadyHere).await;
                let at = (path, Some(stat.modified));
                let copy = self.copy(target, plan, at, sha256, LocalDumpState::Verified, contents.entries);
                self.store.save_dump_record(&copy).await?;
                return Ok(Some(copy));
            }
            Verdict::Unverifiable(_) => {
                job.note(Note::NothingToCompare).await;
                return Ok(None);
            }
            Verdict::Differs { .. } | Verdict::NotAnArchive(_) => {}
        }
        let Some(record) = record else {
            job.note(Note::OtherFile { file: name.to_owned() }).await;
            return Ok(None);
        };
        if record.state == LocalDumpState::Verified && record.sha256 == sha256 {
            job.note(Note::ManifestChanged).await;
            return Ok(None);
        }
        let (moved, kept_as) = set_aside(folder.as_ref(), name, quarantine_names(name, "damaged"))?;
        job.note(Note::DamagedSetAside { kept_as }).await;
        let modified = Some(stat.modified);
        let damaged = DumpRecord {
            sha256,
            size: stat.size,
            state: LocalDumpState::Damaged,
            entries: 0,
            checked_at: self.clock.now(),
            modified,
            ..record.clone()
        };
        self.rename_record(damaged, moved.display().to_string()).await?;
        Ok(None)
    }

    /// The dump's name may be taken by an earlier copy that was kept.
    async fn set_aside_existing(
        &self,
        target: &Target,
        plan: &Plan,
        folder: &dyn Folder,
        job: &JobHandle,
    ) -> Result<(), Problem> {
        let name = plan.names.dump(1);
        let record = self.recorded(target, &folder.path().join(&name).display().to_string()).await?;
        let Some(record) = record.filter(|_| matches!(folder.stat(&name), Ok(Some(_)))) else { return Ok(()) };
        let (moved, kept_as) = set_aside(folder, &name, quarantine_names(&name, "earlier"))?;
        job.note(Note::EarlierKept { kept_as }).await;
        Ok(self.rename_record(record, moved.display().to_string()).await?)
    }

    async fn recorded(&self, target: &Target, path: &str) -> Result<Option<DumpRecord>, StoreError> {
        Ok(self.store.dump_records(target.deployment.id).await?.into_iter().find(|copy| copy.path == path))
    }

    async fn rename_record(&self, copy: DumpRecord, path: String) -> Result<(), StoreError> {
        self.store.remove_dump_record(copy.deployment, &copy.path).await?;
        self.store.save_dump_record(&DumpRecord { path, ..copy }).await
    }

    async fn record(
        &self,
        target: &Target,
        plan: &Plan,
        sha256: Sha256,
        settled: Result<(String, Contents), Problem>,
        (link, folder): (&Link, &dyn Folder),
        job: &JobHandle,
    ) -> Result<DumpRecord, Problem> {
        let (state, path, entries) = match &settled {
            Ok((path, contents)) => (LocalDumpState::Verified, path.clone(), contents.entries),
            Err(problem) => match problem.find() {
                Some(DownloadError::NoUsableManifest { kept_as, .. }) => (LocalDumpState::Unverified, kept_as, 0),
                Some(DownloadError::ChecksumMismatch { kept_as, .. } | DownloadError::NotAnArchive { kept_as, .. }) => {
                    (LocalDumpState::Damaged, kept_as, 0)
                }
                _ => return Err(problem.clone()),
            },
        };
        let name = name_in(folder.path(), &path).unwrap_or_default();
        let modified = folder.stat(&name)?.map(|found| found.modified);
        let copy = self.copy(target, plan, (path, modified), sha256, state, entries);
        self.store.save_dump_record(&copy).await?;
        if state == LocalDumpState::Verified {
            job.note(Note::Verified { sha256, entries }).await;
        }
        self.audit(plan, &copy, link, job).await;
        settled.map(|_| copy)
    }

    /// The host's own log says who took a copy. A dump that is here is not
    /// called missing because that row could not be written.
    async fn audit(&self, plan: &Plan, copy: &DumpRecord, link: &Link, job: &JobHandle) {
        let entry = AuditEntry {
            action: "backup.run.downloaded".into(),
            entity_type: "BackupRun".into(),
            entity_id: plan.run.id.to_string(),
            after: serde_json::json!({ "filename": plan.dump.as_str(), "sizeBytes": copy.size, "verified": copy.state == LocalDumpState::Verified }),
            by: Settings::of(self.store.clone()).actor_or_nobody(copy.deployment).await,
        };
        match link.database.record(&entry).await {
            Ok(()) => job.note(Note::Audited).await,
            Err(error) => job.note(Note::NotAudited { problem: error.into() }).await,
        }
    }

    fn copy(
        &self,
        target: &Target,
        plan: &Plan,
        (path, modified): (String, Option<DateTime<Utc>>),
        sha256: Sha256,
        state: LocalDumpState,
        entries: u32,
    ) -> DumpRecord {
        DumpRecord {
            deployment: target.deployment.id,
            run: plan.run.id,
            path,
            size: plan.size,
            sha256,
            state,
            checked_at: self.clock.now(),
            entries,
            run_at: Some(plan.run.at()),
            made_at: None,
            modified,
        }
    }
}

/// The name of the file at `path` when it lies in `folder`.
fn name_in(folder: &Path, path: &str) -> Option<String> {
    let path = Path::new(path);
    let name = path.file_name().filter(|_| path.parent() == Some(folder))?;
    Some(name.to_string_lossy().into_owned())
}
