use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::kind::FindingKind;
use super::sources::Sources;
use crate::evidence::{has_sound, sound};
use crate::observation::{DAYS, Observation, RUNS_AT_MOST};
use crate::weavestream::cron::{Cron, Zone};
use crate::weavestream::run::{Run, RunId, RunKind, RunStatus};
use crate::weavestream::schedule::Schedule;

/// A worker that is busy, a slow start, clocks that differ a little.
const OVERDUE_AFTER: TimeDelta = TimeDelta::minutes(15);
/// Dumps of hours exist; a day does not.
const STUCK_AFTER: TimeDelta = TimeDelta::hours(12);

/// What is wrong with the runs of the last [`DAYS`] days: failed, stuck, overdue by
/// their schedules, and gone since the check before.
pub(super) fn findings(from: &Sources<'_>) -> Vec<FindingKind> {
    let (seen, now) = (from.observation, from.now);
    let mut kinds = failed(&seen.recent);
    let stuck = seen.recent.iter().filter(|run| run.status == RunStatus::Running && now - run.at() > STUCK_AFTER);
    kinds.extend(stuck.map(|run| FindingKind::RunStuck { run: run.id, since: run.at() }));
    kinds.extend(seen.schedules.iter().filter_map(|schedule| overdue(schedule, seen, now)));
    kinds.extend(gone(from.before, &seen.recent, now));
    kinds
}

/// The newest good dump, when neither it nor a newer one-off dump is on this laptop.
pub(super) fn dump_on_host_only(from: &Sources<'_>) -> Option<FindingKind> {
    let latest = from.observation.summary.latest_good.as_ref()?;
    let older_here = sound(from.dumps).next().is_some();
    let kind = FindingKind::DumpOnHostOnly { run: latest.id, at: latest.at(), older_here };
    (!has_sound(from.dumps, latest)).then_some(kind)
}

/// Each run that failed. One after which another of its schedule has ended asks for nothing more.
fn failed(runs: &[Run]) -> Vec<FindingKind> {
    // Newest first, so that the first of a schedule is its newest.
    let mut ended = HashSet::new();
    let mut kinds = Vec::new();
    for run in runs.iter().filter(|run| matches!(run.status, RunStatus::Success | RunStatus::Failed)) {
        let superseded = !ended.insert(run.schedule_id);
        if run.status == RunStatus::Failed {
            let reason = run.error.as_deref().and_then(|error| error.lines().find(|line| !line.trim().is_empty()));
            kinds.push(FindingKind::RunFailed {
                run: run.id,
                at: run.at(),
                schedule: run.schedule_name.clone(),
                reason: reason.map(ToOwned::to_owned),
                superseded,
            });
        }
    }
    kinds
}

/// The schedule should have run since its last run or change, and did not.
fn overdue(schedule: &Schedule, seen: &Observation, now: DateTime<Utc>) -> Option<FindingKind> {
    // Of a database that was not checked since, it is not known.
    if !schedule.enabled || seen.summary.not_checked_since(now).is_some() {
        return None;
    }
    let own = |run: &&Run| run.schedule_id == Some(schedule.id) && run.kind == RunKind::Scheduled;
    let last = seen.recent.iter().filter(own).map(Run::at).max();
    let since = last.unwrap_or(schedule.updated_at).max(schedule.updated_at);
    let cron = Cron::parse(&schedule.cron).ok()?;
    let due = cron.after(since, Zone::parse(schedule.zone_name()).ok()?).ok()?;
    let kind = FindingKind::RunOverdue { id: schedule.id, schedule: schedule.name.clone(), due, last };
    (now - due >= OVERDUE_AFTER).then_some(kind)
}

