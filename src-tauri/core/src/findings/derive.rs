use super::kind::{Finding, FindingKind, Severity};
use super::sources::Sources;
use super::{host, runs, schedules, secrets};
use crate::observation::Part;

/// Every finding, worst first.
#[must_use]
pub fn derive(from: &Sources<'_>) -> Vec<Finding> {
    let (seen, now) = (from.observation, from.now);
    let mut kinds = Vec::new();
    if let Some(since) = seen.summary.not_checked_since(now) {
        kinds.push(FindingKind::NotChecked {
            since,
            problem: seen.summary.unseen.last().map(|unseen| unseen.problem.clone()),
        });
    }
    kinds.extend(runs::findings(from));
    kinds.extend(schedules::findings(seen, now));
    kinds.extend(runs::dump_on_host_only(from));
    if let Some(problem) = &seen.summary.fallback_reason {
        kinds.push(FindingKind::HostUnreachable { problem: problem.clone() });
    }
    kinds.extend(secrets::findings(&seen.summary.env, from.vault));
    kinds.extend(host::findings(seen, now));
    let seen_at = |kind: &FindingKind| match kind {
        FindingKind::NotChecked { .. } => now,
        FindingKind::ServiceDown { .. } | FindingKind::ServicesUnknown { .. } | FindingKind::ClockSkew { .. } => {
            seen.summary.seen_at(Part::Host).unwrap_or(seen.summary.at)
        }
        _ => seen.summary.at,
    };
    let mut found: Vec<Finding> = kinds.into_iter().map(|kind| Finding { seen_at: seen_at(&kind), kind }).collect();
    found.sort_by_key(|finding| finding.kind.severity() != Severity::Critical);
    found
}
