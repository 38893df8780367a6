//! A clock that stands still until it is set.

use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use selvage_core::ports::Clock;

/// The fake of [`Clock`].
#[derive(Debug)]
pub struct FakeClock {
    now: Mutex<DateTime<Utc>>,
    zone: Tz,
}

impl FakeClock {
    /// Shows `now`, in Berlin.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { now: Mutex::new(now), zone: chrono_tz::Europe::Berlin }
    }

    /// Shows `now` from here on.
    pub fn set(&self, now: DateTime<Utc>) {
        *self.now.lock().unwrap() = now;
    }

    /// Moves on by `by`.
    pub fn advance(&self, by: TimeDelta) {
        *self.now.lock().unwrap() += by;
    }
}

impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    fn zone(&self) -> Tz {
        self.zone
    }
}
