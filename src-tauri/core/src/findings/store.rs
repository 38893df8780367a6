use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::kind::{Finding, FindingKey};
use crate::deployment::DeploymentId;
use crate::ports::StoreError;

/// What is remembered of a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingRecord {
    /// Its identity.
    pub key: FindingKey,
    /// When it was first seen, or first again after it was cleared.
    pub first_seen: DateTime<Utc>,
    /// When it was last seen.
    pub last_seen: DateTime<Utc>,
    /// When the admin was notified; none when not yet, or when it is nothing to notify of.
    pub notified: Option<DateTime<Utc>>,
    /// When it was no longer seen; none while it is.
    pub cleared: Option<DateTime<Utc>>,
    /// As it was last seen.
    pub finding: Finding,
}

/// What one check found, to be remembered.
#[derive(Clone, Debug)]
pub struct Recorded<'a> {
    /// Everything that was found.
    pub found: &'a [Finding],
    /// Kinds that this check could not judge: what is remembered of them stays as it is.
    pub not_judged: &'a [&'a str],
    /// Somebody is notified of what is new. Otherwise it stays new for the next check.
    pub notifies: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// Remembers findings: since when, and what was notified.
#[async_trait]
pub trait FindingStore: Send + Sync {
    /// What is remembered of a deployment and not cleared.
    async fn findings(&self, id: DeploymentId) -> Result<Vec<FindingRecord>, StoreError>;

    /// Remembers what a check found, in one transaction, and gives what the admin is to be
    /// notified of; it counts as notified at once, because twice is worse than never.
    ///
    /// The first check of a deployment is news of nothing. A finding that is not seen any
    /// more is cleared, and is new again when it comes back; an event is cleared after a week.
    async fn record_findings(&self, id: DeploymentId, recorded: &Recorded<'_>) -> Result<Vec<Finding>, StoreError>;
}
