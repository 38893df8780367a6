//! Every way in which a host is reached: sign in, look around, bring the dump
//! home. Each host differs from the plain one in a few things.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

use std::path::Path;

use selvage_testing::agent::Agent;
use selvage_testing::laptop::{Answer, Laptop};
use selvage_testing::real_host::RealHost;
use selvage_testing::secrets::Secrets;

const BINARY: &str = env!("CARGO_BIN_EXE_selvage");

fn add(laptop: &Laptop, host: &RealHost, more: &[&str], input: &str) -> Answer {
    let address = host.address();
    let args = ["deployment", "add", "acme", "--ssh", &address, "--dir", host.text("/dir")];
    let trust = ["--accept-host-key", host.text("/ssh/host_key_sha256")];
    laptop.run_with(&[&args[..], &trust, more].concat(), input)
}

/// From the connection test to the verified dump. Gives the test's lines.
fn use_it(laptop: &Laptop, host: &RealHost) -> Answer {
    let probe = laptop.run(&["deployment", "probe", "acme"]);
    probe.expect_code(0);
    let schedules = laptop.run(&["schedules", "acme"]);
    schedules.expect_code(0);
    assert_eq!(schedules.at("/schedules").as_array().unwrap().len(), 3, "{}", schedules.said);
    let runs = laptop.run(&["runs", "acme", "--limit", "500"]);
    runs.expect_code(0);
    assert_eq!(runs.at("/runs").as_array().unwrap().len() as u64, host.fact("/runs/total").as_u64().unwrap());
    let download = laptop.download("latest");
    download.expect_code(0);
    assert_eq!(download.at("/copy/state"), "verified");
    laptop.check_held(host);
    probe
}

fn line<'a>(probe: &'a Answer, item: &str) -> &'a serde_json::Value {
    probe.at("/checks").as_array().unwrap().iter().find(|check| check["item"] == item).expect(item)
}

#[test]
fn a_password_an_old_compose_and_an_odd_folder() {
    let host = RealHost::up(&["--auth", "password", "--compose", "v1", "--dir", "we're $HOME; \"odd\" *folder"]);
    let password = host.text("/ssh/password").to_owned();
    let mut laptop = Laptop::with_keyring(BINARY);
    laptop.set("SELVAGE_LOG", "trace");
    let needed = add(&laptop, &host, &["--password", "--secret-stdin"], "wrong\n");
    needed.expect_problem(1, "sign_in_refused");
    add(&laptop, &host, &["--password", "--secret-stdin"], &format!("{password}\n")).expect_code(0);
    let probe = use_it(&laptop, &host);
    assert!(line(&probe, "docker")["detail"].as_str().unwrap().contains("docker-compose"), "{}", probe.said);

    let secrets = Secrets::new(host.planted().into_iter().chain([password]));
    laptop.new_library();
    let running = laptop.start_download("latest");
    let watch = secrets.without(host.text("/redis/password")).watch(host.text("/ssh/user"), running.id());
    running.wait().expect_code(0);
    watch.end();
    secrets.not_in("what was printed", laptop.transcript().as_bytes());
    secrets.not_below(&laptop.data(), 3);
    // The keyring's own files are encrypted.
    secrets.not_below(laptop.home(), 4);

    // A server has no keyring: the secret lies in a folder that only its user reads.
    let server = Laptop::new(BINARY);
    let folder = server.home().join("secrets");
    let file = folder.join("acme.ssh-password");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(&file, format!("{}\n", host.text("/ssh/password"))).unwrap();
    let mode = |path: &std::path::Path, mode: u32| {
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    };
    mode(&folder, 0o700);
    let given = ["--secrets-from", folder.to_str().unwrap()];
    add(&server, &host, &["--password"], "").expect_problem(1, "password_needed");
    add(&server, &host, &[&["--password"], &given[..]].concat(), "").expect_problem(1, "secrets_folder_unusable");
    mode(&file, 0o600);
    add(&server, &host, &[&["--password"], &given[..]].concat(), "").expect_code(0);
    server.run(&["runs", "acme"]).expect_problem(1, "keyring_absent");
    server.run(&[&["runs", "acme"], &given[..]].concat()).expect_code(0);
    // What needs no keyring asks none.
    server.run(&["secrets", "list", "acme"]).expect_code(0);
    secrets.not_below(&server.data(), 1);
}

