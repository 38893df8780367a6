//! Writing a version to the host as its `.env`: planned, shown, then exactly that.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use specta::Type;
use zeroize::Zeroizing;

use super::Vault;
use super::changes::{MissingKey, NameChanges, missing_keys_of};
use super::env_status::EnvStatus;
use super::error::VaultError;
use super::on_host::{HostFile, HostFileFacts, behind_mark, line, read_env_bytes};
use super::prove::ProofSource;
use crate::Secret;
use crate::activity::{ActivityKind, SecretAct};
use crate::base::{Problem, reason};
use crate::deployment::Deployment;
use crate::link::HostFolder;
use crate::probe::ReadWay;
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
    pub existing: Option<ExistingFile>,
    /// What changes on the host, by name; none when there is no file, or one
    /// that is no `.env`.
    pub changes: Option<NameChanges>,
    /// Keys of the host that the version does not hold: what was encrypted with
    /// them would stay shut.
    pub missing: Vec<MissingKey>,
    /// Keys of the host that the version does not hold and that nothing stored needs:
    /// the version's own were tried on the database just now, and open all of it.
    pub not_needed: Vec<MissingKey>,
    /// The host's file is in no version of the vault. It stays beside the new one.
    pub uncaptured: bool,
    /// Services that run: they read `.env` only when their containers are made anew.
    pub running: Vec<String>,
}

/// The file that a plan would replace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExistingFile {
    /// By which it is known again.
    pub token: String,
    /// When it was last written, by the host's clock.
    #[specta(type = String)]
    pub modified_at: DateTime<Utc>,
    /// Octal mode; the new file is `600`.
    pub mode: String,
    /// `user:group`; it stays, where the login or its sudo may give files away.
    pub owner: String,
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