/// Runs that were there at the check before, are young enough to be seen again, and are not there any more.
fn gone(before: &[Run], runs: &[Run], now: DateTime<Utc>) -> Option<FindingKind> {
    if runs.len() >= RUNS_AT_MOST as usize {
        return None;
    }
    let still_in_view = now - TimeDelta::days(i64::from(DAYS) - 1);
    let there: HashSet<RunId> = runs.iter().map(|run| run.id).collect();
    let gone: Vec<&Run> = before.iter().filter(|run| run.at() > still_in_view && !there.contains(&run.id)).collect();
    let newest = gone.iter().max_by_key(|run| run.at())?;
    let count = u32::try_from(gone.len()).unwrap_or(u32::MAX);
    Some(FindingKind::RunsGone { newest: newest.id, at: newest.at(), count })
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Berlin;

    use crate::observation::Summary;

    use super::*;
    use crate::base::say_at;
    use crate::queue::QueueSeen;
    use crate::time::Moment;
    use crate::vault::{EnvStatus, VaultStatus};

    fn now() -> DateTime<Utc> {
        "2026-10-22T07:41:00Z".parse().unwrap_or_default()
    }

    fn run(n: u128, status: RunStatus, at: &str) -> Run {
        let row = serde_json::json!({
            "id": uuid::Uuid::from_u128(n), "schedule_id": uuid::Uuid::from_u128(99), "schedule_name": "Daily",
            "kind": "scheduled", "status": status, "started_at": at, "created_at": at, "error": "\npg_dump: error: no",
        });
        serde_json::from_value(row).unwrap_or_else(|error| unreachable!("{error}"))
    }

    fn daily(updated_at: &str) -> Schedule {
        let row = serde_json::json!({
            "id": uuid::Uuid::from_u128(99), "name": "Daily", "enabled": true, "cron": "0 3 * * *",
            "timezone": "America/New_York", "retention": crate::weavestream::schedule::Retention::default(), "notify_emails": [], "notify_on_success": false,
            "last_run_at": null, "updated_at": updated_at,
        });
        serde_json::from_value(row).unwrap_or_else(|error| unreachable!("{error}"))
    }

    fn seen(runs: &[Run], schedules: &[Schedule], at: DateTime<Utc>) -> Observation {
        let env = EnvStatus::default();
        let summary = Summary { at, host_at: None, unseen: Vec::new(), fallback_reason: None, env, latest_good: None };
        let (schedules, recent) = (schedules.to_vec(), runs.to_vec());
        Observation { summary, facts: None, schedules, queue: QueueSeen::OutOfReach, recent }
    }

    fn found(before: &[Run], observation: &Observation) -> Vec<FindingKind> {
        let vault = VaultStatus::default();
        findings(&Sources { observation, before, dumps: &[], vault: &vault, now: observation.summary.at })
    }

    fn told(kind: &FindingKind, now: DateTime<Utc>) -> (String, String) {
        let words = say_at("finding", "kind", kind, &Moment { now, zone: Berlin });
        (words.title, words.why)
    }

    fn overdue_of(runs: &[Run], schedule: &Schedule, now: DateTime<Utc>) -> Option<String> {
        overdue(schedule, &seen(runs, std::slice::from_ref(schedule), now), now).map(|kind| told(&kind, now).1)
    }

    #[test]
    fn a_schedule_is_overdue_by_its_own_next_time() {
        let daily = daily("2026-10-01T00:00:00Z");
        let yesterday = run(1, RunStatus::Success, "2026-10-21T07:00:00.2Z");
        // Today's was due at 07:00 UTC, 41 minutes ago.
        let told = overdue_of(std::slice::from_ref(&yesterday), &daily, now());
        assert_eq!(
            told.as_deref(),
            Some("It should have run Today, 09:00, but no run has started. Its last run started Yesterday, 09:00.")
        );
        assert_eq!(overdue_of(std::slice::from_ref(&yesterday), &daily, now() - TimeDelta::minutes(30)), None);
        let today = run(2, RunStatus::Running, "2026-10-22T07:00:00.1Z");
        assert_eq!(overdue_of(&[yesterday, today], &daily, now()), None);
    }

    #[test]
    fn what_was_changed_since_is_not_overdue() {
        let old = run(1, RunStatus::Success, "2026-10-11T07:00:00Z");
        assert_eq!(overdue_of(std::slice::from_ref(&old), &daily("2026-10-22T07:30:00Z"), now()), None);
        let mut off = daily("2026-10-01T00:00:00Z");
        off.enabled = false;
        assert_eq!(overdue_of(&[old], &off, now()), None);
        assert!(
            overdue_of(&[], &daily("2026-10-01T00:00:00Z"), now()).is_some_and(|told| told.ends_with("never run."))
        );
    }

    #[test]
    fn a_failure_is_told_with_its_first_words_until_a_later_run_has_ended() {
        let runs = [
            run(1, RunStatus::Skipped, "2026-10-22T07:00:00Z"),
            run(2, RunStatus::Failed, "2026-10-21T07:00:00Z"),
            run(3, RunStatus::Failed, "2026-10-20T07:00:00Z"),
            run(4, RunStatus::Success, "2026-10-19T07:00:00Z"),
        ];
        let kinds = found(&[], &seen(&runs, &[], now()));
        let asks: Vec<_> = kinds.iter().map(|kind| (told(kind, now()), kind.is_superseded())).collect();
        let why = || "pg_dump: error: no".to_owned();
        assert_eq!(
            asks,
            [
                (("Daily failed (Yesterday, 09:00)".to_owned(), why()), false),
                (("Daily failed (Tue 20 Oct, 09:00)".to_owned(), why()), true),
            ]
        );
    }

    #[test]
    fn runs_that_are_gone_are_told_and_old_ones_only_age() {
        let old = run(1, RunStatus::Success, "2026-09-22T07:41:00Z");
        let (one, two) =
            (run(2, RunStatus::Success, "2026-10-20T07:00:00Z"), run(3, RunStatus::Success, "2026-10-21T07:00:00Z"));
        let before = [two.clone(), one.clone(), old];
        let gone = |runs: &[Run]| found(&before, &seen(runs, &[], now()));
        assert_eq!(gone(&[two.clone(), one.clone()]), []);
        let titles: Vec<_> = gone(&[]).iter().map(|kind| told(kind, now()).0).collect();
        assert_eq!(titles, ["2 runs are gone, the newest from Yesterday, 09:00"]);
        assert_eq!(gone(&[one]).len(), 1);
    }
}
