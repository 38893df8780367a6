//! The Compose project: how its commands are spelled and what runs in it
//! (`docs/weavestream.md` section 1).

use std::collections::BTreeMap;

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
    /// Running containers by service. `docker exec` with an id spares Compose's
    /// own start, which takes seconds on a small host.
    pub containers: BTreeMap<String, String>,
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

    /// Runs `args` in the container of `service`, in its usual folder.
    #[must_use]
    pub fn exec<I, S>(&self, service: &str, args: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        self.exec_with(&[], service).args(args)
    }

    /// The same in `folder` of the container.
    #[must_use]
    pub fn exec_in<I, S>(&self, service: &str, folder: &str, args: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        self.exec_with(&["-w", folder], service).args(args)
    }

    fn exec_with(&self, options: &[&str], service: &str) -> Command {
        let options = options.iter().copied();
        match self.containers.get(service) {
            Some(id) => self.docker(["exec", "-i"]).args(options).arg(id),
            None => self.compose(["exec", "-T"]).args(options).arg(service),
        }
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

    fn project(sudo: bool, v1: bool) -> Project {
        Project { way: ComposeWay { sudo, v1 }, folder: "/opt/w s".into(), containers: BTreeMap::new() }
    }

    #[test]
    fn each_way_spells_its_own_command() {
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

    #[test]
    fn a_known_container_is_spoken_to_directly() {
        let mut project = project(true, true);
        project.containers.insert("api".into(), "abc".into());
        assert_eq!(project.exec_in("api", "/app", ["node", "-"]).to_sh(), "sudo -n docker exec -i -w /app abc node -");
    }
}
