use std::io::Write;

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::visible::visible;

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
            out(&json!({ name: value }).to_string());
        } else {
            out(&visible(&text()));
        }
    }

    /// One result, in JSON under each of `names`: one that was renamed keeps its old name for a release.
    pub fn one_as<T: Serialize>(self, names: &[&str], value: &T, text: impl FnOnce() -> String) {
        if self.json {
            let value = json!(value);
            let fields = names.iter().map(|name| ((*name).to_owned(), value.clone()));
            out(&Value::Object(fields.collect()).to_string());
        } else {
            out(&visible(&text()));
        }
    }

    /// A list, a line each.
    pub fn list<T: Serialize>(self, name: &str, values: &[T], line: impl Fn(&T) -> String) {
        if self.json {
            out(&json!({ name: values }).to_string());
        } else {
            for value in values {
                out(&visible(&line(value)));
            }
        }
    }

    /// What went wrong: JSON on standard output, words on standard error.
    pub fn failure(self, failure: &Failure) {
        if self.json {
            out(&json!({ "error": failure }).to_string());
        }
        let words = failure.problem.words();
        err(&format!("selvage: {}", visible(&words.line())));
        for line in [words.kept, words.next].iter().filter(|line| !line.is_empty()) {
            err(&visible(line));
        }
    }
}

/// A line on standard output. Whoever stopped reading, as `head` does, wants no more.
pub fn out(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// A line on standard error.
pub fn err(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
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
