use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use super::error::DumpError;
use super::origin::Origin;
use super::session::{self, Ended, Session};
use crate::deployment::Deployment;
use crate::download::{Names, Sink, blocking, float};
use crate::jobs::{JobCenter, JobEnd, JobHandle, JobId, JobKind};
use crate::link::{Link, Links};
use crate::ports::{
    AuditEntry, Clock, Copy, CopyState, Folder, Library, LibraryError, LinkError, Notice, Notifier, Store,
};
use crate::problem::Problem;
use crate::settings::Settings;
use crate::time::When;
use crate::weavestream::archive;
use crate::weavestream::dump_name::DumpName;
use crate::weavestream::manifest::Sha256;
use crate::weavestream::run::RunId;

/// How often a lock that is waited for is tried.
const TRY_EVERY: Duration = Duration::from_secs(5);

/// Makes one-off dumps.
#[derive(Clone)]
pub struct OneOffDumps {
    /// Ways to the hosts.
    pub links: Arc<Links>,
    /// Where copies are recorded.
    pub store: Arc<dyn Store>,
    /// The laptop's folders.
    pub library: Arc<dyn Library>,
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// Who is told when a dump ends.
    pub notifier: Arc<dyn Notifier>,
    /// Who runs the jobs.
    pub jobs: JobCenter,
}

/// What to do when a backup of the host is under way: it holds the lock that keeps two dumps apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LockChoice {
    /// Make no dump, and say so.
    Refuse,
    /// Wait until it has ended.
    Wait,
    /// Make the dump beside it, without the lock. Both are whole; the host has more to do.
    GoOn,
}

/// What to dump where.
#[derive(Clone, Debug)]
pub struct DumpTarget {
    /// This deployment's database.
    pub deployment: Deployment,
    /// Into this folder of the laptop.
    pub folder: PathBuf,
    /// When a backup is under way.
    pub lock: LockChoice,
}

/// How one try ended, short of an error.
enum Tried {
    Made(Box<Copy>),
    Busy,
    Cancelled,
}

/// What `pg_dump` left in the part file.
enum Poured {
    /// Everything: its digest and bytes.
    Whole(Sha256, u64),
    /// Nothing: somebody else holds the lock.
    Busy,
    /// Some of it.
    Cancelled,
}

impl OneOffDumps {
    /// Starts a dump as a job. One per deployment at a time.
    pub async fn start(&self, target: DumpTarget) -> Result<JobId, Problem> {
        let file = DumpName::manual(self.clock.now());
        let kind = JobKind::Dump { deployment: target.deployment.id.to_string(), file: file.to_string() };
        let me = self.clone();
        self.jobs.start(target.deployment.id, kind, |job| async move { me.carry(target, &job).await }).await
    }

    async fn carry(&self, target: DumpTarget, job: &JobHandle) -> Result<(), JobEnd> {
        let ended = self.dump(&target, job).await;
        let name = &target.deployment.name;
        let notice = match &ended {
            Ok(Some(copy)) => Notice {
                title: format!("{name}: one-off dump made"),
                body: format!("{} was read to its end, and its table of contents.", copy.path),
                opens: None,
            },
            Ok(None) => return Err(JobEnd::Cancelled),
            Err(problem) => {
                Notice { title: format!("{name}: no dump was made"), body: problem.to_string(), opens: None }
            }
        };
        self.notifier.show(&notice);
        ended.map(|_| ()).map_err(JobEnd::from)
    }

    /// None when cancelled.
    async fn dump(&self, target: &DumpTarget, job: &JobHandle) -> Result<Option<Copy>, Problem> {
        let folder: Arc<dyn Folder> = Arc::from(self.library.open(&target.folder)?);
        job.step("Looking at the host").await;
        let link = self.links.live(&target.deployment).await?;
        self.room(&link, folder.as_ref()).await?;
        if let Some(caution) = session::caution(&link, &self.links).await? {
            job.log(&caution).await;
        }
        loop {
            match self.once(target, &link, &folder, job).await? {
                Tried::Made(copy) => return Ok(Some(*copy)),
                Tried::Cancelled => return Ok(None),
                Tried::Busy if target.lock == LockChoice::Wait => {
                    job.step("A backup is under way; waiting for its end").await;
                    tokio::select! {
                        () = job.cancelled().cancelled() => return Ok(None),
                        () = tokio::time::sleep(TRY_EVERY) => {}
                    }
                }
                Tried::Busy => {
                    let holder = link.database.lock_holder().await.ok().flatten();
                    let (now, zone) = (self.clock.now(), self.clock.zone());
                    let since = holder.map(|holder| When::new(holder.since, now, zone).local);
                    return Err(DumpError::BackupUnderWay { since }.into());
                }
            }
        }
    }

