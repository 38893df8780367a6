//! One file of a Compose project, and the files that it refers to, as Compose
//! resolves them (`docs.docker.com/reference/compose-file`): `include`,
//! `extends`, `env_file`, `label_file`, `configs`, `secrets`, bind mounts, `build`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use super::env_file::interpolated;
use crate::Secret;

/// What a file is to its project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FileRole {
    /// A Compose file: given, `include`d or extended.
    Compose,
    /// Variables, or labels, one a line.
    Env,
    /// What a container gets as a config or secret, or mounted from the host.
    Mounted,
    /// The folder that an image is built from.
    Build,
}

/// A file that another refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its absolute path on the host, or the address of what lies elsewhere.
    pub path: String,
    /// What it is.
    pub role: FileRole,
    /// Compose goes on without it.
    pub optional: bool,
    /// What its own relative paths begin at; for a Compose file.
    pub base: String,
    /// Files whose variables count in it as well; for a Compose file.
    pub env: Vec<String>,
    /// A variable is missing without which the path is not known.
    pub unresolved: bool,
}

/// Reads a Compose file whose relative paths begin at `base`, an absolute path.
/// `known` are the variables. The error says where it is no YAML.
pub fn references(
    text: &str,
    base: &str,
    known: &BTreeMap<String, Secret>,
    home: Option<&str>,
) -> Result<Vec<Reference>, String> {
    let read: Value = serde_saphyr::from_str(text).map_err(|error| first_line(&error.to_string()))?;
    let mut found = Found { base, known, home, references: Vec::new() };
    for include in list(&read["include"]) {
        found.include(include);
    }
    for service in entries(&read["services"]) {
        found.service(service);
    }
    for kind in ["configs", "secrets"] {
        for one in entries(&read[kind]) {
            found.add(&one["file"], FileRole::Mounted);
        }
    }
    Ok(found.references)
}

struct Found<'a> {
    base: &'a str,
    known: &'a BTreeMap<String, Secret>,
    home: Option<&'a str>,
    references: Vec<Reference>,
}

impl Found<'_> {
    fn include(&mut self, include: &Value) {
        let paths = if include.is_object() { &include["path"] } else { include };
        let paths: Vec<_> = list(paths).into_iter().filter_map(Value::as_str).map(|path| self.absolute(path)).collect();
        // The first of several gives the folder of all.
        let Some((first, unresolved)) = paths.first() else { return };
        let own_base = include["project_directory"].as_str().map(|folder| self.absolute(folder).0);
        let base = own_base.unwrap_or_else(|| parent(first));
        let named = list(&include["env_file"]).into_iter().filter_map(Value::as_str);
        let mut env: Vec<_> = named.map(|file| Reference::plain(self.absolute(file).0, FileRole::Env)).collect();
        if env.is_empty() && base != self.base && !unresolved && !is_elsewhere(first) {
            env.push(Reference { optional: true, ..Reference::plain(format!("{base}/.env"), FileRole::Env) });
        }
        let with: Vec<_> = env.iter().map(|file| file.path.clone()).collect();
        self.references.extend(env);
        self.references.extend(paths.into_iter().map(|(path, unresolved)| {
            let (base, env) = (base.clone(), with.clone());
            Reference { base, env, unresolved, ..Reference::plain(path, FileRole::Compose) }
        }));
    }

    fn service(&mut self, service: &Value) {
        if let Some(file) = service["extends"]["file"].as_str() {
            let (path, unresolved) = self.absolute(file);
            let base = parent(&path);
            self.references.push(Reference { base, unresolved, ..Reference::plain(path, FileRole::Compose) });
        }
        for file in list(&service["env_file"]) {
            let path = if file.is_object() { &file["path"] } else { file };
            self.add(path, FileRole::Env);
            if file["required"] == Value::Bool(false)
                && let Some(last) = self.references.last_mut()
            {
                last.optional = true;
            }
        }
        for file in list(&service["label_file"]) {
            self.add(file, FileRole::Env);
        }
        for volume in list(&service["volumes"]) {
            self.volume(volume);
        }
        let build = &service["build"];
        self.add(if build.is_object() { &build["context"] } else { build }, FileRole::Build);
    }

    /// `SOURCE:TARGET[:MODE]` is a bind mount when the source is written as a path.
    fn volume(&mut self, volume: &Value) {
        if let Some(short) = volume.as_str() {
            let Ok((short, _)) = interpolated(short, self.known) else { return };
            let Some((source, _)) = short.expose().split_once(':') else { return };
            if source.starts_with(['/', '.', '~']) {
                let path = self.placed(source);
                self.references.push(Reference::plain(path, FileRole::Mounted));
            }
        } else if volume["type"] == "bind" {
            self.add(&volume["source"], FileRole::Mounted);
        }
    }

    fn add(&mut self, written: &Value, role: FileRole) {
        let Some(written) = written.as_str() else { return };
        let (path, unresolved) = self.absolute(written);
        self.references.push(Reference { unresolved, ..Reference::plain(path, role) });
    }

    /// The absolute path, and whether a variable in it is unknown.
    fn absolute(&self, written: &str) -> (String, bool) {
        match interpolated(written, self.known) {
            Ok((path, _)) => (self.placed(path.expose()), false),
            Err(_) => (written.to_owned(), true),
        }
    }

    fn placed(&self, path: &str) -> String {
        match (path.strip_prefix("~/"), self.home) {
            (Some(rest), Some(home)) => absolute(home, rest),
            _ => absolute(self.base, path),
        }
    }
}

