use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

use selvage_testing::sections::Sections;

use super::Told;

pub fn tell(story: &mut Sections, told: &Told) {
    let path = told.env_path();
    let sound = told.env();
    let owner = path.metadata().map(|file| (file.uid(), file.gid())).unwrap();
    let versions = || told.secrets_command(&["list", "acme"]).at("/versions").as_array().unwrap().len();
    let before = versions();
    story.section("a file that is no .env is refused, and nothing is kept of it", || {
        for (bytes, code) in [
            (Vec::new(), "env_empty"),
            (b"# nothing\n".to_vec(), "env_empty"),
            (b"A=1\nB=\0\n".to_vec(), "env_binary"),
            (vec![b'#'; 5 << 20], "env_too_large"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            told.secrets_command(&["capture", "acme"]).expect_problem(3, code);
        }
        std::fs::remove_file(&path).unwrap();
        told.secrets_command(&["capture", "acme"]).expect_problem(3, "host_env_missing");
        symlink("nowhere/.env", &path).unwrap();
        told.secrets_command(&["capture", "acme"]).expect_problem(3, "host_env_dangling");
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        told.secrets_command(&["capture", "acme"]).expect_problem(3, "host_env_no_file");
        std::fs::remove_dir(&path).unwrap();
        assert_eq!(versions(), before);
    });
    story.section("a file that the login may not read", || {
        std::fs::write(&path, &sound).unwrap();
        chown(&path, Some(0), Some(0)).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        let hidden = told.secrets_command(&["capture", "acme"]);
        hidden.expect_problem(1, "host_env_unreadable");
        assert!(hidden.said.contains("sudo needs a password"), "{}", hidden.said);
        assert_eq!(versions(), before);
    });
    story.section("line ends, no last newline, and a link", || {
        let elsewhere = path.with_file_name("settings.env");
        std::fs::remove_file(&path).unwrap();
        let text = String::from_utf8(sound.clone()).unwrap().replace('\n', "\r\n");
        std::fs::write(&elsewhere, text.trim_end()).unwrap();
        chown(&elsewhere, Some(owner.0), Some(owner.1)).unwrap();
        symlink("settings.env", &path).unwrap();
        let version = told.capture();
        let list = told.secrets_command(&["list", "acme"]);
        let source = list.at("/versions/0/source/path").as_str().unwrap().to_owned();
        assert!(source.ends_with("/settings.env"), "{}", list.said);
        let diff = told.secrets_command(&["diff", "acme"]);
        assert_eq!((diff.at("/host/env").as_str(), diff.at("/host/version").as_u64()), (Some("same"), Some(version)));
        std::fs::remove_file(&path).unwrap();
        std::fs::remove_file(&elsewhere).unwrap();
    });
    std::fs::write(&path, &sound).unwrap();
    chown(&path, Some(owner.0), Some(owner.1)).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    story.section("the sound file is the newest version again", || {
        told.capture();
        told.secrets_command(&["diff", "acme"]).expect_code(0);
    });
}
