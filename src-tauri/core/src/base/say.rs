use selvage_words::{Facts, Moment, Words};
use serde::Serialize;
use serde_json::Value;

/// What is said of a value of `area`: of a plain enum, or of one whose JSON has its
/// name under `tag` and its facts beside it. Empty when there are no words for it.
pub fn say<T: Serialize>(area: &str, tag: &str, value: &T) -> Words {
    let (id, facts) = named(area, tag, value);
    selvage_words::say(&id, &facts).unwrap_or_default()
}

/// The same, with times told at `moment`.
pub fn say_at<T: Serialize>(area: &str, tag: &str, value: &T, moment: &Moment) -> Words {
    let (id, facts) = named(area, tag, value);
    selvage_words::say_at(&id, &facts, moment).unwrap_or_default()
}

fn named<T: Serialize>(area: &str, tag: &str, value: &T) -> (String, Facts) {
    let (name, facts) = match serde_json::to_value(value) {
        Ok(Value::String(name)) => (name, Facts::new()),
        Ok(Value::Object(mut facts)) => match facts.remove(tag) {
            Some(Value::String(name)) => (name, facts),
            _ => (String::new(), facts),
        },
        _ => (String::new(), Facts::new()),
    };
    (format!("{area}-{}", name.replace('_', "-")), facts)
}
