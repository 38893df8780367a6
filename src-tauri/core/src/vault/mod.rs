//! The vault: versions of a deployment's `.env` in the OS keyring, and what
//! they are good for.
//!
//! Values lie in the keyring alone. The laptop's own database holds an index of
//! names, times and keyed fingerprints; no value, no digest that could be tried
//! out without the keyring. What the keyring refuses is an error, never a
//! reason for a plain file, and nothing here removes what the admin did not
//! name, except versions beyond [`ROTATION_KEEPS`] and what was never complete.

mod capture;
mod changes;
mod drift;
mod env_status;
mod error;
mod fingerprint;
mod names;
mod on_host;
mod prove;
mod put_back;
mod safe;
mod status;
mod store;
mod version;
mod view;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

pub use capture::{Captured, ROTATION_KEEPS};
pub use changes::{MissingKey, NameChanges, missing_keys_of};
pub use env_status::EnvStatus;
pub use error::VaultError;
pub use fingerprint::{Fingerprint, FingerprintKey};
pub use names::{AgainstHost, NameGroup, NameProof, NameRow, Remark, ShownValue, name_rows};
pub(crate) use on_host::read_file;
pub use on_host::{HostEnv, HostFileFacts, read_env};
pub use prove::{KeyProof, Outcome, ProofSource, ProvedKey, ProvedKid, try_keys};
pub use put_back::{ExistingFile, PutBack, PutBackPlan};
pub use status::{KitRecord, VaultStatus};
pub use store::{KitStore, VaultStore};
pub use version::{EnvChange, EnvSource, EnvVersion, KeyInOlderVersion, NameMark};
pub use view::{HostRow, KitRow, ShownVersion, VaultView, VersionRow};

use crate::Secret;
use crate::activity::{ActivityKind, ActivityLog, SecretAct};
use crate::base::Problem;
use crate::deployment::{DeploymentId, DeploymentStore};
use crate::library::DumpStore;
use crate::link::Links;
use crate::observation::ObservationStore;
use crate::ports::{Clock, Keyring, Library};
use crate::weavestream::env_file::EnvFile;

/// What vault and kits keep, and what they tell of the deployment.
pub trait SecretsStore: DeploymentStore + DumpStore + KitStore + ObservationStore + VaultStore {}
impl<T: DeploymentStore + DumpStore + KitStore + ObservationStore + VaultStore + ?Sized> SecretsStore for T {}

/// The vaults of this laptop's deployments. Clones share what they remember.
#[derive(Clone)]
pub struct Vault {
    /// Ways to the hosts.
    pub links: Arc<Links>,
    /// Where the index lies.
    pub store: Arc<dyn SecretsStore>,
    /// Where the values lie.
    pub keyring: Arc<dyn Keyring>,
    /// The laptop's folders, for files that are imported and kits.
    pub library: Arc<dyn Library>,
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// Where is written down what was done with secrets.
    pub activity: ActivityLog,
    /// What is remembered while the app runs.
    pub memory: Arc<Memory>,
}

/// What is remembered while the app runs, so that the keyring is not asked at every look.
#[derive(Default)]
pub struct Memory {
    known: Mutex<HashMap<DeploymentId, Known>>,
    /// One change of a vault at a time.
    turn: tokio::sync::Mutex<()>,
}

/// What is remembered of one deployment's newest version.
#[derive(Default)]
struct Known {
    /// When the keyring gave it, which one, and the key of its fingerprints. It tells nothing without the values.
    opened: Option<(DateTime<Utc>, u32, FingerprintKey)>,
    /// What the host's file came to against it, by the file's fingerprint.
    compared: Option<(Fingerprint, EnvStatus)>,
    /// When the keyring last would not answer, and why.
    refused: Option<(DateTime<Utc>, Problem)>,
}

/// A keyring that was emptied meanwhile is noticed after that long at the latest.
const REMEMBERED_FOR: TimeDelta = TimeDelta::hours(24);
/// After a keyring refused a look in the background, it is left alone that long:
/// nobody wants to be asked for a password every five minutes.
const ASKED_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(30);

impl Memory {
    fn with<T>(&self, deployment: DeploymentId, work: impl FnOnce(&mut Known) -> T) -> T {
        work(self.known.lock().unwrap_or_else(PoisonError::into_inner).entry(deployment).or_default())
    }

    fn learn(&self, version: &EnvVersion, marks: &FingerprintKey, now: DateTime<Utc>) {
        self.with(version.deployment, |known| {
            if known.opened.as_ref().is_none_or(|(_, number, _)| *number <= version.number) {
                known.opened = Some((now, version.number, marks.clone()));
            }
            known.refused = None;
        });
    }

