//! Which files a Compose project is made of, before any of them is read.

use serde::{Deserialize, Serialize};

use super::compose_file::absolute;
use super::env_file::EnvFile;
use crate::Secret;

/// Names that Compose looks for, best first: compose-go's order, and Compose v1's.
const NAMES: [[&str; 4]; 2] = [
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"],
    ["docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"],
];
/// The same for the file that is laid over the first.
const OVERRIDES: [[&str; 4]; 2] = [
    ["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"],
    ["docker-compose.override.yml", "docker-compose.override.yaml", "compose.override.yml", "compose.override.yaml"],
];

/// The Compose files that were seen, as absolute paths of the host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeFiles {
    /// What Compose takes in the folder now, first the one that the others are laid over.
    pub here: Vec<String>,
    /// What the containers were made from, by their labels.
    pub used: Vec<String>,
    /// Other files of variables that were given then, instead of `.env`.
    pub environment: Vec<String>,
    /// The project's folder by its containers' labels: relative paths begin there.
    pub folder: Option<String>,
}

/// What decides which files Compose takes in a folder.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chosen<'a> {
    /// Those of the usual names that are there.
    pub there: &'a [&'a str],
    /// `COMPOSE_FILE` in the login's environment, or nothing.
    pub variable: &'a str,
    /// `COMPOSE_PATH_SEPARATOR` there, or nothing.
    pub separator: &'a str,
    /// Lines of `.env` that set either.
    pub env: &'a str,
    /// The host has Compose v1.
    pub v1: bool,
}

impl Chosen<'_> {
    /// The files that Compose takes in `folder`.
    #[must_use]
    pub fn files(&self, folder: &str) -> Vec<String> {
        let env = EnvFile::parse(self.env.as_bytes().to_vec()).ok();
        let set = |own: &str, name: &str| {
            let by_env = env.as_ref().and_then(|env| env.filled(name)).map(Secret::expose);
            if own.is_empty() { by_env.unwrap_or_default().to_owned() } else { own.to_owned() }
        };
        let separator = set(self.separator, "COMPOSE_PATH_SEPARATOR");
        let separator = if separator.is_empty() { ":" } else { separator.as_str() };
        let named = set(self.variable, "COMPOSE_FILE");
        if !named.is_empty() {
            let named = named.split(separator).map(str::trim).filter(|name| !name.is_empty());
            return named.map(|name| absolute(folder, name)).collect();
        }
        let first = |usual: &[[&'static str; 4]; 2]| {
            usual[usize::from(self.v1)].into_iter().find(|name| self.there.contains(name))
        };
        let Some(main) = first(&NAMES) else { return Vec::new() };
        [Some(main), first(&OVERRIDES)].into_iter().flatten().map(|name| absolute(folder, name)).collect()
    }
}

impl ComposeFiles {
    /// Takes over what one container's labels tell: lists with commas between.
    pub fn add_labels(&mut self, folder: Option<&str>, files: Option<&str>, environment: Option<&str>) {
        let Some(folder) = folder.filter(|folder| folder.starts_with('/')) else { return };
        self.folder.get_or_insert_with(|| folder.to_owned());
        for (into, label) in [(&mut self.used, files), (&mut self.environment, environment)] {
            for name in label.into_iter().flat_map(|label| label.split(',')).filter(|name| !name.is_empty()) {
                let path = absolute(folder, name);
                if !into.contains(&path) {
                    into.push(path);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_that_compose_takes() {
        let there = ["compose.yml", "docker-compose.yml", "compose.override.yml", "docker-compose.override.yml"];
        let chosen = Chosen { there: &there, ..Chosen::default() };
        assert_eq!(chosen.files("/w"), ["/w/compose.yml", "/w/compose.override.yml"]);
        assert_eq!(
            Chosen { v1: true, ..chosen }.files("/w"),
            ["/w/docker-compose.yml", "/w/docker-compose.override.yml"]
        );
        assert_eq!(Chosen { there: &["compose.override.yml"], ..chosen }.files("/w"), Vec::<String>::new());
        let env = "COMPOSE_FILE=\"compose.yml:../prod.yml:/etc/x.yml\" # all\n";
        assert_eq!(Chosen { env, ..chosen }.files("/w"), ["/w/compose.yml", "/prod.yml", "/etc/x.yml"]);
        let env = "COMPOSE_FILE=a.yml;b:c.yml\nCOMPOSE_PATH_SEPARATOR=;\n";
        assert_eq!(Chosen { env, ..chosen }.files("/w"), ["/w/a.yml", "/w/b:c.yml"]);
        assert_eq!(Chosen { env, variable: "own.yml", ..chosen }.files("/w"), ["/w/own.yml"], "as Compose: it wins");
        assert_eq!(Chosen { env: "COMPOSE_FILE=\n", ..chosen }.files("/w").len(), 2);
    }

    #[test]
    fn the_files_that_containers_were_made_from() {
        let mut files = ComposeFiles::default();
        files.add_labels(Some("/w"), Some("compose.yml,compose.override.yml"), None);
        files.add_labels(Some("/w"), Some("/w/compose.yml,/w/more.yml"), Some("/w/prod.env"));
        files.add_labels(None, Some("lost.yml"), None);
        assert_eq!(files.used, ["/w/compose.yml", "/w/compose.override.yml", "/w/more.yml"]);
        assert_eq!((files.environment, files.folder), (vec!["/w/prod.env".to_owned()], Some("/w".to_owned())));
    }
}
