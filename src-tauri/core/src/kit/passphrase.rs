//! Passphrases of kits: how hard they are to guess, and generated ones.

use diceware_wordlists::EFF_LONG_WORDLIST;
use rand::Rng;
use serde::{Deserialize, Serialize};
use specta::Type;
use zeroize::Zeroizing;

use super::error::KitError;
use crate::Secret;

/// Words of a generated passphrase: 7,776 to choose each from, 77 bits together.
const WORDS: usize = 6;
/// A kit lies where others may find it and can be tried for ever.
const LEAST_SCORE: u8 = 3;
/// Beyond this a passphrase is strong whatever it is; trying it takes long.
const LOOKED_AT: usize = 100;

/// How hard a passphrase is to guess.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PassphraseStrength {
    /// From 0 to 4, as zxcvbn counts; 3 is enough.
    pub score: u8,
    /// It may protect a kit.
    pub enough: bool,
    /// What would make it better; may be empty.
    pub advice: String,
}

/// Judges `passphrase`; `known` are words that anybody would try first.
#[must_use]
pub fn strength(passphrase: &Secret, known: &[&str]) -> PassphraseStrength {
    let text = Zeroizing::new(passphrase.expose().chars().take(LOOKED_AT).collect::<String>());
    let known: Vec<&str> = known.iter().copied().chain(["weavestream", "selvage"]).collect();
    let found = zxcvbn::zxcvbn(&text, &known);
    let score = u8::from(found.score());
    let feedback = found.feedback();
    let advice = feedback.and_then(|feedback| {
        let warning = feedback.warning().map(|warning| warning.to_string());
        warning.or_else(|| feedback.suggestions().first().map(ToString::to_string))
    });
    PassphraseStrength { score, enough: score >= LEAST_SCORE, advice: advice.unwrap_or_default() }
}

/// Refuses a passphrase that would be guessed.
pub(super) fn check(passphrase: &Secret, known: &[&str]) -> Result<(), KitError> {
    let strength = strength(passphrase, known);
    if strength.enough { Ok(()) } else { Err(KitError::PassphraseWeak { advice: strength.advice }) }
}

/// Words at random.
#[must_use]
pub fn generate() -> Secret {
    let mut rng = rand::rng();
    let mut text = String::with_capacity(WORDS * 10);
    for n in 0..WORDS {
        if n > 0 {
            text.push('-');
        }
        // Four words of the list hold a hyphen, which would be taken for two words.
        let word = std::iter::repeat_with(|| EFF_LONG_WORDLIST[rng.random_range(0..EFF_LONG_WORDLIST.len())]);
        text.extend(word.filter(|word| !word.contains('-')).take(1));
    }
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_guessed_is_refused() {
        for weak in ["", "a", "horse2026", "Weavestream2026!", "selvage-acme", "qwertyuiop123"] {
            assert!(check(&Secret::new(weak.to_owned()), &["acme"]).is_err(), "{weak}");
        }
        let (one, two) = (generate(), generate());
        assert_ne!(one.expose(), two.expose());
        assert_eq!(one.expose().split('-').filter(|word| !word.is_empty()).count(), WORDS, "{}", one.expose());
        assert!(check(&one, &["acme"]).is_ok());
        assert!(strength(&Secret::new("x".repeat(5_000)), &[]).score <= 4, "a long one is judged in time");
    }
}
