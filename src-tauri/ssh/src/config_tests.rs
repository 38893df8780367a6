#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use selvage_core::deployment::SshAuth;

use super::*;

fn target(host: &str) -> SshTarget {
    SshTarget { host: host.into(), port: None, user: None, auth: SshAuth::Automatic, jump: None }
}

/// Settings with `config` as the configuration file and a home of their own.
fn settings(config: &str) -> (tempfile::TempDir, SshSettings) {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config");
    std::fs::write(&file, config).unwrap();
    let mut settings = SshSettings::new(home.path().join("own"));
    settings.home = Some(home.path().to_owned());
    settings.config = Some(file);
    (home, settings)
}

#[tokio::test]
async fn an_alias_is_resolved_with_all_that_matters() {
    let (home, settings) = settings(
        "Host ws\n HostName 10.0.0.7\n Port 2200\n User deploy\n IdentityFile ~/keys/%h-%r\n IdentityFile %d/%%/${SELVAGE_NONE}k\n\
         IdentitiesOnly yes\n IdentityAgent /run/agent-%r.sock\n HostKeyAlias ws-key\n ProxyJump admin@gate:22,second\n\
         UserKnownHostsFile /tmp/kh1 /tmp/kh2\n GlobalKnownHostsFile none\n",
    );
    let route = resolve(&settings, &target("ws")).await.unwrap();
    let at = |file: &str| home.path().join(file);
    assert_eq!((route.host.as_str(), route.port, route.user.as_str()), ("10.0.0.7", 2200, "deploy"));
    assert_eq!(route.identity_files, [at("keys/10.0.0.7-deploy"), at("%/k")]);
    assert!(route.identities_only);
    assert_eq!(route.agent, AgentChoice::Socket("/run/agent-deploy.sock".into()));
    assert_eq!(route.host_key_alias.as_deref(), Some("ws-key"));
    assert_eq!(route.jump.as_deref(), Some("admin@gate:22,second"));
    assert_eq!(route.known_hosts, [PathBuf::from("/tmp/kh1"), PathBuf::from("/tmp/kh2")]);
}

#[tokio::test]
async fn the_target_overrules_the_configuration() {
    let (_home, settings) = settings("Host ws\n Port 2200\n User deploy\n ProxyJump gate\n");
    let asked = SshTarget { port: Some(22), user: Some("root".into()), jump: Some("other".into()), ..target("ws") };
    let route = resolve(&settings, &asked).await.unwrap();
    assert_eq!((route.port, route.user.as_str(), route.jump.as_deref()), (22, "root", Some("other")));
    let asked = SshTarget { jump: Some("none".into()), ..target("ws") };
    assert_eq!(resolve(&settings, &asked).await.unwrap().jump, None);
}

#[tokio::test]
async fn a_proxy_command_is_ready_for_the_shell() {
    let (_home, settings) = settings(
        "Host ws\n HostName 10.0.0.7\n User deploy\n ProxyCommand nc -x \"a b\" %%%n %h %p %r\nHost off\n ProxyCommand none\n\
         Host passed\n ProxyCommand nc %h %p\n ProxyUseFdpass yes\n",
    );
    let command = resolve(&settings, &target("ws")).await.unwrap().proxy_command;
    assert_eq!(command.as_deref(), Some("nc -x \"a b\" %ws 10.0.0.7 22 deploy"));
    assert_eq!(resolve(&settings, &target("off")).await.unwrap().proxy_command, None);
    let jump = SshTarget { jump: Some("gate".into()), ..target("ws") };
    let route = resolve(&settings, &jump).await.unwrap();
    assert_eq!((route.proxy_command, route.jump.as_deref()), (None, Some("gate")));
    let error = resolve(&settings, &target("passed")).await.unwrap_err();
    assert!(matches!(error, LinkError::SshConfig { reason } if reason.contains("ProxyUseFdpass")));
}

#[tokio::test]
async fn tokens_of_this_laptop_are_replaced() {
    let (home, settings) = settings(
        "Host ws\n User deploy\n IdentityFile ~/%i/%l/%L/%j/%C\n CertificateFile ~/%r-cert.pub\n RevokedHostKeys ~/revoked-%h\n",
    );
    let route = resolve(&settings, &target("ws")).await.unwrap();
    let said = |program: &str, arguments: &[&str]| {
        let output = std::process::Command::new(program).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let (user, host) = (said("id", &["-u"]), said("uname", &["-n"]));
    let short = host.split('.').next().unwrap();
    let digest = said("sh", &["-c", &format!("printf %s {host}ws22deploy | sha1sum | cut -c1-40")]);
    assert_eq!(route.identity_files, [home.path().join(format!("{user}/{host}/{short}//{digest}"))]);
    assert_eq!(route.certificate_files, [home.path().join("deploy-cert.pub")]);
    assert_eq!(route.revoked_keys, Some(home.path().join("revoked-ws")));
}

#[tokio::test]
async fn a_slow_match_gets_its_time_and_an_endless_one_is_named() {
    let (_home, mut settings) = settings("Match exec \"sleep 1\"\n User slow\n");
    assert_eq!(resolve(&settings, &target("ws")).await.unwrap().user, "slow");
    assert!(settings.timeouts.configuration > std::time::Duration::from_mins(1), "ssh itself waits for ever");
    settings.timeouts.configuration = std::time::Duration::from_millis(200);
    let error = resolve(&settings, &target("ws")).await.unwrap_err();
    assert!(error.to_string().contains("a Match exec does not end"), "{error}");
}

#[tokio::test]
async fn what_ssh_says_about_a_bad_configuration_is_told() {
    let (_home, settings) = settings("Host ws\n Porrt 22\n");
    let error = resolve(&settings, &target("ws")).await.unwrap_err();
    assert!(error.to_string().contains("terminating, 1 bad configuration options"), "{error}");
}

#[tokio::test]
async fn without_ssh_the_defaults_hold() {
    let (home, mut settings) = settings("Host ws\n Port 2200\n");
    settings.ssh = home.path().join("no-such-ssh");
    let asked = SshTarget { user: Some("deploy".into()), ..target("ws") };
    let route = resolve(&settings, &asked).await.unwrap();
    assert_eq!((route.host.as_str(), route.port, route.user.as_str()), ("ws", 22, "deploy"));
    assert!(route.identity_files.contains(&home.path().join(".ssh/id_ed25519")));
    assert!(route.known_hosts.contains(&home.path().join(".ssh/known_hosts")));
}

#[tokio::test]
async fn nothing_that_looks_like_an_option_reaches_ssh() {
    let (_home, settings) = settings("");
    for host in ["-oProxyCommand=touch /tmp/x", "-F/etc/passwd", "a b"] {
        let error = resolve(&settings, &target(host)).await.unwrap_err();
        assert!(matches!(error, LinkError::SshConfig { .. }), "{host}");
    }
}

#[test]
fn paths_with_blanks_are_kept_together_when_they_exist() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jo doe known hosts");
    std::fs::write(&file, "").unwrap();
    let shown = file.display().to_string();
    assert_eq!(split_paths(&format!("/a {shown} /b")), ["/a".to_owned(), shown, "/b".to_owned()]);
}
