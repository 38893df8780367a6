//! A secret that comes from the window.

use serde::{Deserialize, Deserializer};
use specta::Type;

pub use selvage_weavestream::Secret;

/// A secret that was typed: it can be received from the front end, never sent.
#[derive(Clone, Debug, Type)]
#[specta(transparent)]
pub struct Typed(#[specta(type = String)] pub Secret);

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}
