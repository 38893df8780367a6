//! A schedule as it is filled in, and the rules that the web app applies before
//! it is written (`docs/weavestream.md` section 2).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::cron::{Cron, CronError, Zone};
use super::schedule::{Retention, Schedule};
use crate::FieldError;

/// What the form for a schedule holds. Nothing of it is checked yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleDraft {
    /// As in the web app.
    pub name: String,
    /// Whether it should fire.
    pub enabled: bool,
    /// Five fields.
    pub cron: String,
    /// IANA name; empty or none means `Etc/UTC`.
    pub timezone: Option<String>,
    /// Rules of pruning.
    pub retention: RetentionDraft,
    /// Who is mailed.
    pub notify_emails: Vec<String>,
    /// Mail on success as well.
    pub notify_on_success: bool,
}

/// A new schedule as the web app begins one (`docs/weavestream.md` section 2): every day at three, its usual rules.
impl Default for ScheduleDraft {
    fn default() -> Self {
        Self {
            name: String::new(),
            enabled: true,
            cron: "0 3 * * *".to_owned(),
            timezone: None,
            retention: Retention::default().into(),
            notify_emails: Vec::new(),
            notify_on_success: false,
        }
    }
}

/// Numbers as typed; none where the field is empty.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RetentionDraft {
    /// 0 to 100
    pub keep_last: Option<f64>,
    /// 0 to 365
    pub daily: Option<f64>,
    /// 0 to 104
    pub weekly: Option<f64>,
    /// 0 to 120
    pub monthly: Option<f64>,
}

impl From<Retention> for RetentionDraft {
    fn from(found: Retention) -> Self {
        Self {
            keep_last: Some(found.keep_last.into()),
            daily: Some(found.daily.into()),
            weekly: Some(found.weekly.into()),
            monthly: Some(found.monthly.into()),
        }
    }
}

impl From<&Schedule> for ScheduleDraft {
    fn from(schedule: &Schedule) -> Self {
        Self {
            name: schedule.name.clone(),
            enabled: schedule.enabled,
            cron: schedule.cron.clone(),
            timezone: schedule.timezone.clone(),
            retention: schedule.retention.into(),
            notify_emails: schedule.notify_emails.clone(),
            notify_on_success: schedule.notify_on_success,
        }
    }
}

/// What may be written to a row of `backup_config`. Made by [`ScheduleDraft::checked`] only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleValues {
    /// 1 to 120 characters.
    pub name: String,
    /// Whether it should fire.
    pub enabled: bool,
    /// Five fields, a space between.
    pub cron: String,
    /// IANA name; none means `Etc/UTC`.
    pub timezone: Option<String>,
    /// Within its limits.
    pub retention: Retention,
    /// Valid, each once.
    pub notify_emails: Vec<String>,
    /// Mail on success as well.
    pub notify_on_success: bool,
}

impl ScheduleDraft {
    /// What may be written. Every field in error is named. `now` is when it
    /// should begin to fire.
    pub fn checked(&self, now: DateTime<Utc>) -> Result<ScheduleValues, Vec<FieldError>> {
        let mut errors = Errors::default();
        let name = errors.take("name", name(&self.name));
        let zone = errors.take("timezone", timezone(self.timezone.as_deref()));
        let cron = errors.take("cron", cron(&self.cron, zone.as_ref().map(|(_, zone)| *zone), now));
        let notify_emails = errors.take("notifyEmails", emails(&self.notify_emails));
        let retention = self.retention.read(&mut errors);
        let values = || {
            Some(ScheduleValues {
                name: name?,
                enabled: self.enabled,
                cron: cron?,
                timezone: zone?.0,
                retention: retention?,
                notify_emails: notify_emails?,
                notify_on_success: self.notify_on_success,
            })
        };
        values().ok_or(errors.found)
    }

    /// The zone it would fire in, as typed.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.timezone.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or("Etc/UTC")
    }
}

impl RetentionDraft {
    /// The rules, if every number is within its limits. Every field in error is named.
    pub fn checked(&self) -> Result<Retention, Vec<FieldError>> {
        let mut errors = Errors::default();
        self.read(&mut errors).ok_or(errors.found)
    }

    fn read(&self, errors: &mut Errors) -> Option<Retention> {
        let keep_last = errors.take("keepLast", count(self.keep_last, 100));
        let daily = errors.take("daily", count(self.daily, 365));
        let weekly = errors.take("weekly", count(self.weekly, 104));
        let monthly = errors.take("monthly", count(self.monthly, 120));
        Some(Retention { keep_last: keep_last?, daily: daily?, weekly: weekly?, monthly: monthly? })
    }
}