impl Reference {
    /// A file that must be there.
    #[must_use]
    pub fn plain(path: String, role: FileRole) -> Self {
        Self { path, role, optional: false, base: String::new(), env: Vec::new(), unresolved: false }
    }

    /// It is no file of the host: `https://`, `git@`, `oci://`.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        is_elsewhere(&self.path)
    }
}

fn is_elsewhere(path: &str) -> bool {
    path.contains("://") || path.starts_with("git@") || path.starts_with("github.com/")
}

/// `path` from `base` on, without `.` and `..`, as `/a/b`. What lies elsewhere stays as it is.
#[must_use]
pub fn absolute(base: &str, path: &str) -> String {
    if is_elsewhere(path) {
        return path.to_owned();
    }
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{base}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// What is behind `folder` in `path`, when it is in there.
#[must_use]
pub fn relative<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/').filter(|rest| !rest.is_empty())
}

/// The folder that a path is in.
#[must_use]
pub fn parent(path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
    }
}

/// The elements of a list, or the one thing that stands where a list may.
fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    }
}

fn entries(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_object().into_iter().flat_map(serde_json::Map::values)
}

fn first_line(said: &str) -> String {
    said.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let known = [("CONF", "conf"), ("EMPTY", "")].map(|(n, v)| (n.to_owned(), Secret::new(v.to_owned()))).into();
        let found = references(text, "/opt/ws", &known, Some("/home/deploy"));
        let Ok(found) = found else { panic!("{found:?}") };
        found
            .into_iter()
            .map(|one| {
                let optional = if one.optional { "?" } else { "" };
                let base = if one.base.is_empty() { String::new() } else { format!(" from {}", one.base) };
                let env = if one.env.is_empty() { String::new() } else { format!(" with {}", one.env.join(" ")) };
                let unresolved = if one.unresolved { " unresolved" } else { "" };
                format!("{:?} {}{optional}{base}{env}{unresolved}", one.role, one.path)
            })
            .collect()
    }

    #[test]
    fn what_a_service_refers_to() {
        let text = r"
x-common: &common
  env_file: [.env, {path: ./extra.env, required: false}]
services:
  api:
    <<: *common
    extends: {file: ../shared/common.yml, service: api}
    volumes:
      - ${CONF}/caddy.json:/etc/caddy.json:ro
      - ./${CONF}/Caddyfile:/etc/caddy/Caddyfile:ro
      - data:/var/lib/data
      - ~/motd:/etc/motd
      - {type: bind, source: ./x.pem, target: /x.pem}
      - {type: volume, source: data, target: /y}
  web:
    extends: {service: api}
    env_file: web.env
    label_file: labels.txt
    build: ./web
    ports: [80:80]
  worker:
    build: {context: https://example.test/repo.git}
    healthcheck: !reset null
    extends: common
configs:
  one: {file: ./one.conf}
  two: {external: true}
secrets:
  three: {file: /etc/ws/three}
  four: {environment: FOUR}
";
        assert_eq!(
            told(text),
            [
                "Compose /opt/shared/common.yml from /opt/shared",
                "Env /opt/ws/.env",
                "Env /opt/ws/extra.env?",
                "Mounted /opt/ws/conf/Caddyfile",
                "Mounted /home/deploy/motd",
                "Mounted /opt/ws/x.pem",
                "Env /opt/ws/web.env",
                "Env /opt/ws/labels.txt",
                "Build /opt/ws/web",
                "Build https://example.test/repo.git",
                "Mounted /opt/ws/one.conf",
                "Mounted /etc/ws/three",
            ]
        );
    }

    #[test]
    fn what_is_included() {
        let text = "
include:
  - monitoring/compose.yml
  - path: [a/one.yml, a/two.yml]
    env_file: a.env
  - path: b.yml
    project_directory: elsewhere
  - oci://example.test/x
  - ${NOT:?set}/x.yml
";
        assert_eq!(
            told(text),
            [
                "Env /opt/ws/monitoring/.env?",
                "Compose /opt/ws/monitoring/compose.yml from /opt/ws/monitoring with /opt/ws/monitoring/.env",
                "Env /opt/ws/a.env",
                "Compose /opt/ws/a/one.yml from /opt/ws/a with /opt/ws/a.env",
                "Compose /opt/ws/a/two.yml from /opt/ws/a with /opt/ws/a.env",
                "Env /opt/ws/elsewhere/.env?",
                "Compose /opt/ws/b.yml from /opt/ws/elsewhere with /opt/ws/elsewhere/.env",
                "Compose oci://example.test/x from oci://example.test",
                "Compose ${NOT:?set}/x.yml from ${NOT:?set} unresolved",
            ]
        );
    }

    #[test]
    fn what_is_no_compose_file_refers_to_nothing() {
        for text in ["", "{}", "- 1", "services: [1, {}]", "services: {a: null, b: 1}", "include: 5"] {
            assert_eq!(told(text), Vec::<String>::new(), "{text}");
        }
        assert!(references("a: [", "/", &BTreeMap::new(), None).is_err());
    }

    #[test]
    fn a_path_has_no_steps_back() {
        for (path, is) in [("../../../x", "/x"), ("./a//b/./../c", "/opt/ws/a/c"), ("/", "/"), ("/a/../../b", "/b")] {
            assert_eq!(absolute("/opt/ws", path), is, "{path}");
        }
        assert_eq!((parent("/a/b").as_str(), parent("/a").as_str(), parent("a").as_str()), ("/a", "/", "/"));
    }
}
