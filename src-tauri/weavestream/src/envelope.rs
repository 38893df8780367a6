//! Weavestream's AES-256-GCM envelopes: whether a key opens one
//! (`docs/weavestream.md` section 7). What is inside never leaves this module.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const IV_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// An envelope that was taken apart. Nothing of it is secret without the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The key's kid; none in the older form of users' one-time codes.
    pub kid: Option<String>,
    /// Version 2: what is inside is bound to its row.
    pub bound: bool,
    iv: [u8; IV_BYTES],
    /// Ciphertext, then tag, as the cipher wants them.
    sealed: Vec<u8>,
}

/// Why a text is no envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// No base64.
    #[error("it is no base64")]
    NotBase64,
    /// A version that is not known.
    #[error("version {0} is not known")]
    UnknownVersion(u8),
    /// It ends too early.
    #[error("it is cut off")]
    CutOff,
    /// The kid is empty, or no text.
    #[error("its kid is empty or no text")]
    OddKid,
}

impl Envelope {
    /// Version byte, length of the kid, kid, IV, tag, ciphertext.
    pub fn parse(text: &str) -> Result<Self, EnvelopeError> {
        let bytes = STANDARD.decode(text).map_err(|_| EnvelopeError::NotBase64)?;
        let (version, rest) = bytes.split_first().ok_or(EnvelopeError::CutOff)?;
        let bound = match version {
            1 => false,
            2 => true,
            other => return Err(EnvelopeError::UnknownVersion(*other)),
        };
        let (length, rest) = rest.split_first().ok_or(EnvelopeError::CutOff)?;
        let (kid, rest) = rest.split_at_checked((*length).into()).ok_or(EnvelopeError::CutOff)?;
        let kid = std::str::from_utf8(kid).ok().filter(|kid| !kid.is_empty()).ok_or(EnvelopeError::OddKid)?;
        Self::sealed(rest, Some(kid.to_owned()), bound)
    }

    /// The older form: IV, tag, ciphertext.
    pub fn parse_without_kid(text: &str) -> Result<Self, EnvelopeError> {
        let bytes = STANDARD.decode(text).map_err(|_| EnvelopeError::NotBase64)?;
        Self::sealed(&bytes, None, false)
    }

    fn sealed(bytes: &[u8], kid: Option<String>, bound: bool) -> Result<Self, EnvelopeError> {
        let (iv, rest) = bytes.split_first_chunk::<IV_BYTES>().ok_or(EnvelopeError::CutOff)?;
        let (tag, ciphertext) = rest.split_first_chunk::<TAG_BYTES>().ok_or(EnvelopeError::CutOff)?;
        Ok(Self { kid, bound, iv: *iv, sealed: [ciphertext, tag].concat() })
    }

    /// Whether `key` opens it: the tag verifies. `row` is what a version 2 is
    /// bound to; others are bound to nothing.
    #[must_use]
    pub fn opens_with(&self, key: &[u8], row: &str) -> bool {
        let Ok(cipher) = Aes256Gcm::new_from_slice(key) else { return false };
        let aad = if self.bound { row.as_bytes() } else { &[] };
        let opened = cipher.decrypt(&Nonce::from(self.iv), Payload { msg: &self.sealed, aad });
        opened.map(Zeroizing::new).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROW: &str = "password:11111111-1111-4111-8111-111111111111:22222222-2222-4222-8222-222222222222:password";
    const BOUND: &str = "AgExAAECAwQFBgcICQoLJyuGH0lF2PpO2nLRo1uGgDQxtWmgkQ==";
    const UNBOUND: &str = "AQcyMDI2LTAxAAECAwQFBgcICQoLJTlhXg9nWTj//3+d+scRQzQxtWmgkQ==";
    const MFA: &str = "AAECAwQFBgcICQoLlyacGMlAIjMMWAXXNqxN6A1AhUyc1oZLyAnHwIK5ID0=";

    fn key() -> Vec<u8> {
        (0..32).collect()
    }

    #[test]
    fn the_vectors_open_with_their_key_alone() {
        let bound = Envelope::parse(BOUND);
        assert!(bound.as_ref().is_ok_and(|e| e.kid.as_deref() == Some("1") && e.bound && e.opens_with(&key(), ROW)));
        assert!(bound.is_ok_and(|e| !e.opens_with(&key(), "password:other") && !e.opens_with(&[7; 32], ROW)));
        let unbound = Envelope::parse(UNBOUND);
        assert!(unbound.is_ok_and(|e| e.kid.as_deref() == Some("2026-01") && !e.bound && e.opens_with(&key(), "any")));
        let mfa = Envelope::parse_without_kid(MFA);
        assert!(mfa.as_ref().is_ok_and(|e| e.kid.is_none() && e.opens_with(&key(), "")));
        assert!(mfa.is_ok_and(|e| !e.opens_with(&key()[..31], "") && !e.opens_with(&[], "")));
    }

    /// Every byte altered, and every length cut.
    #[test]
    fn a_malformed_one_never_opens() {
        for (text, with_kid) in [(BOUND, true), (UNBOUND, true), (MFA, false)] {
            let bytes = STANDARD.decode(text).unwrap_or_default();
            let opens = |bytes: &[u8]| {
                let text = STANDARD.encode(bytes);
                let parsed = if with_kid { Envelope::parse(&text) } else { Envelope::parse_without_kid(&text) };
                parsed.is_ok_and(|envelope| envelope.opens_with(&key(), ROW))
            };
            assert!(opens(&bytes), "{text}");
            for at in 0..bytes.len() {
                assert!(!opens(&bytes[..at]), "{text} cut at {at}");
                for bit in 0..8 {
                    let mut altered = bytes.clone();
                    altered[at] ^= 1 << bit;
                    // A kid is a name and not sealed: it decides which key is tried.
                    let in_kid = with_kid && (2..2 + usize::from(bytes[1])).contains(&at);
                    assert_eq!(
                        opens(&altered),
                        in_kid && std::str::from_utf8(&altered[2..2 + usize::from(bytes[1])]).is_ok(),
                        "{text} byte {at} bit {bit}"
                    );
                }
            }
            assert!(!opens(&[&bytes[..], &[0]].concat()), "longer");
        }
        for (text, error) in [
            ("", EnvelopeError::CutOff),
            ("%", EnvelopeError::NotBase64),
            ("AwEx", EnvelopeError::UnknownVersion(3)),
            ("AgH/AAECAwQFBgcICQoLJyuGH0lF2PpO2nLRo1uGgDQxtWmgkQ==", EnvelopeError::OddKid),
            ("Av8x", EnvelopeError::CutOff),
        ] {
            assert_eq!(Envelope::parse(text), Err(error), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn anything_is_taken_apart(bytes in prop::collection::vec(any::<u8>(), 0..120), row in ".{0,20}") {
            let text = STANDARD.encode(&bytes);
            for parsed in [Envelope::parse(&text), Envelope::parse_without_kid(&text)].into_iter().flatten() {
                prop_assert!(!parsed.opens_with(&key(), &row));
            }
        }
    }
}
