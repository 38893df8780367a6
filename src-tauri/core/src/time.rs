//! Times as the screens show them: always with the zone they are told in.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

pub use selvage_words::time::{Moment, dated, dump_title, local, relative, span, the_dump};

/// A moment as shown: whose clock, and how far from now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct When {
    /// RFC 3339 in UTC, for sorting and for `title`.
    pub utc: String,
    /// In the zone asked for: `Today, 09:00`, `Wed 21 Oct, 09:00`.
    pub local: String,
    /// Relative to now: `41 minutes ago`, `in 23 h 19 min`.
    pub relative: String,
}

impl When {
    /// `at` as seen at `now` by somebody whose clock is in `zone`.
    #[must_use]
    pub fn new(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> Self {
        Self {
            utc: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            local: local(at, now, zone),
            relative: relative(at - now),
        }
    }
}
