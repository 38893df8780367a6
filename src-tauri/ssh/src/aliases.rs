//! The names that `~/.ssh/config` offers, for choosing one in a form.

use std::path::{Path, PathBuf};

use crate::wildcard;

/// OpenSSH's own limit.
const DEEPEST_INCLUDE: usize = 16;

/// The concrete `Host` names of `~/.ssh/config` and what it includes, in
/// their order, each once. Patterns and negations are no names. A file that
/// cannot be read offers nothing.
#[must_use]
pub fn aliases(home: &Path) -> Vec<String> {
    let mut found = Vec::new();
    read(&home.join(".ssh/config"), home, 0, &mut found);
    found
}

fn read(file: &Path, home: &Path, depth: usize, found: &mut Vec<String>) {
    let Ok(bytes) = std::fs::read(file) else { return };
    for line in String::from_utf8_lossy(&bytes).lines() {
        let mut words = words(line).into_iter();
        match words.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "host" => {
                for name in words.filter(|word| !word.contains(['*', '?', '!'])) {
                    if !found.contains(&name) {
                        found.push(name);
                    }
                }
            }
            "include" if depth < DEEPEST_INCLUDE => {
                let files = words.flat_map(|pattern| matching_files(&included(&pattern, home)));
                files.for_each(|file| read(&file, home, depth + 1, found));
            }
            _ => {}
        }
    }
}

/// Keyword and arguments of one line: blanks or one `=` between, quotes kept together.
fn words(line: &str) -> Vec<String> {
    let line = line.trim();
    if line.starts_with('#') {
        return Vec::new();
    }
    let line = match line.find(|c: char| c.is_whitespace() || c == '=') {
        Some(at) => format!("{} {}", &line[..at], line[at..].trim_start().trim_start_matches('=')),
        None => line.to_owned(),
    };
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' => (quoted, any) = (!quoted, true),
            '#' if !quoted && !any => break,
            c if c.is_whitespace() && !quoted => {
                if any {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => {
                word.push(c);
                any = true;
            }
        }
    }
    if any {
        words.push(word);
    }
    words
}

/// Relative includes lie in `~/.ssh`.
fn included(pattern: &str, home: &Path) -> PathBuf {
    match pattern.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None => home.join(".ssh").join(pattern),
    }
}

/// The files that a path with wildcards names, sorted as a shell sorts them.
fn matching_files(pattern: &Path) -> Vec<PathBuf> {
    let mut places = vec![PathBuf::new()];
    for part in pattern.components() {
        let name = part.as_os_str();
        let Some(text) = name.to_str().filter(|text| text.contains(['*', '?'])) else {
            for place in &mut places {
                place.push(name);
            }
            continue;
        };
        let mut next = Vec::new();
        for place in &places {
            let Ok(entries) = std::fs::read_dir(place) else { continue };
            let names = entries.flatten().map(|entry| entry.file_name());
            let hidden = |name: &str| name.starts_with('.') && !text.starts_with('.');
            next.extend(
                names
                    .filter(|name| name.to_str().is_some_and(|name| wildcard::matches(text, name) && !hidden(name)))
                    .map(|name| place.join(name)),
            );
        }
        next.sort();
        places = next;
    }
    places.retain(|place| place.is_file());
    places
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn names_are_collected_through_includes_and_patterns_are_not() {
        let home = tempfile::tempdir().unwrap();
        let ssh = home.path().join(".ssh");
        std::fs::create_dir_all(ssh.join("more.d")).unwrap();
        std::fs::write(
            ssh.join("config"),
            "# comment\r\nHost one  two !three *.lan h?st\r\n  HostName x\nInclude more.d/*.conf missing\n\
             host=\"with space\" # said\nMatch host nine\nInclude config\nHOST one last\n",
        )
        .unwrap();
        std::fs::write(ssh.join("more.d/b.conf"), "Host beta\n").unwrap();
        std::fs::write(ssh.join("more.d/a.conf"), "Host alpha\nInclude ~/elsewhere\n").unwrap();
        std::fs::write(ssh.join("more.d/skipped.txt"), "Host skipped\n").unwrap();
        std::fs::write(home.path().join("elsewhere"), "Host = far\n").unwrap();
        assert_eq!(aliases(home.path()), ["one", "two", "alpha", "far", "beta", "with space", "last"]);
    }

    #[test]
    fn no_configuration_offers_nothing() {
        assert!(aliases(Path::new("/nonexistent")).is_empty());
    }
}
