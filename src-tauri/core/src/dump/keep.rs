use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use super::error::DumpError;
use super::one_off::{AttemptOutcome, DumpTarget, LockChoice, OneOffDumps};
use super::origin::Origin;
use crate::base::Problem;
use crate::download::blocking;
use crate::jobs::{JobHandle, Note, Step};
use crate::library::{DumpRecord, LocalDumpState};
use crate::library::{Names, finalize, place_with_manifest, quarantine_names};
use crate::link::Link;
use crate::ports::{AuditEntry, Folder, LibraryError, PartFile};
use crate::settings::Settings;
use crate::weavestream::archive::{self, ArchiveError, Contents};
use crate::weavestream::manifest::Sha256;
use crate::weavestream::run::RunId;

/// Facts of a dump that arrived.
#[derive(Clone, Copy)]
pub(super) struct Made {
    pub(super) sha256: Sha256,
    pub(super) size: u64,
    pub(super) at: DateTime<Utc>,
}

impl OneOffDumps {
    /// Reads the dump to its end, and gives it its name, manifest and record. The
    /// part is given back when it is not kept.
    pub(super) async fn keep(
        &self,
        target: &DumpTarget,
        link: &Link,
        folder: &Arc<dyn Folder>,
        mut part: Box<dyn PartFile>,
        made: Made,
        job: &JobHandle,
    ) -> (Option<Box<dyn PartFile>>, Result<AttemptOutcome, Problem>) {
        job.step(Step::ReadDump).await;
        let contents = match read_to_end(part.as_mut(), made.size, job).await {
            Ok(Ok(Some(contents))) => contents,
            Ok(Ok(None)) => return (Some(part), Ok(AttemptOutcome::Cancelled)),
            Ok(Err(error)) => {
                let name = Names::one_off(&target.deployment, made.at).dump(1);
                let aside = finalize(part.as_mut(), quarantine_names(&name, "damaged"));
                return (
                    None,
                    Err(match aside {
                        Ok((path, _)) => {
                            DumpError::DumpNotAnArchive { error, kept_as: path.display().to_string() }.into()
                        }
                        Err(trouble) => trouble.into(),
                    }),
                );
            }
            Err(error) => return (Some(part), Err(error.into())),
        };
        let (path, name) = match self.name(target, link, folder.as_ref(), part.as_mut(), made).await {
            Ok(named) => named,
            Err(problem) => return (Some(part), Err(problem)),
        };
        // From here on the dump stays, whatever happens.
        let copy = self.record(target, folder.as_ref(), (&path, &name), made, &contents).await;
        if let Ok(copy) = &copy {
            job.note(Note::Complete { sha256: made.sha256, entries: contents.entries }).await;
            self.audit(target, link, copy, &name, job).await;
        }
        (None, copy.map(|copy| AttemptOutcome::Made(Box::new(copy))))
    }

    async fn name(
        &self,
        target: &DumpTarget,
        link: &Link,
        folder: &dyn Folder,
        part: &mut dyn PartFile,
        Made { sha256, size, at }: Made,
    ) -> Result<(PathBuf, String), Problem> {
        let origin = Origin::of(link, target.deployment.direct.as_ref().map(|direct| direct.host.as_str())).await?;
        let made = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let manifest =
            |dump: &str| serde_json::to_vec_pretty(&origin.manifest(dump, size, sha256, &made)).unwrap_or_default();
        Ok(place_with_manifest(&Names::one_off(&target.deployment, at), part, folder, manifest)?)
    }

    async fn record(
        &self,
        target: &DumpTarget,
        folder: &dyn Folder,
        (path, name): (&Path, &str),
        Made { sha256, size, at }: Made,
        contents: &Contents,
    ) -> Result<DumpRecord, Problem> {
        let copy = DumpRecord {
            deployment: target.deployment.id,
            run: RunId(Uuid::new_v4()),
            path: path.display().to_string(),
            size,
            sha256,
            state: LocalDumpState::Complete,
            checked_at: self.clock.now(),
            entries: contents.entries,
            run_at: None,
            made_at: Some(at),
            modified: folder.stat(name)?.map(|found| found.modified),
        };
        self.store.save_dump_record(&copy).await?;
        Ok(copy)
    }

    async fn audit(&self, target: &DumpTarget, link: &Link, copy: &DumpRecord, name: &str, job: &JobHandle) {
        let entry = AuditEntry {
            action: "backup.run.downloaded".into(),
            entity_type: "BackupRun".into(),
            entity_id: copy.run.to_string(),
            after: serde_json::json!({ "filename": name, "sizeBytes": copy.size, "oneOff": true, "withoutLock": target.lock == LockChoice::GoOn }),
            by: Settings::of(self.store.clone()).actor_or_nobody(target.deployment.id).await,
        };
        match link.database.record(&entry).await {
            Ok(()) => job.note(Note::Audited).await,
            Err(error) => job.note(Note::NotAudited { problem: error.into() }).await,
        }
    }
}

/// Reads every entry's data; none when cancelled.
async fn read_to_end(
    part: &mut dyn PartFile,
    size: u64,
    job: &JobHandle,
) -> Result<Result<Option<Contents>, ArchiveError>, LibraryError> {
    let (file, job) = (part.reread()?, job.clone());
    blocking(move || {
        Ok(archive::read_whole(file, |done| {
            job.progress(done, Some(size));
            !job.cancelled().is_cancelled()
        }))
    })
    .await
}
