//! Every value that is told has its words, and they name no fact that it has not.

use selvage_words::{Facts, faults, problem, problem_id};
use serde_json::{Value, json};

/// The problems of the bindings: code, and the type of each fact.
fn problems() -> Vec<(String, Vec<(String, String)>)> {
    let text = include_str!("../ui/src/ipc/bindings.ts");
    let bare: String = text.split("/**").map(|rest| rest.split_once("*/").map_or(rest, |(_, code)| code)).collect();
    let blocks = bare.split("{ code: \"").skip(1).filter_map(|rest| {
        let (code, rest) = rest.split_once('"')?;
        let fields = rest.split_once('}').map_or("", |(fields, _)| fields);
        let fields = fields.split([';', ',']).filter_map(|field| field.trim().split_once(':'));
        let fields = fields.map(|(name, kind)| (name.trim_matches('?').to_owned(), kind.trim().to_owned()));
        Some((code.to_owned(), fields.collect()))
    });
    blocks.collect()
}

/// Values of a type, each told otherwise.
fn samples(kind: &str) -> Vec<Value> {
    let key = json!({"host": "ws1", "port": 22, "algorithm": "ED25519", "fingerprint": "SHA256:a", "publicKey": "ssh-ed25519 A"});
    let draft = |zone: Value, enabled: bool| json!({"name": "Daily", "cron": "0 3 * * *", "timezone": zone, "enabled": enabled});
    match kind {
        "string" => vec![json!("a")],
        "number" => vec![json!(1), json!(0), json!(3_000_000)],
        "boolean" => vec![json!(true), json!(false)],
        "string[]" => vec![json!([]), json!(["a"]), json!(["a", "b"])],
        "HostKey" => vec![key],
        "LinkError" => vec![json!({"code": "password_needed", "host": "ws1", "user": "a"})],
        "FieldError[]" => vec![json!([{"field": "host", "reason": "empty"}])],
        "SeenFolder[]" => vec![json!([]), json!([{"folder": "/opt", "readable": true}])],
        "ArchiveError" => vec![json!({"reason": "cut"})],
        "UnsafeName" => vec![json!({"why": "pattern", "found": "a"}), json!({"why": "folder", "found": "a"})],
        "ManifestError" => vec![
            json!({"why": "missing"}),
            json!({"why": "malformed", "reason": "a"}),
            json!({"why": "name", "name": {"why": "pattern", "found": "a"}}),
            json!({"why": "contradiction", "field": "size", "one": "1", "other": "2"}),
        ],
        "ScheduleDraft" => vec![draft(Value::Null, true), draft(json!("UTC"), false)],
        other => match other.strip_suffix(" | null") {
            Some(kind) => samples(kind).into_iter().chain([Value::Null]).collect(),
            None => unreachable!("no samples of {other}"),
        },
    }
}

#[test]
fn every_problem_has_its_words() {
    let problems = problems();
    assert!(problems.len() > 100, "{} problems", problems.len());
    for (code, fields) in &problems {
        // The n-th value of each fact, for as many as any fact has.
        for nth in 0..4 {
            let of = |(name, kind): &(String, String)| {
                let values = samples(kind);
                (name.clone(), values[nth % values.len()].clone())
            };
            let facts: Facts = fields.iter().map(of).collect();
            assert_eq!(faults(&problem_id(code), &facts, None), Vec::<String>::new(), "{code} with {facts:?}");
            let words = problem(code, &facts);
            for part in [&words.title, &words.why, &words.kept, &words.next] {
                assert!(!part.is_empty() && !part.contains(['{', '}']), "{code}: {words:?}");
            }
            assert!(!words.title.ends_with('.'), "{code}: {}", words.title);
            for sentences in [&words.why, &words.kept, &words.next] {
                assert!(!sentences.contains("..") && !sentences.contains("  "), "{code}: {words:?}");
            }
        }
    }
}

#[test]
fn no_words_are_left_of_problems_that_are_no_more() {
    let known: Vec<String> = problems().iter().map(|(code, _)| problem_id(code)).collect();
    let sentences = include_str!("../src-tauri/words/en/problems.ftl");
    let ids = sentences.lines().filter(|line| line.starts_with("problem-")).filter_map(|line| line.split(' ').next());
    let stale: Vec<&str> = ids.filter(|id| !known.iter().any(|known| known == id)).collect();
    assert!(stale.is_empty(), "{stale:?}");
}

/// What looks like a sentence and is none: commands, marks, what goes into a manifest or says
/// why a line cannot be reached.
const NO_SENTENCES: [&str; 17] = [
    "select pg_try_advisory_lock",
    "if {dump}; then",
    "mkdir -p ",
    "compose ps",
    "docker inspect",
    "docker compose ",
    "==selvage ",
    "selvage read ",
    "selvage dump ",
    "exec psql ",
    "not found",
    "<h2>",
    "<td>",
    "<th ",
    "unknown:",
    "HMAC takes a key of any length",
    "one of the two was read",
];

#[test]
fn core_holds_no_sentences() {
    let mut sentences = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src-tauri/core/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let is_tests = path.file_stem().is_some_and(|name| name.to_string_lossy().ends_with("tests"));
            if path.extension().is_some_and(|kind| kind == "rs") && !is_tests {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap();
                sentences.extend(code.lines().flat_map(literals).filter(|text| is_sentence(text)));
            }
        }
    }
    sentences.retain(|text| !NO_SENTENCES.iter().any(|known| text.contains(known)));
    assert!(sentences.is_empty(), "these belong into src-tauri/words/en: {sentences:#?}");
}

/// The texts of a line of code, without those for whoever reads the log or the code.
fn literals(line: &str) -> Vec<String> {
    let code = line.trim();
    let is_told = !code.starts_with("//") && !code.starts_with("#[") && !code.contains("tracing::");
    let code = if is_told && !code.contains("reason = \"") { code } else { "" };
    // Every second part lies between two quotes.
    code.replace("\\\"", "'").split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

/// Two words of small letters, the second after a blank.
fn is_sentence(text: &str) -> bool {
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase() || ",;:.".contains(c));
    let words: Vec<&str> = text.split(' ').collect();
    words.windows(2).any(|pair| is_word(&pair[1]) && pair[0].chars().filter(char::is_ascii_alphabetic).count() > 1)
}

#[test]
fn a_sentence_is_told_from_a_name() {
    for text in ["Verified on this laptop", "it is no age file", "{} in it", "Connection lost; trying again"] {
        assert!(is_sentence(text), "{text}");
    }
    for text in ["/opt/weavestream", "backup.run.downloaded", "weavestream-postgres-", "%Y-%m-%d", "sudo", "select 1"] {
        assert!(!is_sentence(text), "{text}");
    }
}
