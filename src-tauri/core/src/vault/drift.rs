use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::Vault;
use super::changes::{LostKey, NameChanges, keys_lost};
use super::on_host::{HostEnv, read_env};
use super::version::EnvVersion;
use crate::deployment::DeploymentId;
use crate::link::HostFolder;
use crate::ports::LinkError;
use crate::problem::Problem;

/// After a keyring refused a look in the background, it is left alone that long:
/// nobody wants to be asked for a password every five minutes.
const ASKED_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(30);

/// The host's `.env` against the vault's newest version. Names, never values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "env", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EnvSeen {
    /// The link ends at Postgres, or nobody has looked yet.
    #[default]
    OutOfReach,
    /// It could not be read on the host.
    Unread {
        /// Why.
        problem: Box<Problem>,
    },
    /// Nothing was captured yet.
    NothingCaptured {
        /// When it was last written, by the host's clock.
        #[specta(type = String)]
        modified_at: DateTime<Utc>,
    },
    /// The very same file.
    Same {
        /// The version.
        version: u32,
    },
    /// The bytes differ, every value is the same.
    Layout {
        /// The version.
        version: u32,
        /// When it was last written, by the host's clock.
        #[specta(type = String)]
        modified_at: DateTime<Utc>,
    },
    /// Values differ.
    Differs {
        /// The version.
        version: u32,
        /// When it was last written, by the host's clock.
        #[specta(type = String)]
        modified_at: DateTime<Utc>,
        /// By name.
        changes: NameChanges,
        /// The alarm: keys of the version that the host has no more. What was
        /// encrypted with them stays shut there.
        lost: Vec<LostKey>,
        /// Keys of the host that the vault does not hold.
        uncaptured: Vec<LostKey>,
    },
    /// The keyring would not give the version.
    VaultUnread {
        /// The version.
        version: u32,
        /// Why.
        problem: Box<Problem>,
    },
}

impl Vault {
    /// Compares the host's `.env` with the newest version. `asked` is false for
    /// looks in the background, which do not pester a keyring that said no.
    pub(crate) async fn look(
        &self,
        deployment: DeploymentId,
        at: &HostFolder,
        asked: bool,
    ) -> Result<EnvSeen, LinkError> {
        let unread = |problem: Problem| match problem {
            Problem::Link(error) if error.is_passing() => Err(error),
            other => Ok(EnvSeen::Unread { problem: Box::new(other) }),
        };
        let found = match read_env(at).await {
            Ok(found) => found,
            Err(problem) => return unread(problem),
        };
        match self.newest(deployment).await {
            Err(problem) => unread(problem),
            Ok(None) => Ok(EnvSeen::NothingCaptured { modified_at: found.facts.modified_at }),
            Ok(Some(newest)) => Ok(self.compare(&newest, &found, asked).await),
        }
    }

    async fn compare(&self, newest: &EnvVersion, found: &HostEnv, asked: bool) -> EnvSeen {
        let version = newest.number;
        let same = |marks: &super::Marks| marks.of_file(found.file.bytes()) == newest.fingerprint;
        if self.memory.marks(newest).is_some_and(|marks| same(&marks)) {
            return EnvSeen::Same { version };
        }
        if !asked && let Some(problem) = self.memory.refusal(newest.deployment, self.clock.now()) {
            return EnvSeen::VaultUnread { version, problem: Box::new(problem) };
        }
        let held = match self.open(newest).await {
            Ok(held) => held,
            Err(problem) => {
                self.memory.refuse(newest.deployment, self.clock.now(), &problem);
                return EnvSeen::VaultUnread { version, problem: Box::new(problem) };
            }
        };
        let modified_at = found.facts.modified_at;
        if held.bytes() == found.file.bytes() {
            return EnvSeen::Same { version };
        }
        let changes = NameChanges::between(&held, &found.file);
        if changes.is_empty() {
            return EnvSeen::Layout { version, modified_at };
        }
        let (lost, uncaptured) = (keys_lost(&held, &found.file), keys_lost(&found.file, &held));
        EnvSeen::Differs { version, modified_at, changes, lost, uncaptured }
    }

    /// Puts what is known by now into the last observation, so that the screens
    /// need not wait for the next look.
    pub(super) async fn remember_seen(&self, deployment: DeploymentId, seen: EnvSeen) {
        let remembered = async {
            if let Some(mut observation) = self.store.observation(deployment).await? {
                observation.env = seen;
                self.store.save_observation(deployment, &observation).await?;
            }
            Ok::<_, crate::ports::StoreError>(())
        };
        if let Err(error) = remembered.await {
            tracing::warn!(%error, "what is known of the host's .env could not be remembered");
        }
    }
}

impl super::Memory {
    fn refusal(&self, deployment: DeploymentId, now: DateTime<Utc>) -> Option<Problem> {
        let refused = self.refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (at, problem) = refused.get(&deployment)?;
        (now - *at < ASKED_AGAIN_AFTER).then(|| problem.clone())
    }

    fn refuse(&self, deployment: DeploymentId, now: DateTime<Utc>, problem: &Problem) {
        let mut refused = self.refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        refused.insert(deployment, (now, problem.clone()));
    }
}
