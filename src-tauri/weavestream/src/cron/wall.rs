use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};

use super::zone::Zone;

/// A moment and what the clock on the wall of a zone shows at it. Arithmetic is
/// that of `luxon`: hours and less are added in real time, days and months on
/// the wall, and a wall time that a clock change leaves out is taken later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wall {
    /// Milliseconds since 1970.
    pub at: i64,
    zone: Zone,
    shows: NaiveDateTime,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

impl Wall {
    pub(super) fn new(at: i64, zone: Zone) -> Self {
        let shows = DateTime::<Utc>::from_timestamp_millis(at + zone.offset(at)).unwrap_or_default().naive_utc();
        Self { at, zone, shows }
    }

    pub(super) fn day(&self) -> u32 {
        self.shows.day()
    }

    pub(super) fn month(&self) -> u32 {
        self.shows.month()
    }

    /// 0 is Sunday.
    pub(super) fn weekday(&self) -> u32 {
        self.shows.weekday().num_days_from_sunday()
    }

    pub(super) fn hour(&self) -> u32 {
        self.shows.hour()
    }

    pub(super) fn minute(&self) -> u32 {
        self.shows.minute()
    }

    pub(super) fn second(&self) -> u32 {
        self.shows.second()
    }

    pub(super) fn is_last_day_of_month(&self) -> bool {
        self.plus_days(1).start_of_day().month() != self.month()
    }

    pub(super) fn is_last_weekday_of_month(&self) -> bool {
        self.plus_days(7).start_of_day().month() != self.month()
    }

    pub(super) fn next_month(&self) -> Self {
        let moved = self.shows.checked_add_months(Months::new(1)).unwrap_or(self.shows);
        let moved = self.showing(moved);
        moved.showing(moved.shows.date().with_day(1).map_or(moved.shows, NaiveDate::into))
    }

    pub(super) fn next_day(&self) -> Self {
        self.plus_days(1).start_of_day()
    }

    pub(super) fn next_hour(&self) -> Self {
        let next = self.plus(HOUR);
        let next = next.showing(next.shows.with_minute(0).and_then(whole_minute).unwrap_or(next.shows));
        if next.at <= self.at { next.plus(HOUR) } else { next }
    }

    pub(super) fn next_minute(&self) -> Self {
        let next = self.plus(MINUTE);
        self.not_back(next.showing(whole_minute(next.shows).unwrap_or(next.shows)))
    }

    fn not_back(&self, next: Self) -> Self {
        if next.at < self.at { next.plus(HOUR) } else { next }
    }

    fn plus(&self, milliseconds: i64) -> Self {
        Self::new(self.at + milliseconds, self.zone)
    }

    fn plus_days(&self, days: i64) -> Self {
        self.showing(self.shows.checked_add_signed(TimeDelta::days(days)).unwrap_or(self.shows))
    }

    fn start_of_day(&self) -> Self {
        self.showing(self.shows.date().into())
    }

    /// The moment at which the wall shows `wanted`. Of two such moments it is
    /// the one with the offset of now; when there is none, `wanted` is read with
    /// the smaller offset, so that it comes out later.
    fn showing(&self, wanted: NaiveDateTime) -> Self {
        let local = wanted.and_utc().timestamp_millis();
        let now = self.zone.offset(self.at);
        let guess = local - now;
        let there = self.zone.offset(guess);
        if there == now {
            return Self::new(guess, self.zone);
        }
        let guess = local - there;
        let again = self.zone.offset(guess);
        if again == there {
            return Self::new(guess, self.zone);
        }
        Self::new(local - there.min(again), self.zone)
    }
}

fn whole_minute(wall: NaiveDateTime) -> Option<NaiveDateTime> {
    wall.with_second(0)?.with_nanosecond(0)
}
