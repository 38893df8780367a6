//! What a schedule would do, before it is written.

use chrono::{DateTime, Datelike, Months, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::clock_changes::{ClockChange, changes, offsets};
use crate::time::{When, local};
use crate::weavestream::cron::{Cron, CronError, Zone};
use crate::weavestream::retention::{Dump, Place, Rule, simulate};
use crate::weavestream::run::RunId;
use crate::weavestream::schedule::Retention;

/// When a cron expression fires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CronPreview {
    /// The next firings, soonest first.
    pub firings: Vec<Firing>,
    /// Day of month and day of week are both set: either of them is enough.
    pub either_day: bool,
    /// `New York`
    pub place: String,
    /// Minutes east of UTC now.
    pub offset: i32,
    /// The next offset within a year, and the day from which it holds, as `1 Nov`.
    pub next_offset: Option<(i32, String)>,
    /// Why it cannot be used.
    pub error: Option<CronError>,
}

/// One time at which a schedule fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Firing {
    /// In the schedule's zone.
    pub there: String,
    /// In the laptop's zone.
    pub here: When,
    /// Changes of the clocks since the firing before that matter to it.
    pub changes: Vec<ClockChange>,
}

/// The next `count` firings of `cron` in `timezone` (none: `Etc/UTC`) after `now`.
#[must_use]
pub fn preview(cron: &str, timezone: Option<&str>, count: usize, now: DateTime<Utc>, here: Tz) -> CronPreview {
    let name = timezone.map(str::trim).filter(|name| !name.is_empty()).unwrap_or("Etc/UTC");
    let mut seen = CronPreview {
        firings: Vec::new(),
        either_day: false,
        place: name.rsplit('/').next().unwrap_or_default().replace('_', " "),
        offset: 0,
        next_offset: None,
        error: None,
    };
    let zone = Zone::parse(name);
    if let Ok(Zone::Named(there)) = &zone {
        let (now_offset, next) = offsets(*there, now);
        seen.offset = now_offset;
        seen.next_offset = next.map(|(offset, at)| (offset, at.with_timezone(there).format("%-d %b").to_string()));
    }
    let found = Cron::parse(cron).and_then(|cron| {
        seen.either_day = cron.either_day();
        let zone = zone?;
        cron.firings(now, zone, count).map(|times| (cron, zone, times))
    });
    match found {
        Ok((cron, zone, times)) => {
            let mut before = now;
            for at in times {
                seen.firings.push(firing(&cron, zone, before, at, now, here));
                before = at;
            }
        }
        Err(error) => seen.error = Some(error),
    }
    seen
}

fn firing(cron: &Cron, zone: Zone, before: DateTime<Utc>, at: DateTime<Utc>, now: DateTime<Utc>, here: Tz) -> Firing {
    let (there, changes) = match zone {
        Zone::Named(there) => (local(at, now, there), changes(cron, there, here, before, at)),
        Zone::Fixed(minutes) => {
            let wall = at.naive_utc() + TimeDelta::minutes(minutes.into());
            (local(wall.and_utc(), now, Tz::Etc__UTC), Vec::new())
        }
    };
    Firing { there, here: When::new(at, now, here), changes }
}

/// Which dumps the rules keep, as a grid: a row for each rule, a column for each dump.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeepPreview {
    /// Dumps on the host, oldest first; the last is the one that the next run adds, if it is known when.
    pub columns: Vec<Column>,
    /// Dumps on the host now.
    pub dumps: u32,
    /// Bytes of those.
    pub bytes: f64,
    /// Dumps that the next run's pruning deletes.
    pub deleted: u32,
    /// The coming months.
    pub ahead: Vec<AheadRow>,
}

/// One dump of the grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// The run; none for the one to come.
    pub run: Option<RunId>,
    /// In the laptop's zone.
    pub when: When,
    /// Day of the month and `Oct`, in UTC, as the rules count.
    pub day: (u32, String),
    /// What each rule makes of it, in the order of [`Rule::ALL`].
    pub cells: Vec<KeepCell>,
    /// No rule keeps it after the next run.
    pub deleted: bool,
}

