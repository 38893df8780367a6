use std::path::PathBuf;
use std::sync::Arc;

use super::error::DownloadError;
use super::plan::{self, Names, Plan, dump_of};
use super::source::DumpSource;
use super::transfer::{Patience, Transferred, blocking, hash_all, transfer};
use super::verify::{Verdict, settle, verdict};
use crate::deployment::Deployment;
use crate::jobs::{JobCenter, JobEnd, JobHandle, JobId, JobKind};
use crate::link::{Link, Links};
use crate::ports::{
    AuditEntry, Clock, Copy, CopyState, Folder, Library, LibraryError, Notice, Notifier, Store, StoreError,
};
use crate::problem::{Problem, RequestError};
use crate::settings::Settings;
use crate::weavestream::archive::Contents;
use crate::weavestream::manifest::Sha256;
use crate::weavestream::run::{Run, RunId};
use futures::FutureExt;
use sha2::Digest;

/// Downloads dumps and verifies copies.
#[derive(Clone)]
pub struct Downloads {
    /// Ways to the hosts.
    pub links: Arc<Links>,
    /// Where copies are recorded.
    pub store: Arc<dyn Store>,
    /// The laptop's folders.
    pub library: Arc<dyn Library>,
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// Who is told when a download ends.
    pub notifier: Arc<dyn Notifier>,
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
        let kind = JobKind::Download { run: run.id.to_string(), file: dump.to_string() };
        let me = self.clone();
        self.jobs.start(target.deployment.id, kind, |job| async move { me.carry(target, run, &job).await }).await
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

    async fn carry(&self, target: Target, run: Run, job: &JobHandle) -> Result<(), JobEnd> {
        let ended = self.download(&target, run, job).await;
        let notice = match &ended {
            Ok(Some(copy)) => Notice {
                title: format!("{}: dump verified", target.deployment.name),
                body: format!("{} equals its manifest.", copy.path),
                opens: None,
            },
            Ok(None) => return Err(JobEnd::Cancelled),
            Err(problem) => Notice {
                title: format!("{}: download did not succeed", target.deployment.name),
                body: problem.to_string(),
                opens: None,
            },
        };
        self.notifier.show(&notice);
        ended.map(|_| ()).map_err(JobEnd::from)
    }

    /// None when cancelled.
    async fn download(&self, target: &Target, run: Run, job: &JobHandle) -> Result<Option<Copy>, Problem> {
        let folder: Arc<dyn Folder> = Arc::from(self.library.open(&target.folder)?);
        let dump = dump_of(&run)?;
        job.step("Looking for the dump on the host").await;
        let first = self.links.open(&target.deployment).await?;
        let again;
        let (link, (source, found)) = match DumpSource::find(first.host()?, &dump).await {
            // Since the link was opened the containers may have been made anew, as an update does.
            Err(Problem::Download(DownloadError::NotReadable { .. })) => {
                self.links.forget(target.deployment.id).await;
                again = self.links.open(&target.deployment).await?;
                (&again, DumpSource::find(again.host()?, &dump).await?)
            }
            found => (&first, found?),
        };
        job.log(&format!("{} has {} bytes, read {:?}", dump, found.size, source.way())).await;
        let plan = plan::plan(run, dump, &found)?;
        if let Some(copy) = self.already_here(target, &plan, &folder, job).await? {
            return Ok(Some(copy));
        }
        let mut again = false;
        loop {
            let (sha256, resumed) = match transfer(&plan, &source, folder.as_ref(), self.patience, job).await? {
                Transferred::Whole { sha256, resumed } => (sha256, resumed),
                Transferred::Cancelled => return Ok(None),
            };
            job.step("Comparing with the manifest").await;
            let verdict = verdict(&plan.manifest, sha256, &folder, &plan.names.part).await?;
            if resumed && !again && matches!(verdict, Verdict::Differs { .. }) {
                // The part from before may be torn or altered: one fresh try before the dump is blamed.
                job.log("What was here before did not fit the manifest; starting again from the first byte").await;
                folder.remove(&plan.names.part)?;
                again = true;
                continue;
            }
            if matches!(verdict, Verdict::Verified(_)) {
                self.make_room(target, &plan, folder.as_ref(), job).await?;
            }
            let settled = settle(&plan, sha256, verdict, &source, folder.as_ref()).await;
            return self.record(target, &plan, sha256, settled, link, job).await.map(Some);
        }
    }

