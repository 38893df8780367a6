use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use selvage_core::base::Problem;
use selvage_core::download::{Target, WhichRun, float};
use selvage_core::dump::{DumpTarget, LockChoice};
use selvage_core::jobs::{Ended, Job, JobChange, JobEnd, JobId, JobResult};
use selvage_core::library::LocalDump;
use selvage_core::ports::{DumpRecord, LocalDumpState};
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::print::{Print, err, out, size, word};
use super::{End, Failure};
use crate::state::Selvage;
use crate::visible::visible;

/// Carries out `selvage download`.
pub async fn run(selvage: &Selvage, name: &str, which: WhichRun, to: PathBuf, print: Print) -> Result<End, Failure> {
    let deployment = selvage.deployments.find(name).await?;
    let folder = std::path::absolute(&to).unwrap_or(to);
    let changes = selvage.jobs.changes();
    let id = selvage.downloads.start(Target { deployment: deployment.clone(), which, folder }).await?;
    let stopped = "stopped; what arrived is kept and is taken up again next time";
    end(selvage, id, changes, stopped, print).await
}

/// Carries out `selvage dump`.
pub async fn dump(selvage: &Selvage, name: &str, to: PathBuf, lock: LockChoice, print: Print) -> Result<End, Failure> {
    let deployment = selvage.deployments.find(name).await?;
    let folder = std::path::absolute(&to).unwrap_or(to);
    let changes = selvage.jobs.changes();
    let id = selvage.dumps.start(DumpTarget { deployment: deployment.clone(), folder, lock }).await?;
    end(selvage, id, changes, "stopped; nothing of the dump is kept", print).await
}

/// Carries out `selvage copies`.
pub async fn copies(selvage: &Selvage, name: &str, print: Print) -> Result<End, Failure> {
    let deployment = selvage.deployments.find(name).await?;
    // A record says what was shown; what is printed is what holds now.
    let now = |dump: LocalDump| DumpRecord { state: dump.state, ..dump.record };
    let copies: Vec<DumpRecord> = selvage.local_dumps.list(deployment.id).await?.into_iter().map(now).collect();
    print.list("copies", &copies, |copy| {
        let (state, checked) = (word(&copy.state), copy.checked_at.format("%F %R UTC"));
        format!("{state:<11}  {:>9}  {checked}  {}", size(float(copy.size)), copy.path)
    });
    Ok(End::Done)
}

/// Follows the job to its end, and prints the copy that it made.
async fn end(
    selvage: &Selvage,
    id: JobId,
    changes: Receiver<JobChange>,
    stopped: &str,
    print: Print,
) -> Result<End, Failure> {
    let ended = follow(selvage, id, changes).await?;
    match ended.end {
        JobEnd::Done => {
            let copy = ended.result.map(|JobResult::Dump { dump }| dump);
            print.one("copy", &copy, || copy.as_ref().map(in_words).unwrap_or_default());
            Ok(End::Done)
        }
        JobEnd::Cancelled | JobEnd::Interrupted => {
            if print.json {
                out(&json!({ "cancelled": true }).to_string());
            }
            err(&format!("selvage: {stopped}"));
            Ok(End::Cancelled)
        }
        JobEnd::Refused(problem) | JobEnd::Failed(problem) | JobEnd::Unsound(problem) => Err(problem.into()),
    }
}

fn in_words(copy: &DumpRecord) -> String {
    let DumpRecord { path, sha256, entries, .. } = copy;
    match copy.state {
        LocalDumpState::Complete => format!("{path}\ncomplete and readable: {entries} entries; SHA-256 {sha256}"),
        _ => format!("{path}\nverified: SHA-256 {sha256} equals its manifest, {entries} entries"),
    }
}

/// Shows progress on a terminal and passes Ctrl-C on, until the job has ended.
async fn follow(selvage: &Selvage, id: JobId, mut changes: Receiver<JobChange>) -> Result<Ended, Problem> {
    let terminal = std::io::stderr().is_terminal();
    let ended = selvage.jobs.outcome(id);
    tokio::pin!(ended);
    loop {
        tokio::select! {
            end = &mut ended => {
                if terminal {
                    err("");
                }
                return end;
            }
            change = changes.recv() => match change {
                Ok(JobChange::Job { job }) if job.id == id && terminal => show(&job),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return ended.await,
            },
            interrupted = tokio::signal::ctrl_c() => if interrupted.is_ok() {
                // Ended meanwhile is fine: its end is told above.
                let _ = selvage.jobs.cancel(id);
            },
        }
    }
}

fn show(job: &Job) {
    let line = match &job.progress {
        Some(progress) => {
            let total = progress.total.map(|total| format!(" of {}", size(total))).unwrap_or_default();
            let rate = progress.rate.map(|rate| format!(", {}/s", size(rate))).unwrap_or_default();
            let left = progress.seconds_left.map(|left| format!(", {left:.0} s left")).unwrap_or_default();
            let still = progress.still_for.map(|still| format!(", nothing for {still:.0} s")).unwrap_or_default();
            format!("{}: {}{total}{rate}{left}{still}", job.step, size(progress.done))
        }
        None => job.step.clone(),
    };
    // A terminal that is gone is no reason to stop.
    let mut terminal = std::io::stderr().lock();
    let _ = write!(terminal, "\r\x1b[K{}", visible(&line)).and_then(|()| terminal.flush());
}
