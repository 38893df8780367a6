//! Times in words, always in the zone of whoever reads them.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;

/// When something is told, and in whose zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Now.
    pub now: DateTime<Utc>,
    /// The zone of the reader's clock.
    pub zone: Tz,
}

/// Day and minute in `zone`, naming today and yesterday.
#[must_use]
pub fn local(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let days = (now.date_naive() - at.date_naive()).num_days();
    let day = match days {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        -1 => "Tomorrow".to_owned(),
        _ => return dated(at.to_utc(), now.to_utc(), zone),
    };
    format!("{day}, {}", at.format("%H:%M"))
}

/// A dump by the time of its run, as [`local`] tells it: `today’s dump, 09:00`,
/// `the dump of Wed 21 Oct, 09:00`.
#[must_use]
pub fn the_dump(when: &str) -> String {
    for (day, of_day) in [("Today", "today"), ("Yesterday", "yesterday")] {
        if let Some(time) = when.strip_prefix(day).and_then(|rest| rest.strip_prefix(", ")) {
            return format!("{of_day}’s dump, {time}");
        }
    }
    format!("the dump of {when}")
}

/// The same at the beginning of a sentence: `Today’s dump, 09:00`.
#[must_use]
pub fn dump_title(when: &str) -> String {
    let text = the_dump(when);
    let text = text.strip_prefix("the ").unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Day and minute in `zone`, by their date also when it is near: for two zones
/// side by side, where `Today` is not one day.
#[must_use]
pub fn dated(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let pattern = if at.year() == now.year() { "%a %-d %b, %H:%M" } else { "%-d %b %Y, %H:%M" };
    at.format(pattern).to_string()
}

/// `41 minutes ago`, `6 days ago`, `in 23 h 19 min`.
#[must_use]
pub fn relative(from_now: TimeDelta) -> String {
    let text = span(from_now.abs());
    match from_now.num_seconds() {
        -59..=0 => "just now".to_owned(),
        1.. => format!("in {text}"),
        _ => format!("{text} ago"),
    }
}

/// A length of time in the two units that matter.
#[must_use]
pub fn span(length: TimeDelta) -> String {
    let (minutes, hours, days) = (length.num_minutes(), length.num_hours(), length.num_days());
    match () {
        () if length.num_seconds() < 60 => format!("{} s", length.num_seconds()),
        () if minutes < 60 => plural(minutes, "minute"),
        () if hours < 24 => match minutes % 60 {
            0 => plural(hours, "hour"),
            rest => format!("{hours} h {rest} min"),
        },
        () if days < 2 && hours % 24 > 0 => format!("{days} d {} h", hours % 24),
        () => plural(days, "day"),
    }
}

fn plural(count: i64, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn days_are_those_of_the_reader() {
        let now = at("2026-10-22T07:41:00Z");
        let zone = chrono_tz::Europe::Berlin;
        assert_eq!(local(at("2026-10-22T07:00:00Z"), now, zone), "Today, 09:00");
        assert_eq!(local(at("2026-10-20T22:30:00Z"), now, zone), "Yesterday, 00:30");
        assert_eq!(local(at("2026-10-14T07:00:00Z"), now, zone), "Wed 14 Oct, 09:00");
        assert_eq!(local(at("2025-10-14T07:00:00Z"), now, zone), "14 Oct 2025, 09:00");
    }

    #[test]
    fn a_dump_is_called_by_its_day() {
        assert_eq!(dump_title("Today, 09:00"), "Today’s dump, 09:00");
        assert_eq!(the_dump("Yesterday, 09:00"), "yesterday’s dump, 09:00");
        assert_eq!(
            (the_dump("Wed 14 Oct, 09:00"), dump_title("Wed 14 Oct, 09:00")),
            ("the dump of Wed 14 Oct, 09:00".into(), "Dump of Wed 14 Oct, 09:00".into())
        );
    }

    #[test]
    fn spans_read_as_people_say_them() {
        assert_eq!(relative(TimeDelta::seconds(-20)), "just now");
        assert_eq!(relative(TimeDelta::minutes(-41)), "41 minutes ago");
        assert_eq!(relative(TimeDelta::minutes(23 * 60 + 19)), "in 23 h 19 min");
        assert_eq!(relative(TimeDelta::minutes(37 * 60 + 49)), "in 1 d 13 h");
        assert_eq!(relative(TimeDelta::hours(-24)), "1 day ago");
        assert_eq!(relative(TimeDelta::days(-6)), "6 days ago");
        assert_eq!(relative(TimeDelta::hours(-1)), "1 hour ago");
    }
}
