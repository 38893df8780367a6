use std::path::PathBuf;

use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use selvage_core::download::WhichRun;
use selvage_core::weavestream::run::{RunId, RunStatus};

use super::details;
use super::link_arguments::LinkArguments;
use super::schedule_arguments::{ActorArgument, ScheduleCommand, WhichSchedule};
use super::secret_arguments::{KitCommand, SecretsCommand};

/// Get a self-hosted Weavestream back, whatever happens to its host.
///
/// Without a command the window opens.
#[derive(Parser, Debug)]
#[command(name = "selvage", version, propagate_version = true)]
pub struct Arguments {
    /// Keep all state in this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Take passwords and passphrases of links from the files of this folder, which is never written to
    #[arg(long, global = true, value_name = "DIR")]
    pub secrets_from: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Arguments {
    /// What this process was started with; ends it, with the reason, when that is wrong.
    #[must_use]
    pub fn read() -> Self {
        let arguments = Self::parse();
        let link = match &arguments.command {
            Some(Command::Deployment {
                command: DeploymentCommand::Add { link, .. } | DeploymentCommand::Link { link, .. },
            }) => Some(link),
            _ => None,
        };
        if let Some(reason) = link.and_then(LinkArguments::misplaced) {
            Self::command().error(clap::error::ErrorKind::MissingRequiredArgument, reason).exit();
        }
        arguments
    }
}

/// A headless command.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Add, list, remove and probe deployments
    Deployment {
        /// What to do
        #[command(subcommand)]
        command: DeploymentCommand,
    },
    /// Show the schedules, and what the queue has of each
    #[command(after_long_help = details::SCHEDULES)]
    Schedules {
        /// Name, short name or id of the deployment
        name: String,
    },
    /// Add, change, remove and preview schedules
    Schedule {
        /// What to do
        #[command(subcommand)]
        command: ScheduleCommand,
    },
    /// Have the worker make a dump now
    #[command(after_long_help = details::RUN_NOW)]
    RunNow {
        /// Which schedule
        #[command(flatten)]
        which: WhichSchedule,
        /// Wait until the run has ended
        #[arg(long)]
        wait: bool,
        /// As whom
        #[command(flatten)]
        by: ActorArgument,
    },
    /// Show runs, newest first
    #[command(after_long_help = details::RUNS)]
    Runs {
        /// Name, short name or id of the deployment
        name: String,
        /// Only runs in this state
        #[arg(long)]
        status: Option<StatusArgument>,
        /// How many at most
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// Tell whether anything is working on a run that has not ended
    #[command(after_long_help = details::INSPECT)]
    Inspect {
        /// Name, short name or id of the deployment
        name: String,
        /// Id of the run, as `selvage runs` prints it
        run: uuid::Uuid,
    },
    /// Download a dump and verify it
    #[command(after_long_help = details::DOWNLOAD)]
    Download {
        /// Name, short name or id of the deployment
        name: String,
        /// `latest`, or the id of a run
        #[arg(default_value = "latest", value_parser = which_run, value_name = "latest|RUN-ID")]
        which: WhichRun,
        /// Folder of this laptop
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// List the dumps on this laptop, and whether each file is still as it was
    #[command(after_long_help = details::COPIES)]
    Copies {
        /// Name, short name or id of the deployment
        name: String,
    },
    /// Make a dump directly to this laptop, without a schedule, as before an upgrade
    #[command(after_long_help = details::DUMP)]
    Dump {
        /// Name, short name or id of the deployment
        name: String,
        /// Folder of this laptop
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// Wait while a backup is running on the host
        #[arg(long, conflicts_with = "without_lock")]
        wait: bool,
        /// Dump also while a backup is running, without the lock that prevents two dumps at the same time
        #[arg(long)]
        without_lock: bool,
    },
    /// Save, compare, test and put back a deployment's .env
    Secrets {
        /// What to do
        #[command(subcommand)]
        command: SecretsCommand,
    },
    /// Write and open emergency kits
    Kit {
        /// What to do
        #[command(subcommand)]
        command: KitCommand,
    },
    /// Show running and ended jobs
    #[command(after_long_help = details::JOBS)]
    Jobs,
    /// Do something about a job that was interrupted
    Job {
        /// What to do
        #[command(subcommand)]
        command: JobCommand,
    },
    /// Show what was done with secrets
    #[command(after_long_help = details::ACTIVITY)]
    Activity,
}

/// What to do about a job that was interrupted.
#[derive(Subcommand, Debug)]
pub enum JobCommand {
    /// Continue where it stopped
    #[command(after_long_help = details::RESUME)]
    Resume {
        /// Id of the job, as `selvage jobs` prints it
        id: uuid::Uuid,
    },
    /// Remove what it left: the part of a dump, and its session on the host
    #[command(after_long_help = details::CLEAN_UP)]
    CleanUp {
        /// Id of the job, as `selvage jobs` prints it
        id: uuid::Uuid,
    },
}

/// What to do with deployments.
#[derive(Subcommand, Debug)]
pub enum DeploymentCommand {
    /// Add a deployment, after signing in to it once
    #[command(after_long_help = details::ADD)]
    Add {
        /// A name of your choice
        name: String,
        /// How it is reached
        #[command(flatten)]
        link: LinkArguments,
    },
    /// Give a deployment another link, or replace one, after testing it once
    #[command(after_long_help = details::LINK)]
    Link {
        /// Name, short name or id
        name: String,
        /// How it is reached from now on
        #[command(flatten)]
        link: LinkArguments,
    },
    /// List the deployments
    #[command(after_long_help = details::LIST)]
    List,
    /// Forget a deployment and its secrets; dumps on this laptop stay
    #[command(after_long_help = details::REMOVE)]
    Remove {
        /// Name, short name or id
        name: String,
        /// Also remove every version of its .env from the keyring, permanently
        #[arg(long)]
        with_secrets: bool,
    },
    /// Test the connection as a checklist
    #[command(after_long_help = details::PROBE)]
    Probe {
        /// Name, short name or id
        name: String,
        /// Trust the host key with this fingerprint if it is unknown
        #[arg(long, value_name = "SHA256:...")]
        accept_host_key: Option<String>,
    },
}

/// A run's state as an argument.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum StatusArgument {
    /// Waits for the worker
    Queued,
    /// In progress
    Running,
    /// A dump was written
    Success,
    /// No dump was written
    Failed,
    /// Another run held the lock
    Skipped,
}

impl From<StatusArgument> for RunStatus {
    fn from(status: StatusArgument) -> Self {
        match status {
            StatusArgument::Queued => Self::Queued,
            StatusArgument::Running => Self::Running,
            StatusArgument::Success => Self::Success,
            StatusArgument::Failed => Self::Failed,
            StatusArgument::Skipped => Self::Skipped,
        }
    }
}

fn which_run(text: &str) -> Result<WhichRun, String> {
    if text == "latest" {
        return Ok(WhichRun::Latest);
    }
    let id = text.parse().map_err(|_| "neither `latest` nor the id of a run".to_owned())?;
    Ok(WhichRun::Id(RunId(id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
