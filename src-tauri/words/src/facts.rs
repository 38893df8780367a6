use chrono::{DateTime, Utc};
use fluent_bundle::{FluentArgs, FluentValue};
use serde_json::{Map, Value};

use crate::Facts;
use crate::time::{self, Moment};

/// The facts as the sentences name them.
pub fn arguments(facts: &Facts, moment: Option<&Moment>) -> FluentArgs<'static> {
    let mut args = FluentArgs::new();
    for (name, value) in facts {
        add(&mut args, name, value, moment);
    }
    args
}

fn add(args: &mut FluentArgs<'static>, name: &str, value: &Value, moment: Option<&Moment>) {
    match value {
        Value::Null => args.set(name.to_owned(), "none"),
        Value::Bool(flag) => args.set(name.to_owned(), flag.to_string()),
        Value::Number(number) => match number.as_f64() {
            Some(number) => args.set(name.to_owned(), FluentValue::from(number)),
            None => args.set(name.to_owned(), number.to_string()),
        },
        Value::String(text) => match moment.and_then(|moment| Some((moment, text.parse().ok()?))) {
            Some((moment, at)) => add_time(args, name, at, moment),
            None => args.set(name.to_owned(), text.clone()),
        },
        Value::Array(items) => add_list(args, name, items),
        Value::Object(fields) => match fields.get("code").and_then(Value::as_str) {
            Some(code) => add_problem(args, name, code, fields),
            None => fields.iter().for_each(|(field, value)| add(args, &format!("{name}-{field}"), value, moment)),
        },
    }
}

fn add_time(args: &mut FluentArgs<'static>, name: &str, at: DateTime<Utc>, moment: &Moment) {
    let when = time::local(at, moment.now, moment.zone);
    args.set(format!("{name}-ago"), time::relative(at - moment.now));
    args.set(format!("{name}-span"), time::span((moment.now - at).abs()));
    args.set(format!("{name}-dump"), time::the_dump(&when));
    args.set(format!("{name}-title"), time::dump_title(&when));
    args.set(name.to_owned(), when);
}

fn add_problem(args: &mut FluentArgs<'static>, name: &str, code: &str, fields: &Map<String, Value>) {
    let words = crate::problem(code, fields);
    args.set(format!("{name}-line"), with_stop(words.line()));
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

fn with_stop(line: String) -> String {
    if line.ends_with(['.', '!', '?']) { line } else { line + "." }
}

/// Names that keep their capital in the middle of a sentence.
const NAMES: [&str; 6] = ["Compose", "Docker", "Postgres", "Redis", "Selvage", "Weavestream"];

/// The same sentence in the middle of another. A name stays, and what is all capitals.
fn small_first(text: &str) -> String {
    let word = text.split([' ', '’']).next().unwrap_or_default();
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !NAMES.contains(&word) && (second.is_lowercase() || second == ' ') => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}
