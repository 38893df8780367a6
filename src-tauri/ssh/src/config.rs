//! What the user's SSH configuration says about a host: asked of `ssh -G`,
//! which knows Include, Match and every precedence rule better than we would.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use selvage_core::deployment::SshTarget;
use selvage_core::ports::LinkError;

use crate::settings::SshSettings;

/// `Match exec` may run anything; it does not get for ever.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a host is reached and who we are there, with all defaults filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    pub known_hosts: Vec<PathBuf>,
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
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output())
        .await
        .map_err(|_| refuse(format!("ssh -G took longer than {} s", PATIENCE.as_secs())))?
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
    let (mut identities, mut known_hosts, mut agent) = (Vec::new(), Vec::new(), None);
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
            "proxycommand" if named(value).is_some() => {
                let reason = "ProxyCommand is not supported; use ProxyJump".to_owned();
                return Err(LinkError::SshConfig { reason });
            }
            _ => {}
        }
    }
    if route.host.is_empty() {
        return Err(LinkError::SshConfig { reason: "ssh -G named no host".to_owned() });
    }
    let tokens = Tokens { settings, original: &target.host, route: route.clone() };
    route.identity_files = identities.iter().filter_map(|file| named(file)).map(|file| tokens.path(&file)).collect();
    route.known_hosts = known_hosts.iter().filter_map(|file| named(file)).map(|file| tokens.path(&file)).collect();
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

/// The percent tokens and `${VARIABLES}` that `ssh -G` leaves in paths.
struct Tokens<'a> {
    settings: &'a SshSettings,
    original: &'a str,
    route: Route,
}

impl Tokens<'_> {
    fn path(&self, text: &str) -> PathBuf {
        self.settings.at_home(&self.expand(text))
    }

    fn expand(&self, text: &str) -> String {
        let (mut out, mut rest) = (String::new(), text);
        while let Some(at) = rest.find(['%', '$']) {
            out.push_str(&rest[..at]);
            let tail = &rest[at..];
            let (value, used) = self.token(tail);
            out.push_str(&value);
            rest = &tail[used..];
        }
        out + rest
    }

    /// The value of the token that `tail` begins with, and its length. What is
    /// no token stays as it is.
    fn token(&self, tail: &str) -> (String, usize) {
        if let Some(name) = tail.strip_prefix("${").and_then(|rest| rest.split_once('}')).map(|(name, _)| name) {
            return (std::env::var(name).unwrap_or_default(), name.len() + 3);
        }
        let value = match tail.get(..2) {
            Some("%%") => "%".to_owned(),
            Some("%d") => self.settings.home.as_ref().map(|home| home.display().to_string()).unwrap_or_default(),
            Some("%h") => self.route.host.clone(),
            Some("%n") => self.original.to_owned(),
            Some("%p") => self.route.port.to_string(),
            Some("%r") => self.route.user.clone(),
            Some("%u") => local_user(),
            Some("%k") => self.route.host_key_alias.clone().unwrap_or_else(|| self.original.to_owned()),
            _ => return (tail.chars().take(1).collect(), 1),
        };
        (value, 2)
    }
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

fn local_user() -> String {
    ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default()
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
