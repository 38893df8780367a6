use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use selvage_testing::sections::Sections;
use selvage_testing::wait::until_true;

use super::{PASSPHRASE, Told, kit};

pub fn tell(story: &mut Sections, told: &Told) {
    let dir = Path::new(told.host.text("/dir"));
    let config = told.compose_config();
    let env = told.env();
    story.section("the host is destroyed", || {
        let down = told.compose(&["down", "--volumes", "-t", "1"]);
        assert!(down.status.success(), "{}", String::from_utf8_lossy(&down.stderr));
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
        }
        told.laptop.run(&["schedules", "acme"]).expect_code(1);
        told.secrets_command(&["capture", "acme"]).expect_problem(3, "host_env_missing");
    });
    story.section("its .env comes from the vault, its Compose file from the kit", || {
        let plan = told.secrets_command(&["put", "acme"]);
        plan.expect_code(0);
        assert!(plan.at("/plan/there").is_null(), "{}", plan.said);
        let done = told.secrets_command(&["put", "acme", "--yes"]);
        done.expect_code(0);
        assert_eq!(told.env(), env, "byte for byte");
        let out = tempfile::tempdir().unwrap();
        assert!(kit::open_with_age(&kit::written(told), PASSPHRASE, out.path()));
        std::fs::copy(out.path().join("compose.yml"), dir.join("compose.yml")).unwrap();
        std::fs::set_permissions(dir.join("compose.yml"), PermissionsExt::from_mode(0o644)).unwrap();
        assert_eq!(told.compose_config(), config, "Compose reads what it read before");
    });
    story.section("real containers start with it", || {
        for folder in ["data/files", "data/backup"] {
            std::fs::create_dir_all(dir.join(folder)).unwrap();
        }
        let up = told.compose(&["up", "-d"]);
        assert!(up.status.success(), "{}", String::from_utf8_lossy(&up.stderr));
        until_true("every service is up", || {
            let filter = format!("label=com.docker.compose.project={}", told.host.text("/project"));
            let states = told.host.docker(&["ps", "--filter", &filter, "--format", "{{.Status}}"]);
            let states = String::from_utf8_lossy(&states.stdout).into_owned();
            states.lines().count() == 5
                && states.lines().all(|state| state.starts_with("Up") && !state.contains("starting"))
        });
        // The password of the vault's .env is the one of the new database.
        let probe = told.laptop.run(&["deployment", "probe", "acme"]);
        let checks = probe.at("/checks").as_array().unwrap().clone();
        let postgres = checks.iter().find(|check| check["item"] == "database").unwrap();
        assert_eq!(postgres["state"], "ok", "{}", probe.said);
        told.secrets_command(&["diff", "acme"]).expect_code(0);
    });
}
