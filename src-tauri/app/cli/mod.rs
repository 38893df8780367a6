//! The same use cases headless. `docs/cli.md` is made from the parser.

mod arguments;
mod deployment;
mod details;
mod download;
mod kit;
mod link_arguments;
mod print;
mod reference;
mod schedule;
mod schedule_arguments;
mod secret_arguments;
mod secrets;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use schedule_arguments::ScheduleCommand;

pub use arguments::{Arguments, Command, DeploymentCommand, JobCommand};
pub use reference::reference;
use selvage_core::base::Class;
use selvage_core::dump::LockChoice;
use selvage_core::jobs::JobId;
use selvage_core::weavestream::run::{Page, RunFilter, RunId};

use crate::error::Failure;
use crate::keyring::SecretsFolder;
use crate::notify::Silent;
use crate::state::Selvage;
use print::Print;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// What was asked for is so.
    Done,
    /// It was looked at, and is not as it should be.
    Wanting,
    /// The admin stopped it.
    Cancelled,
}

/// Runs one command; the exit code says how it ended (`docs/cli.md`).
#[must_use]
pub fn run(command: Command, data: &Path, secrets: Option<SecretsFolder>, json: bool) -> ExitCode {
    let print = Print { json };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            print::err(&format!("selvage: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(carry_out(command, data, secrets, print));
    // A keyring that never answers must not keep the process.
    runtime.shutdown_background();
    match ended {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::Wanting) => ExitCode::from(4),
        Ok(End::Cancelled) => ExitCode::from(130),
        Err(failure) => {
            print.failure(&failure);
            ExitCode::from(match failure.class {
                Class::Failed => 1,
                Class::Refused => 3,
                Class::Unsound => 4,
            })
        }
    }
}

async fn carry_out(
    command: Command,
    data: &Path,
    secrets: Option<SecretsFolder>,
    print: Print,
) -> Result<End, Failure> {
    if let Command::Schedule { command: ScheduleCommand::Preview { preview } } = &command {
        // Nothing is opened for it, and nothing is written.
        return schedule::preview(preview, print);
    }
    let selvage = Selvage::open(data, secrets, Arc::new(Silent)).await?;
    match command {
        Command::Deployment { command } => deployment::run(&selvage, command, print).await,
        Command::Schedules { name } => {
            let deployment = selvage.deployments.find(&name).await?;
            let view = selvage.views.schedules(deployment.id, true).await?;
            if let Some(problem) = view.problem {
                return Err(problem.into());
            }
            print.list("schedules", &view.rows, |row| {
                format!(
                    "{}  {}  {} ({})  {}",
                    row.id,
                    row.name,
                    row.next.cron,
                    row.next.zone,
                    row.next.in_words(&selvage.moment())
                )
            });
            Ok(End::Done)
        }
        Command::Schedule { command } => schedule::run(&selvage, command, print).await,
        Command::RunNow { which, wait, by } => schedule::run_now(&selvage, &which, &by, wait, print).await,
        Command::Runs { name, status, limit } => {
            let deployment = selvage.deployments.find(&name).await?;
            let filter = RunFilter { statuses: status.into_iter().map(Into::into).collect(), ..RunFilter::default() };
            let page = selvage.views.history(deployment.id, &filter, Page { offset: 0, limit }).await?;
            print.list("runs", &page.rows, |row| {
                let size = row.size.map(print::size).unwrap_or_default();
                let note = row.error.as_deref().and_then(|error| error.lines().next()).unwrap_or_default();
                format!("{}  {}  {:<9}  {size:>9}  {note}", row.id, row.when.local, print::word(&row.status))
            });
            Ok(End::Done)
        }
        Command::Inspect { name, run } => schedule::inspect(&selvage, &name, RunId(run), print).await,
        Command::Download { name, which, to } => download::run(&selvage, &name, which, to, print).await,
        Command::Copies { name } => download::copies(&selvage, &name, print).await,
        Command::Dump { name, to, wait, without_lock } => {
            let lock = match (wait, without_lock) {
                (true, _) => LockChoice::Wait,
                (_, true) => LockChoice::GoOn,
                _ => LockChoice::Refuse,
            };
            download::dump(&selvage, &name, to, lock, print).await
        }
        Command::Secrets { command } => secrets::run(&selvage, command, print).await,
        Command::Kit { command } => kit::run(&selvage, command, print).await,
        Command::Jobs => {
            let jobs = selvage.jobs.views().await?;
            print.list("jobs", &jobs, |job| {
                let state = job.end.as_ref().map_or_else(|| "running".to_owned(), print::word);
                format!("{}  {}  {state:<11}  {}", job.id, job.started_at.format("%F %R UTC"), job.words.line())
            });
            Ok(End::Done)
        }
        Command::Job { command: JobCommand::Resume { id } } => download::resume(&selvage, JobId(id), print).await,
        Command::Job { command: JobCommand::CleanUp { id } } => download::clean_up(&selvage, JobId(id), print).await,
        Command::Activity => {
            let activity = selvage.activity.list().await?;
            print.list("activity", &activity, |done| format!("{}  {}", done.at.format("%F %R UTC"), done.words.line()));
            Ok(End::Done)
        }
    }
}
