//! Which dumps the worker keeps: its rules (`docs/weavestream.md` section 4), applied
//! to what is on the host and to what the schedule will add.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::run::RunId;
use super::schedule::Retention;

/// One successful run of a schedule, or one that is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dump {
    /// The run; none when it is still to come.
    pub id: Option<RunId>,
    /// When the worker began it.
    pub started_at: DateTime<Utc>,
    /// Bytes.
    pub size: Option<u64>,
    /// Whether its file is there. A pruned run still takes the place of its day, week or month.
    pub on_host: bool,
}

/// Why a dump stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Among the newest `keepLast`; the newest of all always is.
    Last,
    /// The newest of its UTC day.
    Day,
    /// The newest of its ISO week, in UTC.
    Week,
    /// The newest of its UTC month.
    Month,
}

impl Rule {
    /// Every rule, in the order of the worker.
    pub const ALL: [Self; 4] = [Self::Last, Self::Day, Self::Week, Self::Month];
}

/// The rules that keep each of `dumps`, which are newest first. The worker
/// deletes the files of those that none keeps.
#[must_use]
pub fn kept(dumps: &[Dump], retention: Retention) -> Vec<Vec<Rule>> {
    let mut rules = vec![Vec::new(); dumps.len()];
    let last = (retention.keep_last as usize).max(1).min(dumps.len());
    for kept in &mut rules[..last] {
        kept.push(Rule::Last);
    }
    let day = |at: DateTime<Utc>| (at.year(), at.ordinal());
    let week = |at: DateTime<Utc>| (at.iso_week().year(), at.iso_week().week());
    let month = |at: DateTime<Utc>| (at.year(), at.month());
    newest_of_each(dumps, day, retention.daily, Rule::Day, &mut rules);
    newest_of_each(dumps, week, retention.weekly, Rule::Week, &mut rules);
    newest_of_each(dumps, month, retention.monthly, Rule::Month, &mut rules);
    rules
}

/// Marks the first that is seen of each of the first `most` buckets.
fn newest_of_each(
    dumps: &[Dump],
    bucket: impl Fn(DateTime<Utc>) -> (i32, u32),
    most: u32,
    rule: Rule,
    rules: &mut [Vec<Rule>],
) {
    let mut seen = HashSet::new();
    for (dump, kept) in dumps.iter().zip(rules) {
        if seen.len() >= most as usize {
            return;
        }
        if seen.insert(bucket(dump.started_at)) {
            kept.push(rule);
        }
    }
}

/// What the schedule keeps now, what its next run changes, and the months ahead.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// Every dump whose file is on the host, newest first.
    pub now: Vec<Place>,
    /// The same after the next run and its pruning, that run included.
    pub next: Vec<Place>,
    /// How many dumps there are at the end of each coming month.
    pub ahead: Vec<Ahead>,
}

/// One dump and the rules that keep it.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The dump.
    pub dump: Dump,
    /// Why it stays; empty when the next pruning deletes it.
    pub rules: Vec<Rule>,
}

/// What is on the host at one moment to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// The moment.
    pub at: DateTime<Utc>,
    /// Dumps that the rules keep then.
    pub dumps: u32,
}