    /// A dump is about as large as the one before.
    async fn room(&self, link: &Link, folder: &dyn Folder) -> Result<(), Problem> {
        let like = link.database.latest_good().await.ok().flatten().and_then(|run| run.size).unwrap_or(0);
        let free = folder.free()?;
        if free < like {
            let folder = folder.path().display().to_string();
            return Err(LibraryError::DiskFull { folder, needed: float(like), free: float(free) }.into());
        }
        Ok(())
    }

    /// One try. Whatever ends it, no half of a dump stays behind, neither here
    /// nor as a session on the host.
    async fn once(
        &self,
        target: &DumpTarget,
        link: &Arc<Link>,
        folder: &Arc<dyn Folder>,
        job: &JobHandle,
    ) -> Result<Tried, Problem> {
        let part = format!("weavestream-postgres-manual-{}.part", target.deployment.slug);
        let application = format!("selvage dump {}", Uuid::new_v4());
        let made_at = self.clock.now();
        let arrived = match self.pour(target, link, folder, &part, &application, job).await {
            Ok(Poured::Whole(sha256, size)) => self.keep(target, link, folder, &part, sha256, size, made_at, job).await,
            Ok(Poured::Busy) => Ok(Tried::Busy),
            Ok(Poured::Cancelled) => Ok(Tried::Cancelled),
            Err(problem) => Err(problem),
        };
        if !matches!(arrived, Ok(Tried::Made(_))) {
            folder.remove(&part)?;
        }
        if !matches!(arrived, Ok(Tried::Made(_) | Tried::Busy)) {
            self.end_sessions(&target.deployment, &application, job).await;
        }
        arrived
    }

    /// `pg_dump` into the part file.
    async fn pour(
        &self,
        target: &DumpTarget,
        link: &Link,
        folder: &Arc<dyn Folder>,
        part: &str,
        application: &str,
        job: &JobHandle,
    ) -> Result<Poured, Problem> {
        let mut file = folder.part(part)?;
        file.truncate(0)?;
        let Some(mut sink) = Sink::open(file, 0, job).await? else { return Ok(Poured::Cancelled) };
        let begun = tokio::select! {
            () = job.cancelled().cancelled() => return Ok(Poured::Cancelled),
            begun = session::begin(link, &self.links, application, target.lock != LockChoice::GoOn) => begun?,
        };
        let Some(mut session) = begun else { return Ok(Poured::Busy) };
        let filled = fill(&mut sink, &mut session, job).await;
        // Closed in any case: what is open cannot be removed everywhere.
        let (size, sha256) = (sink.written(), sink.close().await);
        if !filled? {
            return Ok(Poured::Cancelled);
        }
        let (sha256, exit) = (sha256?, session.stream.exit().await.map_err(cut)?);
        match session::ended(&exit) {
            Ended::Busy => return Ok(Poured::Busy),
            Ended::Failed(reason) => return Err(DumpError::DumpFailed { reason }.into()),
            Ended::Well(_) if size == 0 => {
                return Err(DumpError::DumpFailed { reason: "pg_dump wrote nothing".into() }.into());
            }
            Ended::Well(Some(sent)) if sent != sha256 => {
                let reason = format!("the host sent {sent}, here is {sha256}");
                return Err(DumpError::DumpCut { reason }.into());
            }
            Ended::Well(Some(_)) => job.log("What was sent and what is here have the same SHA-256").await,
            Ended::Well(None) if link.host().is_ok() => {
                job.log("The host could not tell the SHA-256 of what it sent").await;
            }
            Ended::Well(None) => {}
        }
        Ok(Poured::Whole(sha256, size))
    }

