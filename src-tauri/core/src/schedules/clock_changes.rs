//! What a change of the clocks does to the times of a schedule.

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::weavestream::cron::{Cron, Zone};

/// A change of the clocks on the way to a firing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClockChange {
    /// `Berlin`
    pub place: String,
    /// `25 Oct, 03:00`, on the clock before the change.
    pub at: String,
    /// By how many minutes the clock is put forward; negative when it is put back.
    pub minutes: i32,
    /// What it does to the schedule.
    pub effect: ChangeEffect,
}

/// What a change of the clocks does to a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum ChangeEffect {
    /// In the schedule's zone, and no firing falls into it.
    Nothing,
    /// The time that was set does not exist on that day: it fires later.
    Later {
        /// `02:30`
        set: String,
        /// `03:30`
        comes: String,
    },
    /// The time that was set does not exist on that day: it does not fire.
    Skipped {
        /// `02:30`
        set: String,
    },
    /// The time that was set exists twice on that day: it fires once.
    Once {
        /// `01:30`
        set: String,
    },
    /// The time that was set exists twice on that day: it fires twice.
    Twice {
        /// `01:30`
        set: String,
    },
    /// On the laptop's clock only: from here on it comes at another hour here.
    Here,
}

/// One moment at which the offset of a zone changes, in minutes east of UTC.
#[derive(Clone, Copy, Debug)]
struct Transition {
    at: DateTime<Utc>,
    before: i32,
    after: i32,
}

fn offset(zone: Tz, at: DateTime<Utc>) -> i32 {
    at.with_timezone(&zone).offset().fix().local_minus_utc() / 60
}

