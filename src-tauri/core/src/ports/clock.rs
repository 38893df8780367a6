use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// The laptop's clock and zone.
pub trait Clock: Send + Sync {
    /// Now, by the laptop.
    fn now(&self) -> DateTime<Utc>;
    /// The laptop's zone, in which times are shown.
    fn zone(&self) -> Tz;
}
