use serde::{Deserialize, Serialize};
use specta::Type;

use super::kind::{Finding, Remedy, Severity};
use super::store::FindingRecord;
use crate::base::say_at;
use crate::time::{Moment, When};

/// A finding as the screens show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FindingView {
    /// The same for as long as it is the same trouble, within one deployment.
    pub key: String,
    /// Name of the kind: `run_failed`.
    pub kind: String,
    /// How bad it is.
    pub severity: Severity,
    /// One line, without a full stop.
    pub title: String,
    /// What it means.
    pub why: String,
    /// Since when it is known.
    pub since: When,
    /// When the facts were seen that show it.
    pub seen: When,
    /// What can be done about it.
    pub remedy: Remedy,
}

/// What is to be shown of `found` at `moment`, with what is remembered of each: without
/// what something newer took the place of, and with events of the last days.
#[must_use]
pub fn views(found: &[Finding], records: &[FindingRecord], moment: &Moment) -> Vec<FindingView> {
    let events = records.iter().filter(|record| record.finding.kind.is_event()).map(|record| &record.finding);
    let events: Vec<&Finding> = events.filter(|event| !found.iter().any(|one| one.key() == event.key())).collect();
    let mut shown: Vec<&Finding> = found.iter().filter(|one| !one.kind.is_superseded()).chain(events).collect();
    shown.sort_by_key(|finding| finding.kind.severity());
    shown.into_iter().map(|finding| view(finding, records, moment)).collect()
}

fn view(finding: &Finding, records: &[FindingRecord], moment: &Moment) -> FindingView {
    let key = finding.key();
    let since = records.iter().find(|record| record.key == key).map_or(finding.seen_at, |record| record.first_seen);
    let words = say_at("finding", "kind", &finding.kind, moment);
    let when = |at| When::new(at, moment.now, moment.zone);
    FindingView {
        key: format!("{} {}", key.kind, key.subject),
        kind: key.kind,
        severity: finding.kind.severity(),
        title: words.title,
        why: words.why,
        since: when(since),
        seen: when(finding.seen_at),
        remedy: finding.kind.remedy(),
    }
}
