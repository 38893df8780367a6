use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use specta::Type;

use super::error::DumpError;
use super::keep::Made;
use super::session::{self, Ended, Session};
use crate::base::{Problem, reason};
use crate::deployment::Deployment;
use crate::download::{Closed, DownloadStore, Sink, float};
use crate::jobs::{JobCenter, JobEnd, JobHandle, JobId, JobKind, JobResult, NewJob, Note, Resource, Step};
use crate::library::DumpRecord;
use crate::library::Names;
use crate::link::{Link, Links};
use crate::ports::{Clock, Folder, Library, LibraryError, LinkError, PartFile};
use crate::schedules::service;
use crate::time::When;
use crate::weavestream::manifest::Sha256;

/// How often a lock that is waited for is tried.
const TRY_EVERY: Duration = Duration::from_secs(5);

/// Makes one-off dumps.
#[derive(Clone)]
pub struct OneOffDumps {
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
pub(super) enum AttemptOutcome {
    Made(Box<DumpRecord>),
    Busy,
    Cancelled,
}

/// One try, with the part file when it is to be used or removed yet.
struct Attempt {
    ended: Result<AttemptOutcome, Problem>,
    part: Option<Box<dyn PartFile>>,
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
        let names = Names::one_off(&target.deployment, self.clock.now());
        let part = target.folder.join(names.part()).display().to_string();
        let uses = vec![Resource::Database(target.deployment.id), Resource::File(part)];
        let kind = JobKind::Dump { file: names.dump(1) };
        let deployment = target.deployment.clone();
        let me = self.clone();
        let work = |job: JobHandle| async move {
            match me.dump(&target, &job).await {
                Ok(Some(dump)) => Ok(Some(JobResult::Dump { dump })),
                Ok(None) => Err(JobEnd::Cancelled),
                Err(problem) => Err(problem.into()),
            }
        };
        self.jobs.start(NewJob { deployment: &deployment, kind, uses }, work).await
    }

    /// None when cancelled. Whatever ends it, no half of a dump stays behind, neither
    /// here nor as a session on the host. Whoever finds the part file claimed by
    /// another Selvage has touched nothing.
    async fn dump(&self, target: &DumpTarget, job: &JobHandle) -> Result<Option<DumpRecord>, Problem> {
        let folder: Arc<dyn Folder> = Arc::from(self.library.open(&target.folder)?);
        let names = Names::one_off(&target.deployment, self.clock.now());
        let mut part = folder.part(names.part())?;
        job.note(Note::Writing { path: folder.path().join(names.part()).display().to_string() }).await;
        job.step(Step::CheckHost).await;
        let link = match self.ready(target, folder.as_ref(), job).await {
            Ok(link) => link,
            Err(problem) => {
                part.remove()?;
                return Err(problem);
            }
        };
        loop {
            let attempt = self.once(target, &link, &folder, part, job).await;
            if let Ok(AttemptOutcome::Made(copy)) = attempt.ended {
                return Ok(Some(*copy));
            }
            let busy = matches!(attempt.ended, Ok(AttemptOutcome::Busy));
            let freed = busy && self.end_own_session(&link, job).await;
            if (freed || busy && target.lock == LockChoice::Wait)
                && let Some(claimed) = attempt.part
            {
                part = claimed;
                if freed {
                    continue;
                }
                job.step(Step::AwaitLock { problem: self.held(&link).await.into() }).await;
                tokio::select! {
                    () = job.cancelled().cancelled() => {
                        part.remove()?;
                        return Ok(None);
                    }
                    () = tokio::time::sleep(TRY_EVERY) => continue,
                }
            }
            if let Some(part) = attempt.part {
                part.remove()?;
            }
            match attempt.ended? {
                AttemptOutcome::Busy => return Err(self.held(&link).await.into()),
                AttemptOutcome::Cancelled | AttemptOutcome::Made(_) => return Ok(None),
            }
        }
    }

    /// Who holds the lock, and whether for a backup.
    async fn held(&self, link: &Link) -> DumpError {
        let (now, zone) = (self.clock.now(), self.clock.zone());
        let Some(holder) = link.database.lock_holder().await.ok().flatten() else {
            return DumpError::BackupUnderWay { since: None };
        };
        let since = When::new(holder.since, now, zone).local;
        if holder.idle {
            return DumpError::LockHeldIdle { session: holder.pid, since, service: service(link, &holder) };
        }
        DumpError::BackupUnderWay { since: Some(since) }
    }