/// What a rule makes of one dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeepCell {
    /// Nothing.
    No,
    /// It keeps the dump, now and after the next run.
    Keeps,
    /// It keeps the dump from the next run on.
    Next,
    /// It keeps the dump now, and no longer after the next run.
    Ends,
}

/// How many dumps there are at the end of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AheadRow {
    /// `Oct 2027`
    pub month: String,
    /// Dumps that the rules keep then.
    pub dumps: u32,
}

/// Months that are looked ahead.
const MONTHS: u32 = 12;

/// What `retention` makes of the dumps in `past`, newest first, and of those to come.
#[must_use]
pub fn keep_preview(
    past: &[Dump],
    timing: Option<(&Cron, Zone)>,
    retention: Retention,
    now: DateTime<Utc>,
    here: Tz,
) -> KeepPreview {
    let horizons: Vec<DateTime<Utc>> =
        (1..=MONTHS).filter_map(|month| now.checked_add_months(Months::new(month))).collect();
    let future = timing.map(|(cron, zone)| that_matter(cron, zone, now, &horizons, retention)).unwrap_or_default();
    let seen = simulate(past, &future, &horizons, retention);
    let on_host = past.iter().filter(|dump| dump.on_host);
    let columns: Vec<Column> = seen.next.iter().rev().map(|place| column(place, &seen.now, now, here)).collect();
    KeepPreview {
        dumps: count(on_host.clone().count()),
        bytes: crate::download::float(on_host.filter_map(|dump| dump.size).sum()),
        deleted: count(columns.iter().filter(|column| column.deleted).count()),
        columns,
        ahead: seen
            .ahead
            .iter()
            .map(|ahead| AheadRow { month: ahead.at.format("%b %Y").to_string(), dumps: ahead.dumps })
            .collect(),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn column(place: &Place, before: &[Place], now: DateTime<Utc>, here: Tz) -> Column {
    let at = place.dump.started_at;
    let was = before.iter().find(|other| other.dump == place.dump);
    let cell = |rule: &Rule| match (was.is_some_and(|was| was.rules.contains(rule)), place.rules.contains(rule)) {
        (true, true) => KeepCell::Keeps,
        (true, false) => KeepCell::Ends,
        (false, true) => KeepCell::Next,
        (false, false) => KeepCell::No,
    };
    Column {
        run: place.dump.id,
        when: When::new(at, now, here),
        day: (at.day(), at.format("%b").to_string()),
        cells: Rule::ALL.iter().map(cell).collect(),
        deleted: place.rules.is_empty(),
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

    #[test]
    fn five_times_in_both_zones_with_the_change_of_the_clocks() {
        let seen = preview("0 3 * * *", Some("America/New_York"), 5, now(), chrono_tz::Europe::Berlin);
        let told: Vec<_> =
            seen.firings.iter().map(|f| (f.there.as_str(), f.here.local.as_str(), f.changes.len())).collect();
        let expected = [
            ("Fri 23 Oct, 03:00", "Tomorrow, 09:00", 0),
            ("Sat 24 Oct, 03:00", "Sat 24 Oct, 09:00", 0),
            ("Sun 25 Oct, 03:00", "Sun 25 Oct, 08:00", 1),
            ("Mon 26 Oct, 03:00", "Mon 26 Oct, 08:00", 0),
            ("Tue 27 Oct, 03:00", "Tue 27 Oct, 08:00", 0),
        ];
        assert_eq!(told[1..], expected[1..]);
        assert_eq!((seen.offset, seen.next_offset), (-240, Some((-300, "1 Nov".into()))));
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let seen = preview("0 3 31 2,4 *", None, 5, now(), chrono_tz::Europe::Berlin);
        assert_eq!((seen.error, seen.firings.len()), (Some(CronError::NeverFires), 0));
        let seen = preview("0 3 * * *", Some("Mars/Olympus"), 5, now(), chrono_tz::Europe::Berlin);
        assert!(matches!(seen.error, Some(CronError::UnknownZone { .. })));
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
