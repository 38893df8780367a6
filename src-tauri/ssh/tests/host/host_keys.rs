use selvage_core::ports::{HostConnector as _, LinkError};
use selvage_ssh::SshConnector;

use crate::sshd::{Sshd, refused, trust};

fn public(sshd: &Sshd, kind: &str) -> String {
    let text = std::fs::read_to_string(sshd.at(&format!("host_{kind}.pub"))).unwrap();
    text.split(' ').take(2).collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[tokio::test]
async fn an_unknown_key_is_shown_as_ssh_keygen_prints_it_and_then_trusted() {
    let sshd = Sshd::start();
    let connector = sshd.connector();
    let key = trust(&connector, &sshd.request()).await;
    let keygen = std::process::Command::new("ssh-keygen").arg("-lf").arg(sshd.at("host_ed25519.pub")).output().unwrap();
    let said = String::from_utf8(keygen.stdout).unwrap();
    assert!(said.contains(&key.fingerprint) && said.contains(&format!("({})", key.algorithm)), "{said} {key:?}");
    assert_eq!((key.host.as_str(), key.port), ("127.0.0.1", sshd.port));
    assert_eq!(key.public_key, public(&sshd, "ed25519"));
    // Nobody was asked to sign in before the key was trusted.
    assert!(!sshd.log().contains("Accepted") && !sshd.log().contains("Failed publickey"), "{}", sshd.log());
    connector.connect(&sshd.request()).await.unwrap();
    assert!(sshd.log().contains("Accepted publickey"));
    let own = std::fs::read_to_string(sshd.at("own/known_hosts")).unwrap();
    assert_eq!(own, format!("[127.0.0.1]:{} {}\n", sshd.port, key.public_key));
}

#[tokio::test]
async fn another_key_than_the_recorded_one_is_refused() {
    let (sshd, other) = (Sshd::start(), Sshd::start());
    std::fs::create_dir(sshd.at("own")).unwrap();
    let line = format!("# ours\n[127.0.0.1]:{} {}\n", sshd.port, public(&other, "ed25519"));
    std::fs::write(sshd.at("own/known_hosts"), line).unwrap();
    let error = refused(sshd.connector().connect(&sshd.request()).await);
    let LinkError::HostKeyChanged { key, expected, file, line } = error else { panic!("{error:?}") };
    assert_eq!((file.as_str(), line), (sshd.path("own/known_hosts").as_str(), 2));
    assert_eq!(key.public_key, public(&sshd, "ed25519"));
    assert_ne!(expected, key.fingerprint);
}

#[tokio::test]
async fn another_algorithm_than_the_recorded_one_is_changed_not_unknown() {
    let sshd = Sshd::with(&["ecdsa"], "");
    let other = Sshd::start();
    let mut settings = sshd.settings();
    std::fs::write(sshd.at("more"), format!("[127.0.0.1]:{} {}\n", sshd.port, public(&other, "ed25519"))).unwrap();
    settings.extra_known_hosts = vec![sshd.at("more")];
    let error = refused(SshConnector::new(settings).connect(&sshd.request()).await);
    assert!(matches!(&error, LinkError::HostKeyChanged { key, .. } if key.algorithm == "ECDSA"), "{error:?}");
}

#[tokio::test]
async fn the_recorded_algorithm_is_asked_for_first() {
    let sshd = Sshd::with(&["ed25519", "ecdsa", "rsa"], "");
    for kind in ["rsa", "ecdsa", "ed25519"] {
        let mut settings = sshd.settings();
        std::fs::write(sshd.at("more"), format!("[127.0.0.1]:{} {}\n", sshd.port, public(&sshd, kind))).unwrap();
        settings.extra_known_hosts = vec![sshd.at("more")];
        SshConnector::new(settings).connect(&sshd.request()).await.unwrap();
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused_even_when_trusted() {
    let sshd = Sshd::start();
    let connector = sshd.trusted().await;
    let own = sshd.at("own/known_hosts");
    let text = std::fs::read_to_string(&own).unwrap();
    std::fs::write(&own, format!("{text}@revoked * {}\n", public(&sshd, "ed25519"))).unwrap();
    let error = refused(connector.connect(&sshd.request()).await);
    assert!(matches!(&error, LinkError::HostKeyRevoked { line: 2, .. }), "{error:?}");
}

#[tokio::test]
async fn a_key_of_revoked_host_keys_is_refused_even_when_trusted() {
    let sshd = Sshd::start();
    let connector = sshd.trusted().await;
    connector.connect(&sshd.request()).await.unwrap();
    let config = std::fs::read_to_string(sshd.at("ssh_config")).unwrap();
    std::fs::write(sshd.at("ssh_config"), format!("{config} RevokedHostKeys {}\n", sshd.path("revoked"))).unwrap();
    // Named and not there: nothing can be trusted.
    let error = refused(connector.connect(&sshd.request()).await);
    assert!(
        matches!(&error, LinkError::KnownHostsUnreadable { file, .. } if *file == sshd.path("revoked")),
        "{error:?}"
    );
    std::fs::write(sshd.at("revoked"), format!("# moved\n{}\n", public(&sshd, "ed25519"))).unwrap();
    let error = refused(connector.connect(&sshd.request()).await);
    assert!(matches!(&error, LinkError::HostKeyRevoked { line: 2, .. }), "{error:?}");
    let list = ["-q", "-k", "-f", &sshd.path("revoked"), &sshd.path("host_ed25519.pub")].map(str::to_owned);
    assert!(std::process::Command::new("ssh-keygen").args(list).status().unwrap().success());
    let error = refused(connector.connect(&sshd.request()).await);
    assert!(matches!(&error, LinkError::HostKeyRevoked { line: 0, .. }), "{error:?}");
    std::fs::write(sshd.at("revoked"), "# none\n").unwrap();
    connector.connect(&sshd.request()).await.unwrap();
}

#[tokio::test]
async fn a_command_may_tell_the_known_hosts() {
    use std::os::unix::fs::PermissionsExt as _;
    let sshd = Sshd::start();
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> {}\nprintf '%s %s\\n' \"$1\" \"{}\"\n",
        sshd.path("asked"),
        public(&sshd, "ed25519")
    );
    std::fs::write(sshd.at("tell"), &script).unwrap();
    std::fs::set_permissions(sshd.at("tell"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let config = std::fs::read_to_string(sshd.at("ssh_config")).unwrap();
    let with = |command: &str| {
        std::fs::write(sshd.at("ssh_config"), format!("{config} KnownHostsCommand {command}\n")).unwrap();
    };
    with(&format!("{} %H %I %t", sshd.path("tell")));
    sshd.connector().connect(&sshd.request()).await.unwrap();
    let name = format!("[127.0.0.1]:{}", sshd.port);
    let asked = std::fs::read_to_string(sshd.at("asked")).unwrap();
    assert_eq!(asked, format!("{name} ORDER NONE\n{name} HOSTNAME ssh-ed25519\n"));
    // One that says no, or nothing that is known, opens no door.
    with("/bin/false");
    let error = refused(sshd.connector().connect(&sshd.request()).await);
    assert!(
        matches!(&error, LinkError::SshConfig { reason } if reason.contains("KnownHostsCommand: it failed")),
        "{error:?}"
    );
    with("tell %H");
    let error = refused(sshd.connector().connect(&sshd.request()).await);
    assert!(matches!(&error, LinkError::SshConfig { reason } if reason.contains("whole path")), "{error:?}");
    with("/bin/true");
    assert!(matches!(refused(sshd.connector().connect(&sshd.request()).await), LinkError::HostKeyUnknown { .. }));
}

#[tokio::test]
async fn the_users_own_hashed_file_counts() {
    let sshd = Sshd::start();
    let known = sshd.at("hashed");
    std::fs::write(&known, format!("[127.0.0.1]:{} {}\n", sshd.port, public(&sshd, "ed25519"))).unwrap();
    let hashed = std::process::Command::new("ssh-keygen").args(["-q", "-H", "-f"]).arg(&known).output().unwrap();
    assert!(hashed.status.success());
    std::fs::write(sshd.at("ssh_config"), format!("UserKnownHostsFile {}\n", known.display())).unwrap();
    sshd.connector().connect(&sshd.request()).await.unwrap();
}

#[tokio::test]
async fn an_alias_names_the_record() {
    let sshd = Sshd::start();
    let config = std::fs::read_to_string(sshd.at("ssh_config")).unwrap();
    std::fs::write(sshd.at("ssh_config"), format!("Host 127.0.0.1\n HostKeyAlias the-host\n{config}")).unwrap();
    let connector = sshd.connector();
    let key = trust(&connector, &sshd.request()).await;
    assert_eq!((key.host.as_str(), key.port), ("the-host", 22));
    connector.connect(&sshd.request()).await.unwrap();
    assert!(std::fs::read_to_string(sshd.at("own/known_hosts")).unwrap().starts_with("the-host ssh-ed25519 "));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_stops_everything() {
    let sshd = Sshd::start();
    std::fs::create_dir_all(sshd.at("own/known_hosts")).unwrap();
    let error = refused(sshd.connector().connect(&sshd.request()).await);
    let expected = sshd.path("own/known_hosts");
    assert!(matches!(&error, LinkError::KnownHostsUnreadable { file, .. } if *file == expected), "{error:?}");
    assert!(!sshd.log().contains("Connection from 127.0.0.1 port") || !sshd.log().contains("Accepted"));
}
