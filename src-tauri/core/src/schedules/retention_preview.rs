//! What the rules of retention keep, as a grid: a row for each rule, a column for each dump.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, Months, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::time::When;
use crate::weavestream::cron::{Cron, Zone};
use crate::weavestream::retention::{Dump, Place, Rule, kept, simulate};
use crate::weavestream::run::RunId;
use crate::weavestream::schedule::Retention;

/// What a schedule's retention makes of its dumps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RetentionPreview {
    /// Dumps on the host, oldest first; the last is the one that the next run adds, if it is known when.
    pub columns: Vec<Column>,
    /// Dumps on the host now.
    pub dumps: u32,
    /// Bytes of those.
    pub bytes: f64,
    /// Dumps that the next pruning deletes, newest first.
    pub deleted: Vec<DeletedDump>,
    /// The coming months; empty when it does not fire.
    pub ahead: Vec<AheadRow>,
}

/// One dump of the grid, or all of a month where there are too many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// Two short lines, in UTC, as the rules count: day and month, or month and year.
    pub label: (String, String),
    /// In the laptop's zone; of the newest when they are several.
    pub when: When,
    /// How many dumps it stands for.
    pub dumps: u32,
    /// It is the one that the next run adds.
    pub coming: bool,
    /// What each rule makes of it, in the order of [`Rule::ALL`].
    pub cells: Vec<RetentionCell>,
    /// How many of them the next pruning deletes.
    pub deleted: u32,
}

/// What a rule makes of one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RetentionCell {
    /// What changes with the next run.
    pub state: RetentionState,
    /// How many dumps it keeps after the next run.
    pub dumps: u32,
}

/// What changes for a rule with the next run, and with the rules that are not saved yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RetentionState {
    /// It keeps nothing here.
    No,
    /// It keeps, now and after the next run.
    Kept,
    /// It keeps from the next run on.
    Next,
    /// It keeps now, and no longer after the next run.
    Expires,
}

/// A dump that the next pruning deletes on the host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeletedDump {
    /// Id of the run that made it.
    pub run: RunId,
    /// In the laptop's zone.
    pub when: When,
    /// A verified copy is on this laptop.
    pub copied: bool,
}

/// What is on the host at the end of a month ahead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AheadRow {
    /// `Oct`
    pub month: String,
    /// `2027`
    pub year: i32,
    /// Dumps that the rules keep then.
    pub dumps: u32,
    /// Bytes of those, were each as large as the newest is now.
    pub bytes: f64,
}

/// The rules that hold now, and those that would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// As saved; none when the schedule is new.
    pub saved: Option<Retention>,
    /// As filled in.
    pub wanted: Retention,
}

/// Months that are looked ahead.
const MONTHS: u32 = 12;
/// Columns that a window of usual width shows; with more, older dumps share one for their month.
const COLUMNS: usize = 24;
/// Dumps that keep a column of their own then.
const SINGLE: usize = 12;

