use chrono::{DateTime, Utc};

use super::kind::FindingKind;
use crate::observation::{Observation, Part};
use crate::probe::ProbeError;

/// More than this many seconds apart, and times may look wrong.
const SKEW_TOLD: i64 = 30;
/// What a backup needs.
const NEEDED: [&str; 4] = ["postgres", "redis", "worker", "api"];

/// What is wrong with the host by itself: its services, its clock.
pub(super) fn findings(seen: &Observation, now: DateTime<Utc>) -> Vec<FindingKind> {
    let Some(facts) = &seen.facts else { return Vec::new() };
    let at = seen.summary.seen_at(Part::Host).filter(|_| !seen.summary.is_current(Part::Host, now));
    let mut kinds = match facts.compose_trouble.as_ref().filter(|_| facts.services.is_empty()) {
        Some(reason) => vec![FindingKind::ServicesUnknown { reason: reason.clone(), at }],
        None => {
            NEEDED.into_iter().filter_map(|service| facts.running(service).err()).map(|error| down(error, at)).collect()
        }
    };
    let seconds = facts.clock_skew.abs();
    if seconds > SKEW_TOLD {
        kinds.push(FindingKind::ClockSkew { seconds });
    }
    kinds
}

fn down(error: ProbeError, at: Option<DateTime<Utc>>) -> FindingKind {
    match error {
        ProbeError::ServiceDown { service, state } => FindingKind::ServiceDown { service, state, at },
        other => FindingKind::ServicesUnknown { reason: other.to_string(), at },
    }
}