#[derive(Default)]
struct Errors {
    found: Vec<FieldError>,
}

impl Errors {
    fn take<T>(&mut self, field: &str, checked: Result<T, String>) -> Option<T> {
        checked.map_err(|reason| self.found.push(FieldError { field: field.to_owned(), reason })).ok()
    }
}

/// The web app counts as JavaScript does, in UTF-16 units.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn name(typed: &str) -> Result<String, String> {
    let name = typed.trim();
    match length(name) {
        0 => Err("a schedule needs a name".into()),
        1..=120 if !name.contains('\0') => Ok(name.to_owned()),
        1..=120 => Err("a name cannot hold a NUL character".into()),
        found => Err(format!("at most 120 characters, these are {found}")),
    }
}

fn timezone(typed: Option<&str>) -> Result<(Option<String>, Zone), String> {
    let Some(name) = typed.map(str::trim).filter(|name| !name.is_empty()) else {
        return Zone::parse("Etc/UTC").map(|zone| (None, zone)).map_err(|error| error.to_string());
    };
    if !(2..=60).contains(&length(name)) {
        return Err("2 to 60 characters, such as Europe/Berlin".into());
    }
    if let Some(odd) = name.chars().find(|c| !c.is_ascii_alphanumeric() && !"_+-/".contains(*c)) {
        return Err(format!("{odd:?} stands in no zone's name"));
    }
    let zone = Zone::parse(name).map_err(|_| format!("there is no time zone {name}; write it as in Europe/Berlin"))?;
    Ok((Some(name.to_owned()), zone))
}

fn cron(typed: &str, zone: Option<Zone>, now: DateTime<Utc>) -> Result<String, String> {
    let cron = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let parsed = Cron::parse(&cron).map_err(|error| error.to_string())?;
    if length(&cron) > 120 {
        return Err(format!("at most 120 characters, these are {}", length(&cron)));
    }
    // Without a usable zone only the expression can be judged.
    match zone.map(|zone| parsed.after(now, zone)) {
        Some(Err(CronError::NeverFires)) => Err("it never fires: no date fits it".into()),
        Some(Err(error)) => Err(error.to_string()),
        None | Some(Ok(_)) => Ok(cron),
    }
}

fn count(typed: Option<f64>, most: u32) -> Result<u32, String> {
    let expected = || format!("a whole number, 0 to {most}");
    let typed = typed.filter(|n| n.fract() == 0.0 && (0.0..=f64::from(most)).contains(n)).ok_or_else(expected)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within 0 to 365")]
    Ok(typed as u32)
}

fn emails(typed: &[String]) -> Result<Vec<String>, String> {
    let mut kept: Vec<String> = Vec::new();
    for email in typed.iter().map(|email| email.trim()) {
        if length(email) > 255 {
            return Err(format!("at most 255 characters in an address, these are {}", length(email)));
        }
        if !is_email(email) {
            return Err(format!("{email:?} is no mail address"));
        }
        if !kept.iter().any(|other| other.to_lowercase() == email.to_lowercase()) {
            kept.push(email.to_owned());
        }
    }
    Ok(kept)
}

