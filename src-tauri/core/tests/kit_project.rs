//! A kit holds every file that the Compose project is made of, and names what it could not have.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use selvage_core::deployment::DeploymentStore as _;
use std::path::Path;

use selvage_core::Secret;
use selvage_core::base::Problem;
use selvage_core::kit::{Contents, KitError, KitWritten, Kits, unseal};
use selvage_core::ports::Clock;
use selvage_testing::host::Compose;
use selvage_testing::sample;
use selvage_testing::scene::Scene;

const WORDS: &str = "otter-plaza-mango-quilt-seven-drum";

struct Made {
    written: KitWritten,
    contents: Contents,
}

impl Made {
    fn missed(&self) -> Vec<String> {
        self.written.missed.iter().map(|missed| format!("{}: {}", missed.path, missed.why)).collect()
    }
}

/// A kit of a host with these files, whose `.env` has these lines more.
async fn kit(files: &[(&str, &str)], labels: &[(&str, &str)], env: &str) -> Result<Made, Problem> {
    let scene = Scene::with_dump(sample::dump(3_000, 1));
    kit_of(&scene, files, labels, env).await
}

async fn kit_of(scene: &Scene, files: &[(&str, &str)], labels: &[(&str, &str)], env: &str) -> Result<Made, Problem> {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    scene.store.save_deployment(&scene.deployment).await.unwrap();
    let kits = Kits { vault: scene.vault() };
    // What comes after the link was opened counts as well.
    kits.vault.links.checked(&scene.deployment).await.unwrap();
    scene.library.put(Path::new("/media/usb"), "holiday.jpg", Some(vec![1]));
    let now = scene.clock.now();
    scene.host.change(|host| {
        host.project_files = files.iter().map(owned).collect();
        host.project_labels = labels.iter().map(owned).collect();
        host.env.put(format!("{}{env}", sample::env_file(1, "a", "")), now);
    });
    kits.vault.capture(&scene.deployment).await.unwrap();
    let passphrase = Secret::new(WORDS.to_owned());
    let written = kits.write(&scene.deployment, Path::new("/media/usb"), passphrase.clone(), false).await?;
    let name = written.kit.rsplit('/').next().unwrap();
    let sealed = scene.library.file(Path::new("/media/usb"), name).unwrap();
    Ok(Made { contents: unseal(&sealed, &passphrase, name).unwrap(), written })
}

#[tokio::test]
async fn the_override_and_all_that_is_referred_to_are_in_the_kit() {
    let main = "
include: [monitoring/compose.yml]
services:
  api:
    extends: {file: ../shared/common.yml, service: api}
    env_file: [.env, api.env, {path: absent.env, required: false}]
    volumes: ['./${PROXY}:/etc/caddy/Caddyfile:ro', '${DATA_DIR}/files:/var/lib/weavestream/files', 'pg:/var/lib/pg', '/var/run/docker.sock:/var/run/docker.sock']
  web: {build: ./web}
secrets: {smtp: {file: /etc/weavestream/smtp}}
";
    let files = [
        ("/opt/weavestream/compose.yml", main),
        ("/opt/weavestream/compose.override.yml", "services: {api: {env_file: more.env}}"),
        ("/opt/weavestream/monitoring/compose.yml", "configs: {c: {file: prometheus.yml}}"),
        ("/opt/weavestream/monitoring/prometheus.yml", "scrape: 1"),
        ("/opt/shared/common.yml", "services: {api: {env_file: own.env, volumes: ['../certs:/certs']}}"),
        ("/opt/shared/own.env", "A=1"),
        ("/opt/certs/", ""),
        ("/opt/weavestream/api.env", "B=2"),
        ("/opt/weavestream/proxy/Caddyfile", ":80"),
        ("/etc/weavestream/smtp", "root's own"),
    ];
    let made = kit(&files, &[], "DATA_DIR=/srv/ws\nPROXY=proxy/Caddyfile\n").await.unwrap();
    assert_eq!(
        made.written.files,
        [
            "compose.yml",
            "compose.override.yml",
            "monitoring/compose.yml",
            "outside/opt/shared/common.yml",
            "api.env",
            "proxy/Caddyfile",
            "monitoring/prometheus.yml",
            "outside/opt/shared/own.env",
        ]
    );
    assert_eq!(
        made.missed(),
        [
            "/opt/weavestream/web: it is a folder",
            "/etc/weavestream/smtp: it cannot be read: as this login: permission denied; sudo needs a password",
            "/opt/weavestream/more.env: it is not there",
            "/opt/certs: it is a folder",
        ]
    );
    let own = made.contents.files.iter().find(|file| file.name == "outside/opt/shared/own.env").unwrap();
    assert_eq!(own.bytes.as_slice(), b"A=1");
    for told in [
        "<code>/opt/certs</code>: it is a folder",
        "cp compose.override.yml /opt/weavestream/",
        "mkdir -p /opt/shared\ncp outside/opt/shared/common.yml /opt/shared/",
        "mkdir -p /opt/weavestream/monitoring\ncp monitoring/compose.yml /opt/weavestream/monitoring/",
    ] {
        assert!(made.contents.sheet.contains(told), "{told}\n{}", made.contents.sheet);
    }
}

