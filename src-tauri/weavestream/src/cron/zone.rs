use chrono::{DateTime, Offset, Utc};
use chrono_tz::Tz;

use super::CronError;

/// A zone as the host understands its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// A zone of the IANA database.
    Named(Tz),
    /// `UTC+5:30` and the like, in minutes east.
    Fixed(i32),
}

impl Zone {
    /// The names of the IANA database, in their order.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).collect()
    }

    /// Reads a name without case, as the host does: IANA names, `utc`, `gmt`, and `UTC+5:30`.
    pub fn parse(name: &str) -> Result<Self, CronError> {
        let lowered = name.to_ascii_lowercase();
        if lowered == "utc" || lowered == "gmt" {
            return Ok(Self::Named(Tz::Etc__UTC));
        }
        if let Some(minutes) = fixed(&lowered) {
            return Ok(Self::Fixed(minutes));
        }
        let exact = name.parse::<Tz>().ok();
        let found = exact
            .or_else(|| chrono_tz::TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(name)).copied());
        found.map(Self::Named).ok_or_else(|| CronError::UnknownZone { zone: name.to_owned() })
    }

    /// Milliseconds east of UTC at `at` milliseconds since 1970.
    pub(super) fn offset(self, at: i64) -> i64 {
        match self {
            Self::Fixed(minutes) => i64::from(minutes) * 60_000,
            Self::Named(zone) => {
                // Beyond the years that chrono knows nothing is scheduled.
                let at = DateTime::<Utc>::from_timestamp_millis(at).unwrap_or_default();
                i64::from(at.with_timezone(&zone).offset().fix().local_minus_utc()) * 1000
            }
        }
    }
}

/// `utc+5`, `utc-03:30`.
fn fixed(lowered: &str) -> Option<i32> {
    let rest = lowered.strip_prefix("utc")?;
    let (sign, rest) = match rest.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "00"));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()).then_some(())?;
        text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i32>().ok())?
    };
    let minutes = (minutes.len() == 2).then(|| digits(minutes, 2))??;
    Some(sign * (digits(hours, 2)? * 60 + minutes))
}
