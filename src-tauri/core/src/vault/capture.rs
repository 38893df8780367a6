use std::path::Path;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::changes::NameChanges;
use super::drift::EnvSeen;
use super::error::VaultError;
use super::fingerprint::Marks;
use super::on_host::read_env;
use super::version::{EnvSource, EnvVersion};
use super::{Vault, safe};
use crate::deployment::{Deployment, DeploymentId};
use crate::jobs::{JobKind, SecretAct};
use crate::ports::LibraryError;
use crate::problem::Problem;
use crate::weavestream::env_file::{BYTES_AT_MOST, EnvFile, EnvFileError};

/// Versions that stay when a new one comes; beyond, the oldest without a note goes.
pub const ROTATION_KEEPS: usize = 100;
/// A version that another process is storing: a keyring that asks for leave at
/// every entry may take minutes.
const UNFINISHED_AFTER: TimeDelta = TimeDelta::hours(1);

/// What a capture came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Captured {
    /// The version that holds the file now.
    pub version: u32,
    /// False when the newest version was the very same file already.
    pub new: bool,
}

impl Vault {
    /// Reads the host's `.env` and keeps it as a version.
    pub async fn capture(&self, deployment: &Deployment) -> Result<Captured, Problem> {
        let found = read_env(&self.links.folder(deployment).await?).await?;
        let captured = self.keep(deployment.id, &found.file, found.facts.source(), SecretAct::Captured).await?;
        let seen = EnvSeen::Same { version: captured.version };
        self.remember_seen(deployment.id, seen).await;
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
    pub(crate) async fn write_down(&self, deployment: DeploymentId, kind: JobKind) {
        if let Err(error) = self.jobs.record(deployment, kind).await {
            tracing::warn!(%error, "what was done with secrets could not be written down");
        }
    }

    /// A file of this laptop, whole; one of more than `at_most` bytes is refused as `too_large` says.
    pub(crate) async fn read_here(
        &self,
        file: &Path,
        at_most: u64,
        too_large: impl FnOnce(u64) -> Problem + Send + 'static,
    ) -> Result<Vec<u8>, Problem> {
        let (library, path) = (self.library.clone(), file.to_owned());
        let missing = || LibraryError::FileMissing { file: file.display().to_string() };
        let name = file.file_name().and_then(|name| name.to_str()).ok_or_else(missing)?.to_owned();
        let folder = file.parent().map(Path::to_owned).ok_or_else(missing)?;
        let read = move || {
            let folder = library.open(&folder)?;
            let Some(size) = folder.size(&name)? else {
                return Err(LibraryError::FileMissing { file: path.display().to_string() }.into());
            };
            if size > at_most {
                return Err(too_large(size));
            }
            let mut bytes = Vec::new();
            let mut limited = std::io::Read::take(folder.read(&name)?, at_most);
            std::io::Read::read_to_end(&mut limited, &mut bytes)
                .map_err(|e| LibraryError::FileTrouble { file: path.display().to_string(), reason: e.to_string() })?;
            Ok(bytes)
        };
        tokio::task::spawn_blocking(read).await.unwrap_or_else(|stopped| {
            Err(LibraryError::FileTrouble { file: file.display().to_string(), reason: stopped.to_string() }.into())
        })
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
        let changes = match self.newest(deployment).await? {
            None => None,
            Some(newest) => match self.open(&newest).await {
                Ok(before) if before.bytes() == file.bytes() => {
                    return Ok(Captured { version: newest.number, new: false });
                }
                Ok(before) => Some(NameChanges::between(&before, file)),
                // One that somebody has meddled with is no reason to capture nothing.
                Err(Problem::Vault(VaultError::EntryMissing { .. } | VaultError::EntryAltered { .. })) => None,
                Err(other) => return Err(other),
            },
        };
        let version = self.store_version(deployment, file, source, changes).await?;
        self.rotate(deployment).await;
        self.write_down(deployment, JobKind::Secret { act, version, name: None }).await;
        Ok(Captured { version, new: true })
    }

    async fn store_version(
        &self,
        deployment: DeploymentId,
        file: &EnvFile,
        source: EnvSource,
        changes: Option<NameChanges>,
    ) -> Result<u32, Problem> {
        let marks = Marks::random();
        let pieces = safe::pieces(file.bytes(), &marks, self.keyring.entry_limit());
        let piece_marks = pieces.iter().enumerate().map(|(at, piece)| marks.of_piece(at + 1, piece.expose()));
        let mut version = EnvVersion {
            deployment,
            number: self.store.next_env_number(deployment).await?,
            captured_at: self.clock.now(),
            source,
            note: String::new(),
            size: u32::try_from(file.bytes().len()).unwrap_or(u32::MAX),
            complete: false,
            fingerprint: marks.of_file(file.bytes()),
            pieces: piece_marks.collect(),
            names: EnvVersion::marks_of(file, &marks),
            changes,
            proof: None,
        };
        // The index first, so that whatever reaches the keyring is known to belong to something.
        self.store.save_env_version(&version).await?;
        if let Err(problem) = self.fill(&version, file, &pieces).await {
            if let Err(left) = self.discard(&version).await {
                tracing::warn!(%left, version = version.number, "a version that was not completed is left");
            }
            return Err(problem);
        }
        version.complete = true;
        self.store.save_env_version(&version).await?;
        Ok(version.number)
    }

    async fn fill(&self, version: &EnvVersion, file: &EnvFile, pieces: &[crate::Secret]) -> Result<(), Problem> {
        safe::keep(self.keyring.as_ref(), version, pieces).await?;
        let back = self.open(version).await.map_err(|problem| match problem {
            Problem::Vault(_) | Problem::EnvFile(_) => VaultError::NotReadBack.into(),
            other => other,
        })?;
        if back.bytes() == file.bytes() { Ok(()) } else { Err(VaultError::NotReadBack.into()) }
    }

    /// What a process that was killed left half stored.
    async fn clear_unfinished(&self, deployment: DeploymentId) -> Result<(), Problem> {
        let old = |version: &EnvVersion| !version.complete && self.clock.now() - version.captured_at > UNFINISHED_AFTER;
        for version in self.store.env_versions(deployment).await?.iter().filter(|version| old(version)) {
            self.discard(version).await?;
        }
        Ok(())
    }

    /// The newest stay, and those with a note. That old ones stay too long is no failure.
    async fn rotate(&self, deployment: DeploymentId) {
        let versions = self.versions(deployment).await.unwrap_or_default();
        for version in versions.iter().skip(ROTATION_KEEPS).filter(|version| version.note.is_empty()) {
            if let Err(problem) = self.discard(version).await {
                tracing::warn!(%problem, version = version.number, "an old version could not be removed");
                return;
            }
        }
    }
}
