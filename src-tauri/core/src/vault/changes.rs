use serde::{Deserialize, Serialize};
use specta::Type;

use crate::weavestream::env_file::EnvFile;
use crate::weavestream::env_names::{KeyUse, redacted_kid, redacted_name};
use crate::weavestream::key_set::KeySet;

/// How one `.env` differs from another, by name. Each list by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NameChanges {
    /// Only in the newer.
    pub added: Vec<String>,
    /// In both, with other values.
    pub changed: Vec<String>,
    /// Only in the older.
    pub removed: Vec<String>,
}

impl NameChanges {
    /// What is different in `after`. Values count as containers get them; how
    /// they are written does not.
    #[must_use]
    pub fn between(before: &EnvFile, after: &EnvFile) -> Self {
        let (old, new) = (before.values(), after.values());
        let mut changes = Self::default();
        for (name, value) in &new {
            match old.get(name) {
                None => changes.added.push(redacted_name(name)),
                Some(was) if was.expose() != value.expose() => changes.changed.push(redacted_name(name)),
                Some(_) => {}
            }
        }
        changes.removed = old.keys().filter(|name| !new.contains_key(*name)).map(|name| redacted_name(name)).collect();
        changes
    }

    /// No name differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }

    /// Every name that differs, in order of the lists.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.added.iter().chain(&self.changed).chain(&self.removed).map(String::as_str)
    }
}

/// Keys that one `.env` has and another has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MissingKey {
    /// What they are for.
    pub key_use: KeyUse,
    /// Name of the active key.
    pub name: String,
    /// Their kids.
    pub kids: Vec<String>,
}

/// Keys of stored data that `from` has and `to` has neither as the active one
/// nor in its list: with `to`, what was encrypted with them stays shut.
#[must_use]
pub fn missing_keys_of(from: &EnvFile, to: &EnvFile) -> Vec<MissingKey> {
    let lost = |key_use: KeyUse| {
        let kids = KeySet::read(to, key_use).lost_since(&KeySet::read(from, key_use));
        let kids: Vec<_> = kids.iter().map(|kid| redacted_kid(kid)).collect();
        (!kids.is_empty()).then(|| MissingKey { key_use, name: key_use.name().to_owned(), kids })
    };
    KeyUse::OF_DATA.into_iter().filter_map(lost).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> EnvFile {
        EnvFile::parse(text.as_bytes().to_vec()).unwrap_or_else(|error| unreachable!("{error}"))
    }

    #[test]
    fn values_count_and_not_how_they_are_written() {
        let same = NameChanges::between(&file("A=1\nB='x y'\nA=2"), &file("# moved\nB=\"x y\"\nexport A = 2\n"));
        assert!(same.is_empty());
        let changes = NameChanges::between(&file("A=1\nB=2\nC=3"), &file("B=2\nC=4\nD="));
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            changes,
            NameChanges { added: names(&["D"]), changed: names(&["C"]), removed: names(&["A"]) },
            "an empty value is a value"
        );
        assert_eq!(changes.names().collect::<Vec<_>>(), ["D", "C", "A"]);
    }
}
