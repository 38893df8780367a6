use chrono::{DateTime, Utc};

use super::kind::FindingKind;
use crate::observation::Observation;
use crate::schedules::{QueueState, against_queue};

/// Schedules that do not run as their rows say. Nothing is said of a queue that is
/// not checked.
pub(super) fn findings(seen: &Observation, now: DateTime<Utc>) -> Vec<FindingKind> {
    let mut kinds = Vec::new();
    if seen.summary.not_checked_since(now).is_none() {
        for row in &seen.schedules {
            let (id, schedule) = (row.id, row.name.clone());
            let (_, next) = against_queue(row, &seen.queue, now, chrono_tz::UTC);
            kinds.extend(match next.queue {
                QueueState::Unusable { reason } => Some(FindingKind::ScheduleUnusable { id, schedule, reason }),
                QueueState::NotInQueue => Some(FindingKind::ScheduleNotQueued { id, schedule }),
                QueueState::InQueueOtherwise { .. } => Some(FindingKind::ScheduleQueuedOtherwise { id, schedule }),
                QueueState::FiresTwice => Some(FindingKind::ScheduleQueuedTwice { id, schedule }),
                QueueState::InQueueThoughDisabled => Some(FindingKind::ScheduleQueuedThoughDisabled { id, schedule }),
                _ => None,
            });
        }
    }
    if !seen.schedules.iter().any(|schedule| schedule.enabled) {
        kinds.push(FindingKind::NoScheduleEnabled);
    }
    kinds
}
