#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::process::Command;

use super::*;

fn keygen(file: &Path, args: &[&str]) {
    let output = Command::new("ssh-keygen").args(["-q", "-f"]).arg(file).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn read(file: &Path) -> Result<KeyFile, LinkError> {
    KeyFile::read(file, "the file".to_owned())
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

#[test]
fn every_format_opens_with_its_passphrase_and_only_with_it() {
    let folder = tempfile::tempdir().unwrap();
    // PEM of an encrypted key by ssh-keygen is AES-128-CBC for RSA.
    let formats: [(&str, &[&str]); 6] = [
        ("ed25519", &["-t", "ed25519"]),
        ("ecdsa", &["-t", "ecdsa", "-b", "384"]),
        ("rsa", &["-t", "rsa", "-b", "2048"]),
        ("rsa-pem", &["-t", "rsa", "-b", "2048", "-m", "PEM"]),
        ("rsa-pkcs8", &["-t", "rsa", "-b", "2048", "-m", "PKCS8"]),
        ("ecdsa-pkcs8", &["-t", "ecdsa", "-m", "PKCS8"]),
    ];
    for (name, args) in formats {
        let open = folder.path().join(name);
        keygen(&open, &[args, &["-N", ""]].concat());
        let expected = PublicKey::read_openssh_file(Path::new(&format!("{}.pub", open.display()))).unwrap();
        let key = read(&open).unwrap();
        assert!(key.is_private() && !key.is_encrypted(), "{name}");
        // A passphrase for another key in the keyring does no harm.
        for passphrase in [None, Some(&secret("unneeded"))] {
            assert_eq!(key.open(passphrase).unwrap().public_key().key_data(), expected.key_data(), "{name}");
        }
        let locked = folder.path().join(format!("{name}-locked"));
        keygen(&locked, &[args, &["-N", "right one"]].concat());
        std::fs::remove_file(format!("{}.pub", locked.display())).unwrap();
        let key = read(&locked).unwrap();
        assert!(key.is_private() && key.is_encrypted(), "{name}");
        assert!(key.open(Some(&secret("right one"))).is_ok(), "{name}");
        let file = "the file".to_owned();
        assert_eq!(key.open(None).unwrap_err(), LinkError::PassphraseNeeded { file: file.clone() }, "{name}");
        assert_eq!(key.open(Some(&secret("wrong"))).unwrap_err(), LinkError::PassphraseWrong { file }, "{name}");
    }
}

#[test]
fn the_public_half_of_an_encrypted_key_is_seen_without_its_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let (inside, beside) = (folder.path().join("inside"), folder.path().join("beside"));
    keygen(&inside, &["-t", "ed25519", "-N", "secret"]);
    std::fs::remove_file(folder.path().join("inside.pub")).unwrap();
    keygen(&beside, &["-t", "rsa", "-m", "PEM", "-N", "secret"]);
    assert!(read(&inside).unwrap().public.is_some());
    assert!(read(&beside).unwrap().public.is_some());
}

#[test]
fn what_is_no_private_key_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    keygen(&file, &["-t", "ed25519", "-N", ""]);
    let reason = |path: &Path| match read(path).and_then(|key| key.open(None)) {
        Err(LinkError::KeyUnusable { file, reason }) => {
            assert_eq!(file, "the file");
            reason
        }
        other => panic!("{path:?}: {:?}", other.map(|_| ())),
    };
    assert!(reason(&folder.path().join("key.pub")).contains("public key"));
    assert!(reason(&folder.path().join("missing")).contains("No such file"));
    assert_eq!(reason(folder.path()), "it is no file");
    let write = |bytes: &[u8]| std::fs::write(&file, bytes).unwrap();
    write(b"");
    assert_eq!(reason(&file), "it is no private key");
    write(b"\xff\xfe binary");
    assert_eq!(reason(&file), "it is no private key");
    write(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assert_eq!(reason(&file), "it is no private key");
    write(b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");
    assert!(!reason(&file).is_empty());
    write(&vec![b'x'; 300 * 1024]);
    assert!(reason(&file).contains("too large"));
    write(b"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n");
    assert!(reason(&file).contains("ssh-keygen -p"));
}
