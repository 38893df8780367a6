use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::{DockerFacts, HostFacts, ProbeError, SeenFolder};
use crate::base::reason;
use crate::weavestream::compose::{ComposeWay, ServiceState};
use crate::weavestream::compose_file::relative;
use crate::weavestream::compose_project::{Chosen, ComposeFiles};
use crate::weavestream::dump_name::BACKUP_FOLDER_IN_CONTAINER;

const MARK: &str = "==selvage ";

/// Some three thousand years, in seconds: a clock that shows more is as wrong as one that shows this.
const MOST_SKEW: i64 = 100_000_000_000;

/// Reads the script's answer. `at` is the laptop's clock when the host looked
/// at its own. The error says what is missing.
pub fn parse(answer: &str, folder: &str, at: DateTime<Utc>) -> Result<HostFacts, String> {
    let sections = sections(answer);
    if !sections.contains_key("end") {
        return Err(reason("answer-cut", Value::Null));
    }
    let section = |name: &str| sections.get(name).map(String::as_str);
    let clock: i64 =
        section("clock").and_then(|s| s.trim().parse().ok()).ok_or_else(|| reason("no-clock", Value::Null))?;
    let seen = section("projects").unwrap_or_default().lines().filter_map(seen_folder).collect();
    let containers = section("inspect").map(containers).unwrap_or_default();
    let backup_folder = containers.iter().find_map(Container::backup_folder);
    let docker = docker(&section);
    let v1 = docker.as_ref().is_ok_and(|docker| docker.way.v1);
    let mut compose_files = ComposeFiles { here: compose_files(&section, folder, v1), ..ComposeFiles::default() };
    for container in &containers {
        container.add_files(&mut compose_files);
    }
    Ok(HostFacts {
        login: section("login").unwrap_or_default().trim().to_owned(),
        clock_skew: clock.saturating_sub(at.timestamp()).clamp(-MOST_SKEW, MOST_SKEW),
        docker,
        sudo: section("sudo").is_some_and(|s| tried(s).0 == 0),
        folder: folder.to_owned(),
        compose_file: compose_file(&section, folder, seen, &compose_files),
        compose_files,
        home: section("home").map(|home| home.trim().to_owned()).filter(|home| home.starts_with('/')),
        services: one_each(containers.into_iter().filter_map(Container::into_service)),
        compose_trouble: section("containers")
            .map(tried)
            .filter(|(status, _)| *status != 0)
            .map(|(_, said)| last_line(said)),
        backup_folder,
        dumps_direct: section("dumps_direct").is_some_and(|s| s.trim() == "readable"),
        dumps_sudo: section("dumps_sudo").is_some_and(|s| s.trim() == "readable"),
        free: section("space").and_then(free),
    })
}

fn sections(answer: &str) -> HashMap<&str, String> {
    let mut sections: HashMap<&str, String> = HashMap::new();
    let mut current = None;
    for line in answer.lines() {
        if let Some(name) = line.strip_prefix(MARK) {
            current = Some(name);
            sections.entry(name).or_default();
        } else if let Some(text) = current.and_then(|name| sections.get_mut(name)) {
            text.push_str(line);
            text.push('\n');
        }
    }
    sections
}

/// Exit status and text of what the script's `try` ran.
fn tried(section: &str) -> (i32, &str) {
    let (status, said) = section.split_once('\n').unwrap_or((section, ""));
    (status.trim().parse().unwrap_or(-1), said.trim())
}

fn last_line(said: &str) -> String {
    said.lines().map(str::trim).rfind(|l| !l.is_empty()).unwrap_or_default().to_owned()
}

fn docker<'a>(section: &impl Fn(&str) -> Option<&'a str>) -> Result<DockerFacts, ProbeError> {
    let plain = section("docker").map_or((-1, ""), tried);
    let sudo = section("docker_sudo").map(tried);
    let (engine, sudo) = match (plain, sudo) {
        ((0, engine), _) => (engine, false),
        (_, Some((0, engine))) => (engine, true),
        ((status, said), _) => {
            let reason = last_line(said);
            // 127 and 126 are the shell's "not found" and "not executable".
            let missing = status == 127 || said.contains("not found");
            return Err(if missing {
                ProbeError::DockerMissing { reason }
            } else {
                ProbeError::DockerForbidden { reason }
            });
        }
    };
    let v2 = section("compose_v2").map_or((-1, ""), tried);
    let v1 = section("compose_v1").map(tried);
    let (compose, v1) = match (v2, v1) {
        ((0, version), _) => (version, false),
        (_, Some((0, version))) => (version, true),
        ((_, said), _) => return Err(ProbeError::ComposeMissing { reason: last_line(said) }),
    };
    Ok(DockerFacts { engine: last_line(engine), way: ComposeWay { sudo, v1 }, compose: last_line(compose) })
}

