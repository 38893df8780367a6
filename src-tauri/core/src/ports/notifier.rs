use serde::{Deserialize, Serialize};
use specta::Type;

use crate::deployment::DeploymentId;
use crate::weavestream::run::RunId;

/// Something worth interrupting for, in finished words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// One line.
    pub title: String,
    /// One or two sentences.
    pub body: String,
    /// What a click on it shows. A notice of something that went wrong has one, and is shown also
    /// while the window is in front; the end of a job is in the window anyway.
    pub opens: Option<Opening>,
}

/// A place in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Opening {
    /// The deployment that this is about.
    pub deployment: DeploymentId,
    /// The screen to open.
    pub place: Place,
}

/// A screen of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "screen", rename_all = "snake_case")]
pub enum Place {
    /// The history.
    History {
        /// The run to show; none for the newest.
        run: Option<RunId>,
    },
    /// The secrets.
    Secrets,
}

/// The desktop's notifications.
pub trait Notifier: Send + Sync {
    /// Shows `notice` now; a desktop without notifications loses it silently,
    /// because the same fact is always in the window as well.
    fn show(&self, notice: &Notice);
    /// Whether anybody hears it: what nobody heard is still to be told.
    fn delivers(&self) -> bool {
        true
    }
}