    /// Reads the table of contents, and gives the dump its name, manifest and record.
    #[expect(clippy::too_many_arguments, reason = "each is one fact of the dump")]
    async fn keep(
        &self,
        target: &DumpTarget,
        link: &Link,
        folder: &Arc<dyn Folder>,
        part: &str,
        sha256: Sha256,
        size: u64,
        made_at: DateTime<Utc>,
        job: &JobHandle,
    ) -> Result<Tried, Problem> {
        job.step("Reading the table of contents").await;
        let (opened, name) = (Arc::clone(folder), part.to_owned());
        let contents = blocking(move || Ok(archive::contents(std::io::BufReader::new(opened.read(&name)?)))).await?;
        let contents = match contents {
            Ok(contents) => contents,
            Err(error) => {
                let names = Names { dump: part.to_owned(), part: String::new(), manifest: String::new() };
                let aside = names.aside("damaged", |name| !matches!(folder.size(name), Ok(None)));
                let kept_as = folder.rename(part, &aside)?.display().to_string();
                return Err(DumpError::DumpNotAnArchive { error, kept_as }.into());
            }
        };
        let (dump, made_at) = free_name(folder.as_ref(), made_at)?;
        let names = Names::of(&dump);
        let made = made_at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let manifest = Origin::of(link, target.deployment.direct.as_ref().map(|direct| direct.host.as_str()))
            .await?
            .manifest(&dump, size, sha256, &made);
        folder.write(&names.manifest, &serde_json::to_vec_pretty(&manifest).unwrap_or_default())?;
        let path = folder.rename(part, &names.dump)?.display().to_string();
        let copy = Copy {
            deployment: target.deployment.id,
            run: RunId(Uuid::new_v4()),
            path,
            size,
            sha256,
            state: CopyState::Verified,
            checked_at: self.clock.now(),
            entries: contents.entries,
            made_at: Some(made_at),
        };
        self.store.save_copy(&copy).await?;
        job.log(&format!("SHA-256 {sha256}; {} entries in the table of contents", contents.entries)).await;
        let entry = AuditEntry {
            action: "backup.run.downloaded".into(),
            entity_type: "BackupRun".into(),
            entity_id: copy.run.to_string(),
            after: serde_json::json!({ "filename": dump.as_str(), "sizeBytes": size, "oneOff": true, "withoutLock": target.lock == LockChoice::GoOn }),
            by: Settings::of(&self.store).actor_or_nobody(target.deployment.id).await,
        };
        match link.database.record(&entry).await {
            Ok(()) => job.log("Recorded in the host's audit log").await,
            Err(error) => job.log(&format!("The host's audit log could not be written: {error}")).await,
        }
        Ok(Tried::Made(Box::new(copy)))
    }

    /// A dump that nobody reads any more would hold the lock until the host's
    /// sshd notices; it is ended as soon as the host can be reached.
    async fn end_sessions(&self, deployment: &Deployment, application: &str, job: &JobHandle) {
        let ended = async {
            let link = self.links.live(deployment).await?;
            session::end(&link, application).await
        };
        match ended.await {
            Ok(0) => {}
            Ok(_) => job.log("The dump was ended on the host as well").await,
            Err(problem) => job.log(&format!("Whether the dump has ended on the host is not known: {problem}")).await,
        }
    }
}

/// Whatever comes, into the sink. False when cancelled. Without the session that
/// holds the lock, two dumps may be at work: better none.
async fn fill(sink: &mut Sink, session: &mut Session, job: &JobHandle) -> Result<bool, Problem> {
    let Session { stream, lock } = session;
    let lost = async {
        match lock {
            Some(lock) => lock.lost().await,
            None => std::future::pending().await,
        }
    };
    let mut lost = std::pin::pin!(lost);
    loop {
        let piece = tokio::select! {
            biased;
            () = job.cancelled().cancelled() => return Ok(false),
            error = &mut lost => return Err(DumpError::DumpCut { reason: error.to_string() }.into()),
            piece = stream.next() => piece.map_err(cut)?,
        };
        let Some(piece) = piece else { return Ok(true) };
        if sink.written() == 0 {
            job.step("Dumping").await;
        }
        sink.put(piece).await?;
        job.progress(sink.written(), None);
    }
}

/// A dump cannot be taken up again where it broke.
fn cut(error: LinkError) -> Problem {
    if error.is_passing() { DumpError::DumpCut { reason: error.to_string() }.into() } else { error.into() }
}

/// The first second from `made_at` on whose name is not taken.
fn free_name(folder: &dyn Folder, made_at: DateTime<Utc>) -> Result<(DumpName, DateTime<Utc>), LibraryError> {
    let mut at = made_at;
    loop {
        let name = DumpName::manual(at);
        if folder.size(name.as_str())?.is_none() {
            return Ok((name, at));
        }
        at += TimeDelta::seconds(1);
    }
}
