use std::sync::Arc;

use tokio::sync::broadcast;
use uuid::Uuid;

use super::model::{Activity, ActivityKind, ActivityView};
use crate::activity::ActivityStore;
use crate::base::StoreError;
use crate::deployment::DeploymentId;
use crate::ports::Clock;

const SHOWN: u32 = 200;

/// Writes down what was done. Clones share the same listeners.
#[derive(Clone)]
pub struct ActivityLog {
    store: Arc<dyn ActivityStore>,
    clock: Arc<dyn Clock>,
    changes: broadcast::Sender<ActivityView>,
}

impl ActivityLog {
    /// A log that is kept in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn ActivityStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, changes: broadcast::channel(64).0 }
    }

    /// Writes down what was just done.
    pub async fn record(&self, deployment: DeploymentId, kind: ActivityKind) -> Result<(), StoreError> {
        let activity = Activity { id: Uuid::new_v4(), at: self.clock.now(), deployment, kind };
        self.store.add_activity(&activity).await?;
        // Nobody listening is fine: the store has it.
        let _ = self.changes.send(activity.into());
        Ok(())
    }

    /// The newest entries, newest first.
    pub async fn list(&self) -> Result<Vec<ActivityView>, StoreError> {
        Ok(self.store.activity(SHOWN).await?.into_iter().map(ActivityView::from).collect())
    }

    /// Entries from now on. To be subscribed to before the list is taken.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<ActivityView> {
        self.changes.subscribe()
    }
}
