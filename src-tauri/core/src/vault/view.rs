//! The secrets page: versions, how the host's file differs, and every name of
//! one version with its state. Values stay where they are, except plain settings.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::Vault;
use super::changes::NameChanges;
use super::env_status::EnvStatus;
use super::names::{NameRow, name_rows};
use super::prove::KeyProof;
use super::version::{EnvSource, EnvVersion};
use crate::base::Problem;
use crate::deployment::{Deployment, DeploymentId};
use crate::observation::{Part, mark_unseen};
use crate::time::{When, local};

/// Everything the secrets page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultView {
    /// The deployment that this is about.
    pub deployment: Deployment,
    /// Newest first.
    pub versions: Vec<VersionRow>,
    /// The host's file against the newest, as it was last seen.
    pub host: HostRow,
    /// The version that is shown.
    pub shown: Option<ShownVersion>,
    /// The newest emergency kit.
    pub kit: Option<KitRow>,
}

/// An emergency kit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KitRow {
    /// When it was written.
    pub made: When,
    /// Full path.
    pub path: String,
    /// The version of `.env` in it.
    pub version: u32,
    /// The vault has a newer version.
    pub old: bool,
}

/// The host's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HostRow {
    /// How it differs.
    pub seen: EnvStatus,
    /// When it was last written there, where that is known.
    pub modified: Option<When>,
    /// When it was last looked at; none when never.
    pub observed: Option<When>,
    /// Since when it is not checked, in the laptop's zone: the host did not answer,
    /// or nobody looked. None while what is shown stands for now.
    pub not_checked_since: Option<String>,
    /// Why the look that was asked for failed.
    pub problem: Option<Problem>,
    /// A link leads to the host, so that it can be captured.
    pub reachable: bool,
}

/// One version in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VersionRow {
    /// Number of the version.
    pub number: u32,
    /// When it was captured.
    pub captured: When,
    /// Where it came from.
    pub source: EnvSource,
    /// What the admin wrote beside it.
    pub note: String,
    /// Against the version before it.
    pub changes: Option<NameChanges>,
    /// The last proof showed that every key fits.
    pub proven: bool,
}

/// The version that is shown, with its names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ShownVersion {
    /// Number of the version.
    pub number: u32,
    /// Its names in groups; or why the keyring does not give it.
    pub names: Vec<NameRow>,
    /// Why there are no names.
    pub trouble: Option<Problem>,
    /// Lines that Compose cannot read.
    pub faults: Vec<crate::weavestream::env_file::Fault>,
    /// The last time its keys were tried.
    pub proof: Option<KeyProof>,
    /// When that was.
    pub proved: Option<When>,
}

impl Vault {
    /// The page, with version `number` or the newest shown. `fresh` looks at the host
    /// again; when that fails the last known state is shown, and why.
    pub async fn view(&self, deployment: &Deployment, number: Option<u32>, fresh: bool) -> Result<VaultView, Problem> {
        let now = self.clock.now();
        let looked = if fresh && deployment.ssh.is_some() { Some(self.look_now(deployment).await) } else { None };
        let (looked, problem) = match looked {
            Some(Ok(env)) => (Some(env), None),
            Some(Err(problem)) => {
                mark_unseen(self.store.as_ref(), deployment.id, Part::Host, now, &problem).await?;
                (None, Some(problem))
            }
            None => (None, None),
        };
        let versions = self.versions(deployment.id).await?;
        let seen = self.store.summary(deployment.id).await?;
        let (now, zone) = (self.clock.now(), self.clock.zone());
        let seen_at = seen.as_ref().and_then(|seen| seen.seen_at(Part::Host));
        let observed = if looked.is_some() { Some(now) } else { seen_at };
        let is_current = looked.is_some() || seen.as_ref().is_some_and(|seen| seen.is_current(Part::Host, now));
        let env = looked.or(seen.map(|seen| seen.env)).unwrap_or_default();
        let env = match current(env, versions.first()) {
            // That nothing differed then says nothing of now.
            EnvStatus::Same { .. } | EnvStatus::Layout { .. } if !is_current => EnvStatus::OutOfReach,
            env => env,
        };
        let status = self.status(deployment.id).await?;
        let shown = match number {
            None => versions.first(),
            Some(number) => versions.iter().find(|version| version.number == number),
        };
        let shown = match shown {
            Some(version) => Some(self.shown(version, &env, now, zone).await),
            None => None,
        };
        Ok(VaultView {
            deployment: deployment.clone(),
            host: HostRow {
                modified: modified_at(&env).map(|at| When::new(at, now, zone)),
                seen: env,
                observed: observed.map(|at| When::new(at, now, zone)),
                not_checked_since: observed.filter(|_| !is_current).map(|at| local(at, now, zone)),
                problem,
                reachable: deployment.ssh.is_some(),
            },
            versions: versions.iter().map(|version| row(version, now, zone)).collect(),
            shown,
            kit: status.kit.as_ref().map(|kit| KitRow {
                made: When::new(kit.made_at, now, zone),
                path: kit.path.clone(),
                version: kit.version,
                old: status.kit_is_old(),
            }),
        })
    }