/// A busy disk may take its time to settle.
const WRITE_TIMEOUT: Duration = Duration::from_mins(5);
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
            existing: None,
            changes: None,
            missing: Vec::new(),
            not_needed: Vec::new(),
            uncaptured: false,
            running: at.facts.services.iter().filter(|s| s.is_running()).map(|s| s.service.clone()).collect(),
        };
        let Some(found) = there(&at).await? else { return Ok(plan) };
        plan.path.clone_from(&found.facts.path);
        let same = found.bytes.as_slice() == file.bytes();
        plan.existing = Some(ExistingFile {
            token: token(&found.bytes),
            modified_at: found.facts.modified_at,
            mode: found.facts.mode.clone(),
            owner: found.facts.owner.clone(),
            same,
        });
        plan.uncaptured = !same && !self.role_of(deployment, &found.bytes).await?;
        if let Ok(there) = EnvFile::parse(found.bytes.to_vec()) {
            plan.changes = Some(NameChanges::between(&there, &file));
            let missing = missing_keys_of(&there, &file);
            (plan.not_needed, plan.missing) = self.split_by_proof(deployment, plan.version, missing).await;
        }
        Ok(plan)
    }

    /// Which of `lost` nothing needs, by a proof that is made now, and which are
    /// lost as far as is known: where nothing runs nothing can be tried.
    async fn split_by_proof(
        &self,
        deployment: &Deployment,
        version: u32,
        missing: Vec<MissingKey>,
    ) -> (Vec<MissingKey>, Vec<MissingKey>) {
        if missing.is_empty() {
            return (Vec::new(), missing);
        }
        let tried = ProofSource::Version { version: Some(version) };
        match self.prove(deployment, tried).await {
            Ok(proof) => missing.into_iter().partition(|key| proof.opens_all_of(key.key_use)),
            Err(problem) => {
                tracing::info!(%problem, "the keys of the version could not be tried");
                (Vec::new(), missing)
            }
        }
    }

    /// Some version is this very file. One that cannot be read is none.
    async fn role_of(&self, deployment: &Deployment, bytes: &[u8]) -> Result<bool, Problem> {
        for version in self.versions(deployment.id).await? {
            // Each look may be a question of the system: only those that can be it.
            if version.size as usize == bytes.len() && self.open(&version).await.is_ok_and(|held| held.bytes() == bytes)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Does what `plan` says; refused when the host's file is another one by now, and when keys
    /// of stored data would go, unless the admin accepts that.
    pub async fn put_back(
        &self,
        deployment: &Deployment,
        plan: &PutBackPlan,
        accept_loss: bool,
    ) -> Result<PutBack, Problem> {
        if !plan.missing.is_empty() && !accept_loss {
            let keys: Vec<_> =
                plan.missing.iter().map(|key| format!("{} ({})", key.name, key.kids.join(", "))).collect();
            return Err(VaultError::PutBackLoses { version: plan.version, keys: keys.join(", ") }.into());
        }
        let version = self.version(deployment.id, Some(plan.version)).await?;
        let file = self.open(&version).await?;
        let at = self.links.folder(deployment).await?;
        if plan.existing.as_ref().is_some_and(|there| there.same) {
            // Nothing to do, if it still is.
            return match there(&at).await? {
                Some(HostFile { bytes, facts }) if bytes.as_slice() == file.bytes() => Ok(done_as(facts, None)),
                _ => Err(VaultError::HostEnvChanged { path: plan.path.clone() }.into()),
            };
        }
        let stamp = self.clock.now().format("%Y%m%dT%H%M%SZ").to_string();
        let done = match write(&at, plan, &file, &stamp).await? {
            Written::Done(done) => done,
            Written::Unknown(reason) => self.look_what_was_done(deployment, plan, &file, &stamp, reason).await?,
        };
        let kind = ActivityKind::Secret { act: SecretAct::PutBack, version: plan.version, name: None };
        self.log_activity(deployment.id, kind).await;
        if self.newest(deployment.id).await?.is_some_and(|newest| newest.number == plan.version) {
            self.remember_status(deployment.id, EnvStatus::Same { version: plan.version }).await;
        }
        Ok(done)
    }

    /// The line broke, or the script did not say how it ended: the file itself tells.
    async fn look_what_was_done(
        &self,
        deployment: &Deployment,
        plan: &PutBackPlan,
        file: &EnvFile,
        stamp: &str,
        reason: String,
    ) -> Result<PutBack, Problem> {
        let kept = plan.existing.as_ref().map(|_| format!("{}.before-{stamp}", plan.path));
        let unclear = |kept| VaultError::PutBackUnclear { reason: reason.clone(), kept };
        let at = self.links.folder(deployment).await.map_err(|_| unclear(None))?;
        match read_env_bytes(&at).await {
            Ok(HostFile { bytes, facts }) if bytes.as_slice() == file.bytes() => Ok(done_as(facts, kept)),
            // The host may still be at it: a slow disk, a connection that only we have lost.
            _ => Err(unclear(None).into()),
        }
    }
}

fn done_as(facts: HostFileFacts, kept: Option<String>) -> PutBack {
    PutBack { path: facts.path, kept, owner: facts.owner, mode: facts.mode, sudo: facts.sudo }
}

/// How a try to write ended.
enum Written {
    Done(PutBack),
    /// It may have been done; what was noticed.
    Unknown(String),
}

/// The host's file; none when there is none.
async fn there(at: &HostFolder) -> Result<Option<HostFile>, Problem> {
    match read_env_bytes(at).await {
        Ok(found) => Ok(Some(found)),
        Err(problem) if matches!(problem.find(), Some(VaultError::HostEnvMissing { .. })) => Ok(None),
        Err(problem) => Err(problem),
    }
}

fn token(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

async fn write(at: &HostFolder, plan: &PutBackPlan, file: &EnvFile, stamp: &str) -> Result<Written, Problem> {
    let expected = plan.existing.as_ref().map_or(NONE, |there| there.token.as_str());
    let body = Zeroizing::new(STANDARD.encode(file.bytes()));
    // Digests go with the file: a command line can be read by everybody on the host.
    let input = Secret::new(format!("{expected} {} {stamp}\n{}\n", token(file.bytes()), *body));
    let path = || plan.path.clone();
    let failed = |reason: String| Err(VaultError::PutBackFailed { reason }.into());
    let mut tried = Vec::new();
    for (sudo, owner) in [(false, "keep"), (true, "keep"), (false, "any")] {
        if sudo && !at.facts.sudo {
            tried.push(reason("sudo-needs-password", Value::Null));
            continue;
        }
        let shell = if sudo { &["sudo", "-n", "sh", "-c"][..] } else { &["sh", "-c"] };
        let command = Command::new(shell.iter().copied()).args([SCRIPT, "put-env", &at.facts.folder, owner]);
        let output = match at.host.run(&command.stdin(input.clone()).quiet_for(WRITE_TIMEOUT)).await {
            Ok(output) => output,
            Err(lost) if lost.is_passing() => return Ok(Written::Unknown(lost.to_string())),
            Err(error) => return Err(error.into()),
        };
        let stderr_summary = output.stderr_summary();
        let mut rest = behind_mark(&output.stdout, b"\n==selvage put\n").unwrap_or_default();
        let (word, what) = (line(&mut rest), line(&mut rest));
        match word.as_str() {
            "done" => {
                let (owner, path, kept) = (line(&mut rest), line(&mut rest), line(&mut rest));
                let kept = Some(kept).filter(|kept| !kept.is_empty());
                return Ok(Written::Done(PutBack { path, kept, owner, mode: what, sudo }));
            }
            "unclear" => {
                let reason = reason("not-what-was-written", Value::Null);
                let kept = Some(what).filter(|kept| !kept.is_empty());
                return Err(VaultError::PutBackUnclear { reason, kept }.into());
            }
            "moved" => return Err(VaultError::HostEnvChanged { path: path() }.into()),
            "special" => return Err(VaultError::HostEnvNoFile { path: path(), folder: false }.into()),
            "nofolder" => return Err(VaultError::HostFolderMissing { path: path() }.into()),
            "dangling" => return failed(reason("dangling-link", Value::Null)),
            "failed" => return failed(what),
            "denied" => tried.push(format!("{}: {what}", ReadWay::of(sudo).words())),
            "otherowner" => tried.push(reason("other-owner", Value::Null)),
            // A sudo that allows some commands and not this one.
            "" if sudo => tried.push(format!("{}: {stderr_summary}", ReadWay::Sudo.words())),
            _ => return Ok(Written::Unknown(stderr_summary)),
        }
    }
    tried.dedup();
    Err(VaultError::HostEnvUnwritable { path: path(), tried: tried.join("; ") }.into())
}
