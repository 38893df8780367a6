#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::process::Command;

use proptest::prelude::*;
use russh::keys::PrivateKey;

use super::*;

fn key(algorithm: &Algorithm) -> PublicKey {
    PrivateKey::random(&mut russh::keys::key::safe_rng(), algorithm.clone()).unwrap().public_key().clone()
}

fn line_of(key: &PublicKey) -> String {
    let name = HostName { host: "x".into(), port: 22 };
    host_key(&name, key).unwrap().0.public_key
}

fn blob(key: &PublicKey) -> Vec<u8> {
    key.to_bytes().unwrap()
}

fn known(text: &str) -> KnownHosts {
    let mut known = KnownHosts::default();
    known.add(Path::new("/etc/known"), text.as_bytes());
    known
}

fn name(host: &str, port: u16) -> HostName {
    HostName { host: host.into(), port }
}

#[test]
fn every_kind_of_name_matches_as_openssh_says() {
    let key = key(&Algorithm::Ed25519);
    let entry = line_of(&key);
    let cases = [
        ("alpha", "alpha", 22, true),
        ("alpha", "ALPHA", 22, true),
        ("Alpha", "alpha", 22, true),
        ("alpha,beta,10.0.0.1", "10.0.0.1", 22, true),
        ("alpha", "alphabet", 22, false),
        ("*.lan", "db.lan", 22, true),
        ("*.lan", "lan", 22, false),
        ("h?st", "host", 22, true),
        ("*.lan,!db.lan", "db.lan", 22, false),
        ("!db.lan,*.lan", "db.lan", 22, false),
        ("!db.lan", "web.lan", 22, false),
        ("*.lan,!db.lan", "web.lan", 22, true),
        ("[alpha]:2222", "alpha", 2222, true),
        ("[alpha]:2222", "alpha", 22, false),
        ("[alpha]:2222", "alpha", 2223, false),
        ("[*]:2222", "alpha", 2222, true),
        ("::1", "::1", 22, true),
        ("[::1]:2222", "::1", 2222, true),
        // The same key on record for the plain name counts on another port too.
        ("alpha", "alpha", 2222, true),
    ];
    for (hosts, host, port, expected) in cases {
        let verdict = known(&format!("{hosts} {entry}\n")).verdict(&name(host, port), &blob(&key));
        assert_eq!(verdict == Verdict::Known, expected, "{hosts} for {host}:{port}: {verdict:?}");
    }
}

#[test]
fn what_is_no_line_is_passed_over() {
    let key = key(&Algorithm::Ed25519);
    let entry = line_of(&key);
    let text = format!(
        "# alpha {entry}\r\n\r\n   \nalpha\nalpha ssh-ed25519\nalpha ssh-ed25519 !!!!\nalpha ssh-rsa {}\n\
         @cert-authority alpha {entry}\n@unheard alpha {entry}\n1024 35 123456789\n|1|bad|bad {entry}\n|9|x {entry}\n",
        entry.split(' ').nth(1).unwrap()
    );
    assert_eq!(known(&text).verdict(&name("alpha", 22), &blob(&key)), Verdict::Unknown);
    let text = format!("{text}\t alpha\t{entry} a comment\r\n");
    assert_eq!(known(&text).verdict(&name("alpha", 22), &blob(&key)), Verdict::Known);
}

#[test]
fn another_key_is_changed_whatever_its_algorithm() {
    let (old, new) = (key(&Algorithm::Ed25519), key(&Algorithm::Ed25519));
    let ecdsa = key(&Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 });
    let known = known(&format!("\nalpha {}\n", line_of(&old)));
    for shown in [&new, &ecdsa] {
        let expected = Verdict::Changed { expected: fingerprint(&blob(&old)), file: "/etc/known".into(), line: 2 };
        assert_eq!(known.verdict(&name("alpha", 22), &blob(shown)), expected);
        // Another port is another service: its key is just not known yet.
        assert_eq!(known.verdict(&name("alpha", 2222), &blob(shown)), Verdict::Unknown);
    }
}

