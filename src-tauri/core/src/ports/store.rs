use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::activity::ActivityStore;
use crate::base::StoreError;
use crate::deployment::{Deployment, DeploymentId};
use crate::findings::FindingStore;
use crate::jobs::JobStore;
use crate::observation::Observation;
use crate::vault::{EnvChange, EnvVersion, KitRecord};
use crate::weavestream::manifest::Sha256;
use crate::weavestream::run::RunId;

/// The laptop's own memory. It holds no secret.
#[async_trait]
pub trait Store: ActivityStore + FindingStore + JobStore + Send + Sync {
    /// Every deployment, by name.
    async fn deployments(&self) -> Result<Vec<Deployment>, StoreError>;
    /// Adds a deployment, or replaces the one with its id.
    async fn save_deployment(&self, deployment: &Deployment) -> Result<(), StoreError>;
    /// Forgets a deployment with its observation, the index of its vault and its
    /// copies' records; files stay.
    async fn remove_deployment(&self, id: DeploymentId) -> Result<(), StoreError>;

    /// What was last seen of a deployment.
    async fn observation(&self, id: DeploymentId) -> Result<Option<Observation>, StoreError>;
    /// Replaces what was last seen.
    async fn save_observation(&self, id: DeploymentId, observation: &Observation) -> Result<(), StoreError>;

    /// What is recorded of one deployment's dumps on this laptop, newest first.
    /// A record says nothing of now: [`crate::library::local_dumps`] looks at the files.
    async fn dump_records(&self, id: DeploymentId) -> Result<Vec<DumpRecord>, StoreError>;
    /// Adds a record, or replaces the one of the same deployment and path.
    async fn save_dump_record(&self, copy: &DumpRecord) -> Result<(), StoreError>;
    /// Forgets the record of a deployment's dump at `path`.
    async fn remove_dump_record(&self, id: DeploymentId, path: &str) -> Result<(), StoreError>;

    /// A number for the next version of a deployment's `.env`, never given before
    /// unless it was given back.
    async fn next_env_number(&self, id: DeploymentId) -> Result<u32, StoreError>;
    /// Gives a number back under which nothing was kept anywhere. It is given again
    /// unless a later one was given meanwhile.
    async fn give_back_env_number(&self, id: DeploymentId, number: u32) -> Result<(), StoreError>;
    /// The index of a deployment's vault, newest first.
    async fn env_versions(&self, id: DeploymentId) -> Result<Vec<EnvVersion>, StoreError>;
    /// Adds a version that is not complete yet.
    async fn add_env_version(&self, version: &EnvVersion) -> Result<(), StoreError>;
    /// Changes one thing of a version. False when there is no such version any
    /// more: what was removed meanwhile does not come back.
    async fn change_env_version(&self, id: DeploymentId, number: u32, change: &EnvChange) -> Result<bool, StoreError>;
    /// Forgets a version.
    async fn remove_env_version(&self, id: DeploymentId, number: u32) -> Result<(), StoreError>;

    /// Emergency kits that were written for a deployment, newest first.
    async fn kits(&self, id: DeploymentId) -> Result<Vec<KitRecord>, StoreError>;
    /// Adds a kit, or replaces the one at the same path.
    async fn save_kit(&self, kit: &KitRecord) -> Result<(), StoreError>;

    /// A setting that differs from its default.
    async fn setting(&self, key: &str) -> Result<Option<String>, StoreError>;
    /// Sets it; `None` goes back to the default.
    async fn set_setting(&self, key: &str, value: Option<&str>) -> Result<(), StoreError>;
}

/// The record of a dump on this laptop: what was shown about it, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct DumpRecord {
    /// Whose dump.
    pub deployment: DeploymentId,
    /// The run that made it; of a one-off dump, an id of its own.
    pub run: RunId,
    /// Full path.
    pub path: String,
    /// Bytes.
    #[specta(type = f64)]
    pub size: u64,
    /// Digest of the file as it lay here when it was last read.
    pub sha256: Sha256,
    /// What has been shown.
    pub state: LocalDumpState,
    /// When it was last read and compared.
    #[specta(type = String)]
    pub checked_at: DateTime<Utc>,
    /// Entries in the archive's table of contents; 0 when it could not be read.
    pub entries: u32,
    /// When it was made, for a one-off dump; none for that of a run.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub made_at: Option<DateTime<Utc>>,
    /// When the file was last written, as the file system had it when the file was
    /// read: one with another time is another one. None in records of earlier versions.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub modified: Option<DateTime<Utc>>,
}

/// What is known of a dump on this laptop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LocalDumpState {
    /// Its SHA-256 equals the manifest's and its table of contents was read.
    Verified,
    /// There was no manifest of the host to compare with; it was read to its end,
    /// the data of each entry, and is complete and readable.
    Complete,
    /// It differs from its manifest, or is no archive. Kept aside under a name that says so.
    Damaged,
    /// There was no manifest to compare with.
    Unverified,
    /// The file is not there.
    Gone,
    /// A file is there, with another size or another time than the one that was read.
    Changed,
    /// The disk does not tell whether it is there.
    Unreachable,
}

impl LocalDumpState {
    /// Whether it can be restored from, as far as was shown.
    #[must_use]
    pub fn is_sound(self) -> bool {
        matches!(self, Self::Verified | Self::Complete)
    }
}
