//! Keyed fingerprints: the same text gives the same one, and nobody without the
//! key can try out what the text was.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;

/// HMAC-SHA-256 in hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

/// The key of one version's fingerprints. It lies in the keyring beside the values.
#[derive(Clone)]
pub struct FingerprintKey(Zeroizing<[u8; KEY_BYTES]>);

impl FingerprintKey {
    /// A new, random key.
    #[must_use]
    pub fn random() -> Self {
        Self(Zeroizing::new(rand::random()))
    }

    /// From the keyring's text.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// For the keyring.
    pub(super) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0.as_slice()))
    }

    /// Of a whole file.
    #[must_use]
    pub fn of_file(&self, bytes: &[u8]) -> Fingerprint {
        self.of(&[b"file", bytes])
    }

    /// Of a name's value. The name is part of it, so that two names with one value differ.
    #[must_use]
    pub fn of_value(&self, name: &str, value: &str) -> Fingerprint {
        self.of(&[b"value", name.as_bytes(), value.as_bytes()])
    }

    /// Of one entry of the keyring, counted from 1.
    pub(super) fn of_piece(&self, number: usize, text: &str) -> Fingerprint {
        self.of(&[b"piece", number.to_string().as_bytes(), text.as_bytes()])
    }

    fn of(&self, parts: &[&[u8]]) -> Fingerprint {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_slice()) else {
            unreachable!("HMAC takes a key of any length")
        };
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Fingerprint(hex::encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_the_name_and_the_value_all_matter() {
        let (one, two) = (FingerprintKey::random(), FingerprintKey::random());
        let mark = one.of_value("A", "x");
        assert_eq!(mark, one.of_value("A", "x"));
        for other in [one.of_value("B", "x"), one.of_value("A", "y"), two.of_value("A", "x"), one.of_value("Ax", "")] {
            assert_ne!(mark, other);
        }
        let back = FingerprintKey::from_text(&one.text());
        assert!(back.is_some_and(|back| back.of_file(b"x") == one.of_file(b"x")));
        assert!(FingerprintKey::from_text("short").is_none() && FingerprintKey::from_text("no base64!").is_none());
    }
}
