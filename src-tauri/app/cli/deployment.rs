use std::io::BufRead;

use selvage_core::Secret;
use selvage_core::base::Problem;
use selvage_core::base::RequestError;
use selvage_core::deployment::{Deployment, DeploymentId, SshAuth, SshLink};
use selvage_core::ports::{HostKey, LinkError};
use selvage_core::probe::{Check, CheckState};
use selvage_core::registry::{DirectDraft, Draft, SshDraft};

use super::arguments::DeploymentCommand;
use super::link_arguments::LinkArguments;
use super::print::{Print, word};
use super::{End, Failure};
use crate::state::Selvage;

/// Carries out `selvage deployment ...`.
pub async fn run(selvage: &Selvage, command: DeploymentCommand, print: Print) -> Result<End, Failure> {
    match command {
        DeploymentCommand::Add { name, link } => add(selvage, name, link, print).await,
        DeploymentCommand::Link { name, link } => relink(selvage, &name, link, print).await,
        DeploymentCommand::List => {
            let rows = selvage.views.list().await?;
            print.list("deployments", &rows, |row| {
                format!("{}  {}  {}", row.deployment.slug, place(&row.deployment), row.verdict.title)
            });
            Ok(End::Done)
        }
        DeploymentCommand::Remove { name, with_secrets } => {
            let deployment = selvage.deployments.find(&name).await?;
            selvage.deployments.remove(deployment.id, with_secrets).await?;
            print.one("removed", &deployment, || {
                format!("{} is forgotten; its dumps on this laptop stay", deployment.name)
            });
            Ok(End::Done)
        }
        DeploymentCommand::Probe { name, accept_host_key } => {
            let deployment = selvage.deployments.find(&name).await?;
            let accepted: Vec<String> = accept_host_key.into_iter().collect();
            let checks = loop {
                let checks = selvage.deployments.test_known(deployment.id).await?;
                if !trust_accepted(selvage, &checks, &accepted).await? {
                    break checks;
                }
            };
            print.list("checks", &checks, |check| {
                format!("{:<10}  {:<8}  {}", word(&check.state), word(&check.item), check.detail)
            });
            first_problem(&checks).map_or(Ok(End::Done), |problem| Err(problem.into()))
        }
    }
}

async fn add(selvage: &Selvage, name: String, link: LinkArguments, print: Print) -> Result<End, Failure> {
    let draft = draft(name, &link)?;
    let checked = selvage.deployments.check(&draft).await?;
    // A folder of secrets is for reading: what it holds is tried, and kept nowhere else.
    let tried = with_folder(selvage, draft.clone(), &checked.slug)?;
    test(selvage, &tried, None, &link.over_ssh.accept_host_key).await?;
    let deployment = selvage.deployments.add(draft).await?;
    print.one("deployment", &deployment, || format!("{} is added: {}", deployment.name, place(&deployment)));
    Ok(End::Done)
}

/// Secrets that were not typed, from the folder of secrets.
fn with_folder(selvage: &Selvage, mut draft: Draft, slug: &str) -> Result<Draft, Problem> {
    let Some(folder) = &selvage.secrets else { return Ok(draft) };
    let read = |kind: &str| folder.read(&format!("{slug}.{kind}"));
    if let Some(ssh) = draft.ssh.as_mut().filter(|ssh| ssh.secret.is_none()) {
        let kind = if ssh.link.target.auth == SshAuth::Password { "ssh-password" } else { "ssh-passphrase" };
        ssh.secret = read(kind)?;
    }
    if let Some(direct) = draft.direct.as_mut().filter(|direct| direct.password.is_none()) {
        direct.password = read("postgres-password")?;
    }
    Ok(draft)
}

async fn relink(selvage: &Selvage, name: &str, link: LinkArguments, print: Print) -> Result<End, Failure> {
    let known = selvage.deployments.find(name).await?;
    let draft = draft(known.name.clone(), &link)?;
    test(selvage, &draft, Some(known.id), &link.over_ssh.accept_host_key).await?;
    let deployment = selvage.deployments.relink(known.id, draft).await?;
    print.one("deployment", &deployment, || format!("{} is reached: {}", deployment.name, place(&deployment)));
    Ok(End::Done)
}

fn draft(name: String, link: &LinkArguments) -> Result<Draft, Problem> {
    let secret = if link.over_ssh.secret_stdin { Some(next_line()?) } else { None };
    let password = if link.direct.postgres_password_stdin { Some(next_line()?) } else { None };
    Ok(Draft {
        name,
        ssh: link.over_ssh.link().map(|link| SshDraft { link, secret }),
        direct: link.direct.link().map(|link| DirectDraft { link, password }),
    })
}

/// A host that answers and is no deployment would only fail later.
async fn test(
    selvage: &Selvage,
    draft: &Draft,
    known: Option<DeploymentId>,
    accepted: &[String],
) -> Result<(), Failure> {
    let checks = loop {
        let checks = selvage.deployments.test(draft.clone(), known).await?;
        if !trust_accepted(selvage, &checks, accepted).await? {
            break checks;
        }
    };
    match first_problem(checks.iter().filter(|check| check.item.is_needed())) {
        Some(problem) => Err(problem.into()),
        None => Ok(()),
    }
}

/// Trusts an unknown host key whose fingerprint the admin gave. True when the
/// test is worth repeating.
async fn trust_accepted(selvage: &Selvage, checks: &[Check], accepted: &[String]) -> Result<bool, Failure> {
    let unknown = checks.iter().find_map(|check| unknown_key(check.problem.as_ref()?.find()?));
    match unknown {
        Some(key) if accepted.contains(&key.fingerprint) => {
            selvage.links.trust(&key).await?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn unknown_key(error: LinkError) -> Option<HostKey> {
    match error {
        LinkError::HostKeyUnknown { key } => Some(key),
        LinkError::Jump { source, .. } => unknown_key(*source),
        _ => None,
    }
}

fn first_problem<'a>(checks: impl IntoIterator<Item = &'a Check>) -> Option<Problem> {
    checks.into_iter().find(|check| check.state == CheckState::Bad).and_then(|check| check.problem.clone())
}

fn place(deployment: &Deployment) -> String {
    let over_ssh = deployment.ssh.as_ref().map(|SshLink { target, folder }| {
        let user = target.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
        let port = target.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{user}{}{port} {folder}", target.host)
    });
    let direct = deployment.direct.as_ref().map(|direct| format!("postgres {}", direct.place()));
    over_ssh.into_iter().chain(direct).collect::<Vec<_>>().join(", ")
}

/// Secrets stand on standard input, a line each.
pub(super) fn next_line() -> Result<Secret, Problem> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    let line = Secret::new(line);
    let unreadable = || RequestError::Fields {
        fields: vec![selvage_core::deployment::FieldError {
            field: "secret".into(),
            reason: "standard input holds no line for it".into(),
        }],
    };
    match read {
        Ok(n) if n > 0 => Ok(Secret::new(line.expose().trim_end_matches(['\r', '\n']).to_owned())),
        _ => Err(unreadable().into()),
    }
}
