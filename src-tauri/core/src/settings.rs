//! What the admin chose; only differences from the defaults are stored.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use crate::deployment::DeploymentId;
use crate::ports::{Store, StoreError};

/// Settings of the laptop; only differences from the defaults are stored.
#[derive(Clone)]
pub struct Settings {
    /// Where they are kept.
    pub store: Arc<dyn Store>,
}

impl Settings {
    /// Those that `store` keeps.
    #[must_use]
    pub fn of(store: &Arc<dyn Store>) -> Self {
        Self { store: Arc::clone(store) }
    }

    /// `light`, `dark`, or none to follow the system.
    pub async fn theme(&self) -> Result<Option<String>, StoreError> {
        self.store.setting("theme").await
    }

    /// Sets the theme; anything but `light` and `dark` follows the system.
    pub async fn set_theme(&self, theme: Option<&str>) -> Result<(), StoreError> {
        self.store.set_setting("theme", theme.filter(|t| matches!(*t, "light" | "dark"))).await
    }

    /// The folder for dumps, once chosen.
    pub async fn library(&self) -> Result<Option<PathBuf>, StoreError> {
        Ok(self.store.setting("library").await?.map(PathBuf::from))
    }

    /// Chooses the folder for dumps.
    pub async fn set_library(&self, folder: &Path) -> Result<(), StoreError> {
        self.store.set_setting("library", Some(&folder.display().to_string())).await
    }

    /// The user of Weavestream as whom what is done to a deployment is recorded;
    /// none leaves the actor empty.
    pub async fn actor(&self, deployment: DeploymentId) -> Result<Option<Uuid>, StoreError> {
        Ok(self.store.setting(&actor_key(deployment)).await?.and_then(|id| id.parse().ok()))
    }

    /// The same for what is recorded afterwards: nothing that was done is undone
    /// because a setting cannot be read.
    pub async fn actor_or_nobody(&self, deployment: DeploymentId) -> Option<Uuid> {
        self.actor(deployment).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "who acts could not be read");
            None
        })
    }

    /// Chooses that user.
    pub async fn set_actor(&self, deployment: DeploymentId, actor: Option<Uuid>) -> Result<(), StoreError> {
        self.store.set_setting(&actor_key(deployment), actor.map(|id| id.to_string()).as_deref()).await
    }
}

fn actor_key(deployment: DeploymentId) -> String {
    format!("actor:{deployment}")
}
