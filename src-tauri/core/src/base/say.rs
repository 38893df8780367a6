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

/// The sentence `id` with `facts`, an object of JSON. Empty when there is none.
pub fn phrase(id: &str, facts: Value, moment: Option<&Moment>) -> String {
    let facts = match facts {
        Value::Object(facts) => facts,
        _ => Facts::new(),
    };
    let told = match moment {
        Some(moment) => selvage_words::say_at(id, &facts, moment),
        None => selvage_words::say(id, &facts),
    };
    told.unwrap_or_default().title
}

/// A reason that no tool or system gave, as part of a sentence.
pub fn reason(name: &str, facts: Value) -> String {
    phrase(&format!("reason-{name}"), facts, None)
}

/// What is said of the plain enum `value` of `area` in `state`.
pub fn say_state(area: &str, value: &impl Serialize, state: &impl Serialize) -> Words {
    let (id, facts) = named(area, "", value);
    let (id, _) = named(&id, "", state);
    selvage_words::say(&id, &facts).unwrap_or_default()
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
