//! Every name of a version with what is to be said of its value, without the value.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::env_status::EnvStatus;
use super::prove::{Outcome, ProvedKey};
use super::version::EnvVersion;
use crate::weavestream::env_file::EnvFile;
use crate::weavestream::env_names::{
    KeyUse, NameRole, compose_sets_its_own, is_placeholder, redacted_kid, redacted_name_in, required, role_of,
};
use crate::weavestream::key_set::{KeySet, KeyTrouble, guessable};

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NameRow {
    /// The name.
    pub name: String,
    /// Under which heading.
    pub group: NameGroup,
    /// What is shown of its value.
    pub value: ShownValue,
    /// The kid of an active key, or the kids of a list.
    pub kids: Vec<String>,
    /// Bytes of a key.
    pub bytes: Option<u32>,
    /// What is to be said, worst first.
    pub remarks: Vec<Remark>,
    /// Against the host's file, when the newest version is shown.
    pub host: Option<AgainstHost>,
    /// What the last proof said of it.
    pub proof: Option<NameProof>,
}

/// The headings, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum NameGroup {
    /// Keys that open the dump.
    Data,
    /// Keys that sign.
    Signing,
    /// Passwords and addresses of services.
    Access,
    /// Settings.
    Setting,
    /// What Selvage does not know.
    Other,
}

/// What is shown of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ShownValue {
    /// A plain setting, as it is.
    Plain {
        /// The value.
        text: String,
    },
    /// Hidden.
    Hidden {
        /// Characters of the value.
        characters: u32,
    },
    /// `REPLACEME...`: counts as unset.
    Placeholder,
    /// Empty.
    Empty,
    /// A bare name: taken from the environment of whoever runs Compose.
    Bare,
    /// Not in this version.
    Absent,
}

/// What is to be said of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "says", rename_all = "snake_case")]
pub enum Remark {
    /// Weavestream does not start without it.
    Required,
    /// It is no key.
    NoKey {
        /// What is wrong with the key.
        trouble: KeyTrouble,
    },
    /// A password that is soon guessed.
    Weak,
    /// It occurs more than once; the last one counts.
    Repeated {
        /// How often.
        times: u32,
    },
    /// Compose sets its own for the containers.
    NotUsed,
}

/// Against the host's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum AgainstHost {
    /// The same there.
    Same,
    /// Another value there.
    Differs,
    /// Not there.
    OnlyHere,
    /// Only there.
    OnlyThere,
}

/// What the last proof said of a key, or of a list of keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NameProof {
    /// The worst of what was found.
    pub outcome: Outcome,
    /// Kids that were opened, or users for MFA.
    pub opened: u32,
    /// Of so many in use.
    pub tested: u32,
    /// Kids in use that the file does not know, or whose key does not fit.
    pub failing: Vec<String>,
}

/// The rows of `file`, which is `version`, in groups.
#[must_use]
pub fn name_rows(file: &EnvFile, version: &EnvVersion, env: &EnvStatus) -> Vec<NameRow> {
    let mut rows: Vec<_> = file.names().into_iter().map(|name| row(file, version, env, name)).collect();
    let missing = required().into_iter().filter(|name| !file.names().contains(name));
    rows.extend(missing.map(|name| absent(name, Some(Remark::Required), env, version.number)));
    if let EnvStatus::Differs { version: compared, changes, .. } = env
        && *compared == version.number
    {
        let new = changes.added.iter().filter(|name| !rows.iter().any(|row| row.name == **name)).collect::<Vec<_>>();
        rows.extend(new.into_iter().map(|name| absent(name, None, env, version.number)));
    }
    rows.sort_by_key(|row| (row.group, place(&row.name)));
    rows
}

