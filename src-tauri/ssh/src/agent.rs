use std::time::Duration;

use russh::client::Handle;
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::{AgentClient, AgentStream};
use selvage_core::ports::LinkError;

use crate::config::AgentChoice;
use crate::session_handler::SessionHandler;
use crate::settings::SshSettings;

/// An SSH agent, however it is reached.
pub(crate) type Agent = AgentClient<Box<dyn AgentStream + Send + Unpin>>;

/// Listing keys asks nobody anything; an agent that takes longer is stuck.
const AGENT_TIMEOUT: Duration = Duration::from_secs(5);

/// The agent and the keys it holds. Bound to this session first, so that keys
/// which may only be used towards certain hosts are offered where they may.
pub(crate) async fn with_keys(
    settings: &SshSettings,
    choice: &AgentChoice,
    handle: &Handle<SessionHandler>,
) -> Result<(Agent, Vec<AgentIdentity>), LinkError> {
    let unusable = |reason: String| LinkError::AgentUnusable { reason };
    let asking = async {
        let mut agent = connect(settings, choice).await?;
        if let Some(binding) = handle.agent_session_binding() {
            // Older agents do not know this and refuse it, which does no harm.
            let _ = agent.bind_session(binding, false).await;
        }
        let keys = agent.request_identities().await.map_err(|error| format!("it does not answer: {error}"))?;
        Ok((agent, keys))
    };
    match tokio::time::timeout(AGENT_TIMEOUT, asking).await {
        Ok(answer) => answer.map_err(unusable),
        Err(_) => Err(unusable(format!("it did not answer within {} s", AGENT_TIMEOUT.as_secs()))),
    }
}

#[cfg(unix)]
async fn connect(settings: &SshSettings, choice: &AgentChoice) -> Result<Agent, String> {
    let socket = match choice {
        AgentChoice::None => return Err("the SSH configuration allows none (IdentityAgent none)".to_owned()),
        AgentChoice::Socket(socket) => socket.clone(),
        AgentChoice::Environment => settings
            .agent
            .clone()
            .or_else(|| std::env::var("SSH_AUTH_SOCK").ok())
            .filter(|socket| !socket.is_empty())
            .ok_or("none is running (SSH_AUTH_SOCK is not set)")?,
    };
    let agent = AgentClient::connect_uds(&socket).await.map_err(|error| format!("{socket}: {error}"))?;
    Ok(agent.dynamic())
}

#[cfg(windows)]
async fn connect(settings: &SshSettings, choice: &AgentChoice) -> Result<Agent, String> {
    const OPENSSH: &str = r"\\.\pipe\openssh-ssh-agent";
    let pipe = match choice {
        AgentChoice::None => return Err("the SSH configuration allows none (IdentityAgent none)".to_owned()),
        AgentChoice::Socket(pipe) => pipe.clone(),
        AgentChoice::Environment => settings.agent.clone().unwrap_or_else(|| OPENSSH.to_owned()),
    };
    match AgentClient::connect_named_pipe(&pipe).await {
        Ok(agent) => Ok(agent.dynamic()),
        // The service of Windows is often switched off where Pageant is used.
        Err(error) if pipe == OPENSSH => match AgentClient::connect_pageant().await {
            Ok(agent) => Ok(agent.dynamic()),
            Err(_) => Err(format!("neither the OpenSSH agent ({error}) nor Pageant is running")),
        },
        Err(error) => Err(format!("{pipe}: {error}")),
    }
}