    /// A file with the dump's name that proves to be the dump needs no transfer.
    /// One that is what was verified before stays, whatever the host says now;
    /// any other is set aside, never overwritten.
    async fn already_here(
        &self,
        target: &Target,
        plan: &Plan,
        folder: &Arc<dyn Folder>,
        job: &JobHandle,
    ) -> Result<Option<Copy>, Problem> {
        if folder.size(&plan.names.dump)?.is_none() {
            return Ok(None);
        }
        job.step("Checking the copy that is already here").await;
        let Some((sha256, _)) = self.digest(folder, &plan.names.dump, job).await? else { return Ok(None) };
        let path = folder.path().join(&plan.names.dump).display().to_string();
        match verdict(&plan.manifest, sha256, folder, &plan.names.dump).await? {
            Verdict::Verified(contents) => {
                job.log("This dump was already here, and equals its manifest").await;
                let copy = self.copy(target, plan, path, sha256, CopyState::Verified, contents.entries);
                self.store.save_copy(&copy).await?;
                return Ok(Some(copy));
            }
            Verdict::Unverifiable(_) => {
                job.log("There is nothing to compare the copy that is here with; it stays").await;
                return Ok(None);
            }
            Verdict::Differs { .. } | Verdict::NotAnArchive(_) => {}
        }
        let record = self.recorded(target, &path).await?;
        if record.as_ref().is_some_and(|copy| copy.state == CopyState::Verified && copy.sha256 == sha256) {
            job.log("The copy that is here is what was verified; the host's manifest says something else now").await;
            return Ok(None);
        }
        let aside = plan.names.aside("damaged", |name| !matches!(folder.size(name), Ok(None)));
        let moved = folder.rename(&plan.names.dump, &aside)?.display().to_string();
        job.log(&format!("The copy that was here does not equal the manifest; it was set aside as {aside}")).await;
        if let Some(copy) = record {
            let damaged = Copy { sha256, state: CopyState::Damaged, entries: 0, checked_at: self.clock.now(), ..copy };
            self.rename_record(damaged, moved).await?;
        }
        Ok(None)
    }

    /// The dump's name may be taken by an earlier copy that was kept.
    async fn make_room(
        &self,
        target: &Target,
        plan: &Plan,
        folder: &dyn Folder,
        job: &JobHandle,
    ) -> Result<(), Problem> {
        if folder.size(&plan.names.dump)?.is_none() {
            return Ok(());
        }
        let aside = plan.names.aside("earlier", |name| !matches!(folder.size(name), Ok(None)));
        let record = self.recorded(target, &folder.path().join(&plan.names.dump).display().to_string()).await?;
        let moved = folder.rename(&plan.names.dump, &aside)?.display().to_string();
        job.log(&format!("The copy that was here is kept as {aside}")).await;
        match record {
            Some(copy) => Ok(self.rename_record(copy, moved).await?),
            None => Ok(()),
        }
    }

    async fn recorded(&self, target: &Target, path: &str) -> Result<Option<Copy>, StoreError> {
        Ok(self.store.copies(target.deployment.id).await?.into_iter().find(|copy| copy.path == path))
    }

    async fn rename_record(&self, copy: Copy, path: String) -> Result<(), StoreError> {
        self.store.remove_copy(&copy.path).await?;
        self.store.save_copy(&Copy { path, ..copy }).await
    }

    async fn record(
        &self,
        target: &Target,
        plan: &Plan,
        sha256: Sha256,
        settled: Result<(String, Contents), Problem>,
        link: &Link,
        job: &JobHandle,
    ) -> Result<Copy, Problem> {
        let (state, path, entries) = match &settled {
            Ok((path, contents)) => (CopyState::Verified, path.clone(), contents.entries),
            Err(Problem::Download(DownloadError::NoUsableManifest { kept_as, .. })) => {
                (CopyState::Unverified, kept_as.clone(), 0)
            }
            Err(Problem::Download(
                DownloadError::ChecksumMismatch { kept_as, .. } | DownloadError::NotAnArchive { kept_as, .. },
            )) => (CopyState::Damaged, kept_as.clone(), 0),
            Err(other) => return Err(other.clone()),
        };
        let copy = self.copy(target, plan, path, sha256, state, entries);
        self.store.save_copy(&copy).await?;
        if state == CopyState::Verified {
            job.log(&format!("SHA-256 {sha256} equals the manifest; {entries} entries in the table of contents")).await;
        }
        self.audit(plan, &copy, link, job).await;
        settled.map(|_| copy)
    }

    /// The host's own log says who took a copy. A dump that is here is not
    /// called missing because that row could not be written.
    async fn audit(&self, plan: &Plan, copy: &Copy, link: &Link, job: &JobHandle) {
        let entry = AuditEntry {
            action: "backup.run.downloaded".into(),
            entity_type: "BackupRun".into(),
            entity_id: plan.run.id.to_string(),
            after: serde_json::json!({ "filename": plan.dump.as_str(), "sizeBytes": copy.size, "verified": copy.state == CopyState::Verified }),
            by: Settings::of(&self.store).actor_or_nobody(copy.deployment).await,
        };
        match link.database.record(&entry).await {
            Ok(()) => job.log("Recorded in the host's audit log").await,
            Err(error) => job.log(&format!("The host's audit log could not be written: {error}")).await,
        }
    }

