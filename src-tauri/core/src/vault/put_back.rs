//! Writing a version to the host as its `.env`: planned, shown, then exactly that.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use specta::Type;
use zeroize::Zeroizing;

use super::Vault;
use super::changes::{LostKey, NameChanges, keys_lost};
use super::drift::EnvSeen;
use super::error::VaultError;
use super::on_host::{HostBytes, read_bytes};
use crate::Secret;
use crate::deployment::Deployment;
use crate::jobs::{JobKind, SecretAct};
use crate::link::HostFolder;
use crate::ports::LinkError;
use crate::problem::Problem;
use crate::shell::Command;
use crate::weavestream::env_file::EnvFile;

const SCRIPT: &str = include_str!("put_env.sh");

/// What putting a version back would do. Planning only reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PutBackPlan {
    /// The version.
    pub version: u32,
    /// The file on the host that is replaced, links followed, or where it will be.
    pub path: String,
    /// What is there now; none when there is no file.
    pub there: Option<There>,
    /// What changes on the host, by name; none when there is no file, or one
    /// that is no `.env`.
    pub changes: Option<NameChanges>,
    /// Keys of the host that the version does not hold: what was encrypted with
    /// them would stay shut.
    pub lost: Vec<LostKey>,
    /// The host's file is in no version of the vault. It stays beside the new one.
    pub uncaptured: bool,
    /// Services that run: they read `.env` only when their containers are made anew.
    pub running: Vec<String>,
}

/// The file that a plan would replace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct There {
    /// By which it is known again.
    pub token: String,
    /// When it was last written, by the host's clock.
    #[specta(type = String)]
    pub modified_at: DateTime<Utc>,
    /// It is the version already.
    pub same: bool,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PutBack {
    /// The file.
    pub path: String,
    /// The file that was there, under its new name; none when there was none.
    pub kept: Option<String>,
    /// `user:group`
    pub owner: String,
    /// Octal.
    pub mode: String,
    /// `sudo -n` was needed.
    pub sudo: bool,
}

/// What is on the host when nothing is.
const NONE: &str = "none";

impl Vault {
    /// What putting `number` back would do.
    pub async fn plan_put_back(&self, deployment: &Deployment, number: Option<u32>) -> Result<PutBackPlan, Problem> {
        let version = self.version(deployment.id, number).await?;
        let file = self.open(&version).await?;
        let at = self.links.folder(deployment).await?;
        let mut plan = PutBackPlan {
            version: version.number,
            path: at.path(".env"),
            there: None,
            changes: None,
            lost: Vec::new(),
            uncaptured: false,
            running: at.facts.services.iter().filter(|s| s.is_running()).map(|s| s.service.clone()).collect(),
        };
        let Some(found) = there(&at).await? else { return Ok(plan) };
        plan.path.clone_from(&found.facts.path);
        let same = found.bytes.as_slice() == file.bytes();
        plan.there = Some(There { token: token(&found.bytes), modified_at: found.facts.modified_at, same });
        plan.uncaptured = !same && !self.holds(deployment, &found.bytes).await?;
        if let Ok(there) = EnvFile::parse(found.bytes.to_vec()) {
            plan.changes = Some(NameChanges::between(&there, &file));
            plan.lost = keys_lost(&there, &file);
        }
        Ok(plan)
    }

