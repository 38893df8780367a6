use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use selvage_testing::laptop::Laptop;
use selvage_testing::secrets::Secrets;
use selvage_testing::sections::Sections;

use super::{PASSPHRASE, Told};

pub fn usb(told: &Told) -> PathBuf {
    told.laptop.home().join("usb")
}

/// The kit that was written.
pub fn written(told: &Told) -> PathBuf {
    let mut files: Vec<_> = std::fs::read_dir(usb(told)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "age")).unwrap()
}

/// Opens a kit with the stock `age` and `tar`, as the sheet says. `age` asks on
/// the terminal, so it gets one.
pub fn open_with_age(kit: &Path, passphrase: &str, into: &Path) -> bool {
    std::fs::create_dir_all(into).unwrap();
    let line = format!("age --decrypt -o {}/kit.tar {}", into.display(), kit.display());
    let mut child = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), format!("{passphrase}\n").as_bytes()).unwrap();
    if !child.wait().unwrap().success() {
        return false;
    }
    let tar = into.join("kit.tar");
    let status = Command::new("tar").arg("--extract").arg("--file").arg(&tar).current_dir(into).status().unwrap();
    std::fs::remove_file(tar).unwrap();
    status.success()
}

pub fn tell(story: &mut Sections, told: &Told) {
    let folder = usb(told).display().to_string();
    story.section("a kit is written, opened again and compared", || {
        std::fs::create_dir_all(usb(told)).unwrap();
        let export = ["kit", "export", "acme", "--to", &folder, "--passphrase-stdin"];
        told.laptop.run_with(&export, "acme2026\n").expect_problem(3, "passphrase_weak");
        assert_eq!(std::fs::read_dir(usb(told)).unwrap().count(), 0);
        let kit = told.laptop.run_with(&export, &format!("{PASSPHRASE}\n"));
        kit.expect_code(0);
        assert_eq!(kit.at("/kit/compose"), true, "{}", kit.said);
        assert_eq!(std::fs::read_dir(usb(told)).unwrap().count(), 2, "the kit and its sheet");
    });
    story.section("the stock age opens it", || {
        let out = tempfile::tempdir().unwrap();
        assert!(!open_with_age(&written(told), "another passphrase", &out.path().join("wrong")));
        assert!(open_with_age(&written(told), PASSPHRASE, out.path()));
        assert_eq!(std::fs::read(out.path().join(".env")).unwrap(), told.env(), "byte for byte");
        let compose = std::fs::read(Path::new(told.host.text("/dir")).join("compose.yml")).unwrap();
        assert_eq!(std::fs::read(out.path().join("compose.yml")).unwrap(), compose);
        let sheet = std::fs::read_to_string(out.path().join("recovery-sheet.html")).unwrap();
        Secrets::new(told.secrets()).not_in("the recovery sheet", sheet.as_bytes());
        let dump = told.laptop.name_of_latest(told.host);
        for expected in [told.host.text("/dir"), told.host.text("/ssh/host"), &dump] {
            assert!(sheet.contains(expected), "the sheet does not tell {expected}");
        }
    });
    story.section("on a new laptop the kit is the deployment and its secrets", || {
        let new = Laptop::with_keyring(super::super::BINARY);
        let kit = written(told).display().to_string();
        let import = ["kit", "import", &kit, "--passphrase-stdin"];
        new.run_with(&import, "wrong words\n").expect_problem(3, "passphrase_wrong_for_kit");
        let imported = new.run_with(&import, &format!("{PASSPHRASE}\n"));
        imported.expect_code(0);
        assert_eq!(imported.at("/imported/deployment/slug"), "acme", "{}", imported.said);
        let listed = new.run(&["secrets", "list", "acme"]);
        assert_eq!(listed.at("/versions").as_array().unwrap().len(), 1);
        // A laptop without a keyring keeps nothing at all.
        let bare = Laptop::new(super::super::BINARY);
        bare.run_with(&import, &format!("{PASSPHRASE}\n")).expect_problem(1, "keyring_absent");
        assert_eq!(bare.run(&["deployment", "list"]).at("/deployments"), &serde_json::json!([]));
        let secrets = Secrets::new(told.secrets());
        secrets.not_below(&new.data(), 2);
        secrets.not_below(&bare.data(), 2);
    });
}
