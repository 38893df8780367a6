use bytes::Bytes;
use selvage_core::ports::Output;
use selvage_core::shell::Command;
use selvage_core::weavestream::dump_name::BACKUP_FOLDER_IN_CONTAINER;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::look;
use super::state::{Compose, Docker, HostState};

/// What a command printed, and its exit status.
#[derive(Clone, Debug, Default)]
pub(super) struct Answered {
    pub exit: u32,
    pub stdout: Bytes,
    pub stderr: String,
}

impl Answered {
    pub(super) fn said(text: impl Into<Vec<u8>>) -> Self {
        Self { exit: 0, stdout: Bytes::from(text.into()), stderr: String::new() }
    }

    pub(super) fn into_output(self) -> Output {
        Output { exit: self.exit, stdout: self.stdout.to_vec(), stderr: self.stderr.into_bytes() }
    }

    pub(super) fn failed(exit: u32, words: impl Into<String>) -> Self {
        Self { exit, stdout: Bytes::new(), stderr: words.into() + "\n" }
    }
}

/// Where a program runs.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    Login,
    Root,
    Container(&'a str),
}

/// Answers `command` on the host that is `state`.
pub(super) fn answer(state: &HostState, command: &Command) -> Answered {
    let line = command.to_sh();
    if let Some(folder) = line.strip_prefix("CDPATH= cd -- ").and_then(|rest| rest.split(" && ").next())
        && folder != selvage_core::shell::quote(&state.folder)
        && folder != "/"
    {
        return Answered::failed(2, format!("sh: cd: can't cd to {folder}"));
    }
    let args: Vec<&str> = command.argv().iter().map(String::as_str).collect();
    let input = command.input().map(|secret| secret.expose().to_owned()).unwrap_or_default();
    program(state, Place::Login, &args, &input)
}