    /// Some version is this very file.
    async fn holds(&self, deployment: &Deployment, bytes: &[u8]) -> Result<bool, Problem> {
        for version in self.versions(deployment.id).await? {
            match self.open(&version).await {
                Ok(held) if held.bytes() == bytes => return Ok(true),
                Ok(_) | Err(Problem::Vault(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(false)
    }

    /// Does what `plan` says; refused when the host's file is another one by now.
    pub async fn put_back(&self, deployment: &Deployment, plan: &PutBackPlan) -> Result<PutBack, Problem> {
        let version = self.version(deployment.id, Some(plan.version)).await?;
        let file = self.open(&version).await?;
        let at = self.links.folder(deployment).await?;
        let stamp = self.clock.now().format("%Y%m%dT%H%M%SZ").to_string();
        let done = match write(&at, plan, &file, &stamp).await {
            // The line broke: it was done, or it was not. The file itself tells.
            Err(Problem::Link(lost)) if lost.is_passing() => {
                self.look_what_was_done(deployment, plan, &file, &stamp, lost).await?
            }
            done => done?,
        };
        // Read again the way it is always read.
        let back = read_bytes(&at).await;
        if back.is_ok_and(|back| back.bytes.as_slice() != file.bytes()) {
            return Err(VaultError::PutBackFailed { reason: "what lies there is not what was written".into() }.into());
        }
        let kind = JobKind::Secret { act: SecretAct::PutBack, version: plan.version, name: None };
        self.write_down(deployment.id, kind).await;
        if self.newest(deployment.id).await?.is_some_and(|newest| newest.number == plan.version) {
            self.remember_seen(deployment.id, EnvSeen::Same { version: plan.version }).await;
        }
        Ok(done)
    }

    async fn look_what_was_done(
        &self,
        deployment: &Deployment,
        plan: &PutBackPlan,
        file: &EnvFile,
        stamp: &str,
        lost: LinkError,
    ) -> Result<PutBack, Problem> {
        let at = self.links.folder(deployment).await?;
        match read_bytes(&at).await {
            Ok(HostBytes { bytes, facts }) if bytes.as_slice() == file.bytes() => {
                let kept = plan.there.as_ref().map(|_| format!("{}.before-{stamp}", facts.path));
                Ok(PutBack { path: facts.path, kept, owner: facts.owner, mode: facts.mode, sudo: facts.sudo })
            }
            _ => Err(lost.into()),
        }
    }
}

/// The host's file; none when there is none.
async fn there(at: &HostFolder) -> Result<Option<HostBytes>, Problem> {
    match read_bytes(at).await {
        Ok(found) => Ok(Some(found)),
        Err(Problem::Vault(VaultError::HostEnvMissing { .. })) => Ok(None),
        Err(other) => Err(other),
    }
}

fn token(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

async fn write(at: &HostFolder, plan: &PutBackPlan, file: &EnvFile, stamp: &str) -> Result<PutBack, Problem> {
    let expected = plan.there.as_ref().map_or(NONE, |there| there.token.as_str());
    let body = Zeroizing::new(STANDARD.encode(file.bytes()));
    // Digests go with the file: a command line can be read by everybody on the host.
    let input = Secret::new(format!("{expected} {} {stamp}\n{}\n", token(file.bytes()), *body));
    let mut tried = Vec::new();
    for (sudo, owner) in [(false, "keep"), (true, "keep"), (false, "any")] {
        if sudo && !at.facts.sudo {
            tried.push("sudo needs a password".to_owned());
            continue;
        }
        let shell = if sudo { &["sudo", "-n", "sh", "-c"][..] } else { &["sh", "-c"] };
        let command = Command::new(shell.iter().copied()).args([SCRIPT, "put-env", &at.facts.folder, owner]);
        let output = at.host.run(&command.stdin(input.clone())).await?;
        let said = output.stdout_text();
        let mut lines = said.lines();
        let (word, rest) = lines.next().and_then(|line| line.split_once(' ').or(Some((line, "")))).unwrap_or_default();
        let failed = |reason: &str| VaultError::PutBackFailed { reason: reason.to_owned() };
        match word {
            "done" => {
                let mut words = rest.splitn(3, ' ');
                let mut word = || words.next().unwrap_or_default().to_owned();
                let (mode, owner, path) = (word(), word(), word());
                let kept = lines.next().filter(|kept| !kept.is_empty()).map(ToOwned::to_owned);
                return Ok(PutBack { path, kept, owner, mode, sudo });
            }
            "moved" => return Err(VaultError::HostEnvChanged { path: plan.path.clone() }.into()),
            "special" => return Err(VaultError::HostEnvNoFile { path: plan.path.clone() }.into()),
            "nofolder" => return Err(failed(&format!("there is no folder {}", at.facts.folder)).into()),
            "dangling" => return Err(failed(".env is a link to a folder that is not there").into()),
            "failed" => return Err(failed(rest).into()),
            "denied" => tried.push(format!("{}: {rest}", if sudo { "through sudo" } else { "as this login" })),
            "otherowner" => tried.push("as this login: the file would have another owner".into()),
            _ => return Err(failed(&output.last_words()).into()),
        }
    }
    tried.dedup();
    Err(VaultError::HostEnvUnwritable { path: plan.path.clone(), tried: tried.join("; ") }.into())
}
