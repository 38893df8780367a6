use chrono::{DateTime, Utc};
use selvage_words::Words;
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::base::say;
use crate::deployment::DeploymentId;

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// Unique id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// The deployment that it concerns.
    pub deployment: DeploymentId,
    /// What.
    pub kind: ActivityKind,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ActivityKind {
    /// Something was done with secrets.
    Secret {
        /// What was done.
        act: SecretAct,
        /// The version of `.env`.
        version: u32,
        /// The one name that was looked at, if it was one.
        name: Option<String>,
    },
}

/// What was done with secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SecretAct {
    /// Captured from the host.
    Captured,
    /// Imported from a file or an emergency kit.
    Imported,
    /// A version was removed.
    Deleted,
    /// A value was shown.
    Revealed,
    /// A value was copied to the clipboard.
    Copied,
    /// A version was written to the host.
    PutBack,
    /// An emergency kit was written.
    KitWritten,
}

/// Something that was done, as the screens show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    /// Unique id.
    #[specta(type = String)]
    pub id: Uuid,
    /// When.
    #[specta(type = String)]
    pub at: DateTime<Utc>,
    /// The deployment that it concerns.
    pub deployment: DeploymentId,
    /// What.
    pub kind: ActivityKind,
    /// What it was done with, and what was done.
    pub words: Words,
}

impl From<Activity> for ActivityView {
    fn from(Activity { id, at, deployment, kind }: Activity) -> Self {
        let words = match &kind {
            ActivityKind::Secret { .. } => say("activity", "act", &kind),
        };
        Self { id, at, deployment, kind, words }
    }
}
