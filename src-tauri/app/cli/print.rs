use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Failure;

/// Prints for people, or one JSON object for programs.
#[derive(Clone, Copy, Debug)]
pub struct Print {
    /// One JSON object on standard output.
    pub json: bool,
}

impl Print {
    /// One result.
    pub fn one<T: Serialize>(self, name: &str, value: &T, text: impl FnOnce() -> String) {
        if self.json {
            println!("{}", json!({ name: value }));
        } else {
            println!("{}", text());
        }
    }

    /// A list, a line each.
    pub fn list<T: Serialize>(self, name: &str, values: &[T], line: impl Fn(&T) -> String) {
        if self.json {
            println!("{}", json!({ name: values }));
        } else {
            for value in values {
                println!("{}", line(value));
            }
        }
    }

    /// What went wrong: JSON on standard output, words on standard error.
    pub fn failure(self, failure: &Failure) {
        if self.json {
            println!("{}", json!({ "error": failure }));
        }
        eprintln!("selvage: {}", failure.text);
    }
}

/// Bytes as people read them, in powers of 1000.
pub fn size(bytes: f64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{value:.0} {}", units[unit]) } else { format!("{value:.1} {}", units[unit]) }
}

/// The name of a state as it stands in the JSON.
pub fn word<T: Serialize>(state: &T) -> String {
    match serde_json::to_value(state) {
        Ok(Value::String(word)) => word,
        Ok(Value::Object(fields)) => fields.get("end").and_then(Value::as_str).unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded() {
        assert_eq!(size(999.0), "999 B");
        assert_eq!(size(412_113_664.0), "412.1 MB");
    }
}