/// Applies `retention` to `past`, newest first, and to `future`, the times at
/// which the schedule fires, earliest first. `horizons` are the moments of
/// [`Simulation::ahead`].
///
/// A dump that is dropped is never wanted again: the newest of a day stays the
/// newest of that day. So each moment can be computed by itself.
#[must_use]
pub fn simulate(
    past: &[Dump],
    future: &[DateTime<Utc>],
    horizons: &[DateTime<Utc>],
    retention: Retention,
) -> Simulation {
    let with = |until: usize| -> Vec<Dump> {
        let coming = future[..until].iter().rev();
        let coming = coming.map(|at| Dump { id: None, started_at: *at, size: None, on_host: true });
        coming.chain(past.iter().copied()).collect()
    };
    let places = |dumps: &[Dump]| -> Vec<Place> {
        let places = dumps.iter().zip(kept(dumps, retention));
        places.filter(|(dump, _)| dump.on_host).map(|(dump, rules)| Place { dump: *dump, rules }).collect()
    };
    let count = |at: DateTime<Utc>| {
        let there = places(&with(future.partition_point(|fires| *fires <= at)));
        let dumps = there.iter().filter(|place| !place.rules.is_empty()).count();
        Ahead { at, dumps: u32::try_from(dumps).unwrap_or(u32::MAX) }
    };
    Simulation {
        now: places(past),
        next: places(&with(future.len().min(1))),
        ahead: horizons.iter().map(|at| count(*at)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dump(at: &str) -> Dump {
        Dump { id: None, started_at: at.parse().unwrap_or_default(), size: None, on_host: true }
    }

    fn letters(dumps: &[Dump], retention: Retention) -> Vec<String> {
        let letter = |rule: &Rule| match rule {
            Rule::Last => 'L',
            Rule::Day => 'D',
            Rule::Week => 'W',
            Rule::Month => 'M',
        };
        kept(dumps, retention).iter().map(|rules| rules.iter().map(letter).collect()).collect()
    }

    #[test]
    fn each_rule_keeps_the_newest_of_its_own() {
        let dumps = [
            dump("2026-10-22T12:00:00Z"),
            dump("2026-10-22T03:00:00Z"),
            dump("2026-10-21T03:00:00Z"),
            dump("2026-10-18T03:00:00Z"),
            dump("2026-09-30T03:00:00Z"),
            dump("2026-09-29T03:00:00Z"),
        ];
        let retention = Retention { keep_last: 1, daily: 2, weekly: 2, monthly: 2 };
        assert_eq!(letters(&dumps, retention), ["LDWM", "", "D", "W", "M", ""]);
    }

    #[test]
    fn the_newest_stays_whatever_the_numbers_say() {
        let nothing = Retention { keep_last: 0, daily: 0, weekly: 0, monthly: 0 };
        assert_eq!(letters(&[dump("2026-10-22T03:00:00Z"), dump("2026-10-21T03:00:00Z")], nothing), ["L", ""]);
        assert!(letters(&[], nothing).is_empty());
    }

    #[test]
    fn weeks_are_iso_weeks_across_the_new_year() {
        // Monday 30 December 2024 to Sunday 5 January 2025 is one week.
        let dumps = [dump("2025-01-05T23:00:00Z"), dump("2024-12-30T01:00:00Z"), dump("2024-12-29T23:00:00Z")];
        let weekly = Retention { keep_last: 0, daily: 0, weekly: 9, monthly: 0 };
        assert_eq!(letters(&dumps, weekly), ["LW", "", "W"]);
    }

    #[test]
    fn a_pruned_run_still_takes_its_place() {
        let pruned = Dump { on_host: false, ..dump("2026-10-22T12:00:00Z") };
        let past = [pruned, dump("2026-10-22T03:00:00Z")];
        let daily = Retention { keep_last: 0, daily: 7, weekly: 0, monthly: 0 };
        let now = simulate(&past, &[], &[], daily).now;
        assert_eq!(now.len(), 1);
        assert!(now[0].rules.is_empty());
    }

    proptest! {
        /// Pruning after every run leaves what computing once at the end leaves.
        #[test]
        fn what_is_dropped_is_never_wanted_again(
            gaps in prop::collection::vec(1_u32..200_000, 1..120),
            keep_last in 0_u32..6, daily in 0_u32..10, weekly in 0_u32..6, monthly in 0_u32..4,
        ) {
            let retention = Retention { keep_last, daily, weekly, monthly };
            let mut at: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap_or_default();
            let mut runs: Vec<Dump> = Vec::new();
            for gap in gaps {
                at += chrono::TimeDelta::seconds(gap.into());
                runs.insert(0, Dump { id: None, started_at: at, size: None, on_host: true });
                let rules = kept(&runs, retention);
                for (run, rules) in runs.iter_mut().zip(rules) {
                    run.on_host &= !rules.is_empty();
                }
            }
            let once: Vec<bool> = kept(&runs, retention).iter().map(|rules| !rules.is_empty()).collect();
            let step_by_step: Vec<bool> = runs.iter().map(|run| run.on_host).collect();
            prop_assert_eq!(once, step_by_step);
        }
    }
}
