use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::Digest;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::error::DownloadError;
use super::plan::{Plan, float};
use super::source::DumpSource;
use crate::base::{Problem, reason};
use crate::jobs::{JobHandle, Note, Step};
use crate::ports::{Folder, LibraryError, LinkError, PartFile};
use crate::weavestream::manifest::Sha256;

/// Bytes that are handed to the disk and to the digest at once: the network's
/// pieces are small, and waking two threads for each of them costs more than
/// the work they then do.
const BATCH: usize = 512 * 1024;
/// A connection that brought less, in bytes, counts as one that brought nothing: a line that drips is not tried for ever.
const PROGRESS: u64 = 64 * 1024;
/// A smaller batch is handed on when the one before is older than this.
const WAIT_AT_MOST: Duration = Duration::from_millis(100);
/// Batches under way between the network and the disk. This bounds the memory
/// of a transfer, whatever the dump's size.
const BATCHES_AHEAD: usize = 16;

/// How long the host may take to end what was cancelled.
const END_STREAMS_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a broken connection is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Tries in a row that bring nothing before giving up.
    pub tries: u32,
    /// Wait before the first of them; doubles with each.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
}

impl Default for Patience {
    /// About five minutes of no network: the lift, the tunnel, the lid.
    fn default() -> Self {
        Self { tries: 12, first_wait: Duration::from_secs(1), longest_wait: Duration::from_secs(45) }
    }
}

/// How a transfer ended, short of an error.
pub enum Transferred {
    /// Every byte is in the part file, which is synced.
    Whole {
        /// The file, still claimed.
        part: Box<dyn PartFile>,
        /// Digest of what lies in the part file.
        sha256: Sha256,
        /// Some bytes were there before, or came over another connection.
        resumed: bool,
    },
    /// The admin stopped it; what arrived is kept.
    Cancelled,
}

/// Brings the rest of the dump into the part file. What is there already is
/// hashed again first; the connection may break and is taken up again where the
/// bytes ended.
pub async fn transfer(
    plan: &Plan,
    source: &DumpSource<'_>,
    folder: &dyn Folder,
    mut part: Box<dyn PartFile>,
    patience: Patience,
    job: &JobHandle,
) -> Result<Transferred, Problem> {
    if part.len()? > plan.size {
        // Longer than the dump: another file's remains, or damaged.
        job.note(Note::PartTooLong).await;
        part.truncate(0)?;
    }
    let kept = part.len()?;
    let needed = plan.size - kept;
    let free = folder.free()?;
    if free < needed {
        let folder = folder.path().display().to_string();
        return Err(LibraryError::DiskFull { folder, needed: float(needed), free: float(free) }.into());
    }
    if kept > 0 {
        job.step(Step::CheckPart).await;
    }
    let Some(mut sink) = Sink::open(part, plan.size, job).await? else { return Ok(Transferred::Cancelled) };
    let mut resumed = kept > 0;
    let mut tries = 0;
    let mut wait = patience.first_wait;
    while sink.written < plan.size {
        job.step(Step::Download { resumed }).await;
        let before = sink.written;
        let broke = match pour(plan, source, &mut sink, tries > 0, job).await {
            Ok(Poured::ToTheEnd) => break,
            Ok(Poured::Cancelled) => {
                sink.close().await.sha256?;
                // Nobody waits long for a host that may be the reason.
                let _ = tokio::time::timeout(END_STREAMS_TIMEOUT, source.end_streams()).await;
                return Ok(Transferred::Cancelled);
            }
            Err(problem) if problem.find().is_some_and(|error: LinkError| error.is_passing()) => problem,
            Err(other) => {
                // What arrived is worth keeping, and the first error is the one to tell.
                let _ = sink.close().await;
                return Err(with_need(other, plan, folder));
            }
        };
        resumed = true;
        if sink.written - before >= PROGRESS {
            (tries, wait) = (0, patience.first_wait);
        }
        tries += 1;
        let (kept, total) = (sink.written, plan.size);
        job.note(Note::ConnectionBroke { problem: broke.clone(), kept, total }).await;
        if tries > patience.tries {
            let kept = float(sink.written);
            sink.close().await.sha256?;
            return Err(DownloadError::GaveUp { reason: broke.to_string(), kept }.into());
        }
        let seconds = u32::try_from(wait.as_secs().max(1)).unwrap_or(u32::MAX);
        job.step(Step::Reconnect { seconds }).await;
        if wait_or_cancel(wait, job.cancelled()).await {
            sink.close().await.sha256?;
            return Ok(Transferred::Cancelled);
        }
        wait = (wait * 2).min(patience.longest_wait);
    }
    let Closed { part, sha256 } = sink.close().await;
    let sha256 = sha256.map_err(|error| with_need(error.into(), plan, folder))?;
    let part = part.ok_or_else(stopped)?;
    Ok(Transferred::Whole { part, sha256, resumed })
}