/// What `rules` make of the dumps in `past`, newest first, and of those to come
/// by `timing`; none when it does not fire. `copied` are the runs whose dump is
/// on this laptop, verified.
#[must_use]
pub fn retention_preview(
    past: &[Dump],
    timing: Option<(&Cron, Zone)>,
    rules: Rules,
    copied: &HashSet<RunId>,
    now: DateTime<Utc>,
    here: Tz,
) -> RetentionPreview {
    let retention = rules.wanted;
    let horizons: Vec<DateTime<Utc>> =
        (1..=MONTHS).filter_map(|month| now.checked_add_months(Months::new(month))).collect();
    let future = timing.map(|(cron, zone)| that_matter(cron, zone, now, &horizons, retention)).unwrap_or_default();
    let seen = simulate(past, &future, &horizons, retention);
    let before = kept(past, rules.saved.unwrap_or(retention));
    let fates: Vec<DumpOutcome> = seen.next.iter().map(|place| DumpOutcome::new(place, past, &before)).collect();
    let on_host: Vec<&Dump> = past.iter().filter(|dump| dump.on_host).collect();
    let newest = on_host.iter().find_map(|dump| dump.size).unwrap_or_default();
    let ahead = seen.ahead.iter().filter(|_| timing.is_some()).map(|ahead| AheadRow {
        month: ahead.at.format("%b").to_string(),
        year: ahead.at.year(),
        dumps: ahead.dumps,
        bytes: crate::download::float(newest) * f64::from(ahead.dumps),
    });
    let deleted = fates.iter().filter(|fate| fate.deleted).filter_map(|fate| {
        let (run, at) = (fate.dump.id?, fate.dump.started_at);
        Some(DeletedDump { run, when: When::new(at, now, here), copied: copied.contains(&run) })
    });
    RetentionPreview {
        dumps: count(on_host.len()),
        bytes: crate::download::float(on_host.iter().filter_map(|dump| dump.size).sum()),
        deleted: deleted.collect(),
        columns: columns(&fates).into_iter().rev().map(|group| column(group, now, here)).collect(),
        ahead: ahead.collect(),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// One dump, what each rule makes of it, and whether it goes.
struct DumpOutcome {
    dump: Dump,
    states: Vec<RetentionState>,
    deleted: bool,
}

impl DumpOutcome {
    /// `before` are the rules that keep each of `past` now.
    fn new(place: &Place, past: &[Dump], before: &[Vec<Rule>]) -> Self {
        let was = past.iter().zip(before).find(|(dump, _)| **dump == place.dump).map(|(_, rules)| rules);
        let state = |rule: &Rule| match (was.is_some_and(|was| was.contains(rule)), place.rules.contains(rule)) {
            (true, true) => RetentionState::Kept,
            (true, false) => RetentionState::Expires,
            (false, true) => RetentionState::Next,
            (false, false) => RetentionState::No,
        };
        Self { dump: place.dump, states: Rule::ALL.iter().map(state).collect(), deleted: place.rules.is_empty() }
    }

    fn month(&self) -> (i32, u32) {
        (self.dump.started_at.year(), self.dump.started_at.month())
    }
}

/// Newest first; a column of its own for each, or for the month of the older ones.
fn columns(fates: &[DumpOutcome]) -> Vec<&[DumpOutcome]> {
    if fates.len() <= COLUMNS {
        return fates.chunks(1).collect();
    }
    let (single, older) = fates.split_at(SINGLE);
    single.chunks(1).chain(older.chunk_by(|a, b| a.month() == b.month())).collect()
}

fn column(group: &[DumpOutcome], now: DateTime<Utc>, here: Tz) -> Column {
    let newest = group.first().map_or(now, |fate| fate.dump.started_at);
    let format = |pattern: &str| newest.format(pattern).to_string();
    let label = if group.len() == 1 { (format("%-d"), format("%b")) } else { (format("%b"), format("’%y")) };
    let cell = |rule: usize| {
        let states = || group.iter().filter_map(|fate| fate.states.get(rule));
        let dumps = states().filter(|state| matches!(state, RetentionState::Kept | RetentionState::Next)).count();
        let strongest = [RetentionState::Kept, RetentionState::Next, RetentionState::Expires];
        let state = strongest.into_iter().find(|state| states().any(|other| other == state));
        RetentionCell { state: state.unwrap_or(RetentionState::No), dumps: count(dumps) }
    };
    Column {
        label,
        when: When::new(newest, now, here),
        dumps: count(group.len()),
        coming: group.iter().any(|fate| fate.dump.id.is_none()),
        cells: (0..Rule::ALL.len()).map(cell).collect(),
        deleted: count(group.iter().filter(|fate| fate.deleted).count()),
    }
}

/// The coming firings on which retention can depend: the next one, the last of
/// each UTC day, and the last `keepLast` before each of `horizons`. A schedule
/// of every minute fires half a million times a year.
fn that_matter(
    cron: &Cron,
    zone: Zone,
    now: DateTime<Utc>,
    horizons: &[DateTime<Utc>],
    retention: Retention,
) -> Vec<DateTime<Utc>> {
    let mut found: Vec<DateTime<Utc>> = cron.after(now, zone).into_iter().collect();
    let Some(end) = horizons.last() else { return found };
    let keep_last = (retention.keep_last as usize).max(1);
    for horizon in horizons {
        found.extend(last_before(cron, zone, now, *horizon, keep_last));
    }
    let mut day = now.date_naive();
    while day <= end.date_naive() {
        let Some(next) = day.succ_opt() else { break };
        let (from, to) =
            (day.and_time(chrono::NaiveTime::MIN).and_utc().max(now), next.and_time(chrono::NaiveTime::MIN).and_utc());
        found.extend(last_before(cron, zone, from, to.min(*end), 1));
        day = next;
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The last `count` firings after `from` and before `to`, looked for backwards.
fn last_before(cron: &Cron, zone: Zone, from: DateTime<Utc>, to: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
    let mut length = TimeDelta::hours(1);
    loop {
        let start = (to - length).max(from);
        let mut found = Vec::new();
        let mut at = start;
        while let Ok(next) = cron.after(at, zone)
            && next < to
        {
            found.push(next);
            at = next;
        }
        if found.len() >= count || start == from {
            return found.split_off(found.len().saturating_sub(count));
        }
        length = length * 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-10-22T07:41:00Z".parse().unwrap_or_default()
    }

    /// A dump each day at 07:00 UTC, newest first.
    fn daily(days: u32) -> Vec<Dump> {
        let newest: DateTime<Utc> = "2026-10-22T07:00:00Z".parse().unwrap_or_default();
        let dump = |back: u32| Dump {
            id: Some(RunId(uuid::Uuid::from_u128(u128::from(back) + 1))),
            started_at: newest - TimeDelta::days(back.into()),
            size: Some(1_000),
            on_host: true,
        };
        (0..days).map(dump).collect()
    }

    fn seen(past: &[Dump], saved: Option<Retention>, wanted: Retention) -> RetentionPreview {
        let cron = Cron::parse("0 3 * * *").ok();
        let zone = Zone::parse("America/New_York").ok();
        let rules = Rules { saved, wanted };
        let copied = HashSet::from([RunId(uuid::Uuid::from_u128(7))]);
        retention_preview(past, cron.as_ref().zip(zone), rules, &copied, now(), chrono_tz::Europe::Berlin)
    }

    fn rows(seen: &RetentionPreview) -> Vec<String> {
        let letter = |cell: &RetentionCell| match cell.state {
            RetentionState::No => '.',
            RetentionState::Kept => 'k',
            RetentionState::Next => 'n',
            RetentionState::Expires => 'e',
        };
        (0..4).map(|rule| seen.columns.iter().map(|column| letter(&column.cells[rule])).collect()).collect()
    }

    #[test]
    fn the_grid_says_what_the_next_run_adds_and_deletes() {
        let rules = Retention { keep_last: 3, daily: 7, weekly: 0, monthly: 0 };
        let found = seen(&daily(7), Some(rules), rules);
        assert_eq!(rows(&found), ["....ekkn", "ekkkkkkn", "........", "........"]);
        assert_eq!(
            found.deleted.iter().map(|dump| (dump.when.local.as_str(), dump.copied)).collect::<Vec<_>>(),
            [("Fri 16 Oct, 09:00", true)]
        );
        let last = found.columns.last();
        assert_eq!(last.map(|column| (column.coming, column.label.0.as_str())), Some((true, "23")));
        assert_eq!((found.dumps, found.ahead.len(), found.ahead[0].dumps, found.ahead[0].bytes), (7, 12, 7, 7_000.0));
    }

    #[test]
    fn rules_that_are_not_saved_yet_show_what_they_change() {
        let saved = Retention { keep_last: 7, daily: 0, weekly: 0, monthly: 0 };
        let wanted = Retention { keep_last: 2, daily: 0, weekly: 0, monthly: 0 };
        let found = seen(&daily(7), Some(saved), wanted);
        assert_eq!(rows(&found)[0], "eeeeeekn");
        assert_eq!(found.deleted.len(), 6);
    }

    #[test]
    fn what_does_not_fire_has_no_future() {
        let rules = Rules { saved: None, wanted: Retention::default() };
        let found = retention_preview(&daily(2), None, rules, &HashSet::new(), now(), Tz::Europe__Berlin);
        assert_eq!((found.columns.len(), found.ahead.len()), (2, 0));
        let nothing = seen(&[], None, Retention::default());
        assert_eq!((nothing.columns.len(), nothing.dumps, nothing.deleted.len()), (1, 0, 0));
    }

    #[test]
    fn many_dumps_share_the_columns_of_their_months() {
        let rules = Retention { keep_last: 0, daily: 90, weekly: 0, monthly: 0 };
        let found = seen(&daily(90), Some(rules), rules);
        // Months back to July, then eleven days and the next run.
        let labels: Vec<_> = found.columns.iter().take(4).map(|c| (c.label.0.as_str(), c.label.1.as_str())).collect();
        assert_eq!(labels, [("Jul", "’26"), ("Aug", "’26"), ("Sep", "’26"), ("Oct", "’26")]);
        assert_eq!(found.columns.len(), 4 + SINGLE);
        assert_eq!(found.columns.iter().map(|column| column.dumps).sum::<u32>(), 91);
        assert_eq!((found.columns[0].deleted, found.columns[0].cells[1].dumps), (1, 6));
    }

    #[test]
    fn the_firings_that_matter_keep_what_all_of_them_keep() {
        let cron = Cron::parse("*/40 1-22 * * *").ok();
        let zone = Zone::parse("Europe/Berlin").ok();
        let Some((cron, zone)) = cron.zip(zone) else { unreachable!("both can be read") };
        let retention = Retention { keep_last: 7, daily: 5, weekly: 4, monthly: 3 };
        let horizons: Vec<_> = (1..=2).filter_map(|month| now().checked_add_months(Months::new(month))).collect();
        let some = that_matter(&cron, zone, now(), &horizons, retention);
        let all = cron.firings(now(), zone, 3000).unwrap_or_default();
        assert!(some.len() * 10 < all.len(), "{} of {}", some.len(), all.len());
        let count = |future: &[DateTime<Utc>]| simulate(&[], future, &horizons, retention).ahead;
        assert_eq!(count(&some), count(&all));
    }
}
