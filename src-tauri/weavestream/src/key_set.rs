//! The keys of one `.env`, by use and kid (`docs/weavestream.md` sections 6 and 7).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};
use specta::Type;
use zeroize::Zeroizing;

use super::env_file::EnvFile;
use super::env_names::{KeyUse, is_placeholder};
use crate::Secret;

/// The kid of a key that was never changed.
pub const DEFAULT_KID: &str = "1";

/// A key as it is used.
pub type Key = Zeroizing<Vec<u8>>;

/// Why a value is no key. Nothing of the value is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum KeyTrouble {
    /// Not in the file, or empty.
    Missing,
    /// `REPLACEME...`: counts as unset.
    Placeholder,
    /// No base64.
    NotBase64,
    /// Another length than the use needs.
    WrongLength {
        /// Bytes.
        bytes: u32,
    },
    /// Every byte is the same, or the like: no random key.
    Guessable,
    /// An entry of a list without `kid:`.
    NoKid,
    /// An entry of a list with the active key's kid: Weavestream refuses such a list.
    RepeatsActive,
}

/// The keys of one use.
#[derive(Clone)]
pub struct KeySet {
    /// Which use.
    pub key_use: KeyUse,
    /// The active key's kid; `1` where the file says none.
    pub kid: String,
    /// The active key.
    pub active: Result<Key, KeyTrouble>,
    /// Keys before it, by kid, in the order of the list.
    pub previous: Vec<(String, Result<Key, KeyTrouble>)>,
}

impl KeySet {
    /// The keys of `of` in `file`.
    #[must_use]
    pub fn read(file: &EnvFile, key_use: KeyUse) -> Self {
        let text = |name: &str| file.filled(name).map(Secret::expose);
        let kid = key_use.kid_name().and_then(|name| Some(text(&name)?.trim().to_owned()));
        let list = key_use.previous_name().and_then(text).filter(|list| !is_placeholder(list)).unwrap_or_default();
        let kid = kid.filter(|kid| !kid.is_empty()).unwrap_or_else(|| DEFAULT_KID.to_owned());
        Self {
            key_use,
            active: text(key_use.name()).map_or(Err(KeyTrouble::Missing), |value| key(value, key_use)),
            previous: list
                .split(',')
                .map(str::trim)
                .filter(|entry| !entry.is_empty())
                .map(|entry| previous(entry, key_use))
                .map(|(other, key)| if other == kid { (other, Err(KeyTrouble::RepeatsActive)) } else { (other, key) })
                .collect(),
            kid,
        }
    }

    /// The key of `kid`: the active one, else the one of the list.
    #[must_use]
    pub fn get(&self, kid: &str) -> Option<&Result<Key, KeyTrouble>> {
        if kid == self.kid {
            return Some(&self.active);
        }
        self.previous.iter().find(|(other, _)| other == kid).map(|(_, key)| key)
    }

    /// Entries of the list for which Weavestream refuses the whole `.env`.
    pub fn faults(&self) -> impl Iterator<Item = (&str, KeyTrouble)> {
        self.previous.iter().filter_map(|(kid, key)| Some((kid.as_str(), key.as_ref().err().copied()?)))
    }

    /// Every kid with its usable key, the active one first.
    pub fn usable(&self) -> impl Iterator<Item = (&str, &Key)> {
        let all = std::iter::once((&self.kid, &self.active)).chain(self.previous.iter().map(|(kid, key)| (kid, key)));
        all.filter_map(|(kid, key)| Some((kid.as_str(), key.as_ref().ok()?)))
    }

    /// Kids whose key in `before` is not the one that this set has for them: what
    /// was encrypted with those stays shut.
    #[must_use]
    pub fn lost_since(&self, before: &Self) -> Vec<String> {
        let kept = |kid: &str, key: &Key| matches!(self.get(kid), Some(Ok(now)) if **now == **key);
        before.usable().filter(|(kid, key)| !kept(kid, key)).map(|(kid, _)| kid.to_owned()).collect()
    }
}

fn previous(entry: &str, key_use: KeyUse) -> (String, Result<Key, KeyTrouble>) {
    match entry.split_once(':') {
        Some((kid, value)) if !kid.trim().is_empty() => (kid.trim().to_owned(), key(value, key_use)),
        _ => (String::new(), Err(KeyTrouble::NoKid)),
    }
}

/// A value as a key of `of`.
pub fn key(value: &str, key_use: KeyUse) -> Result<Key, KeyTrouble> {
    let value = value.trim();
    if value.is_empty() {
        return Err(KeyTrouble::Missing);
    }
    if is_placeholder(value) {
        return Err(KeyTrouble::Placeholder);
    }
    let key = decode(value).ok_or(KeyTrouble::NotBase64)?;
    let fits = if key_use.is_exact() { key.len() == 32 } else { key.len() >= 32 };
    if !fits {
        return Err(KeyTrouble::WrongLength { bytes: u32::try_from(key.len()).unwrap_or(u32::MAX) });
    }
    Ok(key)
}

/// A key that is used and is no random one. It opens what it has sealed all the same.
#[must_use]
pub fn guessable(key: &Key) -> Option<KeyTrouble> {
    let mut kinds = Zeroizing::new(key.to_vec());
    kinds.sort_unstable();
    kinds.dedup();
    (kinds.len() < 8).then_some(KeyTrouble::Guessable)
}