#[test]
fn one_of_several_recorded_keys_is_enough() {
    let (first, second) = (key(&Algorithm::Ed25519), key(&Algorithm::Ed25519));
    let known = known(&format!("alpha {}\nalpha {}\n", line_of(&first), line_of(&second)));
    assert_eq!(known.verdict(&name("alpha", 22), &blob(&second)), Verdict::Known);
}

#[test]
fn a_revoked_key_is_revoked_even_when_also_known() {
    let key = key(&Algorithm::Ed25519);
    let entry = line_of(&key);
    let known = known(&format!("alpha {entry}\n@revoked * {entry}\n"));
    assert_eq!(known.verdict(&name("alpha", 22), &blob(&key)), Verdict::Revoked { file: "/etc/known".into(), line: 2 });
    // A revoked record says nothing about other keys.
    let other = self::key(&Algorithm::Ed25519);
    let known = self::known(&format!("@revoked * {entry}\n"));
    assert_eq!(known.verdict(&name("alpha", 22), &blob(&other)), Verdict::Unknown);
}

#[test]
fn recorded_algorithms_are_offered_first() {
    let rsa = Algorithm::Rsa { hash: Some(HashAlg::Sha512) };
    let ecdsa = Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 };
    let known = known(&format!("alpha {}\n", line_of(&key(&ecdsa))));
    assert_eq!(known.algorithms(&name("alpha", 22)).first(), Some(&ecdsa));
    assert_eq!(known.algorithms(&name("beta", 22)), offered());
    let rsa_line = "alpha ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQE=\n";
    let known = self::known(rsa_line);
    assert_eq!(known.algorithms(&name("alpha", 22)).first(), Some(&rsa));
    assert_eq!(known.algorithms(&name("alpha", 22)).len(), offered().len());
}

#[test]
fn a_missing_file_is_empty_and_an_unreadable_one_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none/known_hosts");
    assert!(KnownHosts::read([missing.as_path()]).unwrap().records.is_empty());
    let error = KnownHosts::read([missing.as_path(), folder.path()]).unwrap_err();
    assert!(
        matches!(error, LinkError::KnownHostsUnreadable { file, .. } if file == folder.path().display().to_string())
    );
}

#[test]
fn bytes_that_are_no_text_do_not_hide_the_lines_around_them() {
    let key = key(&Algorithm::Ed25519);
    let mut bytes = b"\xff\xfe\x00 broken \xff\n".to_vec();
    bytes.extend(format!("alpha {} caf\u{e9}\n", line_of(&key)).bytes().map(|b| if b > 127 { 0xe9 } else { b }));
    let mut known = KnownHosts::default();
    known.add(Path::new("k"), &bytes);
    assert_eq!(known.verdict(&name("alpha", 22), &blob(&key)), Verdict::Known);
}

#[test]
fn trust_is_appended_privately_once_and_after_an_unended_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/er/known_hosts");
    let key = key(&Algorithm::Ed25519);
    let (shown, blob) = host_key(&name("Alpha", 2222), &key).unwrap();
    trust(&file, &shown).unwrap();
    trust(&file, &shown).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, format!("[alpha]:2222 {}\n", line_of(&key)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(&file, "beta ssh-rsa AAAA").unwrap();
    trust(&file, &shown).unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);
    let known = KnownHosts::read([file.as_path()]).unwrap();
    assert_eq!(known.verdict(&name("alpha", 2222), &blob), Verdict::Known);
}

#[test]
fn trust_never_writes_what_could_mean_more_than_one_host() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known_hosts");
    let (shown, _) = host_key(&name("alpha", 22), &key(&Algorithm::Ed25519)).unwrap();
    for host in ["*", "a,b", "a b", "a\n*", "!a", "", "|1|x|y", "#"] {
        let wrong = HostKey { host: host.into(), ..shown.clone() };
        assert!(trust(&file, &wrong).is_err(), "{host:?}");
    }
    for public_key in ["", "ssh-ed25519", "ssh-ed25519 AAAA", &format!("{}\n* {}", shown.public_key, shown.public_key)]
    {
        let wrong = HostKey { public_key: public_key.into(), ..shown.clone() };
        assert!(trust(&file, &wrong).is_err(), "{public_key:?}");
    }
    assert!(!file.exists());
}

