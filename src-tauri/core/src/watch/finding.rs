use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::overview::{DAYS, RUNS_AT_MOST};
use crate::ports::Place;
use crate::time::local;
use crate::vault::{EnvStatus, MissingKey};
use crate::weavestream::cron::{Cron, Zone};
use crate::weavestream::run::{Run, RunId, RunKind, RunStatus};
use crate::weavestream::schedule::Schedule;

/// Something that went wrong with a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The same for as long as it is the same trouble.
    pub key: String,
    /// One line, to stand after the deployment's name.
    pub title: String,
    /// What is known of it.
    pub detail: String,
    /// What a click on it shows.
    pub place: Place,
}

/// How the keys of findings about keys begin.
pub(super) const OF_KEYS: &str = "key-";
/// How the key of what is gone begins.
const GONE: &str = "vanished";

impl Finding {
    /// It shows in what changed between two looks, and in no later one.
    #[must_use]
    pub fn is_found_once(&self) -> bool {
        self.key.starts_with(GONE)
    }
}

/// A worker that is busy, a slow start, clocks that differ a little.
const OVERDUE_AFTER: TimeDelta = TimeDelta::minutes(15);

/// What is wrong with `runs`, those of the last [`DAYS`] days: failed, overdue
/// by `schedules`, and gone since there were those of `before`.
#[must_use]
pub fn findings(before: &[Run], runs: &[Run], schedules: &[Schedule], now: DateTime<Utc>, zone: Tz) -> Vec<Finding> {
    let failed = runs.iter().filter(|run| run.status == RunStatus::Failed).map(|run| failed(run, now, zone));
    let overdue = schedules.iter().filter_map(|schedule| overdue(schedule, runs, now, zone));
    let vanished = vanished(before, runs, now, zone);
    failed.chain(overdue).chain(vanished).collect()
}

/// What is wrong with the keys of the host: gone there although data was
/// encrypted with them, or there and nowhere else.
#[must_use]
pub fn key_findings(env: &EnvStatus) -> Vec<Finding> {
    let EnvStatus::Differs { version, missing, uncaptured, .. } = env else { return Vec::new() };
    let finding = |what: &str, key: &MissingKey, title: String, detail: String| Finding {
        key: format!("{OF_KEYS}{what}:{version}:{}:{}", key.name, key.kids.join(",")),
        title,
        detail,
        place: Place::Secrets,
    };
    let lost_there = missing.iter().map(|key| {
        let title = format!("{} was changed on the host, and the old key is gone there", key.name);
        finding("lost", key, title, lost_key_words(key, *version))
    });
    let only_there = uncaptured.iter().map(|key| {
        let title = format!("{} of the host is not in the vault", key.name);
        let detail = "The newest version there has another. Were the host lost now, what it opens would stay shut.";
        finding("uncaptured", key, title, detail.to_owned())
    });
    lost_there.chain(only_there).collect()
}

/// What it means that the host has lost `key`.
pub(crate) fn lost_key_words(key: &MissingKey, version: u32) -> String {
    let list = match key.key_use.previous_name() {
        Some(list) => format!("Version {version} in the vault still has the key: put it into {list} on the host."),
        None => format!("Version {version} in the vault still has the key; there is no list of older ones for it."),
    };
    let kids = if key.key_use.kid_name().is_some() { format!(" (kid {})", key.kids.join(", ")) } else { String::new() };
    format!("What was encrypted with the old key{kids} cannot be opened there. {list}")
}

fn failed(run: &Run, now: DateTime<Utc>, zone: Tz) -> Finding {
    let of = run.schedule_name.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    let reason = run.error.as_deref().and_then(|error| error.lines().find(|line| !line.trim().is_empty()));
    Finding {
        key: format!("failed:{}", run.id),
        title: format!("the run{of} of {} failed", local(run.at(), now, zone)),
        detail: reason.unwrap_or("The worker gave no reason.").to_owned(),
        place: Place::History { run: Some(run.id) },
    }
}

/// The schedule should have fired since its last run or change, and did not.
fn overdue(schedule: &Schedule, runs: &[Run], now: DateTime<Utc>, zone: Tz) -> Option<Finding> {
    if !schedule.enabled {
        return None;
    }
    let own = |run: &&Run| run.schedule_id == Some(schedule.id) && run.kind == RunKind::Scheduled;
    let last = runs.iter().filter(own).map(Run::at).max();
    let since = last.unwrap_or(schedule.updated_at).max(schedule.updated_at);
    let cron = Cron::parse(&schedule.cron).ok()?;
    let due = cron.after(since, Zone::parse(schedule.zone_name()).ok()?).ok()?;
    if now - due < OVERDUE_AFTER {
        return None;
    }
    let last = last.map_or_else(
        || "It has never run.".to_owned(),
        |last| format!("Its last run began {}.", local(last, now, zone)),
    );
    Some(Finding {
        key: format!("overdue:{}:{}", schedule.id, due.timestamp()),
        title: format!("{} is overdue", schedule.name),
        detail: format!("It should have run {}, and no run has begun. {last}", local(due, now, zone)),
        place: Place::History { run: None },
    })
}