fn compose_file<'a>(
    section: &impl Fn(&str) -> Option<&'a str>,
    folder: &str,
    seen: Vec<SeenFolder>,
    files: &ComposeFiles,
) -> Result<String, ProbeError> {
    let entered = section("folder").unwrap_or_default();
    if !entered.lines().any(|line| line == "entered") {
        return Err(ProbeError::FolderMissing { folder: folder.into(), reason: last_line(entered), seen });
    }
    match files.here.first() {
        Some(file) => Ok(relative(folder, file).unwrap_or(file).to_owned()),
        None => Err(ProbeError::NotCompose { folder: folder.into(), seen }),
    }
}

/// `readable /opt/weavestream`
fn seen_folder(line: &str) -> Option<SeenFolder> {
    let (how, folder) = line.split_once(' ')?;
    folder.starts_with('/').then(|| SeenFolder { folder: folder.to_owned(), readable: how == "readable" })
}

fn compose_files<'a>(section: &impl Fn(&str) -> Option<&'a str>, folder: &str, v1: bool) -> Vec<String> {
    let there: Vec<_> = section("compose_file").unwrap_or_default().lines().collect();
    let mut environment = section("compose_environment").unwrap_or_default().lines();
    let (variable, separator) = (environment.next().unwrap_or_default(), environment.next().unwrap_or_default());
    let env = section("compose_env").unwrap_or_default();
    Chosen { there: &there, variable, separator, env, v1 }.files(folder)
}

/// One container of each service. A stopped one may be left over beside the one that runs.
fn one_each(all: impl Iterator<Item = ServiceState>) -> Vec<ServiceState> {
    let mut services: Vec<ServiceState> = Vec::new();
    for one in all {
        match services.iter_mut().find(|service| service.service == one.service) {
            None => services.push(one),
            Some(known) if !known.is_running() && one.is_running() => *known = one,
            Some(_) => {}
        }
    }
    services
}

/// The fourth column of `df -Pk`, in bytes.
fn free(section: &str) -> Option<u64> {
    let blocks: u64 = section.split_whitespace().nth(3)?.parse().ok()?;
    blocks.checked_mul(1024)
}

#[derive(Deserialize)]
struct Container {
    id: String,
    labels: Option<HashMap<String, String>>,
    state: State,
    mounts: Option<Vec<Mount>>,
    networks: Option<HashMap<String, Network>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    status: String,
    health: Option<Health>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Health {
    status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mount {
    source: String,
    destination: String,
}

#[derive(Deserialize)]
struct Network {
    #[serde(rename = "IPAddress")]
    address: String,
}

fn containers(section: &str) -> Vec<Container> {
    section.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

impl Container {
    fn backup_folder(&self) -> Option<String> {
        let mount = self.mounts.as_deref()?.iter().find(|m| m.destination == BACKUP_FOLDER_IN_CONTAINER)?;
        Some(mount.source.clone())
    }

    fn add_files(&self, files: &mut ComposeFiles) {
        let Some(labels) = &self.labels else { return };
        let label = |name: &str| labels.get(&format!("com.docker.compose.project.{name}")).map(String::as_str);
        files.add_labels(label("working_dir"), label("config_files"), label("environment_file"));
    }

    /// One-off containers of `compose run` are nobody's service.
    fn into_service(self) -> Option<ServiceState> {
        let labels = self.labels?;
        if labels.get("com.docker.compose.oneoff").is_some_and(|v| v.eq_ignore_ascii_case("true")) {
            return None;
        }
        Some(ServiceState {
            service: labels.get("com.docker.compose.service")?.clone(),
            container: self.id,
            state: self.state.status,
            health: self.state.health.map(|health| health.status),
            address: self.networks.and_then(|n| n.into_values().map(|n| n.address).find(|a| !a.is_empty())),
            version: labels.get("org.opencontainers.image.version").cloned(),
        })
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