    /// What a look in the background may go by without asking the keyring.
    fn answer(&self, newest: &EnvVersion, host: &[u8], now: DateTime<Utc>) -> Option<EnvStatus> {
        self.with(newest.deployment, |known| {
            if let Some((at, number, marks)) = &known.opened
                && *number == newest.number
                && now - *at < REMEMBERED_FOR
            {
                let mark = marks.of_file(host);
                if mark == newest.fingerprint {
                    return Some(EnvStatus::Same { version: newest.number });
                }
                if let Some((compared, seen)) = &known.compared
                    && *compared == mark
                {
                    return Some(seen.clone());
                }
            }
            let (at, problem) = known.refused.as_ref()?;
            let problem = Box::new(problem.clone());
            (now - *at < ASKED_AGAIN_AFTER).then_some(EnvStatus::VaultUnread { version: newest.number, problem })
        })
    }

    fn compared(&self, newest: &EnvVersion, host: &[u8], seen: &EnvStatus) {
        self.with(newest.deployment, |known| {
            known.compared = known.opened.as_ref().map(|(_, _, marks)| (marks.of_file(host), seen.clone()));
        });
    }

    fn refuse(&self, deployment: DeploymentId, now: DateTime<Utc>, problem: &Problem) {
        self.with(deployment, |known| *known = Known { refused: Some((now, problem.clone())), ..Known::default() });
    }

    fn forget(&self, deployment: DeploymentId) {
        self.with(deployment, |known| *known = Known::default());
    }
}

impl Vault {
    /// Every complete version of `deployment`, newest first.
    pub async fn versions(&self, deployment: DeploymentId) -> Result<Vec<EnvVersion>, Problem> {
        let all = self.store.env_versions(deployment).await?;
        Ok(all.into_iter().filter(|version| version.complete).collect())
    }

    /// The newest one; none when nothing was captured.
    pub async fn newest(&self, deployment: DeploymentId) -> Result<Option<EnvVersion>, Problem> {
        Ok(self.versions(deployment).await?.into_iter().next())
    }

    /// Version `number`, or the newest.
    pub async fn version(&self, deployment: DeploymentId, number: Option<u32>) -> Result<EnvVersion, Problem> {
        let versions = self.versions(deployment).await?;
        match number {
            None => versions.into_iter().next().ok_or_else(|| VaultError::NothingCaptured.into()),
            Some(number) => {
                let found = versions.into_iter().find(|version| version.number == number);
                found.ok_or_else(|| VaultError::NoSuchVersion { version: number }.into())
            }
        }
    }

    /// The file of `version`, from the keyring, compared with the index.
    pub async fn open(&self, version: &EnvVersion) -> Result<EnvFile, Problem> {
        let (file, marks) = safe::fetch(self.keyring.as_ref(), version).await?;
        self.memory.learn(version, &marks, self.clock.now());
        Ok(file)
    }

    /// The value of one name, because the admin asked to see it (`act` says how).
    /// That it was asked for is written down.
    pub async fn reveal(
        &self,
        deployment: DeploymentId,
        number: Option<u32>,
        name: &str,
        act: SecretAct,
    ) -> Result<Secret, Problem> {
        let version = self.version(deployment, number).await?;
        let file = self.open(&version).await?;
        let missing = || VaultError::NoSuchName { version: version.number, name: name.to_owned() };
        let value = file.get(name).cloned().ok_or_else(missing)?;
        let kind = ActivityKind::Secret { act, version: version.number, name: Some(name.to_owned()) };
        // Unlike other acts, this one is not done when it cannot be written down.
        self.activity.record(deployment, kind).await?;
        Ok(value)
    }

    /// Writes a note beside a version; one with a note is never rotated away.
    pub async fn note(&self, deployment: DeploymentId, number: u32, note: &str) -> Result<EnvVersion, Problem> {
        self.version(deployment, Some(number)).await?;
        let change = EnvChange::Note(note.trim().chars().take(200).collect());
        self.store.change_env_version(deployment, number, &change).await?;
        self.version(deployment, Some(number)).await
    }

    /// Removes a version from keyring and index. There is no way back.
    pub async fn delete(&self, deployment: DeploymentId, number: u32) -> Result<(), Problem> {
        let _turn = self.memory.turn.lock().await;
        let version = self.version(deployment, Some(number)).await?;
        self.discard(&version).await?;
        let kind = ActivityKind::Secret { act: SecretAct::Deleted, version: number, name: None };
        self.log_activity(deployment, kind).await;
        Ok(())
    }

    /// Removes every version of `deployment`, also those that were never complete.
    pub async fn empty(&self, deployment: DeploymentId) -> Result<(), Problem> {
        let _turn = self.memory.turn.lock().await;
        // The oldest first: should the keyring refuse midway, the newest are there.
        for version in self.store.env_versions(deployment).await?.into_iter().rev() {
            self.discard(&version).await?;
        }
        Ok(())
    }

    /// Keyring first: a version of the index without values is told as such,
    /// values without a version would be found by nobody.
    async fn discard(&self, version: &EnvVersion) -> Result<(), Problem> {
        safe::discard(self.keyring.as_ref(), version).await?;
        self.memory.forget(version.deployment);
        Ok(self.store.remove_env_version(version.deployment, version.number).await?)
    }
}
