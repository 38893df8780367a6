//! Steps, notes, checks and faults have their words, with every kind of fact.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use selvage_core::base::Problem;
use selvage_core::deployment::{FieldFault, field};
use selvage_core::jobs::{Note, Step};
use selvage_core::ports::{LibraryError, LineProtection};
use selvage_core::probe::{CHECKED_DIRECTLY, CHECKED_OVER_SSH, CheckState, Clocks, Detail, ReadWay, Whose};
use selvage_testing::sample;

/// Fails where words are missing, or a fact is.
fn check(what: &str, words: &str) {
    assert!(!words.is_empty() && !words.contains(['{', '}']) && words.trim() == words, "{what}: {words:?}");
    assert!(!words.contains("  ") && !words.contains("none") && !words.ends_with('.'), "{what}: {words:?}");
}

fn problem() -> Problem {
    LibraryError::FileMissing { file: "f".into() }.into()
}

#[test]
fn every_step() {
    let steps = [
        Step::FindDump,
        Step::CheckLocalDump,
        Step::CheckPart,
        Step::Download { resumed: true },
        Step::Download { resumed: false },
        Step::Reconnect { seconds: 1 },
        Step::CompareManifest,
        Step::CheckHost,
        Step::AwaitLock { problem: problem() },
        Step::Dump,
        Step::ReadDump,
        Step::ReadLocalDump,
        Step::AwaitWorker,
        Step::AwaitRun,
        Step::AwaitHost,
    ];
    for step in &steps {
        // A step that is new has to be listed above.
        match step {
            Step::FindDump
            | Step::CheckLocalDump
            | Step::CheckPart
            | Step::Download { .. }
            | Step::Reconnect { .. }
            | Step::CompareManifest
            | Step::CheckHost
            | Step::AwaitLock { .. }
            | Step::Dump
            | Step::ReadDump
            | Step::ReadLocalDump
            | Step::AwaitWorker
            | Step::AwaitRun
            | Step::AwaitHost => check(&format!("{step:?}"), &step.words()),
        }
    }
    assert_eq!(Step::Reconnect { seconds: 8 }.words(), "Connection lost; trying again in 8 s");
}

fn notes() -> Vec<Note> {
    let (file, kept_as, sha256) = ("f.dump".to_owned(), "f.damaged".to_owned(), sample::sha256(b""));
    let found = |way| Note::DumpFound { file: file.clone(), size: 1, way };
    vec![
        found(ReadWay::Direct),
        found(ReadWay::Sudo),
        found(ReadWay::Container { service: "api".into() }),
        Note::Writing { path: file.clone() },
        Note::PartTooLong,
        Note::PartDiffers,
        Note::OtherFile { file: file.clone() },
        Note::AlreadyHere,
        Note::NothingToCompare,
        Note::ManifestChanged,
        Note::DamagedSetAside { kept_as: kept_as.clone() },
        Note::EarlierKept { kept_as },
        Note::ConnectionBroke { problem: problem(), kept: 1, total: 2 },
        Note::Verified { sha256, entries: 1 },
        Note::Verified { sha256, entries: 364 },
        Note::Complete { sha256, entries: 1 },
        Note::Unchanged { sha256 },
        Note::NameTaken,
        Note::Audited,
        Note::NotAudited { problem: problem() },
        Note::NewerPgDump { server: 16, pg_dump: "18.1".into(), major: 18 },
        Note::OwnSessionEnded,
        Note::SessionsEnded,
        Note::SessionsUnknown { problem: problem() },
        Note::SameDigest,
        Note::RunSucceeded,
        Note::CleanedUp,
        Note::Text { text: "Dumping".into() },
    ]
}

#[test]
fn every_note() {
    for note in &notes() {
        // A note that is new has to be listed above.
        match note {
            Note::DumpFound { .. }
            | Note::Writing { .. }
            | Note::PartTooLong
            | Note::PartDiffers
            | Note::OtherFile { .. }
            | Note::AlreadyHere
            | Note::NothingToCompare
            | Note::ManifestChanged
            | Note::DamagedSetAside { .. }
            | Note::EarlierKept { .. }
            | Note::ConnectionBroke { .. }
            | Note::Verified { .. }
            | Note::Complete { .. }
            | Note::Unchanged { .. }
            | Note::NameTaken
            | Note::Audited
            | Note::NotAudited { .. }
            | Note::NewerPgDump { .. }
            | Note::OwnSessionEnded
            | Note::SessionsEnded
            | Note::SessionsUnknown { .. }
            | Note::SameDigest
            | Note::RunSucceeded
            | Note::CleanedUp
            | Note::Text { .. } => check(&format!("{note:?}"), &note.words()),
        }
    }
    let sha256 = sample::sha256(b"");
    let verified = Note::Verified { sha256, entries: 1 }.words();
    assert_eq!(verified, format!("SHA-256 {sha256} matches the manifest; 1 entry in the table of contents"));
    let newer = Note::NewerPgDump { server: 16, pg_dump: "18.1".into(), major: 18 }.words();
    assert_eq!(newer, "Made by pg_dump 18.1, newer than the server’s 16: only pg_restore 18 or newer reads it");
}

