//! What the user's SSH configuration says about a host: asked of `ssh -G`,
//! which knows Include, Match and every precedence rule better than we would.

use std::path::PathBuf;
use std::process::Stdio;

use selvage_core::deployment::SshTarget;
use selvage_core::ports::LinkError;

use crate::known_hosts_command::KnownHostsCommand;
use crate::settings::SshSettings;
use crate::tokens::{Tokens, local_user};

/// How a host is reached and who we are there, with all defaults filled in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Route {
    /// Name or address to dial.
    pub host: String,
    pub port: u16,
    pub user: String,
    pub identity_files: Vec<PathBuf>,
    pub identities_only: bool,
    pub agent: AgentChoice,
    /// `ProxyJump`, comma separated, never `none`.
    pub jump: Option<String>,
    /// `ProxyCommand`, ready for the shell; instead of a connection of our own.
    pub proxy_command: Option<String>,
    pub known_hosts: Vec<PathBuf>,
    pub known_hosts_command: Option<KnownHostsCommand>,
    pub revoked_keys: Option<PathBuf>,
    pub certificate_files: Vec<PathBuf>,
    pub host_key_alias: Option<String>,
}

/// `IdentityAgent`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum AgentChoice {
    /// What the environment names.
    #[default]
    Environment,
    /// No agent may be asked.
    None,
    /// This socket.
    Socket(String),
}

/// Resolves `target` through the user's configuration; without an `ssh`
/// program, through OpenSSH's defaults.
pub(crate) async fn resolve(settings: &SshSettings, target: &SshTarget) -> Result<Route, LinkError> {
    if let Some(wrong) = target.errors().first() {
        return Err(LinkError::SshConfig { reason: wrong.to_string() });
    }
    let Some(text) = ask_ssh(settings, target).await? else {
        tracing::debug!("no ssh program: its configuration is not read");
        return Ok(defaults(settings, target));
    };
    parse(settings, target, &text)
}

async fn ask_ssh(settings: &SshSettings, target: &SshTarget) -> Result<Option<String>, LinkError> {
    let refuse = |reason: String| LinkError::SshConfig { reason };
    let mut ssh = tokio::process::Command::new(&settings.ssh);
    if let Some(file) = &settings.config {
        ssh.arg("-F").arg(file);
    }
    ssh.arg("-G");
    if let Some(port) = target.port {
        ssh.args(["-p", &port.to_string()]);
    }
    if let Some(user) = &target.user {
        ssh.args(["-l", user]);
    }
    if let Some(jump) = &target.jump {
        ssh.args(["-J", jump]);
    }
    ssh.arg("--").arg(&target.host);
    ssh.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(windows)]
    ssh.creation_flags(0x0800_0000); // CREATE_NO_WINDOW: no console flashes up
    let child = match ssh.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refuse(format!("{}: {error}", settings.ssh.display()))),
    };
    let patience = settings.timeouts.configuration;
    let output = tokio::time::timeout(patience, child.wait_with_output())
        .await
        .map_err(|_| refuse(format!("ssh -G took longer than {} s: a Match exec does not end", patience.as_secs())))?
        .map_err(|error| refuse(error.to_string()))?;
    if output.status.success() {
        return Ok(Some(String::from_utf8_lossy(&output.stdout).into_owned()));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().map(str::trim).rfind(|line| !line.is_empty() && !line.starts_with("Pseudo-terminal"));
    Err(refuse(said.unwrap_or("ssh -G failed without a word").to_owned()))
}

