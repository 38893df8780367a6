//! When a schedule fires: cron expressions exactly as the host reads them.
//!
//! BullMQ evaluates them with the npm package `cron-parser` 4.9 over `luxon`
//! (`docs/weavestream.md` sections 2 and 3). What it accepts, what it refuses and
//! what it makes of clock changes is followed to the second, oddities included;
//! `tests/cron_parser.rs` compares with the real package.

mod fields;
mod search;
mod wall;
mod zone;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use fields::Fields;
use search::Search;
pub use zone::Zone;

/// A cron expression of five fields: minute, hour, day of month, month, day of week.
#[derive(Clone, Debug, PartialEq)]
pub struct Cron {
    fields: Fields,
}

/// Why an expression or a zone cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "why", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum CronError {
    /// Not five fields.
    #[error("a cron expression has five fields, this one has {found}")]
    FieldCount {
        /// How many there are.
        found: u32,
    },
    /// A field holds something that it cannot.
    #[error("{field}: {reason}")]
    Field {
        /// `minute`, `hour`, `day of month`, `month`, `day of week`.
        field: String,
        /// What was found and what is expected.
        reason: String,
    },
    /// No date fits it, such as 31 April.
    #[error("it never fires")]
    NeverFires,
    /// No such zone is known.
    #[error("there is no time zone {zone:?}")]
    UnknownZone {
        /// What was given.
        zone: String,
    },
}

impl Cron {
    /// Reads an expression. One that is read may still never fire.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        Ok(Self { fields: Fields::parse(text)? })
    }

    /// The first time after `from` at which it fires in `zone`: what BullMQ
    /// computes when a scheduler is registered, and again after each firing.
    pub fn after(&self, from: DateTime<Utc>, zone: Zone) -> Result<DateTime<Utc>, CronError> {
        Search::new(&self.fields, zone, from).next()
    }

    /// The next `count` times after `from` as the queue comes to them: each is
    /// computed anew from the one before.
    pub fn firings(&self, from: DateTime<Utc>, zone: Zone, count: usize) -> Result<Vec<DateTime<Utc>>, CronError> {
        let mut at = from;
        let mut found = Vec::with_capacity(count);
        for _ in 0..count {
            at = self.after(at, zone)?;
            found.push(at);
        }
        Ok(found)
    }

    /// The next `count` times as one iterator of `cron-parser` gives them. It
    /// remembers the last clock change, so that within the hour after one it may
    /// differ from [`Self::firings`].
    pub fn iterate(&self, from: DateTime<Utc>, zone: Zone, count: usize) -> Result<Vec<DateTime<Utc>>, CronError> {
        let mut search = Search::new(&self.fields, zone, from);
        (0..count).map(|_| search.next()).collect()
    }

    /// Whether day of month and day of week are both restricted, so that either
    /// of them is enough.
    #[must_use]
    pub fn either_day(&self) -> bool {
        self.fields.either_day()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(cron: &str, zone: &str, from: &str) -> String {
        let at = Cron::parse(cron).and_then(|cron| cron.after(from.parse().unwrap_or_default(), Zone::parse(zone)?));
        at.map_or_else(|error| error.to_string(), |at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    }

    #[test]
    fn plain_times() {
        assert_eq!(next("0 3 * * *", "America/New_York", "2026-10-22T07:41:00Z"), "2026-10-23T07:00:00Z");
        assert_eq!(next("*/15 * * * *", "Etc/UTC", "2026-10-22T07:45:00Z"), "2026-10-22T08:00:00Z");
        assert_eq!(next("0 5 L * *", "Etc/UTC", "2026-02-03T00:00:00Z"), "2026-02-28T05:00:00Z");
        assert_eq!(next("0 0 29 2 *", "Etc/UTC", "2026-10-22T00:00:00Z"), "2028-02-29T00:00:00Z");
        assert_eq!(next("30 4 * * tue#2", "Asia/Kathmandu", "2026-10-22T00:00:00Z"), "2026-11-09T22:45:00Z");
    }

    #[test]
    fn either_day_is_enough() {
        assert_eq!(next("0 12 13 * fri", "Etc/UTC", "2026-10-22T00:00:00Z"), "2026-10-23T12:00:00Z");
        assert!(Cron::parse("0 12 13 * fri").is_ok_and(|cron| cron.either_day()));
        assert!(Cron::parse("0 12 13 * *").is_ok_and(|cron| !cron.either_day()));
    }

    #[test]
    fn clock_changes_shift_and_do_not_double() {
        // 02:30 does not exist on this day in New York: it comes at 03:30.
        assert_eq!(next("30 2 * * *", "America/New_York", "2026-03-08T05:00:00Z"), "2026-03-08T07:30:00Z");
        // 01:30 exists twice: it comes once.
        let zone = Zone::parse("America/New_York");
        let times = Cron::parse("30 1 * * *")
            .and_then(|cron| cron.firings("2026-11-01T04:00:00Z".parse().unwrap_or_default(), zone?, 2));
        let times: Vec<String> = times.unwrap_or_default().iter().map(ToString::to_string).collect();
        assert_eq!(times, ["2026-11-01 05:30:00 UTC", "2026-11-02 06:30:00 UTC"]);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let why = |text| Cron::parse(text).map_or_else(|error| error.to_string(), |_| "accepted".to_owned());
        assert_eq!(why("0 0 3 * * *"), "a cron expression has five fields, this one has 6");
        assert!(why("60 3 * * *").starts_with("minute: "));
        assert!(why("0 3 15W * *").starts_with("day of month: "));
        assert!(why("0 3 * * 5#6").starts_with("day of week: "));
        assert!(why("0 3 31 4 *").starts_with("day of month: "));
        assert_eq!(next("0 3 31 2,4 *", "Etc/UTC", "2026-01-01T00:00:00Z"), "it never fires");
        assert_eq!(next("0 3 * * *", "Mars/Olympus", "2026-01-01T00:00:00Z"), "there is no time zone \"Mars/Olympus\"");
    }
}
