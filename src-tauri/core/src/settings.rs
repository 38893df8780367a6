//! What the admin chose; only differences from the defaults are stored.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::deployment::DeploymentId;
use crate::ports::StoreError;

/// Least and most that the window is shown at, in hundredths.
const ZOOM: (u32, u32) = (50, 300);

/// Where keys are kept that were found to differ, and how many.
const DIFFERING_KEYS: &str = "differing_keys";
const DIFFERING_AT_MOST: usize = 100;

/// What the admin chose; only differences from the defaults.
#[async_trait]
pub trait SettingStore: Send + Sync {
    /// A setting that differs from its default.
    async fn setting(&self, key: &str) -> Result<Option<String>, StoreError>;
    /// Sets it; `None` goes back to the default.
    async fn set_setting(&self, key: &str, value: Option<&str>) -> Result<(), StoreError>;
}

/// Settings of the laptop; only differences from the defaults are stored.
#[derive(Clone)]
pub struct Settings {
    /// Where they are kept.
    pub store: Arc<dyn SettingStore>,
}

impl Settings {
    /// Those that `store` keeps.
    #[must_use]
    pub fn of(store: Arc<dyn SettingStore>) -> Self {
        Self { store }
    }

    /// `light`, `dark`, or none to follow the system.
    pub async fn theme(&self) -> Result<Option<String>, StoreError> {
        self.store.setting("theme").await
    }

    /// Sets the theme; anything but `light` and `dark` follows the system.
    pub async fn set_theme(&self, theme: Option<&str>) -> Result<(), StoreError> {
        self.store.set_setting("theme", theme.filter(|t| matches!(*t, "light" | "dark"))).await
    }

    /// Where the window was, as the window wrote it.
    pub async fn window(&self) -> Result<Option<String>, StoreError> {
        self.store.setting("window").await
    }

    /// Keeps where the window is.
    pub async fn set_window(&self, placement: &str) -> Result<(), StoreError> {
        self.store.set_setting("window", Some(placement)).await
    }

    /// How large what is in the window is shown, in hundredths; 100 unless chosen.
    pub async fn zoom(&self) -> Result<u32, StoreError> {
        let kept = self.store.setting("zoom").await?.and_then(|zoom| zoom.parse().ok());
        Ok(kept.map_or(100, |zoom: u32| zoom.clamp(ZOOM.0, ZOOM.1)))
    }

    /// Keeps that, within what can be read and used.
    pub async fn set_zoom(&self, percent: u32) -> Result<u32, StoreError> {
        let percent = percent.clamp(ZOOM.0, ZOOM.1);
        let kept = Some(percent.to_string()).filter(|_| percent != 100);
        self.store.set_setting("zoom", kept.as_deref()).await?;
        Ok(percent)
    }

    /// Fingerprints of host keys that the admin found to differ from what the host
    /// itself prints, oldest first.
    pub async fn differing_keys(&self) -> Result<Vec<String>, StoreError> {
        let kept = self.store.setting(DIFFERING_KEYS).await?;
        Ok(kept.map(|kept| kept.split(' ').map(str::to_owned).collect()).unwrap_or_default())
    }

    /// Keeps that a key differs, or that it is to be compared again. Of more than a
    /// hundred the oldest are forgotten.
    pub async fn set_key_differs(&self, fingerprint: &str, differs: bool) -> Result<Vec<String>, StoreError> {
        let mut keys = self.differing_keys().await?;
        keys.retain(|known| known != fingerprint);
        // A fingerprint has no blanks; what has some is none.
        if differs && !fingerprint.contains(char::is_whitespace) {
            keys.push(fingerprint.to_owned());
        }
        let kept = keys.split_off(keys.len().saturating_sub(DIFFERING_AT_MOST));
        let text = Some(kept.join(" ")).filter(|text| !text.is_empty());
        self.store.set_setting(DIFFERING_KEYS, text.as_deref()).await?;
        Ok(kept)
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