/// Runs that were there at the last look, are young enough to be seen again, and are not there any more.
fn vanished(before: &[Run], runs: &[Run], now: DateTime<Utc>, zone: Tz) -> Option<Finding> {
    if runs.len() >= RUNS_AT_MOST as usize {
        return None;
    }
    let still_in_view = now - TimeDelta::days(i64::from(DAYS) - 1);
    let there: std::collections::HashSet<RunId> = runs.iter().map(|run| run.id).collect();
    let gone = before.iter().filter(|run| run.at() > still_in_view && !there.contains(&run.id));
    let gone: Vec<&Run> = gone.collect();
    let newest = gone.iter().max_by_key(|run| run.at())?;
    let title = match gone.len() {
        1 => format!("the run of {} is gone", local(newest.at(), now, zone)),
        n => format!("{n} runs are gone, the newest of {}", local(newest.at(), now, zone)),
    };
    let detail = "Somebody removed it from the database, or an older database was restored.".to_owned();
    Some(Finding { key: format!("{GONE}:{}", newest.id), title, detail, place: Place::History { run: None } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;

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

    fn due(runs: &[Run], schedule: &Schedule, now: DateTime<Utc>) -> Option<String> {
        overdue(schedule, runs, now, Berlin).map(|finding| finding.detail)
    }

    #[test]
    fn a_schedule_is_overdue_by_its_own_next_time() {
        let daily = daily("2026-10-01T00:00:00Z");
        let yesterday = run(1, RunStatus::Success, "2026-10-21T07:00:00.2Z");
        // Today's was due at 07:00 UTC, 41 minutes ago.
        let told = due(std::slice::from_ref(&yesterday), &daily, now());
        assert_eq!(
            told.as_deref(),
            Some("It should have run Today, 09:00, and no run has begun. Its last run began Yesterday, 09:00.")
        );
        assert_eq!(due(std::slice::from_ref(&yesterday), &daily, now() - TimeDelta::minutes(30)), None);
        let today = run(2, RunStatus::Running, "2026-10-22T07:00:00.1Z");
        assert_eq!(due(&[yesterday, today], &daily, now()), None);
    }

    #[test]
    fn what_was_changed_since_is_not_overdue() {
        let old = run(1, RunStatus::Success, "2026-10-11T07:00:00Z");
        assert_eq!(due(std::slice::from_ref(&old), &daily("2026-10-22T07:30:00Z"), now()), None);
        let mut off = daily("2026-10-01T00:00:00Z");
        off.enabled = false;
        assert_eq!(due(&[old], &off, now()), None);
        assert!(due(&[], &daily("2026-10-01T00:00:00Z"), now()).is_some_and(|told| told.ends_with("never run.")));
    }

    #[test]
    fn failed_is_told_with_the_first_words_and_skipped_is_no_failure() {
        let runs = [
            run(1, RunStatus::Failed, "2026-10-22T07:00:00Z"),
            run(2, RunStatus::Skipped, "2026-10-21T07:00:00Z"),
            run(3, RunStatus::Success, "2026-10-20T07:00:00Z"),
        ];
        let found = findings(&[], &runs, &[], now(), Berlin);
        let told: Vec<_> = found.iter().map(|f| (f.title.as_str(), f.detail.as_str(), f.place)).collect();
        assert_eq!(
            told,
            [(
                "the run of Daily of Today, 09:00 failed",
                "pg_dump: error: no",
                Place::History { run: Some(runs[0].id) }
            )]
        );
    }

    #[test]
    fn runs_that_are_gone_are_told_and_old_ones_only_age() {
        let old = run(1, RunStatus::Success, "2026-09-22T07:41:00Z");
        let (one, two) =
            (run(2, RunStatus::Success, "2026-10-20T07:00:00Z"), run(3, RunStatus::Success, "2026-10-21T07:00:00Z"));
        let before = [two.clone(), one.clone(), old];
        let gone = |runs: &[Run]| findings(&before, runs, &[], now(), Berlin);
        assert_eq!(gone(&[two.clone(), one.clone()]), []);
        let titles: Vec<_> = gone(&[]).into_iter().map(|finding| finding.title).collect();
        assert_eq!(titles, ["2 runs are gone, the newest of Yesterday, 09:00"]);
        assert_eq!(gone(&[one]).len(), 1);
    }
}
