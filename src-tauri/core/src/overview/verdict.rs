use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::checked::Part;
use super::observe::Observation;

use crate::library::LocalDump;
use crate::ports::DumpRecord;
use crate::time::{local, relative, span, the_dump};
use crate::vault::{EnvStatus, VaultError, VaultStatus};
use crate::weavestream::run::{Run, RunStatus};

/// The verdict, in words: state, full stop, how we know. Then the worst loss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// How it stands.
    pub state: VerdictState,
    /// `At risk. The newest dump is only on the host.`
    pub title: String,
    /// What would be lost, in plain words.
    pub body: String,
}

/// How a deployment stands. Green is for shown, never for assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum VerdictState {
    /// Not looked at, or not seen at the newest look.
    NotObserved,
    /// Losing the host now would lose the data.
    AtRisk,
    /// A verified dump is on this laptop and the keys that open it are in the
    /// vault; the rest of a recovery is not shown.
    Saved,
}

/// A blind day is the most that a verdict stands on.
const BLIND_AFTER: TimeDelta = TimeDelta::hours(24);
/// Beyond the longest usual schedule, a week, a newest dump is old.
const OLD_AFTER: TimeDelta = TimeDelta::days(8);

/// Judges from what was seen and what lies on this laptop, in the vault
/// among other places.
#[must_use]
pub fn verdict(
    observation: Option<&Observation>,
    dumps: &[LocalDump],
    vault: &VaultStatus,
    now: DateTime<Utc>,
    zone: Tz,
) -> Verdict {
    let held = sound(dumps).max_by_key(|record| record.checked_at);
    let body = worst_loss(observation, dumps, vault, now, zone);
    let not_checked = |since| format!("Not checked since {}.", local(since, now, zone));
    let say = |state, title: String| Verdict { state, title, body: body.clone() };
    let Some(observation) = observation else {
        return say(VerdictState::NotObserved, "Not checked yet.".into());
    };
    if now - observation.at > BLIND_AFTER {
        return say(VerdictState::NotObserved, not_checked(observation.at));
    }
    let Some(latest) = &observation.latest_good else {
        return say(VerdictState::AtRisk, "At risk. No dump exists.".into());
    };
    if now - latest.at() > OLD_AFTER {
        return say(VerdictState::AtRisk, format!("At risk. The newest dump is {} old.", span(now - latest.at())));
    }
    match held {
        None => say(VerdictState::AtRisk, "At risk. No verified copy outside the host.".into()),
        Some(_) if keys_not_held(observation, vault).is_some() => {
            let why = keys_not_held(observation, vault).unwrap_or_default();
            say(VerdictState::AtRisk, format!("At risk. {why}"))
        }
        // What could not be seen may be lost by now.
        Some(_) if !observation.is_current(Part::Database, now) => {
            say(VerdictState::NotObserved, not_checked(observation.at))
        }
        Some(copy) => say(
            VerdictState::Saved,
            format!("Database saved; files are not. Verified {}.", relative(copy.checked_at - now)),
        ),
    }
}

/// Records of the dumps that lie here, sound as far as was shown.
pub(super) fn sound(dumps: &[LocalDump]) -> impl Iterator<Item = &DumpRecord> {
    dumps.iter().filter(|dump| dump.is_sound()).map(|dump| &dump.record)
}

/// Why the keys that open the dump are not held for certain; none when they are.
fn keys_not_held(observation: &Observation, vault: &VaultStatus) -> Option<String> {
    let Some(newest) = &vault.newest else {
        return Some("The keys that open the dump are not in the vault.".into());
    };
    let number = newest.number;
    if !newest.unset_keys().is_empty() {
        return Some(format!("Version {number} in the vault has no {}.", newest.unset_keys().join(" and ")));
    }
    if !newest.failing_keys().is_empty() {
        let names = newest.failing_keys().join(" and ");
        return Some(format!("{names} in the vault does not open what is stored."));
    }
    match &observation.env {
        // A later capture is not yet what was compared.
        EnvStatus::Differs { version, uncaptured, .. } if *version == number && !uncaptured.is_empty() => {
            let names: Vec<_> = uncaptured.iter().map(|key| key.name.as_str()).collect();
            Some(format!("{} of the host is not in the vault.", names.join(" and ")))
        }
        EnvStatus::VaultUnread { version, problem } if *version == number && problem.find::<VaultError>().is_some() => {
            Some(format!("Version {number} is not whole in the keyring any more."))
        }
        _ => None,
    }
}

fn worst_loss(
    observation: Option<&Observation>,
    dumps: &[LocalDump],
    vault: &VaultStatus,
    now: DateTime<Utc>,
    zone: Tz,
) -> String {
    let run_of =
        |copy: &DumpRecord| observation.and_then(|s| s.recent.iter().chain(&s.latest_good).find(|r| r.id == copy.run));
    let taken = |copy: &DumpRecord| copy.made_at.or_else(|| run_of(copy).map(Run::at));
    let newest = sound(dumps).filter_map(taken).max();
    let missing = match &vault.newest {
        None => {
            "Saved passwords and MFA would stay shut: the keys of .env are not in the vault. Uploaded files are not held here."
        }
        Some(_) => "Uploaded files are not held here.",
    };
    match newest {
        Some(at) => format!(
            "If this host were lost now, you would rebuild from {} and lose {} of changes. {missing}",
            the_dump(&local(at, now, zone)),
            span(now - at)
        ),
        None if sound(dumps).next().is_some() => {
            format!("If this host were lost now, you would rebuild from an older dump on this laptop. {missing}")
        }
        None if vault.newest.is_some() => {
            "If this host were lost now, its keys would be in the vault, and no dump to open with them.".into()
        }
        None => "If this host were lost now, nothing on this laptop could bring it back.".into(),
    }
}

/// The newest run that ended, when it failed.
#[must_use]
pub fn last_failure(recent: &[Run]) -> Option<&Run> {
    let last = recent.iter().find(|r| matches!(r.status, RunStatus::Success | RunStatus::Failed))?;
    (last.status == RunStatus::Failed).then_some(last)
}
