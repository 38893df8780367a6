use std::io::IsTerminal;

use selvage_core::activity::SecretAct;
use selvage_core::base::RequestError;
use selvage_core::vault::{
    EnvStatus, KeyProof, NameChanges, NameRow, Outcome, ProofSource, ProvedKey, ProvedKid, PutBackPlan, ShownValue,
    VaultError,
};
use selvage_core::weavestream::env_names::KeyUse;
use serde_json::json;

use super::print::{Print, err, out, word};
use super::secret_arguments::{SecretsCommand, WhichVersion};
use super::{End, Failure};
use crate::state::Selvage;
use crate::visible::visible;

/// Carries out `selvage secrets`.
pub async fn run(selvage: &Selvage, command: SecretsCommand, print: Print) -> Result<End, Failure> {
    let vault = &selvage.vault;
    match command {
        SecretsCommand::Capture { name, file } => {
            let deployment = selvage.deployments.find(&name).await?;
            let captured = match file {
                Some(file) => vault.import(&deployment, &whole(&file)).await?,
                None => vault.capture(&deployment).await?,
            };
            print.one("captured", &captured, || {
                let what = if captured.new { "is in the keyring" } else { "is the very same file already" };
                let left = captured.missing_keys.iter().map(|left| {
                    let kids = left.key.kids.join(", ");
                    format!("\nALARM  it lacks {} (kid {kids}), which version {} has", left.key.name, left.version)
                });
                format!("version {} {what}{}", captured.version, left.collect::<String>())
            });
        }
        SecretsCommand::List { name } => {
            let deployment = selvage.deployments.find(&name).await?;
            let versions = vault.rows(deployment.id).await?;
            print.list("versions", &versions, |row| {
                let changes = row.changes.as_ref().map(told).unwrap_or_default();
                let proven = if row.proven { "proven" } else { "" };
                [&row.number.to_string(), &row.captured.local, proven, &row.note, &changes]
                    .join("  ")
                    .trim_end()
                    .to_owned()
            });
        }
        SecretsCommand::MakeKeyring => {
            vault.keyring.create_collection().await?;
            print.one("made", &true, || "The keyring has a default collection".into());
        }
        SecretsCommand::Names { which } => {
            let deployment = selvage.deployments.find(&which.name).await?;
            let number = vault.version(deployment.id, which.number).await?.number;
            let shown = vault.view(&deployment, Some(number), false).await?.shown;
            let Some(shown) = shown else { return Err(VaultError::NoSuchVersion { version: number }.into()) };
            if let Some(problem) = shown.trouble {
                return Err(problem.into());
            }
            print.list("names", &shown.names, name_line);
        }
        SecretsCommand::Diff { name } => return diff(selvage, &name, print).await,
        SecretsCommand::Prove { which, host } => {
            let deployment = selvage.deployments.find(&which.name).await?;
            let tried = if host { ProofSource::Host } else { ProofSource::Version { version: which.number } };
            let proof = vault.prove(&deployment, tried).await?;
            print.one("proof", &proof, || {
                let keys = proof.keys.iter().map(proof_line);
                let unknown = proof.not_tested.iter().map(|column| {
                    format!("{column:<24}  not tested        an encrypted column that Selvage does not know")
                });
                keys.chain(unknown).collect::<Vec<_>>().join("\n")
            });
            return Ok(if fits(&proof) { End::Done } else { End::Wanting });
        }
        SecretsCommand::Put { which, yes, accept_loss } => return put(selvage, &which, yes, accept_loss, print).await,
        SecretsCommand::Reveal { which, secret } => {
            if !std::io::stdout().is_terminal() || print.json {
                return Err(VaultError::NoTerminal.into());
            }
            let deployment = selvage.deployments.find(&which.name).await?;
            let value = vault.reveal(deployment.id, which.number, &secret, SecretAct::Revealed).await?;
            out(value.expose());
        }
        SecretsCommand::Note { name, number, note } => {
            let deployment = selvage.deployments.find(&name).await?;
            let version = vault.note(deployment.id, number, &note).await?;
            print.one("noted", &json!({ "version": version.number, "note": version.note }), || {
                format!("version {}: {}", version.number, version.note)
            });
        }
        SecretsCommand::Delete { name, number, yes: _ } => {
            let deployment = selvage.deployments.find(&name).await?;
            vault.delete(deployment.id, number).await?;
            print.one("deleted", &json!({ "version": number }), || format!("version {number} is gone"));
        }
    }
    Ok(End::Done)
}

/// The working folder may be another one when the path is shown again.
pub(super) fn whole(path: &std::path::Path) -> std::path::PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

async fn diff(selvage: &Selvage, name: &str, print: Print) -> Result<End, Failure> {
    let deployment = selvage.deployments.find(name).await?;
    if deployment.ssh.is_none() {
        return Err(RequestError::NeedsHost.into());
    }
    let host = selvage.vault.view(&deployment, None, true).await?.host;
    if let Some(problem) = host.problem {
        return Err(problem.into());
    }
    let seen = host.seen;
    if let EnvStatus::Unread { problem } | EnvStatus::VaultUnread { problem, .. } = seen {
        return Err((*problem).into());
    }
    print.one("host", &seen, || match &seen {
        EnvStatus::NothingCaptured { .. } => "nothing is captured yet".to_owned(),
        EnvStatus::Same { version } => format!("the host's .env is version {version}"),
        EnvStatus::Layout { version, .. } => format!("written otherwise than version {version}, with the same values"),
        EnvStatus::Differs { version, changes, missing, uncaptured, .. } => {
            let missing = missing.iter().map(|key| {
                format!("\nALARM  {} changed and its old key is gone there (kid {})", key.name, key.kids.join(", "))
            });
            let new = uncaptured.iter().map(|key| {
                format!("\nAT RISK  {} of the host is not in the vault (kid {})", key.name, key.kids.join(", "))
            });
            format!("differs from version {version}: {}{}", told(changes), missing.chain(new).collect::<String>())
        }
        _ => "the host is out of reach".to_owned(),
    });
    Ok(if matches!(seen, EnvStatus::Same { .. } | EnvStatus::Layout { .. }) { End::Done } else { End::Wanting })
}

