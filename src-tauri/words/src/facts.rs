use fluent_bundle::{FluentArgs, FluentValue};
use serde_json::{Map, Value};

use crate::Facts;

/// The facts as the sentences name them.
pub fn arguments(facts: &Facts) -> FluentArgs<'static> {
    let mut args = FluentArgs::new();
    for (name, value) in facts {
        add(&mut args, name, value);
    }
    args
}

fn add(args: &mut FluentArgs<'static>, name: &str, value: &Value) {
    match value {
        Value::Null => args.set(name.to_owned(), "none"),
        Value::Bool(flag) => args.set(name.to_owned(), flag.to_string()),
        Value::Number(number) => match number.as_f64() {
            Some(number) => args.set(name.to_owned(), FluentValue::from(number)),
            None => args.set(name.to_owned(), number.to_string()),
        },
        Value::String(text) => args.set(name.to_owned(), text.clone()),
        Value::Array(items) => add_list(args, name, items),
        Value::Object(fields) => match fields.get("code").and_then(Value::as_str) {
            Some(code) => add_problem(args, name, code, fields),
            None => fields.iter().for_each(|(field, value)| add(args, &format!("{name}-{field}"), value)),
        },
    }
}

fn add_problem(args: &mut FluentArgs<'static>, name: &str, code: &str, fields: &Map<String, Value>) {
    let words = crate::problem(code, fields);
    args.set(name.to_owned(), small_first(&words.title));
    args.set(format!("{name}-why"), words.why);
    args.set(format!("{name}-kept"), words.kept);
    args.set(format!("{name}-next"), words.next);
}

fn add_list(args: &mut FluentArgs<'static>, name: &str, items: &[Value]) {
    args.set(format!("{name}-count"), FluentValue::from(items.len()));
    args.set(name.to_owned(), listed(items.iter().map(plain)));
    let Some(Value::Object(first)) = items.first() else { return };
    for field in first.keys() {
        let of_each = items.iter().filter_map(|item| item.get(field)).map(plain);
        args.set(format!("{name}-{field}"), listed(of_each));
    }
}

/// A value in a list; of an object its fields, `host: must not be empty`.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => fields.values().map(plain).collect::<Vec<_>>().join(": "),
        other => other.to_string(),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(items: impl Iterator<Item = String>) -> String {
    let mut items: Vec<String> = items.collect();
    match items.pop() {
        None => String::new(),
        Some(only) if items.is_empty() => only,
        Some(last) => format!("{} and {last}", items.join(", ")),
    }
}

/// The same sentence in the middle of another. A name that is all capitals stays.
fn small_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}