fn program(state: &HostState, place: Place, args: &[&str], input: &str) -> Answered {
    match (place, args) {
        (Place::Login, ["sudo", "-n", rest @ ..]) if state.sudo => program(state, Place::Root, rest, input),
        (_, ["sudo", ..]) => Answered::failed(1, "sudo: a password is required"),
        (Place::Login | Place::Root, ["docker", rest @ ..]) => match docker_allowed(state, place) {
            Err(refused) => refused,
            Ok(()) => docker(state, rest, input),
        },
        (Place::Login | Place::Root, ["docker-compose", rest @ ..]) if state.compose == Compose::V1 => {
            match docker_allowed(state, place) {
                Err(refused) => refused,
                Ok(()) => compose(state, rest, input),
            }
        }
        (Place::Login, ["sh", "-s", "--", folder]) if input.contains("==selvage") => {
            Answered::said(look::probe(state, folder))
        }
        (Place::Login | Place::Root, ["sh", "-c", _, "read-file", folder, ".env", at_most]) => {
            state.env.read(place, folder, at_most.parse().unwrap())
        }
        (Place::Login | Place::Root, ["sh", "-c", _, "read-file", _, path, _]) => {
            Answered::said(format!("\n==selvage file\n{}", look::file(state, place, path)))
        }
        (Place::Login | Place::Root, ["sh", "-c", _, "put-env", folder, owner]) => {
            state.env.write(place, folder, input, *owner == "any")
        }
        (_, ["sh", "-c", r#"exec "$@""#, _, rest @ ..]) => program(state, place, rest, input),
        (_, ["sh", "-c", script, _, path]) if script.contains("wc -c") => look::look(state, place, path),
        (Place::Container("api" | "worker"), ["node", "-"]) if input.contains("getJobSchedulers") => {
            state.queue.answer(input)
        }
        (_, ["true"] | []) => Answered::default(),
        (_, ["false"] | ["pkill", "-f", "--", _]) => Answered { exit: 1, ..Answered::default() },
        (_, ["printf", "%s", words @ ..]) => Answered::said(words.concat()),
        (_, ["cat"]) => Answered::said(input),
        (_, ["wc", "-c"]) => Answered::said(format!("{}\n", input.len())),
        (_, ["sha256sum"]) => Answered::said(format!("{}  -\n", hex(&Sha256::digest(input)))),
        (_, ["id", "-un"]) => Answered::said(format!("{}\n", state.login)),
        (_, ["cat", path]) => on_file(state, place, path, |bytes| bytes),
        (_, ["head", "-c", count, path]) => {
            let count: usize = count.parse().unwrap();
            on_file(state, place, path, |bytes| bytes.slice(..count.min(bytes.len())))
        }
        (_, ["tail", "-c", from, path]) => {
            let from: usize = from.strip_prefix('+').unwrap().parse().unwrap();
            on_file(state, place, path, |bytes| bytes.slice((from.max(1) - 1).min(bytes.len())..))
        }
        (_, ["sha256sum", path]) => {
            on_file(state, place, path, |bytes| Bytes::from(format!("{}  {path}\n", hex(&Sha256::digest(&bytes)))))
        }
        (_, [name, ..]) => Answered::failed(127, format!("sh: {name}: not found")),
    }
}

fn docker_allowed(state: &HostState, place: Place) -> Result<(), Answered> {
    match (state.docker, place) {
        (Docker::Login, _) | (Docker::Root, Place::Root) => Ok(()),
        (Docker::Missing, _) => Err(Answered::failed(127, "sh: docker: not found")),
        _ => Err(Answered::failed(1, "permission denied while trying to connect to the Docker daemon socket")),
    }
}

fn docker(state: &HostState, args: &[&str], input: &str) -> Answered {
    match args {
        ["compose", rest @ ..] if state.compose == Compose::V2 => compose(state, rest, input),
        ["inspect", "--format", format, id] if format.contains(".Config.Env") => {
            match state.services.iter().find(|(_, s)| s.id == *id) {
                Some((name, _)) if name == "postgres" => Answered::said(format!("{}\n", json!(state.environment))),
                Some(_) => Answered::said("[]\n"),
                None => Answered::failed(1, format!("Error: No such object: {id}")),
            }
        }
        ["exec", "-i", "-w", _, id, rest @ ..] | ["exec", "-i", id, rest @ ..] => {
            match state.services.iter().find(|(_, s)| s.id == *id) {
                Some((name, service)) if service.state == "running" => {
                    program(state, Place::Container(name), rest, input)
                }
                Some(_) => Answered::failed(1, format!("Error response from daemon: container {id} is not running")),
                None => Answered::failed(1, format!("Error response from daemon: No such container: {id}")),
            }
        }
        _ => Answered::failed(1, format!("docker: {args:?} is not a docker command.")),
    }
}

fn compose(state: &HostState, args: &[&str], input: &str) -> Answered {
    let (["exec", "-T", "-w", _, service, rest @ ..] | ["exec", "-T", service, rest @ ..]) = args else {
        return Answered::failed(1, format!("unknown compose command {args:?}"));
    };
    match state.services.get(*service) {
        Some(found) if found.state == "running" => program(state, Place::Container(service), rest, input),
        _ => Answered::failed(1, format!("service \"{service}\" is not running")),
    }
}

/// The file's name in the backup folder, when `path` is one there as seen from `place`.
pub(super) fn backup_file<'p>(state: &HostState, place: Place, path: &'p str) -> Option<&'p str> {
    let folder = match place {
        Place::Login | Place::Root => state.backup_folder.as_str(),
        Place::Container("api" | "worker") => BACKUP_FOLDER_IN_CONTAINER,
        Place::Container(_) => return None,
    };
    path.strip_prefix(folder)?.strip_prefix('/')
}

fn on_file(state: &HostState, place: Place, path: &str, read: impl FnOnce(Bytes) -> Bytes) -> Answered {
    let missing = || Answered::failed(1, format!("cat: {path}: No such file or directory"));
    let Some(name) = backup_file(state, place, path) else { return missing() };
    if matches!(place, Place::Login) && !state.dumps_readable {
        return Answered::failed(1, format!("cat: {path}: Permission denied"));
    }
    match state.bytes(name) {
        Some(bytes) => Answered { stdout: read(bytes), ..Answered::default() },
        None => missing(),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
