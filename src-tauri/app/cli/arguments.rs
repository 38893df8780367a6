use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use selvage_core::deployment::{SshAuth, SshTarget};
use selvage_core::download::WhichRun;
use selvage_core::weavestream::run::{RunId, RunStatus};

use super::schedule_arguments::{ActorArgument, ScheduleCommand, WhichSchedule};

/// Get a self-hosted Weavestream back, whatever happens to its host.
///
/// Without a command the window opens.
#[derive(Parser, Debug)]
#[command(name = "selvage", version, propagate_version = true)]
pub struct Arguments {
    /// Keep all state in this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
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
    /// Show the schedules, and what the queue says of each
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
    RunNow {
        /// Which schedule
        #[command(flatten)]
        which: WhichSchedule,
        /// Wait until the run has ended
        #[arg(long)]
        wait: bool,
        /// On whose behalf
        #[command(flatten)]
        by: ActorArgument,
    },
    /// Show runs, newest first
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
    /// Tell whether anybody is at work on a run that has not ended
    Inspect {
        /// Name, short name or id of the deployment
        name: String,
        /// Id of the run, as `selvage runs` prints it
        run: uuid::Uuid,
    },
    /// Bring a dump here and verify it
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
    /// Make a dump straight to this laptop, without a schedule, as before an upgrade
    Dump {
        /// Name, short name or id of the deployment
        name: String,
        /// Folder of this laptop
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// Wait while a backup of the host is under way
        #[arg(long, conflicts_with = "without_lock")]
        wait: bool,
        /// Dump also beside a backup that is under way, without the lock that keeps two dumps apart
        #[arg(long)]
        without_lock: bool,
    },
    /// Show running and ended jobs
    Jobs,
}

/// What to do with deployments.
#[derive(Subcommand, Debug)]
pub enum DeploymentCommand {
    /// Add a deployment, after signing in to it once
    Add {
        /// A name of your choice
        name: String,
        /// How it is reached
        #[command(flatten)]
        link: LinkArguments,
    },
    /// List the deployments
    List,
    /// Forget a deployment and its secrets; dumps on this laptop stay
    Remove {
        /// Name, short name or id
        name: String,
    },
    /// Test the connection as a checklist
    Probe {
        /// Name, short name or id
        name: String,
        /// Trust the host key with this fingerprint, should it be unknown
        #[arg(long, value_name = "SHA256:...")]
        accept_host_key: Option<String>,
    },
}

/// How a host is reached.
#[derive(Args, Debug)]
pub struct LinkArguments {
    /// Host name, address or alias of the SSH configuration
    #[arg(long, value_name = "[USER@]HOST[:PORT]", value_parser = Destination::from_str)]
    pub ssh: Destination,
    /// Private key file; its passphrase, if any, is read from standard input with --secret-stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["agent", "password"])]
    pub key: Option<PathBuf>,
    /// Only keys of the SSH agent
    #[arg(long, conflicts_with = "password")]
    pub agent: bool,
    /// A password, read from standard input with --secret-stdin
    #[arg(long, requires = "secret_stdin")]
    pub password: bool,
    /// Read the password or passphrase as the first line of standard input; it is kept in the OS keyring
    #[arg(long)]
    pub secret_stdin: bool,
    /// Jump hosts, as in ssh -J
    #[arg(long, value_name = "USER@HOST:PORT")]
    pub jump: Option<String>,
    /// Folder with compose.yml on the host
    #[arg(long, default_value = "/opt/weavestream")]
    pub dir: String,
    /// Trust host keys with these fingerprints, should they be unknown; repeat it for jump hosts
    #[arg(long, value_name = "SHA256:...")]
    pub accept_host_key: Vec<String>,
}

/// `user@host:port`; an IPv6 address stands in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    user: Option<String>,
    host: String,
    port: Option<u16>,
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (user, rest) = match text.rsplit_once('@') {
            Some((user, rest)) => (Some(user.to_owned()), rest),
            None => (None, text),
        };
        let (host, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':')),
            None => match rest.split_once(':') {
                // More than one colon is an address without brackets.
                Some((_, port)) if port.contains(':') => (rest, None),
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            },
        };
        let port = port.map(|port| port.parse().map_err(|_| format!("{port:?} is not a port"))).transpose()?;
        if host.is_empty() {
            return Err("the host is missing".to_owned());
        }
        Ok(Self { user, host: host.to_owned(), port })
    }
}

impl LinkArguments {
    /// Where and as whom.
    #[must_use]
    pub fn target(&self) -> SshTarget {
        let auth = match (&self.key, self.agent, self.password) {
            (Some(file), _, _) => SshAuth::Key { file: file.display().to_string() },
            (_, true, _) => SshAuth::Agent,
            (_, _, true) => SshAuth::Password,
            _ => SshAuth::Automatic,
        };
        let Destination { user, host, port } = self.ssh.clone();
        SshTarget { host, port, user, auth, jump: self.jump.clone() }
    }
}

/// A run's state as an argument.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum StatusArgument {
    /// Waits for the worker
    Queued,
    /// Under way
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

    #[test]
    fn destinations_of_every_form() {
        let read = |text: &str| text.parse::<Destination>().map(|d| (d.user.unwrap_or_default(), d.host, d.port));
        assert_eq!(read("deploy@ws1:2222"), Ok(("deploy".into(), "ws1".into(), Some(2222))));
        assert_eq!(read("ws1"), Ok((String::new(), "ws1".into(), None)));
        assert_eq!(read("a@b@[::1]:22"), Ok(("a@b".into(), "::1".into(), Some(22))));
        assert_eq!(read("fe80::1"), Ok((String::new(), "fe80::1".into(), None)));
        assert!(read("ws1:many").is_err());
        assert!(read("deploy@").is_err());
    }
}