/// As the web app's validator reads addresses: one word, `@`, and at least two
/// labels of a domain whose last is letters only.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let word = |c: char| c.is_ascii_alphanumeric() || "_+-".contains(c);
    let local_fits = local.chars().all(|c| word(c) || "'.".contains(c))
        && local.chars().next_back().is_some_and(word)
        && !local.starts_with('.')
        && !local.contains("..");
    let labels: Vec<&str> = domain.split('.').collect();
    let label_fits = |label: &&str| {
        label.starts_with(|c: char| c.is_ascii_alphanumeric())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let (last, others) = labels.split_last().map_or(("", &[][..]), |(last, others)| (*last, others));
    let domain_fits = !others.is_empty()
        && others.iter().all(label_fits)
        && last.len() >= 2
        && last.chars().all(|c| c.is_ascii_alphabetic());
    local_fits && domain_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> ScheduleDraft {
        ScheduleDraft {
            name: " Daily ".into(),
            enabled: true,
            cron: "0  3 * * *".into(),
            timezone: Some("America/New_York".into()),
            retention: Retention::default().into(),
            notify_emails: vec!["Ops@acme.example".into(), " ops@ACME.example".into(), "it@acme.example".into()],
            notify_on_success: false,
        }
    }

    fn now() -> DateTime<Utc> {
        "2026-10-22T07:41:00Z".parse().unwrap_or_default()
    }

    fn wrong(change: impl FnOnce(&mut ScheduleDraft)) -> Vec<String> {
        let mut draft = draft();
        change(&mut draft);
        draft.checked(now()).err().unwrap_or_default().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn what_is_typed_is_tidied() {
        let values = draft().checked(now()).ok();
        let values = values.as_ref();
        assert_eq!(values.map(|v| v.name.as_str()), Some("Daily"));
        assert_eq!(values.map(|v| v.cron.as_str()), Some("0 3 * * *"));
        assert_eq!(values.map(|v| v.notify_emails.len()), Some(2));
        let mut utc = draft();
        utc.timezone = Some(String::new());
        assert_eq!(utc.checked(now()).map(|v| v.timezone), Ok(None));
    }

    #[test]
    fn every_limit_is_the_web_apps() {
        assert_eq!(wrong(|d| d.name = "x".repeat(120)), Vec::<String>::new());
        assert_eq!(wrong(|d| d.name = "x".repeat(121)), ["name"]);
        assert_eq!(wrong(|d| d.name = "  ".into()), ["name"]);
        // Sixty of these are 120 units for JavaScript.
        assert_eq!(wrong(|d| d.name = "🧵".repeat(60)), Vec::<String>::new());
        assert_eq!(wrong(|d| d.name = "🧵".repeat(61)), ["name"]);
        let minutes = |n: u32| (0..n).map(|m| m.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(wrong(|d| d.cron = format!("{} * * * *", minutes(41))), Vec::<String>::new());
        assert_eq!(wrong(|d| d.cron = format!("{} * * * *", minutes(60))), ["cron"]);
        for (most, field) in [(100.0, "keepLast"), (365.0, "daily"), (104.0, "weekly"), (120.0, "monthly")] {
            let set = |d: &mut ScheduleDraft, to: Option<f64>| match field {
                "keepLast" => d.retention.keep_last = to,
                "daily" => d.retention.daily = to,
                "weekly" => d.retention.weekly = to,
                _ => d.retention.monthly = to,
            };
            for good in [0.0, 1.0, most] {
                assert_eq!(wrong(|d| set(d, Some(good))), Vec::<String>::new(), "{field} {good}");
            }
            for bad in [Some(-1.0), Some(most + 1.0), Some(1.5), Some(f64::NAN), Some(1e300), None] {
                assert_eq!(wrong(|d| set(d, bad)), [field], "{field} {bad:?}");
            }
        }
        assert_eq!(
            wrong(|d| d.notify_emails = vec![format!("{}@acme.example", "x".repeat(242))]),
            Vec::<String>::new()
        );
        assert_eq!(wrong(|d| d.notify_emails = vec![format!("{}@acme.example", "x".repeat(243))]), ["notifyEmails"]);
    }

    #[test]
    fn every_wrong_field_is_named() {
        let all = wrong(|d| {
            d.name.clear();
            d.cron = "15W".into();
            d.timezone = Some("Mars/Olympus".into());
            d.notify_emails = vec!["ops".into()];
            d.retention.daily = None;
        });
        assert_eq!(all, ["name", "timezone", "cron", "notifyEmails", "daily"]);
        for cron in ["* * * * * *", "0 3 * *", "0 3 15W * *", "0 3 * * 5#6", "61 3 * * *", "0 3 31 2,4 *", "@daily", ""]
        {
            assert_eq!(wrong(|d| d.cron = cron.into()), ["cron"], "{cron}");
        }
        for zone in ["X", "Europe/Berlinn", "Europe Berlin", "Ünïcode", "+05:30"] {
            assert_eq!(wrong(|d| d.timezone = Some(zone.into())), ["timezone"], "{zone}");
        }
    }

    #[test]
    fn addresses_are_told_apart() {
        for good in ["a@b.co", "first.last+tag@mail.acme.example", "o'neil@acme.example", "x_@1a-b.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@b.co",
            "a@b",
            "a@b.c",
            "a@b.c0m",
            "a b@c.example",
            ".a@b.co",
            "a.@b.co",
            "a..b@c.co",
            "a@-b.co",
            "a@b..co",
            "a@b@c.co",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