    async fn ready(&self, target: &DumpTarget, folder: &dyn Folder, job: &JobHandle) -> Result<Arc<Link>, Problem> {
        let link = self.links.checked(&target.deployment).await?;
        self.room(&link, folder).await?;
        if let Some(caution) = session::caution(&link, &self.links).await? {
            job.note(caution).await;
        }
        Ok(link)
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

    /// One try, which leaves no session on the host.
    async fn once(
        &self,
        target: &DumpTarget,
        link: &Arc<Link>,
        folder: &Arc<dyn Folder>,
        part: Box<dyn PartFile>,
        job: &JobHandle,
    ) -> Attempt {
        let application = application_of(job.id());
        let made_at = self.clock.now();
        let (mut part, poured) = self.pour(target, link, part, &application, job).await;
        let ended = match poured {
            Ok(Poured::Whole(sha256, size)) => match part.take() {
                Some(whole) => {
                    let made = Made { sha256, size, at: made_at };
                    let (left, kept) = self.keep(target, link, folder, whole, made, job).await;
                    part = left;
                    kept
                }
                None => Ok(AttemptOutcome::Cancelled),
            },
            Ok(Poured::Busy) => Ok(AttemptOutcome::Busy),
            Ok(Poured::Cancelled) => Ok(AttemptOutcome::Cancelled),
            Err(problem) => Err(problem),
        };
        if !matches!(ended, Ok(AttemptOutcome::Made(_) | AttemptOutcome::Busy)) {
            self.end_sessions(&target.deployment, &application, job).await;
        }
        Attempt { ended, part }
    }

    /// `pg_dump` into the part file.
    async fn pour(
        &self,
        target: &DumpTarget,
        link: &Link,
        mut part: Box<dyn PartFile>,
        application: &str,
        job: &JobHandle,
    ) -> (Option<Box<dyn PartFile>>, Result<Poured, Problem>) {
        if let Err(error) = part.truncate(0) {
            return (Some(part), Err(error.into()));
        }
        let begun = tokio::select! {
            () = job.cancelled().cancelled() => return (Some(part), Ok(Poured::Cancelled)),
            begun = session::begin(link, &self.links, application, target.lock != LockChoice::GoOn) => begun,
        };
        let mut session = match begun {
            Ok(Some(session)) => session,
            Ok(None) => return (Some(part), Ok(Poured::Busy)),
            Err(problem) => return (Some(part), Err(problem)),
        };
        let mut sink = match Sink::open(part, 0, job).await {
            Ok(Some(sink)) => sink,
            Ok(None) => return (None, Ok(Poured::Cancelled)),
            Err(error) => return (None, Err(error.into())),
        };
        let filled = fill(&mut sink, &mut session, job).await;
        // Closed in any case: what is open cannot be removed everywhere.
        let size = sink.written();
        let Closed { part, sha256 } = sink.close().await;
        let poured = async {
            if !filled? {
                return Ok(Poured::Cancelled);
            }
            let sha256 = sha256?;
            let exit = session.stream.exit().await.map_err(cut)?;
            check_end(session::ended(link, &exit), sha256, size, job).await
        };
        let poured = poured.await;
        (part, poured)
    }

    /// The lock may be held by a dump of this laptop that nobody reads any more: its
    /// process was killed, or its line was dead when it ended. Whether there was one;
    /// it is ended. A dump that is under way in another Selvage is left alone.
    async fn end_own_session(&self, link: &Link, job: &JobHandle) -> bool {
        let ended = async {
            let Some(holder) = link.database.lock_holder().await? else { return Ok(false) };
            let jobs = self.jobs.jobs().await?;
            let own = jobs.iter().find(|known| application_of(known.id) == holder.application);
            if own.is_none_or(|known| known.end.is_none()) {
                return Ok(false);
            }
            job.note(Note::OwnSessionEnded).await;
            Ok::<_, Problem>(session::end(link, &holder.application).await? > 0)
        };
        ended.await.unwrap_or_else(|problem: Problem| {
            tracing::info!(%problem, "whose session holds the lock could not be told");
            false
        })
    }

    /// A dump that nobody reads any more would hold the lock until the host's
    /// sshd notices; it is ended as soon as the host can be reached.
    async fn end_sessions(&self, deployment: &Deployment, application: &str, job: &JobHandle) {
        let ended = async {
            let link = self.links.checked(deployment).await?;
            session::end(&link, application).await
        };
        match ended.await {
            Ok(0) => {}
            Ok(_) => job.note(Note::SessionsEnded).await,
            Err(problem) => job.note(Note::SessionsUnknown { problem }).await,
        }
    }
}

/// What the sessions of a job call themselves.
pub(super) fn application_of(job: JobId) -> String {
    format!("selvage dump {job}")
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
            job.step(Step::Dump).await;
        }
        sink.put(piece).await?;
        job.progress(sink.written(), None);
    }
}

/// A dump cannot be taken up again where it broke.
fn cut(error: LinkError) -> Problem {
    if error.is_passing() { DumpError::DumpCut { reason: error.to_string() }.into() } else { error.into() }
}

/// What the end of `pg_dump` and of everything behind it means for what arrived.
async fn check_end(ended: Ended, sha256: Sha256, size: u64, job: &JobHandle) -> Result<Poured, Problem> {
    match ended {
        Ended::Busy => return Ok(Poured::Busy),
        Ended::Failed(reason) => return Err(DumpError::DumpFailed { reason }.into()),
        Ended::Well(_) if size == 0 => {
            return Err(DumpError::DumpFailed { reason: reason("nothing-dumped", Value::Null) }.into());
        }
        Ended::Well(Some(sent)) if sent != sha256 => {
            let reason = reason("digests-differ", json!({ "sent": sent, "found": sha256 }));
            return Err(DumpError::DumpCut { reason }.into());
        }
        Ended::Well(Some(_)) => job.note(Note::SameDigest).await,
        Ended::Well(None) => {}
    }
    Ok(Poured::Whole(sha256, size))
}