/// Keys in the order of their weight, each list behind its key; others as they stand in the file.
fn place(name: &str) -> usize {
    const ORDER: [KeyUse; 7] =
        [KeyUse::Password, KeyUse::Mfa, KeyUse::Integration, KeyUse::Smtp, KeyUse::Jwt, KeyUse::Cookie, KeyUse::Csrf];
    let of = |of: KeyUse| ORDER.iter().position(|known| *known == of).unwrap_or(ORDER.len()) * 3;
    match role_of(name) {
        NameRole::Key(key) => of(key),
        NameRole::Kid(key) => of(key) + 1,
        NameRole::PreviousKeys(key) => of(key) + 2,
        _ => 0,
    }
}

fn group(name: &str) -> NameGroup {
    match role_of(name) {
        NameRole::Key(of) | NameRole::PreviousKeys(of) | NameRole::Kid(of) if of.opens_data() => NameGroup::Data,
        NameRole::Key(_) | NameRole::PreviousKeys(_) | NameRole::Kid(_) => NameGroup::Signing,
        NameRole::Access => NameGroup::Access,
        NameRole::Setting => NameGroup::Setting,
        NameRole::Other { .. } => NameGroup::Other,
    }
}

fn absent(name: &str, remark: Option<Remark>, env: &EnvStatus, version: u32) -> NameRow {
    NameRow {
        name: name.to_owned(),
        group: group(name),
        value: ShownValue::Absent,
        kids: Vec::new(),
        bytes: None,
        remarks: remark.into_iter().collect(),
        host: against_host(name, false, env, version),
        proof: None,
    }
}

fn row(file: &EnvFile, version: &EnvVersion, env: &EnvStatus, name: &str) -> NameRow {
    let value = value(file, name);
    let unset = matches!(value, ShownValue::Placeholder | ShownValue::Empty | ShownValue::Bare);
    let (kids, bytes, trouble) = keys(file, name);
    let mut remarks = Vec::new();
    if unset && required().contains(&name) {
        remarks.push(Remark::Required);
    } else if let Some(trouble) = trouble {
        remarks.push(Remark::NoKey { trouble });
    } else if !unset && is_weak(file, name) {
        remarks.push(Remark::Weak);
    }
    let times = file.occurrences(name);
    if times > 1 {
        remarks.push(Remark::Repeated { times: u32::try_from(times).unwrap_or(u32::MAX) });
    }
    if compose_sets_its_own(name) {
        remarks.push(Remark::NotUsed);
    }
    NameRow {
        name: redacted_name_in(file, name),
        group: group(name),
        value,
        kids,
        bytes,
        remarks,
        host: against_host(name, true, env, version.number),
        proof: proof(file, version, name),
    }
}

fn value(file: &EnvFile, name: &str) -> ShownValue {
    let Some(value) = file.get(name) else { return ShownValue::Bare };
    let text = value.expose();
    match role_of(name) {
        _ if text.is_empty() => ShownValue::Empty,
        _ if is_placeholder(text) => ShownValue::Placeholder,
        NameRole::Setting => ShownValue::Plain { text: text.chars().take(200).collect() },
        NameRole::Kid(_) => ShownValue::Plain { text: redacted_kid(text) },
        _ => ShownValue::Hidden { characters: u32::try_from(text.chars().count()).unwrap_or(u32::MAX) },
    }
}

/// Kids, bytes and trouble of a key or a list of keys.
fn keys(file: &EnvFile, name: &str) -> (Vec<String>, Option<u32>, Option<KeyTrouble>) {
    let bytes = |key: &crate::weavestream::key_set::Key| u32::try_from(key.len()).ok();
    match role_of(name) {
        NameRole::Key(of) => {
            let set = KeySet::read(file, of);
            let kids = if of.kid_name().is_some() { vec![redacted_kid(&set.kid)] } else { Vec::new() };
            let trouble = set.active.as_ref().map_or_else(|error| Some(*error), guessable);
            (kids, set.active.as_ref().ok().and_then(bytes), trouble)
        }
        NameRole::PreviousKeys(of) => {
            let set = KeySet::read(file, of);
            let trouble =
                set.previous.iter().find_map(|(_, key)| key.as_ref().map_or_else(|error| Some(*error), guessable));
            let kids = set.previous.iter().map(|(kid, _)| redacted_kid(kid)).filter(|kid| !kid.is_empty());
            (kids.collect(), None, trouble)
        }
        _ => (Vec::new(), None, None),
    }
}

