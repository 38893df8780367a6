//! The five fields, as `cron-parser` reads them. It replaces names and `*`
//! before it looks at anything else, and takes numbers as JavaScript does, so
//! that `0-` is the range from 0 to 0, `5*` is `50-59`, and `mon,tue` is `1,2`.

use super::CronError;
use super::wall::Wall;

/// What one field allows: numbers in ascending order, then texts with `L`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    /// May hold one twice; how many there are decides what counts as "any".
    numbers: Vec<u32>,
    last: Vec<String>,
}

impl Field {
    pub(super) fn holds(&self, value: u32) -> bool {
        self.numbers.contains(&value)
    }

    pub(super) fn has_last(&self) -> bool {
        !self.last.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.numbers.len() + self.last.len()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fields {
    pub minute: Field,
    pub hour: Field,
    pub day_of_month: Field,
    pub month: Field,
    pub day_of_week: Field,
    /// Of `5#2`: the second such weekday of the month.
    pub nth: Option<u32>,
}

/// Days of each month, February's longest.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Fields {
    pub(super) fn parse(text: &str) -> Result<Self, CronError> {
        let parts: Vec<&str> = text.split(is_space).filter(|part| !part.is_empty()).collect();
        let &[minute, hour, day_of_month, month, day_of_week] = parts.as_slice() else {
            return Err(CronError::FieldCount { found: u32::try_from(parts.len()).unwrap_or(u32::MAX) });
        };
        let (day_of_week, nth) = split_nth(day_of_week)?;
        let mut fields = Self {
            minute: MINUTE.parse(minute)?,
            hour: HOUR.parse(hour)?,
            day_of_month: DAY_OF_MONTH.parse(day_of_month)?,
            month: MONTH.parse(month)?,
            day_of_week: DAY_OF_WEEK.parse(day_of_week)?,
            nth,
        };
        fields.fit_days_to_month()?;
        Ok(fields)
    }

    /// With a single month, days that it has not are dropped, or refused when
    /// no other is left.
    fn fit_days_to_month(&mut self) -> Result<(), CronError> {
        let [month] = self.month.numbers[..] else { return Ok(()) };
        let Some(&most) = usize::try_from(month).ok().and_then(|month| DAYS.get(month.checked_sub(1)?)) else {
            return Ok(());
        };
        if self.day_of_month.numbers.first().is_some_and(|first| *first > most) {
            return Err(DAY_OF_MONTH.error(format!("this month has at most {most} days")));
        }
        self.day_of_month.numbers.retain(|day| *day <= most);
        // The host compares a text such as `L5` with a number, and drops it.
        self.day_of_month.last.retain(|text| text == "L");
        Ok(())
    }

    pub(super) fn any_day_of_month(&self, month: u32) -> bool {
        let days = usize::try_from(month).ok().and_then(|month| DAYS.get(month.checked_sub(1)?));
        days.is_some_and(|days| self.day_of_month.len() >= *days as usize)
    }

    /// `*` is 0 to 7, with Sunday twice.
    pub(super) fn any_day_of_week(&self) -> bool {
        self.day_of_week.len() == 8
    }

    pub(super) fn either_day(&self) -> bool {
        self.day_of_month.len() < 31 && !self.any_day_of_week()
    }

    /// Whether `now` is in the last week of its month, on a day named like `5L`.
    pub(super) fn is_last_weekday(&self, now: &Wall) -> Result<bool, CronError> {
        for text in &self.day_of_week.last {
            let digit = text.chars().next().and_then(|first| first.to_digit(10));
            let weekday =
                digit.ok_or_else(|| DAY_OF_WEEK.error(format!("{text:?} names no weekday; 5L is the last Friday")))?;
            if now.weekday() == weekday % 7 && now.is_last_weekday_of_month() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What JavaScript's `\s` and `trim` take for space.
fn is_space(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}

/// `5#2` is weekday 5, the second of the month.
fn split_nth(text: &str) -> Result<(&str, Option<u32>), CronError> {
    let Some((weekday, nth)) = text.split_once('#') else { return Ok((text, None)) };
    if let Some(other) = [',', '/', '-'].into_iter().find(|c| text.contains(*c)) {
        return Err(DAY_OF_WEEK.error(format!("# cannot be combined with {other}")));
    }
    let nth = javascript_integer(nth).filter(|nth| (1..=5).contains(nth));
    let nth = nth.ok_or_else(|| DAY_OF_WEEK.error("after # stands 1 to 5, which of the month".to_owned()))?;
    Ok((weekday, Some(nth)))
}

/// A number as JavaScript reads it from letters and digits: also `0x2` and `1e0`.
fn javascript_integer(text: &str) -> Option<u32> {
    for (mark, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = text.to_ascii_lowercase().strip_prefix(mark) {
            return u32::from_str_radix(digits, radix).ok();
        }
    }
    let plain = text.bytes().all(|b| b.is_ascii_digit());
    match text.split_once(['e', 'E']) {
        Some((digits, zeros)) => {
            let power = 10_u32.checked_pow(integer(zeros)?)?;
            integer(digits)?.checked_mul(power)
        }
        None if plain => integer(text),
        None => None,
    }
}

fn integer(digits: &str) -> Option<u32> {
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// What a field may hold.
struct Kind {
    name: &'static str,
    least: u32,
    most: u32,
    /// Characters beside digits, `,`, `*`, `/` and `-`.
    more: &'static str,
    /// Three-letter names, from `least` (days) or 1 (months).
    names: &'static [&'static str],
}

const MINUTE: Kind = Kind { name: "minute", least: 0, most: 59, more: "", names: &[] };
const HOUR: Kind = Kind { name: "hour", least: 0, most: 23, more: "", names: &[] };
const DAY_OF_MONTH: Kind = Kind { name: "day of month", least: 1, most: 31, more: "?L", names: &[] };
const MONTH: Kind = Kind {
    name: "month",
    least: 1,
    most: 12,
    more: "",
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const DAY_OF_WEEK: Kind = Kind {
    name: "day of week",
    least: 0,
    most: 7,
    more: "?L",
    names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};

impl Kind {
    fn error(&self, reason: String) -> CronError {
        CronError::Field { field: self.name.to_owned(), reason }
    }

    fn parse(&self, text: &str) -> Result<Field, CronError> {
        let text = self.without_names(text)?;
        if let Some(odd) = text.chars().find(|c| !c.is_ascii_digit() && !",*/-".contains(*c) && !self.more.contains(*c))
        {
            return Err(self.error(format!("{odd:?} cannot stand here")));
        }
        if text.is_empty() {
            return Err(self.error("nothing stands before #".to_owned()));
        }
        let all = format!("{}-{}", self.least, self.most);
        let text = text.replace(if text.contains('*') { '*' } else { '?' }, &all);
        let mut field = Field { numbers: Vec::new(), last: Vec::new() };
        for item in text.split(',') {
            if item.is_empty() {
                return Err(self.error("a list has an empty item".to_owned()));
            }
            self.item(item, &mut field)?;
        }
        field.numbers.sort_unstable();
        Ok(field)
    }

    /// Each run of three letters is a name, wherever it stands.
    fn without_names(&self, text: &str) -> Result<String, CronError> {
        if self.names.is_empty() {
            return Ok(text.to_owned());
        }
        let mut plain = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let word = rest.get(..3).filter(|word| word.bytes().all(|b| b.is_ascii_alphabetic()));
            if let Some(word) = word {
                let place = self.names.iter().position(|name| name.eq_ignore_ascii_case(word));
                let place = place.ok_or_else(|| self.error(format!("{word:?} is no name that is known here")))?;
                plain.push_str(&(place + self.least as usize).to_string());
                rest = &rest[3..];
            } else {
                plain.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        Ok(plain)
    }

    /// One item of a list: a number, a range, either with a step, or a text with `L`.
    fn item(&self, item: &str, field: &mut Field) -> Result<(), CronError> {
        let (range, step) = match item.split_once('/') {
            None => (item.to_owned(), None),
            Some((_, step)) if step.contains('/') => return Err(self.error(format!("{item:?} has two steps"))),
            // A number with a step goes on to the end.
            Some((from, step)) if number(from).is_some() => (format!("{from}-{}", self.most), Some(step)),
            Some((from, step)) => (from.to_owned(), Some(step)),
        };
        let bounds: Vec<&str> = range.split('-').collect();
        match bounds[..] {
            [single] => self.single(single, field),
            ["", zero] if step.is_none() && !zero.is_empty() && number(zero) == Some(0) && self.least == 0 => {
                // JavaScript's minus zero.
                field.numbers.push(0);
                Ok(())
            }
            ["", ..] => Err(self.error(format!("{item:?} is no range"))),
            [from, to, ..] => self.range(from, to, step.unwrap_or("1"), field),
            [] => Ok(()),
        }
    }

    fn single(&self, text: &str, field: &mut Field) -> Result<(), CronError> {
        match number(text) {
            Some(found) if (self.least..=self.most).contains(&found) => {
                // Sunday may be written as 7.
                field.numbers.push(if self.most == 7 { found % 7 } else { found });
                Ok(())
            }
            None if text.contains('L') => {
                field.last.push(text.to_owned());
                Ok(())
            }
            _ => Err(self.error(format!("{text} is not within {} to {}", self.least, self.most))),
        }
    }

    fn range(&self, from: &str, to: &str, step: &str, field: &mut Field) -> Result<(), CronError> {
        let bounds = number(from).zip(number(to)).filter(|(from, to)| *from >= self.least && *to <= self.most);
        let (from, to) =
            bounds.ok_or_else(|| self.error(format!("{from}-{to} is not within {} to {}", self.least, self.most)))?;
        if from > to {
            return Err(self.error(format!("{from}-{to} runs backwards")));
        }
        let step = number(step).filter(|step| *step > 0);
        let step = step.ok_or_else(|| self.error("a step is a number above 0".to_owned()))?;
        let mut found = Vec::new();
        if self.most == 7 && to % 7 == 0 {
            found.push(0);
        }
        // A value that is there already counts as a step, as it does on the host.
        let mut since = u64::from(step);
        for value in from..=to {
            if since % u64::from(step) == 0 && !found.contains(&value) {
                found.push(value);
                since = 1;
            } else {
                since += 1;
            }
        }
        field.numbers.extend(found);
        Ok(())
    }
}

/// Digits as JavaScript's `+` reads them: none is 0, and many are many.
fn number(digits: &str) -> Option<u32> {
    if digits.is_empty() {
        return Some(0);
    }
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().unwrap_or(u32::MAX))
}