fn details() -> Vec<Detail> {
    let services = |version: Option<&str>, unhealthy: &[&str]| Detail::Services {
        version: version.map(ToOwned::to_owned),
        count: 5,
        unhealthy: unhealthy.iter().map(|name| (*name).to_owned()).collect(),
    };
    let docker = |v1, sudo| Detail::Docker { engine: "27.3.1".into(), compose: "2.29.7".into(), v1, sudo };
    let postgres = |tls: Option<&str>, verified| Detail::Postgres {
        version: "16.4".into(),
        line: LineProtection { tls: tls.map(ToOwned::to_owned), verified },
    };
    let clocks = |whose, they| Detail::Clocks { whose, they, seconds: 90 };
    vec![
        Detail::NeedsDocker,
        Detail::NeedsService,
        Detail::NotTested,
        Detail::ComposeNotAsked,
        Detail::SignedIn { login: "deploy".into() },
        docker(false, false),
        docker(true, true),
        Detail::ComposeFile { file: "compose.yml".into(), folder: "/opt/weavestream".into() },
        services(Some("1.9.11"), &[]),
        services(None, &[]),
        services(None, &["api", "web"]),
        Detail::DumpsDirect,
        Detail::DumpsSudo,
        Detail::DumpsContainer { service: "worker".into() },
        Detail::DumpsUnreadable,
        clocks(Whose::Host, Clocks::Agree),
        clocks(Whose::Server, Clocks::Ahead),
        clocks(Whose::Host, Clocks::Behind),
        postgres(Some("TLS 1.3"), true),
        postgres(Some("TLS 1.3"), false),
        postgres(None, false),
        Detail::Schedules { count: 1 },
        Detail::Schedules { count: 3 },
        Detail::Rights { change: true, dump: true },
        Detail::Rights { change: true, dump: false },
        Detail::Rights { change: false, dump: true },
        Detail::Rights { change: false, dump: false },
        Detail::PgDump { version: "16.4".into(), path: "/usr/bin/pg_dump".into() },
        Detail::NewerPgDump { version: "18.1".into(), major: 18 },
        Detail::Database { major: 16, schedules: 1, forwarded: true },
        Detail::Database { major: 16, schedules: 3, forwarded: false },
        Detail::Queue { count: 2 },
    ]
}

#[test]
fn every_line_of_a_connection_test() {
    let states = [CheckState::Ok, CheckState::Warn, CheckState::Bad, CheckState::NotTested];
    for item in CHECKED_OVER_SSH.iter().chain(&CHECKED_DIRECTLY) {
        for state in states {
            check(&format!("{item:?} {state:?}"), &item.title(state));
        }
    }
    for detail in &details() {
        check(&format!("{detail:?}"), &detail.words());
    }
    let told: Vec<String> = details().iter().map(Detail::words).collect();
    for expected in [
        "Docker 27.3.1, Compose 2.29.7",
        "Docker 27.3.1, docker-compose 2.29.7, through sudo",
        "Weavestream 1.9.11, 5 services running",
        "5 services running",
        "Unhealthy: api and web",
        "The host and this laptop agree",
        "The server is 1 minute ahead of this laptop",
        "Postgres 16.4, not encrypted",
        "Postgres 16, 3 schedules; through psql in the container, because forwards are not allowed",
    ] {
        assert!(told.iter().any(|words| words == expected), "{expected}: {told:#?}");
    }
}

#[test]
fn every_fault_of_a_field() {
    use FieldFault::{
        AuthorityFile, ClientCertificate, ClientKey, Database, FullPath, Host, HostOrAlias, JumpHosts, KeyFile, Login,
        NameLength, NameTaken, NameWithoutLetter, NoLink, NulCharacter, Port, Role,
    };
    let faults = [
        FullPath,
        NulCharacter,
        HostOrAlias,
        Port,
        Login,
        KeyFile,
        JumpHosts,
        Host,
        Role,
        Database,
        AuthorityFile,
        ClientCertificate,
        ClientKey,
        NameLength,
        NameWithoutLetter,
        NameTaken,
        NoLink,
    ];
    for fault in faults {
        check(&format!("{fault:?}"), &field("name", fault).reason);
    }
}

/// What the sources of core ask for by name is there, and nothing else is.
#[test]
fn what_is_asked_for_by_name() {
    let mut code = String::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                code.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let named = |id: &str| code.contains(&format!("\"{id}\""));
    for (text, area) in [
        (include_str!("../../words/en/reasons.ftl"), "reason-"),
        (include_str!("../../words/en/sheet.ftl"), "sheet-"),
        (include_str!("../../words/en/states.ftl"), "evidence-"),
        (include_str!("../../words/en/states.ftl"), "reached-"),
    ] {
        for id in text.lines().filter_map(|line| line.split_once(" = ")).map(|(id, _)| id) {
            let Some(name) = id.strip_prefix(area) else { continue };
            let last = name.strip_prefix("step-").or(name.strip_prefix("check-")).unwrap_or(name);
            assert!(named(id) || named(name) || named(last), "nobody says {id}");
        }
    }
    for call in ["reason(\"", "phrase(\"", "told(\"evidence"] {
        for rest in code.split(call).skip(1) {
            let name = rest.split('"').next().unwrap();
            let id = match call {
                "reason(\"" => format!("reason-{name}"),
                "phrase(\"" => name.to_owned(),
                _ => format!("evidence{name}"),
            };
            let is_sentence = selvage_words::say(&id, &selvage_words::Facts::new()).is_some();
            assert!(is_sentence || name.ends_with('-'), "there is no {id}");
        }
    }
}
