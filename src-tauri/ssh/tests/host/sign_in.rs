use selvage_core::deployment::SshAuth;
use selvage_core::ports::{HostConnector as _, HostRequest, LinkError};

use crate::sshd::{Sshd, keygen, login, refused, request, with_passphrase};

/// A further key that `sshd` accepts.
fn accepted(sshd: &Sshd, name: &str, args: &[&str]) -> SshAuth {
    keygen(&sshd.at(name), args);
    let mut keys = std::fs::read_to_string(sshd.at("authorized_keys")).unwrap();
    keys += &std::fs::read_to_string(sshd.at(&format!("{name}.pub"))).unwrap();
    std::fs::write(sshd.at("authorized_keys"), keys).unwrap();
    SshAuth::Key { file: sshd.path(name) }
}

fn identities(sshd: &Sshd, files: &[&str]) {
    let lines = files.iter().map(|file| format!("IdentityFile {}\n", sshd.path(file))).collect::<Vec<_>>().concat();
    let text = format!("{lines}UserKnownHostsFile none\nGlobalKnownHostsFile none\n");
    std::fs::write(sshd.at("ssh_config"), text).unwrap();
}

fn automatic(sshd: &Sshd) -> HostRequest {
    request(sshd.target(SshAuth::Automatic))
}

#[tokio::test]
async fn keys_of_every_kind_open_the_host() {
    let sshd = Sshd::start();
    let connector = sshd.trusted().await;
    for (name, args) in [
        ("e", vec!["-t", "ecdsa", "-b", "384", "-N", ""]),
        ("r", vec!["-t", "rsa", "-b", "2048", "-N", ""]),
        ("p", vec!["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", ""]),
    ] {
        let auth = accepted(&sshd, name, &args);
        connector.connect(&request(sshd.target(auth))).await.unwrap();
    }
    assert!(sshd.log().contains("RSA SHA256:"));
}

#[tokio::test]
async fn rsa_signs_with_sha2() {
    let sshd = Sshd::with(&["ed25519"], "PubkeyAcceptedAlgorithms rsa-sha2-512,ssh-ed25519");
    let connector = sshd.trusted().await;
    let auth = accepted(&sshd, "r", &["-t", "rsa", "-b", "2048", "-N", ""]);
    connector.connect(&request(sshd.target(auth))).await.unwrap();
}

#[tokio::test]
async fn an_encrypted_key_needs_its_passphrase() {
    let sshd = Sshd::start();
    let connector = sshd.trusted().await;
    let auth = accepted(&sshd, "locked", &["-t", "ed25519", "-N", "right one"]);
    let ask = request(sshd.target(auth));
    let file = sshd.path("locked");
    let error = refused(connector.connect(&ask).await);
    assert_eq!(error, LinkError::PassphraseNeeded { file: file.clone() });
    let error = refused(connector.connect(&with_passphrase(ask.clone(), "wrong")).await);
    assert_eq!(error, LinkError::PassphraseWrong { file });
    connector.connect(&with_passphrase(ask, "right one")).await.unwrap();
}

#[tokio::test]
async fn a_key_file_in_the_home_folder_is_found_and_named_so() {
    let sshd = Sshd::start();
    let connector = sshd.trusted().await;
    std::fs::copy(sshd.at("id"), sshd.at("home/id")).unwrap();
    connector.connect(&request(sshd.target(SshAuth::Key { file: "~/id".into() }))).await.unwrap();
    let missing = request(sshd.target(SshAuth::Key { file: "~/other".into() }));
    let error = refused(connector.connect(&missing).await);
    assert!(matches!(&error, LinkError::KeyUnusable { file, .. } if file == "~/other"), "{error:?}");
    std::fs::copy(sshd.at("id.pub"), sshd.at("home/id.pub")).unwrap();
    let public = request(sshd.target(SshAuth::Key { file: "~/id.pub".into() }));
    let error = refused(connector.connect(&public).await);
    assert!(matches!(&error, LinkError::KeyUnusable { reason, .. } if reason.contains("public")), "{error:?}");
}

#[tokio::test]
async fn a_refused_key_is_named() {
    let sshd = Sshd::start();
    let connector = sshd.trusted().await;
    keygen(&sshd.at("other"), &["-t", "ed25519", "-N", ""]);
    let error = refused(connector.connect(&request(sshd.target(SshAuth::Key { file: sshd.path("other") }))).await);
    let tried = format!("key {}", sshd.path("other"));
    assert_eq!(error, LinkError::SignInRefused { host: "127.0.0.1".into(), user: login(), tried });
}