async fn put(
    selvage: &Selvage,
    which: &WhichVersion,
    yes: bool,
    accept_loss: bool,
    print: Print,
) -> Result<End, Failure> {
    let deployment = selvage.deployments.find(&which.name).await?;
    let plan = selvage.vault.plan_put_back(&deployment, which.number).await?;
    if !yes {
        print.one("plan", &plan, || format!("{}\nnothing was written; --yes does it", planned(&plan)));
        return Ok(End::Done);
    }
    if !print.json {
        err(&visible(&planned(&plan)));
    }
    let done = selvage.vault.put_back(&deployment, &plan, accept_loss).await?;
    print.one("done", &done, || {
        let kept = done.kept.as_ref().map(|kept| format!("; what was there is {kept}")).unwrap_or_default();
        format!(
            "{} is version {}, mode {}, of {}{kept}\nit takes effect when the containers are made anew: docker compose up -d",
            done.path, plan.version, done.mode, done.owner
        )
    });
    Ok(End::Done)
}

fn planned(plan: &PutBackPlan) -> String {
    let there = match (&plan.existing, &plan.changes) {
        (None, _) => format!("version {} becomes {}, which is not there now", plan.version, plan.path),
        (Some(there), _) if there.same => format!("{} is version {} already", plan.path, plan.version),
        (_, None) => format!("version {} replaces {}, which is no .env", plan.version, plan.path),
        (_, Some(changes)) => format!("version {} replaces {}: {}", plan.version, plan.path, told(changes)),
    };
    let missing = plan.missing.iter().map(|key| {
        format!("\nALARM  version {} lacks {} (kid {}) of the host", plan.version, key.name, key.kids.join(", "))
    });
    let spare = plan.not_needed.iter().map(|key| {
        format!(
            "\n{} (kid {}) of the host is not in it, and nothing stored needs it: tried just now",
            key.name,
            key.kids.join(", ")
        )
    });
    let uncaptured = if plan.uncaptured { "\nthe host's file is in no version; capture it first" } else { "" };
    format!("{there}{}{}{uncaptured}", missing.collect::<String>(), spare.collect::<String>())
}

fn told(changes: &NameChanges) -> String {
    let lists = [("added", &changes.added), ("changed", &changes.changed), ("removed", &changes.removed)];
    let lists = lists.into_iter().filter(|(_, names)| !names.is_empty());
    lists.map(|(what, names)| format!("{what} {}", names.join(", "))).collect::<Vec<_>>().join("; ")
}

fn name_line(row: &NameRow) -> String {
    let value = match &row.value {
        ShownValue::Plain { text } => text.clone(),
        ShownValue::Hidden { characters } => format!("hidden, {characters} characters"),
        ShownValue::Placeholder => "a placeholder".into(),
        ShownValue::Empty => "empty".into(),
        ShownValue::Bare => "from the environment".into(),
        ShownValue::Absent => "not there".into(),
    };
    let kids = if row.kids.is_empty() { String::new() } else { format!(", kid {}", row.kids.join(", ")) };
    let remarks = row.remarks.iter().map(|remark| {
        let said = serde_json::to_value(remark).ok();
        said.and_then(|said| Some(format!("  {}", said.get("says")?.as_str()?))).unwrap_or_default()
    });
    format!("{:<28}  {value}{kids}{}", row.name, remarks.collect::<String>())
}

fn proof_line(key: &ProvedKey) -> String {
    let opened = key.kids.iter().filter(|kid| kid.opened == kid.tried).count();
    let rest = match key.outcome {
        Outcome::NothingToTest => "nothing is encrypted with it".to_owned(),
        // MFA secrets carry no kid: each user's is tried.
        _ if key.key_use == KeyUse::Mfa => {
            let sum = |of: fn(&ProvedKid) -> u32| key.kids.iter().map(of).sum::<u32>();
            format!("opens {} of {} users' secrets", sum(|kid| kid.opened), sum(|kid| kid.tried))
        }
        _ => format!("opens {opened} of {} kids", key.kids.len()),
    };
    let shut = key.kids.iter().filter(|kid| kid.opened < kid.tried);
    let shut = shut.map(|kid| format!("kid {} stays shut", kid.kid.as_deref().unwrap_or("-")));
    let unread = key.unread.iter().map(|column| format!("{column} may not be read"));
    let faults =
        key.faults.iter().map(|fault| format!("the list's entry {} is no key that Weavestream takes", fault.kid));
    let told: Vec<_> = std::iter::once(rest).chain(shut).chain(unread).chain(faults).collect();
    format!("{:<24}  {:<16}  {}", key.name, word(&key.outcome), told.join("; "))
}

/// Nothing stayed shut and nothing was left out; an empty database proves nothing and is no failure.
fn fits(proof: &KeyProof) -> bool {
    proof.not_tested.is_empty()
        && proof.keys.iter().all(|key| matches!(key.outcome, Outcome::Proves | Outcome::NothingToTest))
}
