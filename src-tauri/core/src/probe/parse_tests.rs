use super::*;

const GOOD: &str = r#"
==selvage clock
1792000003
==selvage login
deploy
==selvage docker
1
permission denied while trying to connect to the docker API
==selvage docker_sudo
0
28.2.2
==selvage sudo
0

==selvage compose_v2
1
docker: 'compose' is not a docker command.
==selvage compose_v1
0
1.29.2
==selvage projects
readable /opt/weavestream
hidden /srv/other one
==selvage folder
entered
==selvage compose_file
compose.yml
==selvage containers
0
abc
==selvage inspect
{"id":"abc","labels":{"com.docker.compose.service":"worker","org.opencontainers.image.version":"1.9.11"},"state":{"Status":"running","Health":{"Status":"healthy"}},"mounts":[{"Source":"/opt/weavestream/data/backup","Destination":"/var/lib/weavestream/backup"}],"networks":{"n":{"IPAddress":"172.18.0.5"}}}
{"id":"def","labels":{"com.docker.compose.service":"worker","com.docker.compose.oneoff":"True"},"state":{"Status":"exited"},"mounts":[],"networks":{}}
==selvage dumps_direct
unreadable
==selvage dumps_sudo
readable
==selvage space
/dev/sda1 1000 400 600 40% /
==selvage end
"#;

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_792_000_000, 0).unwrap_or_default()
}

#[test]
fn a_clock_of_any_value_is_a_clock() {
    for (clock, skew) in [(i64::MAX, 100_000_000_000), (i64::MIN, -100_000_000_000), (0, -1_792_000_000)] {
        let answer = GOOD.replacen("1792000003", &clock.to_string(), 1);
        let facts = parse(&answer, "/opt/weavestream", at());
        let Ok(facts) = facts else { panic!("{facts:?}") };
        assert_eq!(facts.clock_skew, skew);
        let line =
            crate::probe::checklist(&facts).into_iter().find(|check| check.item == crate::probe::CheckItem::Clock);
        assert!(line.is_some(), "{clock}");
    }
}

#[test]
fn a_host_with_sudo_and_v1() {
    let facts = parse(GOOD, "/opt/weavestream", at());
    let Ok(facts) = facts else { panic!("{facts:?}") };
    assert_eq!(facts.clock_skew, 3);
    assert_eq!(facts.docker.as_ref().map(|d| d.way), Ok(ComposeWay { sudo: true, v1: true }));
    assert_eq!(facts.services.len(), 1);
    assert_eq!(facts.version(), Some("1.9.11"));
    assert_eq!(facts.backup_folder.as_deref(), Some("/opt/weavestream/data/backup"));
    assert_eq!((facts.dumps_direct, facts.dumps_sudo, facts.free), (false, true, Some(600 * 1024)));
    assert!(facts.project().is_ok());
}

#[test]
fn a_stopped_container_does_not_hide_the_one_that_runs() {
    let left = r#"{"id":"0ld","labels":{"com.docker.compose.service":"worker"},"state":{"Status":"exited"},"mounts":[],"networks":{}}"#;
    for answer in [
        GOOD.replace("==selvage inspect\n", &format!("==selvage inspect\n{left}\n")),
        GOOD.replace("==selvage dumps_direct", &format!("{left}\n==selvage dumps_direct")),
    ] {
        let services = parse(&answer, "/opt/weavestream", at()).map(|facts| facts.services);
        let Ok([worker]) = services.as_deref() else { panic!("{services:?}") };
        assert_eq!((worker.container.as_str(), worker.is_running()), ("abc", true));
    }
}

#[test]
fn compose_files_of_other_names_are_the_projects() {
    let answer = GOOD.replace(
        "==selvage compose_file\ncompose.yml\n",
        "==selvage compose_file\n==selvage compose_environment\n\n\n==selvage compose_env\nCOMPOSE_FILE=prod.yml:../x.yml\n",
    );
    let facts = parse(&answer, "/opt/weavestream", at());
    let Ok(facts) = facts else { panic!("{facts:?}") };
    assert_eq!(facts.compose_file.as_deref(), Ok("prod.yml"));
    assert_eq!(facts.compose_files.here, ["/opt/weavestream/prod.yml", "/opt/x.yml"]);
    assert!(facts.project().is_ok());
}

#[test]
fn a_mistyped_folder_names_the_one_that_was_seen() {
    let answer = GOOD.replace("entered\n==selvage compose_file\ncompose.yml", "sh: cd: can't cd to /opt/weavestrem");
    let facts = parse(&answer, "/opt/weavestrem", at()).map(|f| f.compose_file);
    let Ok(Err(ProbeError::FolderMissing { seen, .. })) = facts else { panic!("{facts:?}") };
    let told: Vec<_> = seen.iter().map(|seen| (seen.folder.as_str(), seen.readable)).collect();
    assert_eq!(told, [("/opt/weavestream", true), ("/srv/other one", false)]);
}

#[test]
fn docker_missing_and_docker_forbidden_are_two_things() {
    let forbidden =
        GOOD.replace("==selvage docker_sudo\n0\n28.2.2", "==selvage docker_sudo\n1\nsudo: a password is required");
    let facts = parse(&forbidden, "/", at()).map(|f| f.docker);
    assert!(matches!(facts, Ok(Err(ProbeError::DockerForbidden { .. }))), "{facts:?}");
    let missing = forbidden
        .replace("1\npermission denied while trying to connect to the docker API", "127\nsh: docker: not found");
    let facts = parse(&missing, "/", at()).map(|f| f.docker);
    assert!(matches!(facts, Ok(Err(ProbeError::DockerMissing { .. }))), "{facts:?}");
}

#[test]
fn an_answer_cut_anywhere_is_never_taken_for_whole() {
    let whole = GOOD.trim_end().len();
    for cut in (0..whole).filter(|&i| GOOD.is_char_boundary(i)) {
        assert!(parse(&GOOD[..cut], "/", at()).is_err(), "cut at {cut}");
    }
}

#[test]
fn what_compose_did_not_say_is_not_down() {
    let refused = GOOD.replace("==selvage containers\n0\nabc", "==selvage containers\n1\nopen .env: permission denied");
    let at_inspect = refused.find("==selvage inspect").unwrap_or_default();
    let dumps = refused.find("==selvage dumps_direct").unwrap_or_default();
    let answer = [&refused[..at_inspect], &refused[dumps..]].concat();
    let facts = parse(&answer, "/opt/weavestream", at());
    let Ok(facts) = facts else { panic!("{facts:?}") };
    assert!(matches!(facts.running("postgres"), Err(ProbeError::HostCommandFailed { .. })));
    let checks = crate::probe::checklist(&facts);
    let state = |item| checks.iter().find(|check| check.item == item).map(|check| check.state);
    assert_eq!(state(crate::probe::CheckItem::Services), Some(crate::probe::CheckState::NotTested));
    assert_eq!(state(crate::probe::CheckItem::Folder), Some(crate::probe::CheckState::Bad));
}