#[tokio::test]
async fn automatic_tries_the_configured_files() {
    let sshd = Sshd::start();
    let connector = sshd.trusted().await;
    keygen(&sshd.at("other"), &["-t", "ed25519", "-N", ""]);
    identities(&sshd, &["missing", "other", "id"]);
    connector.connect(&automatic(&sshd)).await.unwrap();
    identities(&sshd, &["missing", "other"]);
    let error = refused(connector.connect(&automatic(&sshd)).await);
    let LinkError::SignInRefused { tried, .. } = error else { panic!("{error:?}") };
    assert_eq!(tried, format!("key {}", sshd.path("other")));
    identities(&sshd, &["missing"]);
    let error = refused(connector.connect(&automatic(&sshd)).await);
    assert!(
        matches!(&error, LinkError::SignInRefused { tried, .. } if tried == "there was no key to try"),
        "{error:?}"
    );
}

#[tokio::test]
async fn automatic_asks_for_the_passphrase_of_the_key_that_the_host_takes() {
    let sshd = Sshd::start();
    let connector = sshd.trusted().await;
    keygen(&sshd.at("useless"), &["-t", "ed25519", "-N", "some"]);
    accepted(&sshd, "locked", &["-t", "ed25519", "-N", "right one"]);
    identities(&sshd, &["useless", "locked"]);
    let error = refused(connector.connect(&automatic(&sshd)).await);
    assert_eq!(error, LinkError::PassphraseNeeded { file: sshd.path("locked") });
    connector.connect(&with_passphrase(automatic(&sshd), "right one")).await.unwrap();
    let error = refused(connector.connect(&with_passphrase(automatic(&sshd), "wrong")).await);
    assert!(matches!(&error, LinkError::PassphraseWrong { .. }), "{error:?}");
    // A key that is not encrypted opens the host: nobody is asked for anything.
    identities(&sshd, &["locked", "id"]);
    connector.connect(&automatic(&sshd)).await.unwrap();
    // No key that the host takes: no passphrase would help.
    identities(&sshd, &["useless"]);
    let error = refused(connector.connect(&automatic(&sshd)).await);
    assert!(matches!(&error, LinkError::SignInRefused { tried, .. } if tried.contains("useless")), "{error:?}");
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named_and_hides_nothing() {
    let sshd = Sshd::start();
    let connector = sshd.trusted().await;
    std::fs::write(sshd.at("broken"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n")
        .unwrap();
    std::fs::write(sshd.at("garbage"), "no key").unwrap();
    identities(&sshd, &["broken", "garbage"]);
    let error = refused(connector.connect(&automatic(&sshd)).await);
    let LinkError::SignInRefused { tried, .. } = error else { panic!("{error:?}") };
    assert!(tried.contains("broken: ") && tried.contains("garbage: it is no private key"), "{tried}");
    accepted(&sshd, "locked", &["-t", "ed25519", "-N", "right one"]);
    identities(&sshd, &["broken", "garbage", "locked"]);
    let error = refused(connector.connect(&automatic(&sshd)).await);
    assert_eq!(error, LinkError::PassphraseNeeded { file: sshd.path("locked") });
    identities(&sshd, &["broken", "garbage", "id"]);
    connector.connect(&automatic(&sshd)).await.unwrap();
}

#[tokio::test]
async fn being_cut_off_after_many_keys_says_which_were_tried_and_which_not() {
    let sshd = Sshd::with(&["ed25519"], "MaxAuthTries 3");
    let connector = sshd.trusted().await;
    let names = ["k1", "k2", "k3", "k4", "id"];
    for name in &names[..4] {
        keygen(&sshd.at(name), &["-t", "ed25519", "-N", ""]);
    }
    identities(&sshd, &names);
    let error = refused(connector.connect(&automatic(&sshd)).await);
    let LinkError::SignInRefused { tried, .. } = error else { panic!("{error:?}") };
    let expected = format!(
        "key {}; key {}; key {}; there the host ended the sign-in (Too many authentication failures); \
         not tried any more: key {}, key {}",
        sshd.path("k1"),
        sshd.path("k2"),
        sshd.path("k3"),
        sshd.path("k4"),
        sshd.path("id")
    );
    assert_eq!(tried, expected);
}

#[tokio::test]
async fn a_host_that_takes_no_keys_is_not_shown_all_of_them() {
    let sshd = Sshd::with(&["ed25519"], "PubkeyAuthentication no\nPasswordAuthentication yes");
    let connector = sshd.trusted().await;
    keygen(&sshd.at("k1"), &["-t", "ed25519", "-N", ""]);
    identities(&sshd, &["k1", "id"]);
    let error = refused(connector.connect(&automatic(&sshd)).await);
    let LinkError::SignInRefused { tried, .. } = error else { panic!("{error:?}") };
    assert!(tried.contains("the host takes no keys, only password"), "{tried}");
    assert!(tried.contains(&format!("not tried any more: key {}", sshd.path("id"))), "{tried}");
}

#[test]
fn no_secret_is_in_any_debug_output() {
    let mut ask = with_passphrase(
        request(selvage_core::deployment::SshTarget {
            host: "h".into(),
            port: None,
            user: None,
            auth: SshAuth::Password,
            jump: None,
        }),
        "a passphrase",
    );
    ask.secrets.password = Some(crate::sshd::secret("a password"));
    let shown = format!("{ask:?}");
    assert!(!shown.contains("a passphrase") && !shown.contains("a password"), "{shown}");
}

/// An sshd that takes what its authority has signed, and no key by itself.
fn with_authority() -> Sshd {
    let folder = tempfile::tempdir().unwrap().keep();
    keygen(&folder.join("authority"), &["-t", "ed25519", "-N", ""]);
    let sshd = Sshd::with(&["ed25519"], &format!("TrustedUserCAKeys {}", folder.join("authority.pub").display()));
    for end in ["", ".pub"] {
        std::fs::copy(folder.join(format!("authority{end}")), sshd.at(&format!("authority{end}"))).unwrap();
    }
    std::fs::write(sshd.at("authorized_keys"), "").unwrap();
    sshd
}

/// A key that the authority has signed for this login: `NAME` and `NAME-cert.pub`.
fn signed(sshd: &Sshd, name: &str, args: &[&str]) {
    keygen(&sshd.at(name), args);
    let args = ["-q", "-s", &sshd.path("authority"), "-I", "test", "-n", &login(), &sshd.path(&format!("{name}.pub"))];
    assert!(std::process::Command::new("ssh-keygen").args(args).status().unwrap().success());
}

#[tokio::test]
async fn a_certificate_opens_the_host() {
    let sshd = with_authority();
    let connector = sshd.trusted_by("id").await;
    for (name, args) in [
        ("e", vec!["-t", "ed25519", "-N", ""]),
        ("r", vec!["-t", "rsa", "-b", "2048", "-N", ""]),
        ("c", vec!["-t", "ecdsa", "-N", ""]),
    ] {
        signed(&sshd, name, &args);
        // Beside the key that was chosen, and beside one that the configuration names.
        let auth = SshAuth::Key { file: sshd.path(name) };
        connector.connect(&request(sshd.target(auth))).await.unwrap();
        identities(&sshd, &[name]);
        connector.connect(&automatic(&sshd)).await.unwrap();
    }
    // Under another name only where the configuration says so.
    std::fs::rename(sshd.at("e-cert.pub"), sshd.at("elsewhere.pub")).unwrap();
    identities(&sshd, &["e"]);
    let error = refused(connector.connect(&automatic(&sshd)).await);
    assert!(matches!(&error, LinkError::SignInRefused { .. }), "{error:?}");
    let config = std::fs::read_to_string(sshd.at("ssh_config")).unwrap();
    std::fs::write(sshd.at("ssh_config"), format!("CertificateFile {}\n{config}", sshd.path("elsewhere.pub"))).unwrap();
    connector.connect(&automatic(&sshd)).await.unwrap();
    // The passphrase is asked for once the host wants what it opens.
    signed(&sshd, "locked", &["-t", "ed25519", "-N", "right one"]);
    identities(&sshd, &["locked"]);
    let error = refused(connector.connect(&automatic(&sshd)).await);
    assert_eq!(error, LinkError::PassphraseNeeded { file: sshd.path("locked") });
    connector.connect(&with_passphrase(automatic(&sshd), "right one")).await.unwrap();
}