/// A disk that fills up on the way says how much more the dump needs.
fn with_need(problem: Problem, plan: &Plan, folder: &dyn Folder) -> Problem {
    match problem.find() {
        Some(LibraryError::DiskFull { folder: path, free, .. }) => {
            let kept = folder.size(plan.names.part()).ok().flatten().unwrap_or(0);
            LibraryError::DiskFull { folder: path, needed: float(plan.size.saturating_sub(kept)), free }.into()
        }
        _ => problem,
    }
}

async fn wait_or_cancel(wait: Duration, cancelled: &CancellationToken) -> bool {
    tokio::select! {
        () = cancelled.cancelled() => true,
        () = tokio::time::sleep(wait) => false,
    }
}

enum Poured {
    ToTheEnd,
    Cancelled,
}

/// One connection's worth of bytes.
async fn pour(
    plan: &Plan,
    source: &DumpSource<'_>,
    sink: &mut Sink,
    again: bool,
    job: &JobHandle,
) -> Result<Poured, Problem> {
    let open = async {
        if again {
            source.end_streams().await?;
        }
        source.stream(sink.written).await
    };
    let mut stream = tokio::select! {
        () = job.cancelled().cancelled() => return Ok(Poured::Cancelled),
        stream = open => stream?,
    };
    loop {
        let piece = tokio::select! {
            biased;
            () = job.cancelled().cancelled() => return Ok(Poured::Cancelled),
            piece = stream.next() => piece?,
        };
        let Some(piece) = piece else { break };
        if sink.written + piece.len() as u64 > plan.size {
            return Err(DownloadError::SizeMismatch {
                expected: float(plan.size),
                found: float(sink.written + piece.len() as u64),
            }
            .into());
        }
        sink.put(piece).await?;
        job.progress(sink.written, Some(plan.size));
    }
    let exit = stream.exit().await?;
    if sink.written == plan.size {
        return Ok(Poured::ToTheEnd);
    }
    let file = plan.dump.to_string();
    match exit.status {
        0 => Err(DownloadError::SizeMismatch { expected: float(plan.size), found: float(sink.written) }.into()),
        // Ended by a signal: the container or the connection went, not the file.
        128.. => Err(LinkError::Lost {
            host: String::new(),
            reason: reason("stopped-on-host", json!({ "status": exit.status })),
        }
        .into()),
        _ => Err(DownloadError::HostReadFailed { file, reason: exit.stderr.trim().to_owned() }.into()),
    }
}

type Batch = Arc<[Bytes]>;

/// Writes on one thread and hashes on another, so that network, disk and
/// digest each have their own pace.
pub struct Sink {
    written: u64,
    batch: Vec<Bytes>,
    held: usize,
    handed_on: Instant,
    to_disk: Option<mpsc::Sender<Batch>>,
    to_hash: Option<mpsc::Sender<Batch>>,
    disk: Option<JoinHandle<Written>>,
    hash: Option<JoinHandle<Sha256>>,
}

/// What the writing thread leaves: the file, and whether all of it was written.
type Written = (Box<dyn PartFile>, Result<(), LibraryError>);

/// A sink that was closed.
pub struct Closed {
    /// The file, still claimed; none when the thread that wrote it broke down.
    pub part: Option<Box<dyn PartFile>>,
    /// Digest of all that lies in it, or why not all of it does.
    pub sha256: Result<Sha256, LibraryError>,
}

impl Sink {
    /// Hashes what `part` holds, then takes more. None when cancelled meanwhile.
    pub async fn open(mut part: Box<dyn PartFile>, size: u64, job: &JobHandle) -> Result<Option<Self>, LibraryError> {
        let kept = part.len()?;
        let mut hasher = sha2::Sha256::new();
        if kept > 0 {
            let (job, cancelled) = (job.clone(), job.cancelled().clone());
            let mut reader = part.reread()?;
            let rehash = blocking(move || {
                let whole = hash_all(&mut reader, &mut hasher, &cancelled, |done| job.progress(done, Some(size)))?;
                Ok(whole.then_some(hasher))
            });
            match rehash.await? {
                Some(done) => hasher = done,
                None => return Ok(None),
            }
        }
        let (to_disk, from_network) = mpsc::channel(BATCHES_AHEAD);
        let (to_hash, also_from_network) = mpsc::channel(BATCHES_AHEAD);
        Ok(Some(Self {
            written: kept,
            batch: Vec::new(),
            held: 0,
            handed_on: Instant::now(),
            to_disk: Some(to_disk),
            to_hash: Some(to_hash),
            disk: Some(std::thread::spawn(move || write_all(part, from_network))),
            hash: Some(std::thread::spawn(move || digest_all(hasher, also_from_network))),
        }))
    }

