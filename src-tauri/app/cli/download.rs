use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use selvage_core::deployment::Deployment;
use selvage_core::download::{Target, WhichRun};
use selvage_core::dump::{DumpTarget, LockChoice};
use selvage_core::jobs::{Job, JobChange, JobEnd, JobId};
use selvage_core::ports::Copy;
use selvage_core::problem::Problem;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::print::{Print, size};
use super::{End, Failure};
use crate::state::Selvage;

/// Carries out `selvage download`.
pub async fn run(selvage: &Selvage, name: &str, which: WhichRun, to: PathBuf, print: Print) -> Result<End, Failure> {
    let deployment = selvage.deployments.find(name).await?;
    let folder = std::path::absolute(&to).unwrap_or(to);
    let changes = selvage.jobs.changes();
    let id = selvage.downloads.start(Target { deployment: deployment.clone(), which, folder }).await?;
    let stopped = "stopped; what arrived is kept and is taken up again next time";
    end(selvage, &deployment, id, changes, stopped, print).await
}

/// Carries out `selvage dump`.
pub async fn dump(selvage: &Selvage, name: &str, to: PathBuf, lock: LockChoice, print: Print) -> Result<End, Failure> {
    let deployment = selvage.deployments.find(name).await?;
    let folder = std::path::absolute(&to).unwrap_or(to);
    let changes = selvage.jobs.changes();
    let id = selvage.dumps.start(DumpTarget { deployment: deployment.clone(), folder, lock }).await?;
    end(selvage, &deployment, id, changes, "stopped; nothing of the dump is kept", print).await
}

/// Follows the job to its end, and prints the copy that it made.
async fn end(
    selvage: &Selvage,
    deployment: &Deployment,
    id: JobId,
    changes: Receiver<JobChange>,
    stopped: &str,
    print: Print,
) -> Result<End, Failure> {
    match follow(selvage, id, changes).await? {
        JobEnd::Done => {
            let copies = selvage.store.copies(deployment.id).await?;
            // The newest record is the one this job wrote.
            let copy = copies.into_iter().next();
            print.one("copy", &copy, || copy.as_ref().map(told).unwrap_or_default());
            Ok(End::Done)
        }
        JobEnd::Cancelled | JobEnd::Interrupted => {
            if print.json {
                println!("{}", json!({ "cancelled": true }));
            }
            eprintln!("selvage: {stopped}");
            Ok(End::Cancelled)
        }
        JobEnd::Refused(problem) | JobEnd::Failed(problem) | JobEnd::FoundWanting(problem) => Err(problem.into()),
    }
}

fn told(copy: &Copy) -> String {
    let manifest = if copy.made_at.is_some() { "is in" } else { "equals" };
    format!("{}\nverified: SHA-256 {} {manifest} its manifest, {} entries", copy.path, copy.sha256, copy.entries)
}

/// Shows progress on a terminal and passes Ctrl-C on, until the job has ended.
async fn follow(selvage: &Selvage, id: JobId, mut changes: Receiver<JobChange>) -> Result<JobEnd, Problem> {
    let terminal = std::io::stderr().is_terminal();
    let ended = selvage.jobs.ended(id);
    tokio::pin!(ended);
    loop {
        tokio::select! {
            end = &mut ended => {
                if terminal {
                    eprintln!();
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
            format!("{}: {}{total}{rate}{left}", job.step, size(progress.done))
        }
        None => job.step.clone(),
    };
    eprint!("\r\x1b[K{line}");
    // A terminal that is gone is no reason to stop.
    let _ = std::io::stderr().flush();
}
