use std::path::Path;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::Vault;
use super::changes::{NameChanges, missing_keys_of};
use super::env_status::EnvStatus;
use super::error::VaultError;
use super::fingerprint::FingerprintKey;
use super::on_host::read_env;
use super::safe::{self, NotKept};
use super::version::{EnvChange, EnvSource, EnvVersion, KeyInOlderVersion};
use crate::activity::{ActivityKind, SecretAct};
use crate::base::Problem;
use crate::deployment::{Deployment, DeploymentId};
use crate::ports::{KeyringError, LibraryError};
use crate::weavestream::env_file::{BYTES_AT_MOST, EnvFile, EnvFileError};

/// Versions that stay when a new one comes; beyond, the oldest without a note goes.
pub const ROTATION_KEEPS: usize = 100;
/// A version that another process is storing: a keyring that asks for leave at
/// every entry may take minutes.
const UNFINISHED_AFTER: TimeDelta = TimeDelta::hours(1);

/// What a capture came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Captured {
    /// The version that holds the file now.
    pub version: u32,
    /// False when a version was the very same file already.
    pub new: bool,
    /// The alarm: keys of stored data that older versions have and this one has not.
    pub missing_keys: Vec<KeyInOlderVersion>,
}

impl Vault {
    /// Reads the host's `.env` and keeps it as a version.
    pub async fn capture(&self, deployment: &Deployment) -> Result<Captured, Problem> {
        let found = read_env(&self.links.folder(deployment).await?).await?;
        let captured = self.keep(deployment.id, &found.file, found.facts.source(), SecretAct::Captured).await?;
        self.remember_status(deployment.id, EnvStatus::Same { version: captured.version }).await;
        Ok(captured)
    }

    /// Keeps a file of this laptop as a version.
    pub async fn import(&self, deployment: &Deployment, file: &Path) -> Result<Captured, Problem> {
        let env = EnvFile::parse(
            self.read_here(file, BYTES_AT_MOST as u64, |size| EnvFileError::too_large(size).into()).await?,
        )?;
        let source = EnvSource::File { path: file.display().to_string() };
        self.keep(deployment.id, &env, source, SecretAct::Imported).await
    }

    /// Leaves a line in the activity log. What was done is not undone because it
    /// cannot be written down.
    pub(crate) async fn log_activity(&self, deployment: DeploymentId, kind: ActivityKind) {
        if let Err(error) = self.activity.record(deployment, kind).await {
            tracing::warn!(%error, "what was done with secrets could not be written down");
        }
    }

    /// A file of this laptop, whole; one of more than `at_most` bytes is refused
    /// as `too_large` says.
    pub(crate) async fn read_here(
        &self,
        file: &Path,
        at_most: u64,
        too_large: impl FnOnce(u64) -> Problem + Send + 'static,
    ) -> Result<Vec<u8>, Problem> {
        let (library, path) = (self.library.clone(), file.to_owned());
        let read = tokio::task::spawn_blocking(move || library.read_small(&path, at_most)).await;
        let trouble = |reason: String| LibraryError::FileTrouble { file: file.display().to_string(), reason };
        read.map_err(|stopped| trouble(stopped.to_string()))??.map_err(too_large)
    }

    /// Keeps `file` as the newest version, unless the newest is the very same.
    /// It counts only after it was read back from the keyring.
    pub(crate) async fn keep(
        &self,
        deployment: DeploymentId,
        file: &EnvFile,
        source: EnvSource,
        act: SecretAct,
    ) -> Result<Captured, Problem> {
        let _turn = self.memory.turn.lock().await;
        self.clear_unfinished(deployment).await?;
        let newest = self.newest(deployment).await?;
        let before = match &newest {
            None => None,
            Some(newest) => self.open_if_sound(newest).await?,
        };
        if let Some(same) = self.very_same(deployment, file, &source, before.as_ref()).await? {
            return Ok(Captured { version: same, new: false, missing_keys: Vec::new() });
        }
        let changes = before.as_ref().map(|before| NameChanges::between(before, file));
        let missing_keys = self.missing_keys(newest.as_ref(), before.as_ref(), file).await?;
        let version = self.store_version(deployment, file, source, changes, missing_keys.clone()).await?;
        self.rotate(deployment).await;
        self.log_activity(deployment, ActivityKind::Secret { act, version, name: None }).await;
        Ok(Captured { version, new: true, missing_keys })
    }

