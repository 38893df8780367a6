//! When a schedule would fire, and what is wrong with its fields, before it is written.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::clock_changes::{ClockChange, changes, offsets};
use crate::deployment::FieldError;
use crate::time::dated;
use crate::weavestream::cron::{Cron, Zone};
use crate::weavestream::schedule_draft::ScheduleDraft;

/// What a schedule would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SchedulePreview {
    /// What keeps it from being written, a line for each field in error.
    pub errors: Vec<FieldError>,
    /// The next firings, soonest first; as if it were enabled.
    pub firings: Vec<Firing>,
    /// Day of month and day of week are both set: either of them is enough.
    pub either_day: bool,
    /// `New York`; empty when there is no such zone.
    pub place: String,
    /// Minutes east of UTC now.
    pub offset: i32,
    /// The next offset within a year, and the day from which it holds, as `1 Nov`.
    pub next_offset: Option<(i32, String)>,
}

/// One time at which a schedule fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Firing {
    /// In the schedule's zone.
    pub there: String,
    /// In the laptop's zone.
    pub here: String,
    /// Changes of the clocks since the firing before that matter to it.
    pub changes: Vec<ClockChange>,
}

/// What `draft` would do: its next `count` firings after `now`.
#[must_use]
pub fn preview(draft: &ScheduleDraft, count: usize, now: DateTime<Utc>, here: Tz) -> SchedulePreview {
    let name = draft.zone_name();
    let mut seen = SchedulePreview {
        errors: draft.checked(now).err().unwrap_or_default(),
        firings: Vec::new(),
        either_day: false,
        place: String::new(),
        offset: 0,
        next_offset: None,
    };
    let zone = Zone::parse(name).ok();
    if zone.is_some() {
        seen.place = name.rsplit('/').next().unwrap_or_default().replace('_', " ");
    }
    if let Some(Zone::Named(there)) = zone {
        let (now_offset, next) = offsets(there, now);
        seen.offset = now_offset;
        seen.next_offset = next.map(|(offset, at)| (offset, at.with_timezone(&there).format("%-d %b").to_string()));
    }
    if let Some((cron, zone)) = Cron::parse(&draft.cron).ok().zip(zone) {
        seen.either_day = cron.either_day();
        let mut before = now;
        for at in cron.firings(now, zone, count).unwrap_or_default() {
            seen.firings.push(firing(&cron, zone, before, at, now, here));
            before = at;
        }
    }
    seen
}

fn firing(cron: &Cron, zone: Zone, before: DateTime<Utc>, at: DateTime<Utc>, now: DateTime<Utc>, here: Tz) -> Firing {
    let (there, changes) = match zone {
        Zone::Named(there) => (dated(at, now, there), changes(cron, there, here, before, at)),
        Zone::Fixed(minutes) => {
            let wall = at.naive_utc() + TimeDelta::minutes(minutes.into());
            (dated(wall.and_utc(), now, Tz::Etc__UTC), Vec::new())
        }
    };
    Firing { there, here: dated(at, now, here), changes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weavestream::schedule::Retention;

    fn now() -> DateTime<Utc> {
        "2026-10-22T07:41:00Z".parse().unwrap_or_default()
    }

    fn seen(cron: &str, timezone: Option<&str>) -> SchedulePreview {
        let draft = ScheduleDraft {
            name: "Daily".into(),
            enabled: true,
            cron: cron.into(),
            timezone: timezone.map(ToOwned::to_owned),
            retention: Retention::default().into(),
            notify_emails: Vec::new(),
            notify_on_success: false,
        };
        preview(&draft, 5, now(), chrono_tz::Europe::Berlin)
    }

    #[test]
    fn five_times_in_both_zones_with_the_change_of_the_clocks() {
        let seen = seen("0  3 * * *", Some("America/New_York"));
        let told: Vec<_> = seen.firings.iter().map(|f| (f.there.as_str(), f.here.as_str(), f.changes.len())).collect();
        let expected = [
            ("Fri 23 Oct, 03:00", "Fri 23 Oct, 09:00", 0),
            ("Sat 24 Oct, 03:00", "Sat 24 Oct, 09:00", 0),
            ("Sun 25 Oct, 03:00", "Sun 25 Oct, 08:00", 1),
            ("Mon 26 Oct, 03:00", "Mon 26 Oct, 08:00", 0),
            ("Tue 27 Oct, 03:00", "Tue 27 Oct, 08:00", 0),
        ];
        assert_eq!(told, expected);
        assert_eq!(
            (seen.place.as_str(), seen.offset, seen.next_offset),
            ("New York", -240, Some((-300, "1 Nov".into())))
        );
        assert!(seen.errors.is_empty());
    }

    #[test]
    fn what_cannot_be_used_says_why_at_its_field() {
        let wrong = |cron, zone| {
            let seen = seen(cron, zone);
            (seen.firings.len(), seen.errors.into_iter().map(|error| error.field).collect::<Vec<_>>())
        };
        assert_eq!(wrong("0 3 31 2,4 *", None), (0, vec!["cron".to_owned()]));
        assert_eq!(wrong("0 3 * * *", Some("Mars/Olympus")), (0, vec!["timezone".to_owned()]));
    }
}
