use std::fmt::Write;

use selvage_core::weavestream::dump_name::BACKUP_FOLDER_IN_CONTAINER;
use serde_json::json;

use super::answer::{Answered, Place, backup_file};
use super::state::{Compose, Docker, HostState};

/// What the script that looks at a dump says.
pub(super) fn look(state: &HostState, place: Place, path: &str) -> Answered {
    let hidden = matches!(place, Place::Login) && !state.dumps_readable;
    let Some(name) = backup_file(state, place, path) else { return Answered::said("unseen\n") };
    if hidden {
        return Answered::said("unseen\n");
    }
    Answered::said(match state.files.get(name) {
        Some(bytes) => format!("file {}\n", bytes.len()),
        None => "gone\n".to_owned(),
    })
}

/// What the script that reads a file says of one of the project. Those whose
/// text begins with `root` are root's.
pub(super) fn file(state: &HostState, place: Place, path: &str) -> String {
    if state.project_files.contains_key(&format!("{path}/")) {
        return "folder\n\n".to_owned();
    }
    match state.project_files.get(path) {
        None => "missing\n\n".to_owned(),
        Some(text) if text.starts_with("root") && matches!(place, Place::Login) => {
            "hidden\npermission denied\n".to_owned()
        }
        Some(text) => format!("file\n{} 1792652460 644\nroot:root\n{path}\n{text}", text.len()),
    }
}

/// What the probe's script says of this host.
pub(super) fn probe(state: &HostState, folder: &str) -> String {
    let mut said = String::new();
    let mut section = |name: &str, text: &str| {
        let _ = writeln!(said, "==selvage {name}\n{text}");
    };
    section("clock", &state.now.timestamp().to_string());
    section("login", &state.login);
    let refused = "1\npermission denied while trying to connect to the Docker daemon socket";
    let docker = match state.docker {
        Docker::Login => "0\n28.2.2",
        Docker::Missing => "127\nsh: docker: not found",
        Docker::Root | Docker::Nobody => refused,
    };
    section("docker", docker);
    let through_sudo = state.docker == Docker::Root && state.sudo;
    if state.docker != Docker::Login {
        section("docker_sudo", if through_sudo { "0\n28.2.2" } else { "1\nsudo: a password is required" });
    }
    section("sudo", if state.sudo { "0\n" } else { "1\nsudo: a password is required" });
    let usable = state.docker == Docker::Login || through_sudo;
    if usable {
        let no_v2 = "1\ndocker: 'compose' is not a docker command.";
        section("compose_v2", if state.compose == Compose::V2 { "0\n2.40.0" } else { no_v2 });
        if state.compose != Compose::V2 {
            section(
                "compose_v1",
                if state.compose == Compose::V1 { "0\n1.29.2" } else { "127\nsh: docker-compose: not found" },
            );
        }
        section("projects", &format!("readable {}", state.folder));
    }
    let entered = folder == state.folder;
    section("folder", if entered { "entered" } else { "sh: cd: can't cd" });
    if entered {
        let names = state.project_files.keys().filter_map(|path| path.strip_prefix(&format!("{folder}/")));
        let env = state.env.bytes().unwrap_or_default();
        let set = String::from_utf8_lossy(&env)
            .lines()
            .filter(|line| line.starts_with("COMPOSE_"))
            .collect::<Vec<_>>()
            .join("\n");
        section("compose_environment", "\n");
        section("compose_env", &set);
        section("compose_file", &names.filter(|name| !name.contains('/')).collect::<Vec<_>>().join("\n"));
        if usable && state.compose != Compose::Missing {
            containers(state, &mut section);
        }
    }
    section("end", "");
    said
}

fn containers(state: &HostState, section: &mut impl FnMut(&str, &str)) {
    let ids: Vec<&str> = state.services.values().map(|service| service.id.as_str()).collect();
    section("containers", &format!("0\n{}", ids.join("\n")));
    let inspected = state.services.iter().map(|(name, service)| {
        let mounts = if ["api", "worker"].contains(&name.as_str()) {
            json!([{ "Source": state.backup_folder, "Destination": BACKUP_FOLDER_IN_CONTAINER }])
        } else {
            json!([])
        };
        let address = if service.state == "running" { service.address.as_str() } else { "" };
        let mut labels = json!({ "com.docker.compose.service": name, "org.opencontainers.image.version": "1.9.11" });
        for (label, value) in &state.project_labels {
            labels[format!("com.docker.compose.project.{label}")] = json!(value);
        }
        let told = json!({
            "id": service.id,
            "labels": labels,
            "state": { "Status": service.state },
            "mounts": mounts,
            "networks": { "weavestream_default": { "IPAddress": address } },
        });
        format!("{told}\n")
    });
    section("inspect", inspected.collect::<String>().trim_end());
    let word = |readable: bool| if readable { "readable" } else { "unreadable" };
    section("dumps_direct", word(state.dumps_readable));
    section("dumps_sudo", word(state.sudo));
    section("space", "/dev/sda1 1000000 400000 600000 40% /");
}
