use super::Vault;
use super::changes::{NameChanges, missing_keys_of};
use super::env_status::EnvStatus;
use super::on_host::{HostEnv, read_env};
use super::version::EnvVersion;
use crate::base::Problem;
use crate::deployment::DeploymentId;
use crate::link::HostFolder;
use crate::ports::LinkError;
use crate::weavestream::env_file::EnvFile;

impl Vault {
    /// Compares the host's `.env` with the newest version. `asked` is false for
    /// looks in the background, which do not pester a keyring that said no.
    pub(crate) async fn env_status(
        &self,
        deployment: DeploymentId,
        at: &HostFolder,
        asked: bool,
    ) -> Result<EnvStatus, LinkError> {
        let unread = |problem: Problem| match problem.find::<LinkError>() {
            Some(error) if error.is_passing() => Err(error),
            _ => Ok(EnvStatus::Unread { problem: Box::new(problem) }),
        };
        let found = match read_env(at).await {
            Ok(found) => found,
            Err(problem) => return unread(problem),
        };
        match self.newest(deployment).await {
            Err(problem) => unread(problem),
            Ok(None) => Ok(EnvStatus::NothingCaptured { modified_at: found.facts.modified_at }),
            Ok(Some(newest)) => Ok(self.compare(&newest, &found, asked).await),
        }
    }

    async fn compare(&self, newest: &EnvVersion, found: &HostEnv, asked: bool) -> EnvStatus {
        let (version, host, now) = (newest.number, found.file.bytes(), self.clock.now());
        if !asked && let Some(status) = self.memory.answer(newest, host, now) {
            return status;
        }
        let held = match self.open(newest).await {
            Ok(held) => held,
            Err(problem) => {
                self.memory.refuse(newest.deployment, now, &problem);
                return EnvStatus::VaultUnread { version, problem: Box::new(problem) };
            }
        };
        let status = difference(version, &held, found);
        self.memory.compared(newest, host, &status);
        status
    }

    /// Puts what is known by now into the last observation, so that the screens
    /// need not wait for the next look.
    pub(super) async fn remember_status(&self, deployment: DeploymentId, status: EnvStatus) {
        let remembered = async {
            if let Some(mut summary) = self.store.summary(deployment).await? {
                summary.env = status;
                self.store.save_summary(deployment, &summary).await?;
            }
            Ok::<_, crate::ports::StoreError>(())
        };
        if let Err(error) = remembered.await {
            tracing::warn!(%error, "what is known of the host's .env could not be remembered");
        }
    }
}

/// How the host's file differs from what is held.
fn difference(version: u32, held: &EnvFile, found: &HostEnv) -> EnvStatus {
    let (there, modified_at) = (&found.file, found.facts.modified_at);
    if held.bytes() == there.bytes() {
        return EnvStatus::Same { version };
    }
    let changes = NameChanges::between(held, there);
    // What Compose cannot read may be a value as well.
    if changes.is_empty() && there.faults().is_empty() {
        return EnvStatus::Layout { version, modified_at };
    }
    let (missing, uncaptured) = (missing_keys_of(held, there), missing_keys_of(there, held));
    let faults = there.faults().to_vec();
    EnvStatus::Differs { version, modified_at, changes, missing, uncaptured, faults }
}
