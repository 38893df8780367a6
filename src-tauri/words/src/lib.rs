//! Every sentence about a domain value, in one place.
//!
//! A value is known here by its id and its facts alone: nothing of the domain is
//! imported. The sentences are in `en/*.ftl`, in the syntax of Project Fluent 1.0
//! (<https://projectfluent.org/fluent/guide/>); what a fact is called there is
//! described in [`say`].

mod facts;
pub mod time;
mod units;

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

pub use time::Moment;
pub use units::size;

/// Facts of a value, by their names as they stand in its JSON.
pub type Facts = Map<String, Value>;

/// What is said of a value. A part that does not apply is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Words {
    /// One line, without a full stop.
    pub title: String,
    /// Why, in sentences.
    pub why: String,
    /// What was kept, in sentences.
    pub kept: String,
    /// What to do next, in sentences.
    pub next: String,
}

impl Words {
    /// Title and reason in one line, for logs and lists: `The port is wrong: nothing listens there.`
    #[must_use]
    pub fn line(&self) -> String {
        match self.why.as_str() {
            "" => self.title.clone(),
            why => format!("{}: {why}", self.title),
        }
    }
}

const SENTENCES: [&str; 8] = [
    include_str!("../en/problems.ftl"),
    include_str!("../en/findings.ftl"),
    include_str!("../en/verdicts.ftl"),
    include_str!("../en/jobs.ftl"),
    include_str!("../en/checks.ftl"),
    include_str!("../en/states.ftl"),
    include_str!("../en/sheet.ftl"),
    include_str!("../en/reasons.ftl"),
];

/// What is said of the value `id`; none when there is no sentence for it.
///
/// A sentence names the fact `host` as `$host`, the field `host` of the fact `key` as `$key-host`,
/// an absent one is `"none"`. A list is joined (`a, b and c`), its length is `$names-count`. A fact
/// that has a `code` is itself a problem: its title, with a small letter, is `$source`, and its
/// other parts are `$source-why`, `$source-kept` and `$source-next`.
#[must_use]
pub fn say(id: &str, facts: &Facts) -> Option<Words> {
    told(id, facts, None)
}

/// The same with times. A fact that is a time in RFC 3339 is told in the zone of the reader:
/// `$at` as `Today, 09:00`, `$at-ago` as `41 minutes ago`, `$at-span` as `41 minutes`, and a dump
/// of that time `$at-dump` as `today’s dump, 09:00`, at the beginning of a sentence `$at-title`.
#[must_use]
pub fn say_at(id: &str, facts: &Facts, moment: &Moment) -> Option<Words> {
    told(id, facts, Some(moment))
}

fn told(id: &str, facts: &Facts, moment: Option<&Moment>) -> Option<Words> {
    let (words, errors) = format(id, facts, moment)?;
    if !errors.is_empty() {
        tracing::warn!(%id, ?errors, "a sentence lacks a fact");
    }
    Some(words)
}

/// What is said of a problem, whatever its code: one of a newer version is told by its facts.
#[must_use]
pub fn problem(code: &str, facts: &Facts) -> Words {
    say(&problem_id(code), facts).unwrap_or_else(|| Words {
        title: "This version of Selvage has no words for what happened".to_owned(),
        why: format!("{code}: {}", Value::Object(facts.clone())),
        kept: String::new(),
        next: "Update Selvage. If it is up to date, report this with the details.".to_owned(),
    })
}

/// What is wrong with the sentence `id` when it is told with `facts`: for tests.
#[must_use]
pub fn faults(id: &str, facts: &Facts, moment: Option<&Moment>) -> Vec<String> {
    match format(id, facts, moment) {
        Some((_, errors)) => errors,
        None => vec!["there is no such sentence".to_owned()],
    }
}

/// The id of a problem's sentence.
#[must_use]
pub fn problem_id(code: &str) -> String {
    format!("problem-{}", code.replace('_', "-"))
}

fn format(id: &str, facts: &Facts, moment: Option<&Moment>) -> Option<(Words, Vec<String>)> {
    let message = bundle().get_message(id)?;
    let args = facts::arguments(facts, moment);
    let mut errors = Vec::new();
    let mut part = |pattern| {
        let mut met = Vec::new();
        let text = bundle().format_pattern(pattern, Some(&args), &mut met);
        errors.extend(met.iter().map(ToString::to_string));
        // What a host said may end with a full stop of its own.
        let one_stop =
            |text: &str| text.strip_suffix("..").map(|start| format!("{start}.")).filter(|_| !text.ends_with("..."));
        one_stop(text.trim()).unwrap_or_else(|| text.trim().to_owned())
    };
    let title = message.value().map(&mut part).unwrap_or_default();
    let mut attribute = |name| message.get_attribute(name).map(|found| part(found.value())).unwrap_or_default();
    let words = Words { title, why: attribute("why"), kept: attribute("kept"), next: attribute("next") };
    Some((words, errors))
}

