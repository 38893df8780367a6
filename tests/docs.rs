//! The pages are as the code is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::{Path, PathBuf};

/// Every file below `folder` with one of these endings.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !["node_modules", "target", "dist", "test-results"].contains(&name.as_str()) {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found
}

fn text(files: &[PathBuf]) -> String {
    files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect::<Vec<_>>().join("\n")
}

/// `SELVAGE_WRITE_REFERENCE=1` writes it: `make reference`.
#[test]
fn the_reference_of_the_command_line_is_that_of_the_parser() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/cli.md");
    let made = selvage_app::cli::reference();
    if std::env::var_os("SELVAGE_WRITE_REFERENCE").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(kept == made, "docs/cli.md is stale: make reference");
}

#[test]
fn every_section_that_is_cited_is_there() {
    let page = include_str!("../docs/weavestream.md");
    let is_there = |section: &str| page.contains(&format!("\n## {section}. "));
    let code = text(&files("src-tauri", &[".rs"]));
    let mut cited = 0;
    for rest in code.split("docs/weavestream.md` section").skip(1) {
        let numbers = rest.split([')', ':', ';', '.']).next().unwrap();
        for number in numbers.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()) {
            assert!(is_there(number), "section {number} is cited");
            cited += 1;
        }
    }
    assert!(cited > 20, "{cited} citations");
}

#[test]
fn every_test_that_intended_behaviour_names_is_there() {
    let page = include_str!("../docs/intended-behaviour.md");
    let rust = text(&[files("src-tauri", &[".rs"]), files("tests", &[".rs"])].concat());
    let window = text(&files("tests/e2e", &[".test.mjs"]));
    let front_end = text(&files("ui/tests", &[".test.ts"]));
    let mut named = 0;
    for line in page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| given")) {
        let test = line.trim_end_matches([' ', '|']).rsplit(" | ").next().unwrap();
        for name in test.split('`').skip(1).step_by(2) {
            assert!(rust.contains(&format!("fn {name}(")), "there is no test {name}");
            named += 1;
        }
        for (kind, text) in [("e2e ", &window), ("ui ", &front_end)] {
            if let Some((_, name)) = test.strip_prefix(kind).and_then(|test| test.split_once(": ")) {
                assert!(text.contains(name), "there is no test {name:?}");
                named += 1;
            }
        }
    }
    assert!(named > 25, "{named} tests are named");
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    for path in
        [files("docs", &[".md"]), vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/CONTRIBUTING.md"))]].concat()
    {
        let page = std::fs::read_to_string(&path).unwrap();
        for link in page.split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap()) {
            if !link.is_empty() && !link.starts_with("http") {
                assert!(path.parent().unwrap().join(link).exists(), "{}: {link}", path.display());
            }
        }
    }
}
