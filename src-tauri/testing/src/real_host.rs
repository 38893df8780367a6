//! The real host of `tests/host`: brought up with options, taken down when the
//! handle is dropped.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use crate::wait::until_true;

/// One host that is up.
#[derive(Debug)]
pub struct RealHost {
    name: String,
    facts: Value,
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/host")
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl RealHost {
    /// Runs `tests/host/up` with `options`.
    #[must_use]
    pub fn up(options: &[&str]) -> Self {
        take_down_abandoned();
        let name = format!("t{}x{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        // Dropped also when `up` fails half way.
        let mut host = Self { name, facts: Value::Null };
        let output = Command::new(scripts().join("up")).args(["--name", &host.name]).args(options).output().unwrap();
        assert!(output.status.success(), "up {options:?}: {}", String::from_utf8_lossy(&output.stderr));
        host.facts = serde_json::from_slice(&output.stdout).unwrap();
        println!("host {} is up: {}", host.name, options.join(" "));
        host
    }

    /// A value of the JSON that `up` printed, as in `/ssh/port`.
    #[must_use]
    pub fn fact(&self, pointer: &str) -> &Value {
        self.facts.pointer(pointer).unwrap_or_else(|| panic!("the host has no {pointer}"))
    }

    /// The same as text.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        self.fact(pointer).as_str().unwrap_or_else(|| panic!("{pointer} is no text"))
    }

    /// Where its sshd listens.
    #[must_use]
    pub fn sshd(&self) -> SocketAddr {
        let port = self.fact("/ssh/port").as_u64().unwrap();
        format!("{}:{port}", self.text("/ssh/host")).parse().unwrap()
    }

    /// `user@host:port`
    #[must_use]
    pub fn address(&self) -> String {
        self.address_through(self.sshd().port())
    }

    /// The same with the port of a proxy on this machine.
    #[must_use]
    pub fn address_through(&self, port: u16) -> String {
        format!("{}@{}:{port}", self.text("/ssh/user"), self.text("/ssh/host"))
    }

    /// The folder of dumps, as root sees it.
    #[must_use]
    pub fn backups(&self) -> PathBuf {
        Path::new(self.text("/data_dir")).join("backup")
    }

    /// The newest dump.
    #[must_use]
    pub fn latest_dump(&self) -> PathBuf {
        self.backups().join(self.text("/runs/latest/filename"))
    }

    /// Every secret string of the host.
    #[must_use]
    pub fn planted(&self) -> Vec<String> {
        let mut found = Vec::new();
        texts(self.fact("/planted"), &mut found);
        assert!(found.len() > 10, "the host planted no secrets");
        found
    }

    /// Runs `docker` as root.
    #[must_use]
    pub fn docker(&self, args: &[&str]) -> Output {
        Command::new("docker").env("DOCKER_HOST", self.text("/docker/host")).args(args).output().unwrap()
    }

    fn docker_said(&self, args: &[&str]) -> String {
        let output = self.docker(args);
        assert!(output.status.success(), "docker {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The container of `service`.
    #[must_use]
    pub fn container(&self, service: &str) -> String {
        let project = format!("label=com.docker.compose.project={}", self.text("/project"));
        let service = format!("label=com.docker.compose.service={service}");
        self.docker_said(&["ps", "-a", "-q", "--filter", &project, "--filter", &service]).trim().to_owned()
    }

    /// Stops services.
    pub fn stop(&self, services: &[&str]) {
        let ids: Vec<String> = services.iter().map(|service| self.container(service)).collect();
        let mut args = vec!["stop", "-t", "1"];
        args.extend(ids.iter().map(String::as_str));
        self.docker_said(&args);
    }

    /// Kills the processes of a service where they are.
    pub fn kill(&self, service: &str) {
        self.docker_said(&["kill", &self.container(service)]);
    }

    /// Starts services and waits until they are healthy.
    pub fn start(&self, services: &[&str]) {
        for service in services {
            let id = self.container(service);
            self.docker_said(&["start", &id]);
            let format = "{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}";
            until_true(&format!("{service} is healthy"), || {
                ["healthy", "running"].contains(&self.docker_said(&["inspect", "--format", format, &id]).trim())
            });
        }
    }

    /// Runs SQL as the database's owner and gives what `psql -At` printed.
    #[must_use]
    pub fn sql(&self, sql: &str) -> String {
        let (id, user, name) = (self.container("postgres"), self.text("/database/user"), self.text("/database/name"));
        let args = ["exec", &id, "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", user, "-d", name];
        self.docker_said(&[&args[..], &["-c", sql]].concat()).trim_end().to_owned()
    }

    /// Restores `dump` beside the live database with the container's own
    /// `pg_restore`, and fails unless each of `tables` has as many rows in both.
    pub fn check_restores(&self, dump: &Path, tables: &[&str]) {
        let (user, postgres) = (self.text("/database/user"), self.container("postgres"));
        self.change("create database tried");
        let restored = Command::new("docker")
            .env("DOCKER_HOST", self.text("/docker/host"))
            .args(["exec", "-i", &postgres, "pg_restore", "--exit-on-error", "--no-owner", "-U", user, "-d", "tried"])
            .stdin(std::fs::File::open(dump).unwrap())
            .status()
            .unwrap();
        assert!(restored.success());
        for table in tables {
            let count = format!("select count(*) from {table}");
            let there = self.docker_said(&["exec", &postgres, "psql", "-U", user, "-d", "tried", "-Atqc", &count]);
            assert_eq!(there.trim(), self.sql(&count), "rows of {table}");
        }
        self.change("drop database tried");
    }

    /// Runs SQL that answers nothing.
    pub fn change(&self, sql: &str) {
        let said = self.sql(sql);
        assert!(said.is_empty(), "{sql} answered {said}");
    }
}

impl Drop for RealHost {
    fn drop(&mut self) {
        take_down(&self.name);
    }
}

fn take_down(name: &str) {
    match Command::new(scripts().join("down")).arg(name).output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => eprintln!("down {name}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => eprintln!("down {name}: {error}"),
    }
}

/// Hosts of test processes that were killed before they could clean up.
fn take_down_abandoned() {
    let Ok(entries) = std::fs::read_dir("/var/lib/selvage-host") else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner =
            name.strip_prefix('t').and_then(|rest| rest.split_once('x')).and_then(|(pid, _)| pid.parse::<u32>().ok());
        if owner.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            take_down(&name);
        }
    }
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}