    /// Its versions, newest first. Neither host nor keyring is asked.
    pub async fn rows(&self, deployment: DeploymentId) -> Result<Vec<VersionRow>, Problem> {
        let (now, zone) = (self.clock.now(), self.clock.zone());
        let versions = self.versions(deployment).await?;
        Ok(versions.iter().map(|version| row(version, now, zone)).collect())
    }

    /// Looks at the host's file now, because the admin asked for it.
    async fn look_now(&self, deployment: &Deployment) -> Result<EnvStatus, Problem> {
        let folder = self.links.folder(deployment).await?;
        let seen = self.env_status(deployment.id, &folder, true).await?;
        self.remember_status(deployment.id, seen.clone()).await;
        Ok(seen)
    }

    async fn shown(&self, version: &EnvVersion, env: &EnvStatus, now: DateTime<Utc>, zone: Tz) -> ShownVersion {
        let proof = version.proof.clone();
        let proved = proof.as_ref().map(|proof| When::new(proof.at, now, zone));
        let mut shown = ShownVersion {
            number: version.number,
            names: Vec::new(),
            trouble: None,
            faults: Vec::new(),
            proved,
            proof,
        };
        match self.open(version).await {
            Ok(file) => {
                shown.names = name_rows(&file, version, env);
                shown.faults = file.faults().to_vec();
            }
            Err(problem) => shown.trouble = Some(problem),
        }
        shown
    }
}

/// What was seen against an older version than the newest is out of date.
fn current(seen: EnvStatus, newest: Option<&EnvVersion>) -> EnvStatus {
    let compared = match &seen {
        EnvStatus::Same { version }
        | EnvStatus::Layout { version, .. }
        | EnvStatus::Differs { version, .. }
        | EnvStatus::VaultUnread { version, .. } => Some(*version),
        EnvStatus::NothingCaptured { .. } => None,
        EnvStatus::OutOfReach | EnvStatus::Unread { .. } => return seen,
    };
    if compared == newest.map(|newest| newest.number) { seen } else { EnvStatus::OutOfReach }
}

fn modified_at(seen: &EnvStatus) -> Option<DateTime<Utc>> {
    match seen {
        EnvStatus::NothingCaptured { modified_at }
        | EnvStatus::Layout { modified_at, .. }
        | EnvStatus::Differs { modified_at, .. } => Some(*modified_at),
        _ => None,
    }
}

fn row(version: &EnvVersion, now: DateTime<Utc>, zone: Tz) -> VersionRow {
    VersionRow {
        number: version.number,
        captured: When::new(version.captured_at, now, zone),
        source: version.source.clone(),
        note: version.note.clone(),
        changes: version.changes.clone(),
        proven: version.proof.as_ref().is_some_and(KeyProof::is_complete),
    }
}
