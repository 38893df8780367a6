use std::fmt;

use selvage_words::{Facts, Words};
use serde::de::DeserializeOwned;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use specta::Type;

use super::Class;
use crate::weavestream::env_file::EnvFileError;

/// An error that can be told: an enum whose JSON has its code under `code`, and
/// its facts beside it. Its words are in `selvage-words`, under its code.
pub trait Tellable: Serialize {
    /// How it ends what was asked for. Decided beside each error, once.
    fn class(&self) -> Class;

    /// Code and facts.
    fn told(&self) -> (String, Facts) {
        let mut facts = match serde_json::to_value(self) {
            Ok(Value::Object(facts)) => facts,
            other => Facts::from_iter([("reason".to_owned(), other.unwrap_or_default())]),
        };
        match facts.remove("code") {
            Some(Value::String(code)) => (code, facts),
            _ => (String::new(), facts),
        }
    }

    /// Title and reason in one line.
    fn line(&self) -> String {
        let (code, facts) = self.told();
        selvage_words::problem(&code, &facts).line()
    }
}

/// Prints errors in the words of `selvage-words`.
macro_rules! told_in_words {
    ($($error:ty),+) => {$(
        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::base::Tellable::line(self))
            }
        }
        impl std::error::Error for $error {}
    )+};
}
pub(crate) use told_in_words;

/// One problem, whatever it came from: a code, how it ends what was asked for, and
/// facts. In JSON the facts stand beside `code` and `class`, and its words under `words`.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Known by it alone: unique among all errors.
    pub code: String,
    /// How it ends what was asked for.
    pub class: Class,
    /// What is known of it.
    pub facts: Facts,
}

impl Problem {
    /// The error that it came from, when it is one of `E`.
    #[must_use]
    pub fn find<E: DeserializeOwned>(&self) -> Option<E> {
        let mut fields = self.facts.clone();
        fields.insert("code".to_owned(), self.code.clone().into());
        E::deserialize(Value::Object(fields)).ok()
    }

    /// What is said of it.
    #[must_use]
    pub fn words(&self) -> Words {
        selvage_words::problem(&self.code, &self.facts)
    }
}

impl<E: Tellable> From<E> for Problem {
    fn from(error: E) -> Self {
        let (code, facts) = error.told();
        Self { code, class: error.class(), facts }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().line())
    }
}

impl std::error::Error for Problem {}

/// What the front end knows of every problem; the facts stand beside it.
#[derive(Serialize, Type)]
#[serde(rename = "Problem")]
struct Shape {
    /// Known by it alone: unique among all errors.
    code: String,
    /// How it ends what was asked for.
    class: Class,
    /// What is said of it.
    words: Words,
}

impl Type for Problem {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        Shape::definition(types)
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_map(None)?;
        form.serialize_entry("code", &self.code)?;
        form.serialize_entry("class", &self.class)?;
        form.serialize_entry("words", &self.words())?;
        for (name, fact) in &self.facts {
            form.serialize_entry(name, fact)?;
        }
        form.end()
    }
}

/// Of an earlier version it has no class; words are told anew each time.
impl<'de> Deserialize<'de> for Problem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut facts = Facts::deserialize(deserializer)?;
        facts.remove("words");
        let class = facts.remove("class").and_then(|class| Class::deserialize(class).ok());
        match facts.remove("code") {
            Some(Value::String(code)) => Ok(Self { code, class: class.unwrap_or(Class::Failed), facts }),
            _ => Err(serde::de::Error::missing_field("code")),
        }
    }
}

impl Tellable for EnvFileError {
    /// A file that is no `.env` is not taken.
    fn class(&self) -> Class {
        Class::Refused
    }
}
