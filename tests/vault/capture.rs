use std::process::Command;

use selvage_testing::sections::Sections;

use super::Told;

pub fn tell(story: &mut Sections, told: &Told) {
    story.section("before a capture the keys are told to be a risk", || {
        let diff = told.secrets_command(&["diff", "acme"]);
        diff.expect_code(4);
        assert_eq!(diff.at("/host/env"), "nothing_captured");
        told.secrets_command(&["prove", "acme"]).expect_problem(3, "nothing_captured");
        told.laptop.download("latest").expect_code(0);
        told.laptop.run(&["schedules", "acme"]).expect_code(0);
        let verdict = verdict(told);
        assert!(verdict.contains("keys that decrypt its data are not in the vault"), "{verdict}");
    });
    story.section("the first version", || {
        assert_eq!(told.capture(), 1);
        assert_eq!(told.capture(), 1, "the same file is no new version");
        let listed = told.secrets_command(&["list", "acme"]);
        assert_eq!(listed.at("/versions").as_array().unwrap().len(), 1, "{}", listed.said);
        let diff = told.secrets_command(&["diff", "acme"]);
        diff.expect_code(0);
        assert_eq!(diff.at("/host/env"), "same");
        assert!(verdict(told).starts_with("Database saved"), "{}", verdict(told));
        let names = told.secrets_command(&["names", "acme"]);
        let names = names.at("/names").as_array().unwrap().clone();
        let row = |name: &str| names.iter().find(|row| row["name"] == name).unwrap().clone();
        assert_eq!(row("PASSWORD_PREVIOUS_KEYS")["kids"], serde_json::json!(["1", "2025-06"]));
        assert_eq!(row("JWT_SIGNING_KEY")["remarks"][0], serde_json::json!({ "says": "repeated", "times": 2 }));
        assert_eq!(row("POSTGRES_USER")["value"]["text"], "weavestream");
    });
    story.section("its keys open what is stored", || {
        for args in [&["prove", "acme"][..], &["prove", "acme", "--host"]] {
            let proof = told.secrets_command(args);
            proof.expect_code(0);
            for name in ["PASSWORD_ENCRYPTION_KEY", "MFA_ENCRYPTION_KEY", "INTEGRATION_SECRET_KEY", "SMTP_SECRET_KEY"] {
                assert_eq!(Told::outcome(&proof, name), "proves", "{}", proof.said);
            }
            let password = proof.at("/proof/keys/0/kids").as_array().unwrap();
            assert_eq!(password.len(), 3, "every kid in use: {}", proof.said);
        }
    });
    story.section("a value is shown on a terminal only", || {
        let reveal = ["reveal", "acme", "POSTGRES_PASSWORD"];
        told.secrets_command(&reveal).expect_problem(3, "no_terminal");
        let shown = on_a_terminal(told, &format!("secrets {}", reveal.join(" ")));
        assert!(shown.contains(told.host.text("/database/password")), "{}", shown.len());
        let acts = told.laptop.run(&["activity"]);
        let acts = acts.at("/activity").as_array().unwrap().clone();
        let revealed = acts.iter().filter(|job| job["kind"]["act"] == "revealed").collect::<Vec<_>>();
        assert_eq!(revealed.len(), 1, "what was refused is not written down as done");
        assert_eq!(revealed[0]["kind"]["name"], "POSTGRES_PASSWORD");
    });
    story.section("a deployment with a vault is not removed by the way", || {
        told.laptop.run(&["deployment", "remove", "acme"]).expect_problem(3, "vault_not_empty");
        assert_eq!(told.secrets_command(&["list", "acme"]).at("/versions").as_array().unwrap().len(), 1);
    });
}

fn verdict(told: &Told) -> String {
    let listed = told.laptop.run(&["deployment", "list"]);
    listed.at("/deployments/0/verdict/title").as_str().unwrap().to_owned()
}

/// The program as a person runs it: on a terminal, without `--json`.
fn on_a_terminal(told: &Told, command: &str) -> String {
    let line = format!("{} --data-dir {} {command}", super::super::BINARY, told.laptop.data().display());
    let output = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", told.laptop.home())
        .env("DBUS_SESSION_BUS_ADDRESS", told.laptop.bus())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