/// Every transition of `zone` in the time after `from` up to `to`.
fn transitions(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Transition> {
    // Zones keep an offset for weeks at least; Ramadan's pause is the shortest.
    const STEP: i64 = 7 * 86_400;
    let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    let mut found = Vec::new();
    let (mut start, end) = (from.timestamp(), to.timestamp());
    while start < end {
        let (mut low, mut high) = (start, (start + STEP).min(end));
        start = high;
        let (before, after) = (offset(zone, at(low)), offset(zone, at(high)));
        if before == after {
            continue;
        }
        while high - low > 1 {
            let middle = i64::midpoint(low, high);
            if offset(zone, at(middle)) == before { low = middle } else { high = middle }
        }
        found.push(Transition { at: at(high), before, after });
    }
    found
}

impl Transition {
    /// What the wall shows at the change, with the offset of before.
    fn wall(&self) -> NaiveDateTime {
        self.at.naive_utc() + TimeDelta::minutes(self.before.into())
    }

    fn told(&self, zone: Tz, effect: ChangeEffect) -> ClockChange {
        let place = zone.name().rsplit('/').next().unwrap_or_default().replace('_', " ");
        let at = self.wall().format("%-d %b, %H:%M").to_string();
        ClockChange { place, at, minutes: self.after - self.before, effect }
    }
}

/// The changes of the clocks that matter to the firing at `fires`, the one
/// before it being at `before`, in the zone of the schedule and on this laptop.
pub fn changes(cron: &Cron, there: Tz, here: Tz, before: DateTime<Utc>, fires: DateTime<Utc>) -> Vec<ClockChange> {
    let mut found = Vec::new();
    let mut own = Vec::new();
    for transition in transitions(there, before, fires) {
        own.push(transition.at);
        let effect = effect(cron, there, &transition);
        if effect != ChangeEffect::Nothing {
            found.push(transition.told(there, effect));
        }
    }
    // Where both zones change at the same moment by as much, nothing moves here.
    let here_only = transitions(here, before, fires).into_iter().filter(|change| {
        let moved = offset(there, change.at) - offset(there, change.at - TimeDelta::seconds(1));
        moved != change.after - change.before
    });
    found.extend(here_only.map(|change| change.told(here, ChangeEffect::Here)));
    // A change there alone moves the times here as well.
    let moves_here = |at: &DateTime<Utc>| offset(here, *at) - offset(here, *at - TimeDelta::seconds(1)) == 0;
    if found.is_empty() && own.iter().any(moves_here) {
        let change = transitions(there, before, fires).into_iter().find(|change| moves_here(&change.at));
        found.extend(change.map(|change| change.told(there, ChangeEffect::Here)));
    }
    found
}

/// What `transition` does to the times that were set.
fn effect(cron: &Cron, zone: Tz, transition: &Transition) -> ChangeEffect {
    let length = TimeDelta::minutes((transition.after - transition.before).abs().into());
    let forward = transition.after > transition.before;
    // On the wall: the times that are left out, or shown twice.
    let from = if forward { transition.wall() } else { transition.wall() - length };
    let Some(set) = set_within(cron, from, from + length) else { return ChangeEffect::Nothing };
    let clock = |wall: NaiveDateTime| wall.format("%H:%M").to_string();
    let named = Zone::Named(zone);
    let fires = |after: DateTime<Utc>, until: DateTime<Utc>| {
        cron.after(after - TimeDelta::milliseconds(1), named).ok().filter(|at| *at < until)
    };
    if forward {
        return match fires(transition.at, transition.at + length) {
            Some(comes) => {
                ChangeEffect::Later { set: clock(set), comes: clock(comes.with_timezone(&zone).naive_local()) }
            }
            None => ChangeEffect::Skipped { set: clock(set) },
        };
    }
    // As the queue comes to it: the second is computed from the first.
    let first = transition.at - (from + length - set);
    let again = cron.after(first, named).is_ok_and(|next| next == first + length);
    if again { ChangeEffect::Twice { set: clock(set) } } else { ChangeEffect::Once { set: clock(set) } }
}

/// The first time that is set on a wall without changes, from `from` and before `to`.
fn set_within(cron: &Cron, from: NaiveDateTime, to: NaiveDateTime) -> Option<NaiveDateTime> {
    let utc = Zone::Named(Tz::Etc__UTC);
    let found = cron.after(from.and_utc() - TimeDelta::milliseconds(1), utc).ok()?.naive_utc();
    (found < to).then_some(found)
}

/// `New York is UTC−4 now and UTC−5 from 1 Nov.`: offsets in minutes, and when
/// the next one begins, within a year.
#[must_use]
pub fn offsets(zone: Tz, now: DateTime<Utc>) -> (i32, Option<(i32, DateTime<Utc>)>) {
    let next = transitions(zone, now, now + TimeDelta::days(366)).into_iter().next();
    (offset(zone, now), next.map(|change| (change.after, change.at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{America::New_York, Australia::Lord_Howe, Europe::Berlin};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap_or_default()
    }

    fn told(cron: &str, there: Tz, here: Tz, from: &str, to: &str) -> Vec<(String, ChangeEffect)> {
        let changes = Cron::parse(cron).map(|cron| changes(&cron, there, here, at(from), at(to)));
        changes
            .unwrap_or_default()
            .into_iter()
            .map(|c| (format!("{} {} {}", c.place, c.at, c.minutes), c.effect))
            .collect()
    }

    #[test]
    fn a_change_on_the_laptop_moves_the_times_here() {
        let found = told("0 3 * * *", New_York, Berlin, "2026-10-24T07:00:00Z", "2026-10-25T07:00:00Z");
        assert_eq!(found, [("Berlin 25 Oct, 03:00 -60".to_owned(), ChangeEffect::Here)]);
        let found = told("0 3 * * *", New_York, Berlin, "2026-10-31T07:00:00Z", "2026-11-01T08:00:00Z");
        assert_eq!(found, [("New York 1 Nov, 02:00 -60".to_owned(), ChangeEffect::Here)]);
    }

    #[test]
    fn a_time_that_is_left_out_comes_later() {
        let found = told("30 2 * * *", New_York, New_York, "2026-03-07T07:30:00Z", "2026-03-08T07:30:00Z");
        let later = ChangeEffect::Later { set: "02:30".into(), comes: "03:30".into() };
        assert_eq!(found, [("New York 8 Mar, 02:00 60".to_owned(), later)]);
    }

    #[test]
    fn a_time_that_is_shown_twice_fires_once() {
        let found = told("30 1 * * *", New_York, New_York, "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z");
        assert_eq!(found, [("New York 1 Nov, 02:00 -60".to_owned(), ChangeEffect::Once { set: "01:30".into() })]);
        // Half an hour back is no full hour for the host: there it fires twice.
        let found = told("45 1 * * *", Lord_Howe, Lord_Howe, "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z");
        assert_eq!(found, [("Lord Howe 5 Apr, 02:00 -30".to_owned(), ChangeEffect::Twice { set: "01:45".into() })]);
    }

    #[test]
    fn other_days_are_quiet() {
        assert!(told("0 3 * * *", New_York, Berlin, "2026-10-22T07:00:00Z", "2026-10-23T07:00:00Z").is_empty());
        assert!(told("0 12 * * *", Berlin, Berlin, "2026-10-24T10:00:00Z", "2026-10-25T11:00:00Z").is_empty());
    }
}