fn bundle() -> &'static FluentBundle<FluentResource> {
    static BUNDLE: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
    BUNDLE.get_or_init(|| {
        let mut bundle = FluentBundle::new_concurrent(vec![unic_langid::LanguageIdentifier::default()]);
        // The marks that isolate text of another direction would be copied along with a path.
        bundle.set_use_isolating(false);
        for error in
            [bundle.add_function("BYTES", bytes), bundle.add_function("SPAN", span)].into_iter().filter_map(Result::err)
        {
            tracing::error!(%error, "a function of the sentences");
        }
        for text in SENTENCES {
            let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, errors)| {
                tracing::error!(?errors, "sentences that cannot be parsed");
                resource
            });
            if let Err(errors) = bundle.add_resource(resource) {
                tracing::error!(?errors, "sentences that are there twice");
            }
        }
        bundle
    })
}

fn bytes<'a>(given: &[FluentValue<'a>], _: &FluentArgs) -> FluentValue<'a> {
    match given {
        [FluentValue::Number(number)] => FluentValue::from(units::size(number.value)),
        _ => FluentValue::Error,
    }
}

/// Seconds as a length of time.
fn span<'a>(given: &[FluentValue<'a>], _: &FluentArgs) -> FluentValue<'a> {
    match given {
        [FluentValue::Number(number)] => {
            #[expect(clippy::cast_possible_truncation, reason = "seconds of a time that is told")]
            let seconds = chrono::TimeDelta::seconds(number.value as i64);
            FluentValue::from(time::span(seconds))
        }
        _ => FluentValue::Error,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(code: &str, facts: Value) -> Words {
        let Value::Object(facts) = facts else { return Words::default() };
        assert_eq!(faults(&problem_id(code), &facts, None), Vec::<String>::new());
        problem(code, &facts)
    }

    #[test]
    fn every_sentence_can_be_parsed_and_is_there_once() {
        for text in SENTENCES {
            if let Err((_, errors)) = FluentResource::try_new(text.to_owned()) {
                panic!("{errors:?}");
            }
            let mut ids: Vec<_> = text.lines().filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
            ids.retain(|id| !id.starts_with([' ', '#']));
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count);
        }
    }

    #[test]
    fn facts_stand_where_their_names_do() {
        let refused = told("refused", json!({"host": "bastion", "port": 22}));
        assert_eq!(refused.title, "The host refuses connections");
        assert_eq!(refused.why, "Nothing listens on bastion, port 22.");
        assert_eq!(refused.line(), "The host refuses connections: Nothing listens on bastion, port 22.");
        let key = json!({"host": "ws1", "algorithm": "ED25519", "fingerprint": "SHA256:abc"});
        assert!(told("host_key_unknown", json!({"key": key})).why.starts_with("ws1 showed an ED25519 key"));
        let wrong = told("tls_wrong_name", json!({"host": "db", "names": ["a", "b", "c"]}));
        assert!(wrong.why.ends_with("the certificate names a, b and c."));
        let seen = json!([{"folder": "/opt/one", "readable": true}, {"folder": "/srv/two", "readable": false}]);
        let missing = told("not_compose", json!({"folder": "/opt", "seen": seen}));
        assert_eq!(missing.next, "Use /opt/one and /srv/two, where deployments were found.");
    }

    #[test]
    fn a_problem_within_a_problem_is_told_by_its_own_words() {
        let source = json!({"code": "refused", "host": "bastion", "port": 22});
        let jump = told("jump", json!({"hop": "ops@bastion", "source": source}));
        assert_eq!(jump.title, "Jump host ops@bastion: the host refuses connections");
        assert_eq!(jump.why, "Nothing listens on bastion, port 22.");
        let silent = json!({"code": "database_unreachable", "reason": "no route"});
        let jump = told("jump", json!({"hop": "ops@bastion", "source": silent}));
        assert_eq!(jump.title, "Jump host ops@bastion: Postgres does not answer");
    }

    #[test]
    fn where_the_damage_is_decides_what_to_do() {
        let of = |same: Value| told("checksum_mismatch", json!({"sameOnHost": same, "keptAs": "c", "expected": "a"}));
        assert!(of(json!(true)).why.ends_with("it is damaged on the host."));
        assert!(of(json!(false)).why.ends_with("it was damaged in transfer."));
        assert!(of(Value::Null).why.ends_with("could not be asked for its own checksum."));
        assert_eq!(of(json!(false)).next, "Download it again.");
    }

    #[test]
    fn what_a_newer_version_tells_is_told_by_its_facts() {
        let mut facts = Facts::new();
        facts.insert("volume".into(), json!("tank"));
        let words = problem("brand_new", &facts);
        assert_eq!(words.why, r#"brand_new: {"volume":"tank"}"#);
    }
}