    /// One that somebody has meddled with is no reason to capture nothing.
    async fn open_if_sound(&self, version: &EnvVersion) -> Result<Option<EnvFile>, Problem> {
        match self.open(version).await {
            Ok(file) => Ok(Some(file)),
            Err(problem) if is_altered(&problem) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// The version that is this very file: the newest, or for a file that may be
    /// an old one any of them.
    async fn very_same(
        &self,
        deployment: DeploymentId,
        file: &EnvFile,
        source: &EnvSource,
        newest: Option<&EnvFile>,
    ) -> Result<Option<u32>, Problem> {
        let versions = self.versions(deployment).await?;
        if newest.is_some_and(|newest| newest.bytes() == file.bytes()) {
            return Ok(versions.first().map(|version| version.number));
        }
        if matches!(source, EnvSource::Host { .. }) {
            return Ok(None);
        }
        for version in versions.iter().skip(1).filter(|version| version.size as usize == file.bytes().len()) {
            if self.open_if_sound(version).await?.is_some_and(|held| held.bytes() == file.bytes()) {
                return Ok(Some(version.number));
            }
        }
        Ok(None)
    }

    /// Keys that the versions before have and `file` has not: those that are left
    /// behind now, and those that were before and have not come back.
    async fn missing_keys(
        &self,
        newest: Option<&EnvVersion>,
        before: Option<&EnvFile>,
        file: &EnvFile,
    ) -> Result<Vec<KeyInOlderVersion>, Problem> {
        let Some(newest) = newest else { return Ok(Vec::new()) };
        let now = before.map(|before| missing_keys_of(before, file)).unwrap_or_default();
        let mut left: Vec<_> = now.into_iter().map(|key| KeyInOlderVersion { key, version: newest.number }).collect();
        for earlier in &newest.missing_keys {
            let version = self.version(newest.deployment, Some(earlier.version)).await;
            let held = match version {
                Ok(version) => self.open_if_sound(&version).await?,
                Err(_) => None,
            };
            let still = held
                .is_none_or(|held| missing_keys_of(&held, file).iter().any(|key| key.key_use == earlier.key.key_use));
            if still {
                left.push(earlier.clone());
            }
        }
        Ok(left)
    }

    async fn store_version(
        &self,
        deployment: DeploymentId,
        file: &EnvFile,
        source: EnvSource,
        changes: Option<NameChanges>,
        missing_keys: Vec<KeyInOlderVersion>,
    ) -> Result<u32, Problem> {
        let marks = FingerprintKey::random();
        let pieces = safe::pieces(file.bytes(), &marks, self.keyring.entry_limit());
        let piece_marks = pieces.iter().enumerate().map(|(at, piece)| marks.of_piece(at + 1, piece.expose()));
        let version = EnvVersion {
            deployment,
            number: self.free_number(deployment).await?,
            captured_at: self.clock.now(),
            source,
            note: String::new(),
            size: u32::try_from(file.bytes().len()).unwrap_or(u32::MAX),
            complete: false,
            fingerprint: marks.of_file(file.bytes()),
            pieces: piece_marks.collect(),
            names: EnvVersion::marks_of(file, &marks),
            changes,
            missing_keys,
            proof: None,
        };
        // The index first, so that whatever reaches the keyring is known to belong to something.
        self.store.add_env_version(&version).await?;
        if let Err(NotKept { problem, left }) = self.fill(&version, file, &pieces).await {
            self.abandon(&version, left).await;
            return Err(problem);
        }
        if !self.store.change_env_version(deployment, version.number, &EnvChange::Complete).await? {
            return Err(VaultError::NotReadBack.into());
        }
        Ok(version.number)
    }

    /// A number that neither the index nor the keyring has used: what the keyring
    /// holds is never written over.
    async fn free_number(&self, deployment: DeploymentId) -> Result<u32, Problem> {
        loop {
            let number = self.store.next_env_number(deployment).await?;
            match safe::taken(self.keyring.as_ref(), deployment, number).await {
                Ok(false) => return Ok(number),
                Ok(true) => {}
                Err(problem) => {
                    self.give_back(deployment, number).await;
                    return Err(problem);
                }
            }
        }
    }

    /// Forgets a version that was not completed, and its number. What is left of it in
    /// the keyring keeps it in the index, so that a later capture can clear it away.
    async fn abandon(&self, version: &EnvVersion, left: bool) {
        if left {
            return;
        }
        match self.store.remove_env_version(version.deployment, version.number).await {
            Ok(()) => self.give_back(version.deployment, version.number).await,
            Err(error) => {
                tracing::warn!(%error, version = version.number, "a version that was not completed is left");
            }
        }
    }

    /// A gap in the numbers would look as though a version had been lost.
    async fn give_back(&self, deployment: DeploymentId, number: u32) {
        if let Err(error) = self.store.give_back_env_number(deployment, number).await {
            tracing::warn!(%error, number, "the number of a version that was not kept is left out");
        }
    }

    async fn fill(&self, version: &EnvVersion, file: &EnvFile, pieces: &[crate::Secret]) -> Result<(), NotKept> {
        safe::keep(self.keyring.as_ref(), version, pieces).await?;
        let problem = match self.open(version).await {
            Ok(back) if back.bytes() == file.bytes() => return Ok(()),
            Err(problem) if problem.find::<VaultError>().is_none() && problem.find::<EnvFileError>().is_none() => {
                problem
            }
            _ => VaultError::NotReadBack.into(),
        };
        let left = safe::discard(self.keyring.as_ref(), version).await.is_err();
        self.memory.forget(version.deployment);
        Err(NotKept { problem, left })
    }

    /// What a process that was killed left half stored.
    async fn clear_unfinished(&self, deployment: DeploymentId) -> Result<(), Problem> {
        let old = |version: &EnvVersion| !version.complete && self.clock.now() - version.captured_at > UNFINISHED_AFTER;
        for version in self.store.env_versions(deployment).await?.iter().filter(|version| old(version)) {
            self.discard(version).await?;
        }
        Ok(())
    }

    /// The newest stay, those with a note, and those that alone hold a key. That
    /// old ones stay too long is no failure.
    async fn rotate(&self, deployment: DeploymentId) {
        let versions = self.versions(deployment).await.unwrap_or_default();
        let needed: Vec<u32> = versions.iter().flat_map(|v| &v.missing_keys).map(|left| left.version).collect();
        let old = versions.iter().skip(ROTATION_KEEPS);
        for version in old.filter(|version| version.note.is_empty() && !needed.contains(&version.number)) {
            if let Err(problem) = self.discard(version).await {
                tracing::warn!(%problem, version = version.number, "an old version could not be removed");
                return;
            }
        }
    }
}

/// What the keyring has of a version is not what was stored.
fn is_altered(problem: &Problem) -> bool {
    matches!(problem.find(), Some(VaultError::EntryMissing { .. } | VaultError::EntryAltered { .. }))
        || matches!(problem.find(), Some(KeyringError::KeyringUnreadable { .. }))
        || problem.find::<EnvFileError>().is_some()
}
