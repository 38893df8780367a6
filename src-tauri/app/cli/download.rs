use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use selvage_core::base::Problem;
use selvage_core::download::{Target, WhichRun, float};
use selvage_core::dump::{DumpTarget, LockChoice};
use selvage_core::jobs::{Ended, JobChange, JobEnd, JobId, JobResult, JobView, Note};
use selvage_core::library::LocalDump;
use selvage_core::library::{DumpRecord, LocalDumpState};
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
    end(selvage, id, changes, print).await
}

/// Carries out `selvage dump`.
pub async fn dump(selvage: &Selvage, name: &str, to: PathBuf, lock: LockChoice, print: Print) -> Result<End, Failure> {
    let deployment = selvage.deployments.find(name).await?;
    let folder = std::path::absolute(&to).unwrap_or(to);
    let changes = selvage.jobs.changes();
    let id = selvage.dumps.start(DumpTarget { deployment: deployment.clone(), folder, lock }).await?;
    end(selvage, id, changes, print).await
}

/// Carries out `selvage job resume`.
pub async fn resume(selvage: &Selvage, id: JobId, print: Print) -> Result<End, Failure> {
    let changes = selvage.jobs.changes();
    let id = selvage.recoveries().resume(id).await?;
    end(selvage, id, changes, print).await
}

/// Carries out `selvage job clean-up`.
pub async fn clean_up(selvage: &Selvage, id: JobId, print: Print) -> Result<End, Failure> {
    selvage.dumps.clean_up(id).await?;
    let lines = selvage.jobs.log(id).await?;
    print.one("log", &lines, || lines.last().map(|line| line.text.clone()).unwrap_or_default());
    Ok(End::Done)
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

/// Follows the job to its end, and prints the dump that it made.
async fn end(selvage: &Selvage, id: JobId, changes: Receiver<JobChange>, print: Print) -> Result<End, Failure> {
    let ended = follow(selvage, id, changes).await?;
    match ended.end {
        JobEnd::Done => {
            let words = selvage.jobs.view(id).await?.words;
            let copy = ended.result.map(|JobResult::Dump { dump }| dump);
            print.one("copy", &copy, || copy.as_ref().map_or_else(|| words.line(), in_words));
            Ok(End::Done)
        }
        JobEnd::Cancelled | JobEnd::Interrupted => {
            if print.json {
                out(&json!({ "cancelled": true }).to_string());
            }
            let words = selvage.jobs.view(id).await?.words;
            err(&format!("selvage: {}. {}", visible(&words.title), words.kept));
            Ok(End::Cancelled)
        }
        JobEnd::Refused(problem) | JobEnd::Failed(problem) | JobEnd::Unsound(problem) => Err(problem.into()),
    }
}

fn in_words(copy: &DumpRecord) -> String {
    let &DumpRecord { sha256, entries, .. } = copy;
    let shown = match copy.state {
        LocalDumpState::Complete => Note::Complete { sha256, entries },
        _ => Note::Verified { sha256, entries },
    };
    format!("{}\n{}", copy.path, shown.words())
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

fn show(job: &JobView) {
    let Some(step) = &job.step else { return };
    let line = match &step.progress {
        Some(progress) => {
            let total = progress.total.map(|total| format!(" of {}", size(total))).unwrap_or_default();
            let rate = progress.rate.map(|rate| format!(", {}/s", size(rate))).unwrap_or_default();
            let left = progress.seconds_left.map(|left| format!(", {left:.0} s left")).unwrap_or_default();
            let still = progress.still_for.map(|still| format!(", nothing for {still:.0} s")).unwrap_or_default();
            format!("{}: {}{total}{rate}{left}{still}", step.words, size(progress.done))
        }
        None => step.words.clone(),
    };
    // A terminal that is gone is no reason to stop.
    let mut terminal = std::io::stderr().lock();
    let _ = write!(terminal, "\r\x1b[K{}", visible(&line)).and_then(|()| terminal.flush());
}