fn parse(settings: &SshSettings, target: &SshTarget, text: &str) -> Result<Route, LinkError> {
    let mut route = Route { port: 22, ..Route::default() };
    let (mut identities, mut certificates, mut known_hosts, mut agent) = (Vec::new(), Vec::new(), Vec::new(), None);
    let (mut proxy_command, mut passes_descriptor) = (None, false);
    let (mut known_hosts_command, mut revoked_keys) = (None, None);
    for line in text.lines() {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        let value = value.trim();
        match key {
            "hostname" => value.clone_into(&mut route.host),
            "port" => route.port = value.parse().unwrap_or(22),
            "user" => value.clone_into(&mut route.user),
            "identityfile" => identities.push(value.to_owned()),
            "identitiesonly" => route.identities_only = value == "yes",
            "identityagent" => agent = Some(value.to_owned()),
            "hostkeyalias" => route.host_key_alias = named(value),
            "proxyjump" => route.jump = named(value),
            "userknownhostsfile" | "globalknownhostsfile" => known_hosts.extend(split_paths(value)),
            "proxycommand" => proxy_command = named(value),
            "proxyusefdpass" => passes_descriptor = value == "yes",
            "knownhostscommand" => known_hosts_command = named(value),
            "revokedhostkeys" => revoked_keys = named(value),
            "certificatefile" => certificates.push(value.to_owned()),
            _ => {}
        }
    }
    if route.host.is_empty() {
        return Err(LinkError::SshConfig { reason: "ssh -G named no host".to_owned() });
    }
    if proxy_command.is_some() && passes_descriptor {
        let reason = "ProxyUseFdpass is not supported; use a ProxyCommand that carries the bytes itself".to_owned();
        return Err(LinkError::SshConfig { reason });
    }
    let so_far = route.clone();
    let tokens = Tokens { settings, original: &target.host, route: &so_far };
    let paths = |files: &[String]| files.iter().filter_map(|file| named(file)).map(|file| tokens.path(&file)).collect();
    route.identity_files = paths(&identities);
    route.certificate_files = paths(&certificates);
    route.known_hosts = paths(&known_hosts);
    route.revoked_keys = revoked_keys.map(|file| tokens.path(&file));
    route.known_hosts_command = known_hosts_command.as_deref().map(KnownHostsCommand::parse).transpose()?;
    route.proxy_command = proxy_command.map(|command| tokens.expand(&command, &[]));
    route.agent = match agent.as_deref() {
        None | Some("SSH_AUTH_SOCK") => AgentChoice::Environment,
        Some("none") => AgentChoice::None,
        Some(value) => match value.strip_prefix('$').filter(|name| !name.starts_with('{')) {
            Some(variable) => std::env::var(variable).map_or(AgentChoice::None, AgentChoice::Socket),
            None => AgentChoice::Socket(tokens.path(value).display().to_string()),
        },
    };
    Ok(route)
}

fn named(value: &str) -> Option<String> {
    (!value.is_empty() && !value.eq_ignore_ascii_case("none")).then(|| value.to_owned())
}

/// `ssh -G` prints several paths on one line without quotes. Where words
/// joined name an existing file (`C:\Users\Jo Doe\…`), they are one path.
fn split_paths(value: &str) -> Vec<String> {
    let words: Vec<&str> = value.split(' ').filter(|word| !word.is_empty()).collect();
    let (mut paths, mut at) = (Vec::new(), 0);
    while at < words.len() {
        let end = (at + 2..=words.len()).rev().find(|end| std::path::Path::new(&words[at..*end].join(" ")).is_file());
        let end = end.unwrap_or(at + 1);
        paths.push(words[at..end].join(" "));
        at = end;
    }
    paths
}

/// What OpenSSH would use if no configuration file said anything.
fn defaults(settings: &SshSettings, target: &SshTarget) -> Route {
    let ssh_folder = |file: &str| settings.at_home(&format!("~/.ssh/{file}"));
    let system = if cfg!(windows) {
        PathBuf::from(std::env::var("ProgramData").unwrap_or_else(|_| r"C:\ProgramData".to_owned())).join("ssh")
    } else {
        PathBuf::from("/etc/ssh")
    };
    Route {
        host: target.host.clone(),
        port: target.port.unwrap_or(22),
        user: target.user.clone().unwrap_or_else(local_user),
        identity_files: ["id_rsa", "id_ecdsa", "id_ed25519"].map(ssh_folder).into(),
        jump: target.jump.as_deref().and_then(named),
        known_hosts: [
            ssh_folder("known_hosts"),
            ssh_folder("known_hosts2"),
            system.join("ssh_known_hosts"),
            system.join("ssh_known_hosts2"),
        ]
        .into(),
        ..Route::default()
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