    /// Bytes taken; up to [`BATCH`] of them are still held here.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Takes more.
    pub async fn put(&mut self, piece: Bytes) -> Result<(), Problem> {
        self.written += piece.len() as u64;
        self.held += piece.len();
        self.batch.push(piece);
        // On a slow line every piece is worth keeping at once.
        let waits = self.held < BATCH && self.handed_on.elapsed() < WAIT_AT_MOST;
        if waits || self.hand_on().await {
            return Ok(());
        }
        // The writing thread ended: its error is the reason.
        self.close().await.sha256?;
        Err(stopped().into())
    }

    /// Gives what is held to both threads; false when one has ended.
    async fn hand_on(&mut self) -> bool {
        (self.held, self.handed_on) = (0, Instant::now());
        let batch: Batch = std::mem::take(&mut self.batch).into();
        let (Some(disk), Some(hash)) = (&self.to_disk, &self.to_hash) else { return false };
        disk.send(Arc::clone(&batch)).await.is_ok() && hash.send(batch).await.is_ok()
    }

    /// Waits until every byte is on the disk.
    pub async fn close(&mut self) -> Closed {
        if self.held > 0 {
            // Should a thread have ended, joining it tells why.
            self.hand_on().await;
        }
        (self.to_disk, self.to_hash) = (None, None);
        let (disk, hash) = (self.disk.take(), self.hash.take());
        let joined = blocking(move || {
            let disk = disk.and_then(|thread| thread.join().ok());
            Ok((disk, hash.and_then(|thread| thread.join().ok())))
        });
        match joined.await {
            Ok((Some((part, written)), sha256)) => {
                Closed { part: Some(part), sha256: written.and_then(|()| sha256.ok_or_else(stopped)) }
            }
            _ => Closed { part: None, sha256: Err(stopped()) },
        }
    }
}

fn stopped() -> LibraryError {
    LibraryError::FileTrouble { file: String::new(), reason: reason("thread-stopped", Value::Null) }
}

fn write_all(mut part: Box<dyn PartFile>, mut batches: mpsc::Receiver<Batch>) -> Written {
    let mut write = || {
        while let Some(batch) = batches.blocking_recv() {
            for piece in batch.iter() {
                part.append(piece)?;
            }
        }
        part.sync()
    };
    let written = write();
    (part, written)
}

fn digest_all(mut hasher: sha2::Sha256, mut batches: mpsc::Receiver<Batch>) -> Sha256 {
    while let Some(batch) = batches.blocking_recv() {
        for piece in batch.iter() {
            hasher.update(piece);
        }
    }
    Sha256::new(hasher.finalize().into())
}

/// Feeds a reader to `hasher`; false when cancelled on the way.
pub fn hash_all(
    reader: &mut dyn std::io::Read,
    hasher: &mut sha2::Sha256,
    cancelled: &CancellationToken,
    mut progress: impl FnMut(u64),
) -> Result<bool, LibraryError> {
    let mut buffer = vec![0; 256 * 1024];
    let mut done = 0;
    loop {
        if cancelled.is_cancelled() {
            return Ok(false);
        }
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(true),
            Ok(n) => {
                hasher.update(&buffer[..n]);
                done += n as u64;
                progress(done);
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(LibraryError::FileTrouble { file: String::new(), reason: error.to_string() }),
        }
    }
}

/// Digest of a whole file of the laptop. None when cancelled.
pub async fn digest(folder: &Arc<dyn Folder>, file: &str, job: &JobHandle) -> Result<Option<Sha256>, LibraryError> {
    let size = folder.size(file)?.unwrap_or(0);
    let (folder, file, job) = (Arc::clone(folder), file.to_owned(), job.clone());
    blocking(move || {
        let mut hasher = sha2::Sha256::new();
        let whole = hash_all(&mut folder.read(&file)?, &mut hasher, job.cancelled(), |done| {
            job.progress(done, Some(size));
        })?;
        Ok(whole.then(|| Sha256::new(hasher.finalize().into())))
    })
    .await
}

/// Runs blocking work off the async threads.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LibraryError> + Send + 'static,
) -> Result<T, LibraryError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(LibraryError::FileTrouble { file: String::new(), reason: error.to_string() }),
    }
}
