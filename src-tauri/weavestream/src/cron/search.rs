use chrono::{DateTime, Utc};

use super::CronError;
use super::fields::Fields;
use super::wall::Wall;
use super::zone::Zone;

/// After so many steps `cron-parser` gives up, and BullMQ then registers nothing.
const STEPS_AT_MOST: u32 = 10_000;

/// Goes from one firing to the next.
pub(super) struct Search<'a> {
    fields: &'a Fields,
    now: Wall,
    /// The hour shown after the clock was put forward, while its skipped hour is made good.
    forward: Option<u32>,
    /// The hour that is shown a second time after the clock was put back.
    back: Option<u32>,
}

impl<'a> Search<'a> {
    pub(super) fn new(fields: &'a Fields, zone: Zone, from: DateTime<Utc>) -> Self {
        Self { fields, now: Wall::new(from.timestamp_millis(), zone), forward: None, back: None }
    }

    /// The next firing; the search stays there.
    pub(super) fn next(&mut self) -> Result<DateTime<Utc>, CronError> {
        let from = self.now.at;
        let mut steps = 0;
        while steps + 1 < STEPS_AT_MOST {
            steps += 1;
            if !self.day_fits()? {
                self.go_to_next_day();
            } else if !self.fields.month.holds(self.now.month()) {
                self.now = self.now.next_month();
            } else if self.hour_fits() {
                if !self.fields.minute.holds(self.now.minute()) {
                    self.step(Wall::next_minute);
                } else if self.now.second() != 0 || self.now.at == from {
                    // `cron-parser` goes second by second, each a step; nothing changes before the minute does.
                    steps += 59 - self.now.second();
                    self.step(Wall::next_minute);
                } else {
                    return DateTime::from_timestamp_millis(self.now.at).ok_or(CronError::NeverFires);
                }
            }
        }
        Err(CronError::NeverFires)
    }

    fn day_fits(&self) -> Result<bool, CronError> {
        let (now, fields) = (&self.now, self.fields);
        let of_month =
            fields.day_of_month.holds(now.day()) || (fields.day_of_month.has_last() && now.is_last_day_of_month());
        let of_week = fields.day_of_week.holds(now.weekday()) || fields.is_last_weekday(now)?;
        let any_of_month = fields.any_day_of_month(now.month());
        let any_of_week = fields.any_day_of_week();
        let fits = (of_month || (of_week && !any_of_week)) && (of_week || !any_of_month || any_of_week);
        // The nth week of the month is that of its days, whatever weekday it began with.
        Ok(fits && fields.nth.is_none_or(|nth| now.day().div_ceil(7) == nth))
    }

    /// Where a zone left a whole day out, the next one begins where this one does.
    fn go_to_next_day(&mut self) {
        let before = self.now.at;
        self.now = self.now.next_day();
        if self.now.at == before && self.now.minute() == 0 && self.now.second() == 0 {
            self.now = self.now.next_hour();
        }
    }

    /// Whether the hour fits; when it does not, the search has moved on.
    fn hour_fits(&mut self) -> bool {
        let hour = self.now.hour();
        if self.fields.hour.holds(hour) {
            if self.back != Some(hour) {
                return true;
            }
            // It fired in this hour already, before the clock was put back.
            self.back = None;
            self.step(Wall::next_hour);
        } else if self.forward != Some(hour) {
            self.forward = None;
            self.step(Wall::next_hour);
        } else if hour.checked_sub(1).is_some_and(|skipped| self.fields.hour.holds(skipped)) {
            return true;
        } else {
            self.now = self.now.next_hour();
        }
        false
    }

    /// Moves on, and notices a clock that was put forward or back on the way.
    fn step(&mut self, to_next: fn(&Wall) -> Wall) {
        let before = self.now.hour();
        self.now = to_next(&self.now);
        let hour = self.now.hour();
        if self.fields.hour.len() == 24 {
            return;
        }
        if hour == before + 2 {
            self.forward = Some(hour);
        } else if hour == before && self.now.minute() == 0 && self.now.second() == 0 {
            self.back = Some(hour);
        }
    }
}
