//! Secret text: cannot be printed, compared by accident or serialised.

use serde::{Deserialize, Deserializer};
use specta::Type;
use zeroize::Zeroizing;

/// A password, passphrase or key. It has no `Display` and no `Serialize`, its
/// `Debug` is redacted, and its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of `text`; the caller keeps no copy.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself, for handing to the one call that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// A secret that was typed: it can be received from the front end, never sent.
#[derive(Clone, Debug, Type)]
#[specta(transparent)]
pub struct Typed(#[specta(type = String)] pub Secret);

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_text() {
        let secret = Secret::new("hunter2".into());
        assert!(!format!("{secret:?} {:?}", Some(&secret)).contains("hunter2"));
    }
}