#[test]
fn several_deployments_on_one_engine() {
    let (host, other) = (RealHost::up(&["--runs", "10"]), RealHost::up(&["--runs", "10"]));
    let laptop = Laptop::new(BINARY);
    let key = ["--key", host.text("/ssh/key")];
    let at = |dir: &str| {
        let address = host.address();
        let args = ["deployment", "add", "acme", "--ssh", &address, "--dir", dir, key[0], key[1]];
        laptop.run(&[&args[..], &["--accept-host-key", host.text("/ssh/host_key_sha256")]].concat())
    };
    // Each is offered, and whether this login may use it.
    let mistyped = at("/opt/weavestrem");
    mistyped.expect_problem(1, "folder_missing");
    let seen = mistyped.at("/error/problem/seen").as_array().unwrap();
    let readable = |dir: &str| seen.iter().find(|one| one["folder"] == dir).map(|one| one["readable"].clone());
    assert_eq!(readable(host.text("/dir")), Some(true.into()), "{}", mistyped.said);
    assert_eq!(readable(other.text("/dir")), Some(false.into()), "{}", mistyped.said);
    // What this login may not look at is not told as down.
    let theirs = at(other.text("/dir"));
    assert!(!theirs.said.contains("service_down") && !theirs.said.contains("missing\""), "{}", theirs.said);
    assert_eq!(theirs.code, Some(1), "{}", theirs.said);
    // A file that Compose cannot read hides nothing of what runs.
    let env = std::path::PathBuf::from(host.text("/env_file"));
    std::fs::set_permissions(&env, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    let unread = at(host.text("/dir"));
    assert!(!unread.said.contains("service_down"), "{}", unread.said);
    std::fs::set_permissions(&env, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    at(host.text("/dir")).expect_code(0);
}

#[test]
fn an_agent_and_no_forwarding() {
    let host = RealHost::up(&["--auth", "agent", "--no-forwarding"]);
    let mut laptop = Laptop::new(BINARY);
    add(&laptop, &host, &["--agent"], "").expect_problem(1, "agent_unusable");
    laptop.set("SSH_AUTH_SOCK", host.text("/ssh/agent"));
    add(&laptop, &host, &["--agent"], "").expect_code(0);
    let probe = use_it(&laptop, &host);
    let database = line(&probe, "database");
    assert_eq!(database["state"], "warn", "{}", probe.said);
    assert!(database["detail"].as_str().unwrap().contains("psql"), "{}", probe.said);
}

#[test]
fn docker_through_sudo_and_a_data_folder_elsewhere() {
    let elsewhere = tempfile::Builder::new().prefix("selvage-data-").tempdir_in("/var/lib").unwrap();
    let data = elsewhere.path().join("weavestream data").display().to_string();
    let host = RealHost::up(&["--sudo-docker", "--data-dir", &data]);
    let laptop = Laptop::with_keyring(BINARY);
    add(&laptop, &host, &["--key", host.text("/ssh/key")], "").expect_code(0);
    let probe = use_it(&laptop, &host);
    assert!(line(&probe, "docker")["detail"].as_str().unwrap().contains("through sudo"), "{}", probe.said);
    assert_eq!(line(&probe, "dumps")["detail"], "Readable through sudo");

    // `.env` is root's: it is read and written through sudo, and stays root's.
    let env = host.text("/env_file");
    let before = std::fs::read(env).unwrap();
    laptop.run(&["secrets", "capture", "acme"]).expect_code(0);
    std::fs::write(env, [&before[..], b"LOG_LEVEL=debug\n"].concat()).unwrap();
    laptop.run(&["secrets", "diff", "acme"]).expect_code(4);
    let done = laptop.run(&["secrets", "put", "acme", "--yes"]);
    done.expect_code(0);
    assert_eq!((done.at("/done/sudo"), done.at("/done/owner")), (&true.into(), &"root:root".into()), "{}", done.said);
    assert_eq!(std::fs::read(env).unwrap(), before);
}

#[test]
fn a_jump_host() {
    let host = RealHost::up(&["--jump"]);
    let mut laptop = Laptop::new(BINARY);
    // As with `ssh -J`: the way to the jump host is found automatically.
    let agent = Agent::start();
    agent.add(Path::new(host.text("/jump/key")));
    laptop.set("SSH_AUTH_SOCK", &agent.socket().display().to_string());
    let port = host.fact("/jump/port").as_u64().unwrap();
    let jump = format!("{}@{}:{port}", host.text("/jump/user"), host.text("/jump/host"));
    let way = ["--key", host.text("/ssh/key"), "--jump", &jump];
    let unknown = add(&laptop, &host, &way, "");
    unknown.expect_code(3);
    assert!(unknown.said.contains(host.text("/jump/host_key_sha256")), "{}", unknown.said);
    let trusted = [&way[..], &["--accept-host-key", host.text("/jump/host_key_sha256")]].concat();
    add(&laptop, &host, &trusted, "").expect_code(0);
    use_it(&laptop, &host);
}

#[test]
fn questions_at_the_keyboard() {
    let host = RealHost::up(&["--auth", "keyboard-interactive"]);
    let laptop = Laptop::with_keyring(BINARY);
    add(&laptop, &host, &["--password", "--secret-stdin"], &format!("{}\n", host.text("/ssh/password"))).expect_code(0);
    use_it(&laptop, &host);
}

#[test]
fn a_login_without_docker_is_refused_at_once() {
    let host = RealHost::up(&["--no-docker"]);
    let laptop = Laptop::new(BINARY);
    add(&laptop, &host, &["--key", host.text("/ssh/key")], "").expect_problem(1, "docker_forbidden");
    assert_eq!(laptop.run(&["deployment", "list"]).at("/deployments").as_array().map(Vec::len), Some(0));
}

#[test]
fn a_host_without_compose_is_refused_at_once() {
    let host = RealHost::up(&["--no-compose"]);
    let laptop = Laptop::new(BINARY);
    add(&laptop, &host, &["--key", host.text("/ssh/key")], "").expect_problem(1, "compose_missing");
    assert_eq!(laptop.run(&["deployment", "list"]).at("/deployments").as_array().map(Vec::len), Some(0));
}
