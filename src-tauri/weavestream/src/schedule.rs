//! Schedules: rows of `backup_config` (`docs/weavestream.md` section 2).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

/// How many dumps the worker keeps, per rule. Missing or odd values in the row
/// read as the web app's defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Retention {
    /// The newest so many, 0 to 100.
    pub keep_last: u32,
    /// One per UTC day, 0 to 365.
    pub daily: u32,
    /// One per ISO week, 0 to 104.
    pub weekly: u32,
    /// One per UTC month, 0 to 120.
    pub monthly: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { keep_last: 3, daily: 7, weekly: 4, monthly: 12 }
    }
}

impl Retention {
    /// Reads the `retention` column; unknown keys are somebody else's and ignored here.
    #[must_use]
    pub fn from_json(document: &serde_json::Value) -> Self {
        let usual = Self::default();
        let read = |key: &str, default: u32, most: u32| {
            let found = document.get(key).and_then(serde_json::Value::as_u64);
            found.map_or(default, |n| u32::try_from(n).unwrap_or(u32::MAX).min(most))
        };
        Self {
            keep_last: read("keepLast", usual.keep_last, 100),
            daily: read("daily", usual.daily, 365),
            weekly: read("weekly", usual.weekly, 104),
            monthly: read("monthly", usual.monthly, 120),
        }
    }
}

/// One row of `backup_config`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Primary key.
    pub id: Uuid,
    /// As shown in the web app.
    pub name: String,
    /// Whether it should fire.
    pub enabled: bool,
    /// Five fields.
    pub cron: String,
    /// IANA name; `None` means `Etc/UTC`.
    pub timezone: Option<String>,
    /// Rules of pruning.
    pub retention: Retention,
    /// Who is mailed.
    pub notify_emails: Vec<String>,
    /// Mail on success as well.
    pub notify_on_success: bool,
    /// Last success, as the worker wrote it.
    pub last_run_at: Option<DateTime<Utc>>,
    /// Last change of the row.
    pub updated_at: DateTime<Utc>,
    /// What of the row cannot be read, such as a time without end.
    #[serde(default)]
    pub unreadable: Option<String>,
}

impl Schedule {
    /// The zone's IANA name.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.timezone.as_deref().unwrap_or("Etc/UTC")
    }
}

/// The id of a schedule's BullMQ Job Scheduler (`docs/weavestream.md` section 3).
#[must_use]
pub fn scheduler_id(schedule: Uuid) -> String {
    format!("backup-config-{schedule}")
}

/// The schedule of a Job Scheduler's id; none when it is no id of ours.
#[must_use]
pub fn schedule_of(scheduler: &str) -> Option<Uuid> {
    scheduler.strip_prefix("backup-config-")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn odd_retention_reads_as_the_defaults_and_within_the_limits() {
        assert_eq!(Retention::from_json(&json!(null)), Retention::default());
        let odd = json!({"keepLast": 5000, "daily": "7", "weekly": -1, "monthly": 2, "theirs": true});
        assert_eq!(Retention::from_json(&odd), Retention { keep_last: 100, daily: 7, weekly: 4, monthly: 2 });
    }
}