/// As the host's Node decodes it: either alphabet, padded or not.
fn decode(value: &str) -> Option<Key> {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    [&alphabet::STANDARD, &alphabet::URL_SAFE]
        .iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, lenient).decode(value).ok())
        .map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const TWO: &str = "_-7dzLuqmYh3ZlVEMyIRAAAREiIzRFVmd4iZqrvM3e4";

    fn set(text: &str, key_use: KeyUse) -> KeySet {
        KeySet::read(&EnvFile::parse(text.as_bytes().to_vec()).unwrap_or_else(|error| unreachable!("{error}")), key_use)
    }

    #[test]
    fn a_key_is_found_by_its_kid() {
        let text = format!(
            "PASSWORD_ENCRYPTION_KEY=REPLACEME\nPASSWORD_ENCRYPTION_KEY={ONE}\nPASSWORD_ENCRYPTION_KEY_KID=b\nPASSWORD_PREVIOUS_KEYS= 1:{TWO} , a:AAAA,nokid\n"
        );
        let set = set(&text, KeyUse::Password);
        assert_eq!(set.kid, "b");
        assert!(matches!(set.get("b"), Some(Ok(key)) if key.len() == 32));
        assert!(matches!(set.get("1"), Some(Ok(_))), "without padding, and of the other alphabet");
        assert!(matches!(set.get("a"), Some(Err(KeyTrouble::WrongLength { bytes: 3 }))));
        assert!(set.get("c").is_none());
        assert_eq!(set.previous.last().map(|(_, key)| key.clone().err()), Some(Some(KeyTrouble::NoKid)));
        assert_eq!(set.usable().count(), 2);
    }

    #[test]
    fn what_is_no_key_is_told_apart() {
        let trouble = |value: &str, key_use| key(value, key_use).err();
        assert_eq!(trouble("", KeyUse::Mfa), Some(KeyTrouble::Missing));
        assert_eq!(trouble("REPLACEME_32_BYTES_BASE64", KeyUse::Mfa), Some(KeyTrouble::Placeholder));
        assert_eq!(trouble("no base64!", KeyUse::Mfa), Some(KeyTrouble::NotBase64));
        assert_eq!(trouble("AAAA", KeyUse::Jwt), Some(KeyTrouble::WrongLength { bytes: 3 }));
        let zeros = key(&"A".repeat(43), KeyUse::Jwt);
        assert!(zeros.is_ok_and(|zeros| guessable(&zeros) == Some(KeyTrouble::Guessable)), "used, and told");
        assert!(key(ONE, KeyUse::Jwt).is_ok_and(|one| guessable(&one).is_none()));
        let long = format!("{}{ONE}", &ONE[..40]);
        assert_eq!(trouble(&long, KeyUse::Jwt), None, "longer keys sign as well");
        assert!(matches!(trouble(&long, KeyUse::Mfa), Some(KeyTrouble::WrongLength { .. })));
    }

    #[test]
    fn a_list_that_weavestream_refuses_is_a_fault() {
        let faults = |list: &str| {
            let set =
                set(&format!("SMTP_SECRET_KEY={ONE}\nSMTP_SECRET_KEY_KID=b\nSMTP_PREVIOUS_KEYS={list}"), KeyUse::Smtp);
            set.faults().map(|(kid, trouble)| (kid.to_owned(), trouble)).collect::<Vec<_>>()
        };
        assert_eq!(faults(&format!("a:{TWO}")), []);
        assert_eq!(faults(&format!("b:{TWO}")), [("b".to_owned(), KeyTrouble::RepeatsActive)]);
        assert_eq!(
            faults(&format!("b:{ONE}")),
            [("b".to_owned(), KeyTrouble::RepeatsActive)],
            "also with the same key"
        );
        assert_eq!(faults("a:AAAA"), [("a".to_owned(), KeyTrouble::WrongLength { bytes: 3 })]);
    }

    #[test]
    fn a_kid_defaults_to_one() {
        assert_eq!(set("A=1", KeyUse::Smtp).kid, "1");
        assert_eq!(set("SMTP_SECRET_KEY_KID=\n", KeyUse::Smtp).kid, "1");
        assert_eq!(set("A=1", KeyUse::Mfa).kid, "1");
    }

    #[test]
    fn what_a_rotation_loses() {
        let before = set(&format!("SMTP_SECRET_KEY={ONE}\nSMTP_SECRET_KEY_KID=a"), KeyUse::Smtp);
        let lost = |text: String| set(&text, KeyUse::Smtp).lost_since(&before);
        let right = format!("SMTP_SECRET_KEY={TWO}\nSMTP_SECRET_KEY_KID=b\nSMTP_PREVIOUS_KEYS=a:{ONE}");
        assert!(lost(right).is_empty());
        assert_eq!(lost(format!("SMTP_SECRET_KEY={TWO}\nSMTP_SECRET_KEY_KID=b")), ["a"], "not in the list");
        let same = format!("SMTP_SECRET_KEY={TWO}\nSMTP_SECRET_KEY_KID=a\nSMTP_PREVIOUS_KEYS=a:{ONE}");
        assert_eq!(lost(same), ["a"], "the new one under the old kid");
        assert_eq!(lost("SMTP_SECRET_KEY=\nA=1".into()), ["a"]);
    }
}
