//! The Compose project: how its commands are spelled and what runs in it
//! (`WEAVESTREAM.md` section 1).

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::shell::Command;

/// How this login runs Compose on this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ComposeWay {
    /// Docker needs `sudo -n`.
    pub sudo: bool,
    /// `docker-compose` (v1) instead of `docker compose` (v2).
    pub v1: bool,
}

/// A Compose project that can be spoken to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// How Compose is run.
    pub way: ComposeWay,
    /// Folder with `compose.yml`.
    pub folder: String,
}

impl Project {
    /// `docker <args>`, with `sudo` where this login needs it.
    #[must_use]
    pub fn docker<I, S>(&self, args: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        let program: &[&str] = if self.way.sudo { &["sudo", "-n", "docker"] } else { &["docker"] };
        Command::new(program.iter().copied()).args(args)
    }

    /// `docker compose <args>` in the project's folder.
    #[must_use]
    pub fn compose<I, S>(&self, args: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        let mut program = Vec::new();
        if self.way.sudo {
            program.extend(["sudo", "-n"]);
        }
        program.extend(if self.way.v1 { &["docker-compose"][..] } else { &["docker", "compose"] });
        Command::new(program).args(args).in_folder(&self.folder)
    }

    /// `docker compose exec -T <service> <args>`.
    #[must_use]
    pub fn exec<I, S>(&self, service: &str, args: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        self.compose(["exec", "-T", service]).args(args)
    }
}

/// The state of one service's container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServiceState {
    /// `postgres`, `redis`, `api`, `worker` or `web`.
    pub service: String,
    /// Container id.
    pub container: String,
    /// Docker's word: `running`, `exited`, `restarting`, ...
    pub state: String,
    /// Docker's word: `healthy`, `starting`, `unhealthy`; none without a healthcheck.
    pub health: Option<String>,
    /// Address inside Docker's network, while it runs.
    pub address: Option<String>,
    /// `org.opencontainers.image.version` of the image: the reliable version.
    pub version: Option<String>,
}

impl ServiceState {
    /// Whether commands can be run in it.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.state == "running"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_spells_its_own_command() {
        let project = |sudo, v1| Project { way: ComposeWay { sudo, v1 }, folder: "/opt/w s".into() };
        assert_eq!(
            project(false, false).exec("api", ["cat", "x y"]).to_sh(),
            "CDPATH= cd -- '/opt/w s' && docker compose exec -T api cat 'x y'"
        );
        assert_eq!(
            project(true, true).compose(["ps"]).to_sh(),
            "CDPATH= cd -- '/opt/w s' && sudo -n docker-compose ps"
        );
        assert_eq!(project(true, false).docker(["info"]).to_sh(), "sudo -n docker info");
    }
}
