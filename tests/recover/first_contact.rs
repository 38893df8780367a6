//! From an unknown host to a verified dump.

use selvage_testing::laptop::Laptop;
use selvage_testing::real_host::RealHost;
use selvage_testing::sections::Sections;
use serde_json::Value;

pub fn tell(story: &mut Sections, host: &RealHost, laptop: &Laptop) {
    let (address, dir) = (host.address(), host.text("/dir"));
    let add = |more: &[&str]| {
        let args = ["deployment", "add", "acme", "--ssh", &address, "--key", host.text("/ssh/key"), "--dir", dir];
        laptop.run(&[&args[..], more].concat())
    };
    story.section("an unknown host key is refused with its fingerprint", || {
        let answer = add(&[]);
        answer.expect_problem(3, "host_key_unknown");
        assert_eq!(answer.at("/error/problem/key/fingerprint"), host.text("/ssh/host_key_sha256"));
        let other = add(&["--accept-host-key", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]);
        other.expect_problem(3, "host_key_unknown");
        let list = laptop.run(&["deployment", "list"]);
        assert_eq!(list.at("/deployments"), &Value::Array(vec![]), "{}", list.said);
    });
    story.section("with the right fingerprint the deployment is added", || {
        add(&["--accept-host-key", host.text("/ssh/host_key_sha256")]).expect_code(0);
        add(&[]).expect_problem(3, "fields");
    });
    story.section("the connection test is all green", || {
        let answer = laptop.run(&["deployment", "probe", "acme"]);
        answer.expect_code(0);
        let checks = answer.at("/checks").as_array().unwrap();
        assert_eq!(checks.len(), 8, "{}", answer.said);
        assert!(checks.iter().all(|check| check["state"] == "ok"), "{}", answer.said);
    });
    story.section("the schedules are those of the host, with what the queue says", || {
        let answer = laptop.run(&["schedules", "acme"]);
        answer.expect_code(0);
        let state = |id: &str| {
            let rows = answer.at("/schedules").as_array().unwrap();
            rows.iter().find(|row| row["id"] == host.text(id)).expect("the schedule")["next"]["queue"]["state"].clone()
        };
        assert_eq!(state("/schedules/daily"), "in_queue");
        assert_eq!(state("/schedules/weekly"), "in_queue");
        assert_eq!(state("/schedules/disabled"), "disabled");
    });
    story.section("the runs are those of the host, newest first", || {
        let answer = laptop.run(&["runs", "acme", "--limit", "500"]);
        answer.expect_code(0);
        let rows = answer.at("/runs").as_array().unwrap();
        assert_eq!(rows.len() as u64, host.fact("/runs/total").as_u64().unwrap());
        assert_eq!(rows[0]["id"], host.text("/runs/latest/id"));
        let times: Vec<&str> = rows.iter().map(|row| row["when"]["utc"].as_str().unwrap()).collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "not newest first");
        let failed = laptop.run(&["runs", "acme", "--status", "failed", "--limit", "500"]);
        let expected = rows.iter().filter(|row| row["status"] == "failed").count();
        assert_eq!(failed.at("/runs").as_array().unwrap().len(), expected);
    });
    dump(story, host, laptop);
    story.section("a mistyped folder names the one that runs", || {
        let wrong = format!("{dir}-typo");
        let answer = laptop.run(&[
            "deployment",
            "add",
            "typo",
            "--ssh",
            &address,
            "--key",
            host.text("/ssh/key"),
            "--dir",
            &wrong,
        ]);
        answer.expect_problem(1, "folder_missing");
        // Other hosts of this machine may be seen as well.
        assert!(
            answer.at("/error/problem/seen").as_array().unwrap().iter().any(|seen| seen["folder"] == host.text("/dir")),
            "{}",
            answer.said
        );
    });
    story.section("a changed and a revoked host key are refused", || {
        let file = laptop.data().join("known_hosts");
        let known = std::fs::read_to_string(&file).unwrap();
        let place = host.text("/ssh/known_hosts_line").split_whitespace().next().unwrap();
        let other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGvITfwHsFrI61U06/NYMTI/kolO1j5GZiwYofQVNJ9C";
        std::fs::write(&file, format!("{place} {other}\n")).unwrap();
        laptop.download("latest").expect_problem(3, "host_key_changed");
        let accepted = ["deployment", "probe", "acme", "--accept-host-key", host.text("/ssh/host_key_sha256")];
        laptop.run(&accepted).expect_problem(3, "host_key_changed");
        std::fs::write(&file, format!("{known}@revoked {}\n", host.text("/ssh/known_hosts_line"))).unwrap();
        laptop.download("latest").expect_problem(3, "host_key_revoked");
        std::fs::write(&file, known).unwrap();
        laptop.download("latest").expect_code(0);
    });
}

/// The dump comes home, once.
fn dump(story: &mut Sections, host: &RealHost, laptop: &Laptop) {
    story.section("the newest dump comes home, verified, and the host's log says so", || {
        let answer = laptop.download("latest");
        answer.expect_code(0);
        laptop.check_held(host);
        assert_eq!(answer.at("/copy/state"), "verified");
        assert_eq!(answer.at("/copy/sha256"), host.text("/runs/latest/sha256"));
        assert!(answer.at("/copy/entries").as_u64().unwrap() > 50, "{}", answer.said);
        let dump = host.text("/runs/latest/filename");
        let here = laptop.name_of_latest(host);
        assert_eq!(laptop.files(), [here.clone(), here.replace(".dump", ".manifest.json")]);
        let row = host.sql(&format!(
            "select entity_type, user_agent, after->>'verified', after->>'filename', actor_id is null from audit_log
             where action = 'backup.run.downloaded' and entity_id = '{}'",
            host.text("/runs/latest/id")
        ));
        assert_eq!(row, format!("BackupRun|selvage/{}|true|{dump}|t", env!("CARGO_PKG_VERSION")));
    });
    story.section("a second download finds it here and moves no byte", || {
        let answer = laptop.download(host.text("/runs/latest/id"));
        answer.expect_code(0);
        let jobs = laptop.run(&["jobs"]);
        let ends: Vec<&Value> = jobs.at("/jobs").as_array().unwrap().iter().map(|job| &job["end"]["end"]).collect();
        assert_eq!(ends, ["done", "done"], "{}", jobs.said);
        assert_eq!(laptop.files().len(), 2);
    });
    story.section("an altered copy on the laptop is set aside, and the dump comes again", || {
        let dump = laptop.library().join(laptop.name_of_latest(host));
        let mut bytes = std::fs::read(&dump).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&dump, &bytes).unwrap();
        laptop.download("latest").expect_code(0);
        laptop.check_held(host);
        let aside = laptop.library().join(format!("{}.damaged", laptop.name_of_latest(host)));
        assert_eq!(std::fs::read(aside).unwrap(), bytes);
    });
}