    fn copy(&self, target: &Target, plan: &Plan, path: String, sha256: Sha256, state: CopyState, entries: u32) -> Copy {
        let (deployment, run) = (target.deployment.id, plan.run.id);
        Copy {
            deployment,
            run,
            path,
            size: plan.size,
            sha256,
            state,
            checked_at: self.clock.now(),
            entries,
            made_at: None,
        }
    }

    /// Reads a whole file of the laptop. None when cancelled.
    async fn digest(
        &self,
        folder: &Arc<dyn Folder>,
        file: &str,
        job: &JobHandle,
    ) -> Result<Option<(Sha256, u64)>, LibraryError> {
        let size = folder.size(file)?.unwrap_or(0);
        let (folder, file, job) = (Arc::clone(folder), file.to_owned(), job.clone());
        blocking(move || {
            let mut hasher = sha2::Sha256::new();
            let whole = hash_all(&mut folder.read(&file)?, &mut hasher, job.cancelled(), |done| {
                job.progress(done, Some(size));
            })?;
            Ok(whole.then(|| (Sha256::new(hasher.finalize().into()), size)))
        })
        .await
    }

    /// Reads a copy on this laptop again and compares it with what it was. No
    /// host is needed: the record keeps the digest that was proved.
    pub async fn verify_again(&self, deployment: &Deployment, run: RunId) -> Result<JobId, Problem> {
        let copies = self.store.copies(deployment.id).await?;
        // What was never proved cannot be shown to be what it was.
        let proved = |c: &Copy| c.run == run && matches!(c.state, CopyState::Verified | CopyState::Gone);
        let copy = copies.into_iter().find(proved);
        let copy = copy.ok_or_else(|| DownloadError::CopyGone { file: run.to_string() })?;
        let path = PathBuf::from(&copy.path);
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let kind = JobKind::Verify { run: run.to_string(), file: file.clone() };
        let me = self.clone();
        let work = |job: JobHandle| async move {
            match me.reread(copy, &path, &file, &job).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(JobEnd::Cancelled),
                Err(problem) => Err(problem.into()),
            }
        };
        self.jobs.start(deployment.id, kind, work).await
    }

    async fn reread(
        &self,
        mut copy: Copy,
        path: &std::path::Path,
        file: &str,
        job: &JobHandle,
    ) -> Result<bool, Problem> {
        job.step("Reading the copy on this laptop").await;
        let parent = path.parent().map(std::path::Path::to_path_buf).unwrap_or_default();
        let folder: Arc<dyn Folder> = Arc::from(self.library.open(&parent)?);
        if folder.size(file)?.is_none() {
            copy.state = CopyState::Gone;
            self.store.save_copy(&copy).await?;
            return Err(DownloadError::CopyGone { file: copy.path }.into());
        }
        let Some((found, _)) = self.digest(&folder, file, job).await? else { return Ok(false) };
        copy.checked_at = self.clock.now();
        if found == copy.sha256 {
            job.log(&format!("SHA-256 {found} is what it was")).await;
            copy.state = CopyState::Verified;
            self.store.save_copy(&copy).await?;
            return Ok(true);
        }
        let names = Names { dump: file.to_owned(), part: String::new(), manifest: String::new() };
        let aside = names.aside("damaged", |name| !matches!(folder.size(name), Ok(None)));
        let kept_as = folder.rename(file, &aside)?.display().to_string();
        self.store.remove_copy(&copy.path).await?;
        let expected = copy.sha256.to_string();
        let damaged = Copy { path: kept_as.clone(), sha256: found, state: CopyState::Damaged, entries: 0, ..copy };
        self.store.save_copy(&damaged).await?;
        Err(DownloadError::ChecksumMismatch { expected, found: found.to_string(), same_on_host: None, kept_as }.into())
    }

    /// Removes the copies of a run from this laptop. The host is not touched.
    pub async fn delete_copies(&self, deployment: &Deployment, run: RunId) -> Result<(), Problem> {
        for copy in self.store.copies(deployment.id).await?.into_iter().filter(|c| c.run == run) {
            let path = PathBuf::from(&copy.path);
            if let (Some(parent), Some(file)) = (path.parent(), path.file_name()) {
                match self.library.open(parent) {
                    Ok(folder) => {
                        let file = file.to_string_lossy();
                        folder.remove(&file)?;
                        folder.remove(&file.replace(".dump", ".manifest.json"))?;
                    }
                    Err(LibraryError::LibraryMissing { .. }) => {}
                    Err(other) => return Err(other.into()),
                }
            }
            self.store.remove_copy(&copy.path).await?;
        }
        Ok(())
    }
}
