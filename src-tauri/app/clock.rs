//! The laptop's clock and zone.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use selvage_core::ports::Clock;

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    /// Asked each time, because laptops travel. A zone that has no IANA name
    /// is told as UTC.
    fn zone(&self) -> Tz {
        iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
    }
}