#[test]
fn fingerprints_are_those_of_ssh_keygen() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    for algorithm in ["ed25519", "ecdsa", "rsa"] {
        let _ = std::fs::remove_file(&file);
        let keygen = |args: &[&str]| Command::new("ssh-keygen").args(args).arg("-f").arg(&file).output().unwrap();
        assert!(keygen(&["-q", "-t", algorithm, "-N", ""]).status.success());
        let key = PublicKey::read_openssh_file(folder.path().join("key.pub")).unwrap();
        let (shown, _) = host_key(&name("alpha", 22), &key).unwrap();
        let said = String::from_utf8(keygen(&["-l"]).stdout).unwrap();
        assert!(said.contains(&format!(" {} ", shown.fingerprint)), "{said}");
        assert!(said.trim().ends_with(&format!("({})", shown.algorithm)), "{said}");
        let public = std::fs::read_to_string(folder.path().join("key.pub")).unwrap();
        assert!(public.starts_with(&shown.public_key));
    }
}

/// `ssh-keygen -H` hashes the file; we and `ssh-keygen -F` then find the same.
#[test]
fn hashed_names_are_those_of_ssh_keygen() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known_hosts");
    let keys: Vec<_> = (0..4).map(|_| key(&Algorithm::Ed25519)).collect();
    let names = [name("alpha", 22), name("beta.example", 2222), name("10.1.2.3", 22), name("::1", 2200)];
    let lines = names.iter().zip(&keys).map(|(name, key)| format!("{} {}\n", name.as_recorded(), line_of(key)));
    std::fs::write(&file, lines.collect::<String>()).unwrap();
    assert!(Command::new("ssh-keygen").args(["-q", "-H", "-f"]).arg(&file).output().unwrap().status.success());
    assert!(std::fs::read_to_string(&file).unwrap().lines().all(|line| line.starts_with("|1|")));
    let known = KnownHosts::read([file.as_path()]).unwrap();
    for asked in names.iter().chain(&[name("gamma", 22), name("beta.example", 22), name("10.1.2.4", 22)]) {
        let found = Command::new("ssh-keygen").args(["-F", &asked.as_recorded(), "-f"]).arg(&file).output().unwrap();
        let ours = keys.iter().find(|key| known.verdict(asked, &blob(key)) == Verdict::Known);
        assert_eq!(found.status.success(), ours.is_some(), "{asked:?}");
        if let Some(ours) = ours {
            assert!(String::from_utf8(found.stdout).unwrap().contains(&line_of(ours)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Any host pattern list: we and `ssh-keygen -F` agree.
    #[test]
    fn pattern_lists_match_as_in_ssh_keygen(hosts in "(!?[ab*?.]{1,4},){0,3}!?[ab*?.]{1,4}", host in "[ab.]{1,4}") {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        let key = key(&Algorithm::Ed25519);
        std::fs::write(&file, format!("{hosts} {}\n", line_of(&key))).unwrap();
        let found = Command::new("ssh-keygen").args(["-F", &host, "-f"]).arg(&file).output().unwrap();
        let known = KnownHosts::read([file.as_path()]).unwrap();
        let ours = known.verdict(&name(&host, 22), &blob(&key)) == Verdict::Known;
        prop_assert_eq!(ours, found.status.success(), "{} for {}", hosts, host);
    }

    /// No file makes the reader fail or invent trust.
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut known = KnownHosts::default();
        known.add(Path::new("k"), &bytes);
        prop_assert_eq!(known.verdict(&name("alpha", 22), b"no key"), Verdict::Unknown);
    }
}