/// A password of a service that is soon guessed.
fn is_weak(file: &EnvFile, name: &str) -> bool {
    if !matches!(name, "POSTGRES_PASSWORD" | "REDIS_PASSWORD") {
        return false;
    }
    // A long one is only looked at in its beginning: guessing costs more with each character.
    let Some(text) = file.get(name).map(|value| value.expose().chars().take(64).collect::<String>()) else {
        return false;
    };
    let text = zeroize::Zeroizing::new(text);
    u8::from(zxcvbn::zxcvbn(&text, &["weavestream", "postgres", "redis"]).score()) < 3
}

fn against_host(name: &str, here: bool, env: &EnvStatus, version: u32) -> Option<AgainstHost> {
    match env {
        EnvStatus::Same { version: compared } | EnvStatus::Layout { version: compared, .. } if *compared == version => {
            here.then_some(AgainstHost::Same)
        }
        EnvStatus::Differs { version: compared, changes, .. } if *compared == version => {
            let among = |names: &[String]| names.iter().any(|known| known == name);
            match here {
                _ if among(&changes.added) => Some(AgainstHost::OnlyThere),
                _ if among(&changes.changed) => Some(AgainstHost::Differs),
                _ if among(&changes.removed) => Some(AgainstHost::OnlyHere),
                true => Some(AgainstHost::Same),
                false => None,
            }
        }
        _ => None,
    }
}

/// What the last proof says of an active key, or of the kids in a list.
fn proof(file: &EnvFile, version: &EnvVersion, name: &str) -> Option<NameProof> {
    let proof = version.proof.as_ref()?;
    let of_key = |of: KeyUse| proof.keys.iter().find(|key| key.key_use == of);
    match role_of(name) {
        NameRole::Key(of) => of_key(of).map(|key| summary(key, |_| true, key.outcome)),
        NameRole::PreviousKeys(of) => {
            let listed: Vec<String> = KeySet::read(file, of).previous.into_iter().map(|(kid, _)| kid).collect();
            let key = of_key(of)?;
            let mine = |kid: Option<&str>| kid.is_some_and(|kid| listed.iter().any(|known| known == kid));
            let of_mine: Vec<_> = key.kids.iter().filter(|kid| mine(kid.kid.as_deref())).collect();
            let outcome = match of_mine.as_slice() {
                [] => Outcome::NothingToTest,
                kids if kids.iter().all(|kid| kid.opened == kid.tried) => Outcome::Proves,
                _ => Outcome::DoesNotDecrypt,
            };
            Some(summary(key, mine, outcome))
        }
        _ => None,
    }
}

fn summary(key: &ProvedKey, counts: impl Fn(Option<&str>) -> bool, outcome: Outcome) -> NameProof {
    let counted: Vec<_> = key.kids.iter().filter(|kid| counts(kid.kid.as_deref())).collect();
    if key.key_use == KeyUse::Mfa {
        let sum = |of: fn(&super::ProvedKid) -> u32| counted.iter().map(|kid| of(kid)).sum();
        return NameProof { outcome, opened: sum(|kid| kid.opened), tested: sum(|kid| kid.tried), failing: Vec::new() };
    }
    let failing: Vec<_> =
        counted.iter().filter(|kid| kid.opened < kid.tried).filter_map(|kid| kid.kid.clone()).collect();
    let tested = u32::try_from(counted.len()).unwrap_or(u32::MAX);
    NameProof { outcome, opened: tested - u32::try_from(failing.len()).unwrap_or(tested), tested, failing }
}