#[tokio::test]
async fn the_files_are_those_that_compose_takes() {
    let files = [
        ("/opt/weavestream/compose.yml", "{}"),
        ("/opt/weavestream/docker-compose.yml", "{}"),
        ("/opt/weavestream/compose.override.yml", "{}"),
        ("/opt/weavestream/prod.yml", "{}"),
        ("/srv/extra.yml", "{}"),
    ];
    let names =
        async |labels: &[(&str, &str)], env: &str| kit(&files, labels, env).await.map(|made| made.written.files);
    assert_eq!(names(&[], "").await.unwrap(), ["compose.yml", "compose.override.yml"]);
    assert_eq!(
        names(&[], "COMPOSE_FILE=prod.yml:../../srv/extra.yml\n").await.unwrap(),
        ["prod.yml", "outside/srv/extra.yml"]
    );
    let labels = [
        ("working_dir", "/mnt/disk/weavestream"),
        ("config_files", "/mnt/disk/weavestream/compose.yml,../../srv/extra.yml"),
    ];
    assert_eq!(
        names(&labels, "").await.unwrap(),
        ["compose.yml", "compose.override.yml"],
        "the folder under another name is one folder"
    );
    let used = [("working_dir", "/opt/weavestream"), ("config_files", "compose.yml,prod.yml,gone.yml")];
    let made = kit(&files, &used, "").await.unwrap();
    assert_eq!(made.written.files, ["compose.yml", "compose.override.yml", "prod.yml"], "what runs was made from more");
    assert_eq!(made.missed(), ["/opt/weavestream/gone.yml: it is not there"]);
    let scene = Scene::with_dump(sample::dump(3_000, 1));
    scene.host.change(|host| host.compose = Compose::V1);
    let made = kit_of(&scene, &files, &[], "").await.unwrap();
    assert_eq!(made.written.files, ["docker-compose.yml", "compose.override.yml"], "v1 looks for another one first");
}

#[tokio::test]
async fn a_project_that_cannot_be_understood_is_told_and_kept() {
    let made = kit(&[("/opt/weavestream/compose.yml", "services: [")], &[], "").await.unwrap();
    assert_eq!(made.written.files, ["compose.yml"]);
    let [missed] = made.written.missed.as_slice() else { panic!("{:?}", made.written.missed) };
    assert!(missed.why.to_string().starts_with("what it refers to is not known: "), "{missed:?}");
    let root = kit(&[("/opt/weavestream/compose.yml", "root only")], &[], "").await;
    assert!(matches!(root.as_ref().map_err(Problem::find), Err(Some(KitError::ComposeUnreadable { .. }))));
    // Names of the kit's own files stay its own.
    let files = [
        ("/opt/weavestream/compose.yml", "configs: {a: {file: deployment.json}, b: {file: recovery-sheet.html}}"),
        ("/opt/weavestream/deployment.json", "{}"),
        ("/opt/weavestream/recovery-sheet.html", "<p>"),
    ];
    let made = kit(&files, &[], "").await.unwrap();
    let names =
        ["compose.yml", "outside/opt/weavestream/deployment.json", "outside/opt/weavestream/recovery-sheet.html"];
    assert_eq!(made.written.files, names);
    assert!(made.contents.sheet.contains("cp outside/opt/weavestream/deployment.json /opt/weavestream/"));
}
