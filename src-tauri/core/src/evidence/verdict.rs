use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::ladder::sound;
use super::loss::loss;
use crate::base::say_at;
use crate::library::LocalDump;
use crate::observation::{Part, Summary};
use crate::time::Moment;
use crate::vault::{EnvStatus, VaultError, VaultStatus};

/// The verdict, in words: state, full stop, how it is known. Then what would be lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// How it stands.
    pub state: VerdictState,
    /// `At risk. No verified copy outside the host.`
    pub title: String,
    /// What would be lost, in plain words.
    pub body: String,
}

/// How a deployment stands. Green is for shown, never for assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum VerdictState {
    /// Not checked yet, or not seen at the newest check.
    NotObserved,
    /// Losing the host now would lose the data.
    AtRisk,
    /// A verified dump is on this laptop and the keys that decrypt it are in the
    /// vault; the rest of a recovery is not proved.
    Saved,
}

/// What the verdict rests on. The order of the cases in [`reason`] decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
enum Reason {
    NotChecked,
    NotCheckedSince { since: DateTime<Utc> },
    NoDump,
    DumpOld { at: DateTime<Utc> },
    NoCopy,
    NoKeys,
    KeysUnset { version: u32, names: Vec<String> },
    KeysDoNotDecrypt { names: Vec<String> },
    KeysNotSaved { names: Vec<String> },
    VersionIncomplete { version: u32 },
    Saved { at: DateTime<Utc> },
}

/// A blind day is the most that a verdict stands on.
const BLIND_AFTER: TimeDelta = TimeDelta::hours(24);
/// Beyond the longest usual schedule, a week, a newest dump is old.
const OLD_AFTER: TimeDelta = TimeDelta::days(8);

/// Judges from what was seen and what lies on this laptop, the vault included.
#[must_use]
pub fn verdict(seen: Option<&Summary>, dumps: &[LocalDump], vault: &VaultStatus, moment: &Moment) -> Verdict {
    let reason = reason(seen, dumps, vault, moment.now);
    let state = match reason {
        Reason::NotChecked | Reason::NotCheckedSince { .. } => VerdictState::NotObserved,
        Reason::Saved { .. } => VerdictState::Saved,
        _ => VerdictState::AtRisk,
    };
    let title = say_at("verdict", "verdict", &reason, moment).title;
    let body = say_at("loss", "loss", &loss(dumps, vault), moment).title;
    Verdict { state, title, body }
}

fn reason(seen: Option<&Summary>, dumps: &[LocalDump], vault: &VaultStatus, now: DateTime<Utc>) -> Reason {
    let Some(seen) = seen else { return Reason::NotChecked };
    if now - seen.at > BLIND_AFTER {
        return Reason::NotCheckedSince { since: seen.at };
    }
    let Some(latest) = &seen.latest_good else { return Reason::NoDump };
    if now - latest.at() > OLD_AFTER {
        return Reason::DumpOld { at: latest.at() };
    }
    let Some(newest) = sound(dumps).map(|record| record.checked_at).max() else { return Reason::NoCopy };
    if let Some(reason) = keys_missing(seen, vault) {
        return reason;
    }
    // What could not be seen may be lost by now.
    if !seen.is_current(Part::Database, now) {
        return Reason::NotCheckedSince { since: seen.at };
    }
    Reason::Saved { at: newest }
}

/// Why the keys that decrypt the dump are not saved for certain; none when they are.
fn keys_missing(seen: &Summary, vault: &VaultStatus) -> Option<Reason> {
    let Some(newest) = &vault.newest else { return Some(Reason::NoKeys) };
    let version = newest.number;
    let owned = |names: Vec<&str>| names.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>();
    let (unset, failing) = (owned(newest.unset_keys()), owned(newest.failing_keys()));
    if !unset.is_empty() {
        return Some(Reason::KeysUnset { version, names: unset });
    }
    if !failing.is_empty() {
        return Some(Reason::KeysDoNotDecrypt { names: failing });
    }
    match &seen.env {
        // A later capture is not yet what was compared.
        EnvStatus::Differs { version: compared, uncaptured, .. } if *compared == version && !uncaptured.is_empty() => {
            Some(Reason::KeysNotSaved { names: uncaptured.iter().map(|key| key.name.clone()).collect() })
        }
        EnvStatus::VaultUnread { version: compared, problem }
            if *compared == version && problem.find::<VaultError>().is_some() =>
        {
            Some(Reason::VersionIncomplete { version })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::loss::Loss;

    fn told<T: Serialize>(area: &str, value: &T) -> String {
        let at = "2026-10-22T07:41:00Z".parse().unwrap_or_default();
        say_at(area, area, value, &Moment { now: at, zone: chrono_tz::Europe::Berlin }).title
    }

    #[test]
    fn every_reason_and_every_loss_has_its_words() {
        let at = "2026-10-21T07:00:00Z".parse().unwrap_or_default();
        let (version, one, two) = (2, vec!["A".to_owned()], vec!["A".to_owned(), "B".to_owned()]);
        let reasons = [
            Reason::NotChecked,
            Reason::NotCheckedSince { since: at },
            Reason::NoDump,
            Reason::DumpOld { at },
            Reason::NoCopy,
            Reason::NoKeys,
            Reason::KeysUnset { version, names: one.clone() },
            Reason::KeysDoNotDecrypt { names: one.clone() },
            Reason::KeysDoNotDecrypt { names: two.clone() },
            Reason::KeysNotSaved { names: one },
            Reason::KeysNotSaved { names: two },
            Reason::VersionIncomplete { version },
            Reason::Saved { at },
        ];
        for reason in reasons {
            let told = told("verdict", &reason);
            assert!(told.ends_with('.') && !told.contains('{'), "{reason:?}: {told}");
        }
        for keys in [true, false] {
            for loss in [Loss::FromDump { at, keys }, Loss::FromOlderDump { keys }, Loss::KeysOnly, Loss::Everything] {
                let told = told("loss", &loss);
                assert!(told.ends_with('.') && !told.contains('{'), "{loss:?}: {told}");
            }
        }
        assert_eq!(told("verdict", &Reason::Saved { at }), "Database saved; files are not. Verified 1 day ago.");
    }
}
