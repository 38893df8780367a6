use std::time::Duration;

use selvage_core::ports::{Host, HostConnector as _, LinkError};
use selvage_core::shell::Command;
use selvage_ssh::{SshConnector, SshSettings, Timeouts};

use crate::odd_server::{Act, Door, OddServer};
use crate::sshd::{Sshd, gone, until};
use selvage_testing::fault_proxy::{Act as Fault, FaultProxy};

fn sh(script: &str) -> Command {
    Command::new(["sh", "-c", script])
}

#[tokio::test]
async fn output_error_and_exit_are_kept_apart() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let output = host.run(&sh("echo out; echo err >&2; exit 3")).await.unwrap();
    assert_eq!((output.exit, output.stdout.as_slice(), output.stderr.as_slice()), (3, &b"out\n"[..], &b"err\n"[..]));
    assert_eq!(host.run(&Command::new(["true"])).await.unwrap().exit, 0);
    assert_eq!(host.run(&Command::new(["no-such-program"])).await.unwrap().exit, 127);
    assert_ne!(host.run(&Command::new(["true"]).in_folder("/no/such")).await.unwrap().exit, 0);
    // All over one connection.
    assert_eq!(sshd.log().matches("Accepted publickey").count(), 1);
}

#[tokio::test]
async fn a_signal_is_told_as_the_shell_tells_it() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    assert_eq!(host.run(&sh("kill -KILL $$")).await.unwrap().exit, 137);
    assert_eq!(host.run(&sh("kill -TERM $$")).await.unwrap().exit, 143);
}

#[tokio::test]
async fn input_reaches_the_command_and_ends() {
    let host_of = Sshd::start();
    let host = host_of.host().await;
    let text = "secret \u{e9}\n".repeat(100_000);
    let output = host.run(&Command::new(["sha256sum"]).stdin(text.clone())).await.unwrap();
    let local = std::process::Command::new("sha256sum")
        .stdin({
            let file = host_of.at("text");
            std::fs::write(&file, &text).unwrap();
            std::fs::File::open(file).unwrap()
        })
        .output()
        .unwrap();
    assert_eq!(output.stdout, local.stdout);
    // Without input there is an end at once, and a command need not read any.
    assert_eq!(host.run(&Command::new(["cat"])).await.unwrap().stdout, b"");
    assert_eq!(host.run(&Command::new(["true"]).stdin(text)).await.unwrap().exit, 0);
}

#[tokio::test]
async fn arguments_and_folders_stay_what_they_are() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    for name in ["it's \"here\"", "$(touch gone)", "-rf *", "a\nb", "\u{1F9F5} `id`", ";&|<>!#%~"] {
        let folder = sshd.at(&format!("odd/{name}"));
        std::fs::create_dir_all(&folder).unwrap();
        let command =
            Command::new(["sh", "-c", r#"pwd; printf %s "$1""#, "sh", name]).in_folder(folder.display().to_string());
        let output = host.run(&command).await.unwrap();
        assert_eq!(output.stdout_text(), format!("{}\n{name}", folder.display()));
    }
    assert!(!std::path::Path::new("gone").exists());
}

#[tokio::test]
async fn more_than_eight_mebibytes_end_the_command() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let exactly = host.run(&Command::new(["head", "-c", "8388608", "/dev/zero"])).await.unwrap();
    assert_eq!(exactly.stdout.len(), 8 * 1024 * 1024);
    let pid = sshd.path("pid");
    let error = host.run(&sh(&format!("echo $$ > {pid}; exec cat /dev/zero"))).await.unwrap_err();
    let endless = LinkError::PrintsOnAndOn { host: "127.0.0.1".into(), bytes: 8 * 1024 * 1024 };
    assert_eq!(error, endless);
    assert!(!error.is_passing(), "the same again would end like this again");
    assert_eq!(host.run(&sh("yes >&2")).await.unwrap_err(), endless);
    gone(&pid).await;
    // The connection is still good.
    assert_eq!(host.run(&Command::new(["true"])).await.unwrap().exit, 0);
    assert_eq!(sshd.log().matches("Accepted publickey").count(), 1);
}

#[tokio::test]
async fn dropping_the_future_ends_the_command() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let pid = sshd.path("pid");
    let running = sh(&format!("echo $$ > {pid}; while echo tick; do sleep 0.05; done"));
    let begun = until("the command has begun", || std::fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n')));
    tokio::select! {
        result = host.run(&running) => panic!("{result:?}"),
        () = begun => {}
    }
    gone(&pid).await;
    assert_eq!(host.run(&Command::new(["true"])).await.unwrap().exit, 0);
}

/// A command that writes nothing would not notice a closed channel.
#[tokio::test]
async fn a_silent_command_that_is_dropped_is_told_to_end() {
    let server = OddServer::start(Door::AnyKey, Act::Stall).await;
    let host = server.host(server.settings()).await;
    let silent = Command::new(["x"]);
    assert!(tokio::time::timeout(Duration::from_millis(500), host.run(&silent)).await.is_err());
    let told = || server.told.lock().unwrap().clone();
    until("it was told", || told() == ["TERM", "close"]).await;
    let mut source = host.stream(&Command::new(["x"])).await.unwrap();
    source.next().await.unwrap();
    drop(source);
    until("it was told", || told() == ["TERM", "close", "TERM", "close"]).await;
}

#[tokio::test]
async fn a_silent_command_times_out_unless_it_may_be_silent() {
    let sshd = Sshd::start();
    let mut settings = sshd.settings();
    settings.timeouts = Timeouts { command: Duration::from_secs(3), ..Timeouts::default() };
    sshd.trusted().await;
    let host = SshConnector::new(settings).connect(&sshd.request()).await.unwrap();
    let error = host.run(&sh("sleep 30")).await.unwrap_err();
    let expected = LinkError::TimedOut { host: "127.0.0.1".into(), stage: "running a command".into(), seconds: 3 };
    assert_eq!(error, expected);
    assert_eq!(host.run(&sh("sleep 4").quiet_for(Duration::from_mins(1))).await.unwrap().exit, 0);
    let talking = sh("for i in $(seq 20); do sleep 0.2; echo $i; done");
    assert!(host.run(&talking).await.unwrap().stdout_text().ends_with("19\n20\n"));
}

#[tokio::test]
async fn a_command_that_drips_has_its_time_and_no_more() {
    let sshd = Sshd::start();
    let mut settings = sshd.settings();
    settings.timeouts =
        Timeouts { whole_command: Duration::from_secs(3), command: Duration::from_secs(2), ..Timeouts::default() };
    sshd.trusted().await;
    let host = SshConnector::new(settings).connect(&sshd.request()).await.unwrap();
    let pid = sshd.path("pid");
    let begun = std::time::Instant::now();
    let drips = sh(&format!("echo $$ > {pid}; while :; do printf .; sleep 0.5; done"));
    let expected = LinkError::TimedOut { host: "127.0.0.1".into(), stage: "running a command".into(), seconds: 3 };
    assert_eq!(host.run(&drips).await.unwrap_err(), expected);
    assert!(begun.elapsed() < Duration::from_secs(10));
    gone(&pid).await;
    // Who may be silent for long may also take long.
    let long = sh("for i in 1 2 3 4 5 6 7 8; do printf .; sleep 0.5; done").quiet_for(Duration::from_secs(30));
    assert_eq!(host.run(&long).await.unwrap().stdout_text(), "........");
}

#[tokio::test]
async fn many_commands_at_once_share_the_connection() {
    let sshd = Sshd::start();
    let host = sshd.host().await;
    let runs = (0..40).map(|n| {
        let host = std::sync::Arc::clone(&host);
        async move { host.run(&sh(&format!("sleep 0.1; echo {n}"))).await.unwrap().stdout_text() }
    });
    let outputs = futures::future::join_all(runs).await;
    assert!(outputs.iter().enumerate().all(|(n, text)| *text == format!("{n}\n")), "{outputs:?}");
    assert_eq!(sshd.log().matches("Accepted publickey").count(), 1);
}

async fn through_proxy(sshd: &Sshd, timeouts: Timeouts) -> (FaultProxy, std::sync::Arc<dyn Host>) {
    let proxy = FaultProxy::to(([127, 0, 0, 1], sshd.port).into());
    let mut ask = sshd.request();
    ask.target.port = Some(proxy.port());
    let connector = SshConnector::new(SshSettings { timeouts, ..sshd.settings() });
    crate::sshd::trust(&connector, &ask).await;
    let host = connector.connect(&ask).await.unwrap();
    (proxy, host)
}

#[tokio::test]
async fn a_connection_lost_while_idle_is_made_again() {
    let sshd = Sshd::start();
    let (proxy, host) = through_proxy(&sshd, Timeouts::default()).await;
    assert_eq!(host.run(&Command::new(["true"])).await.unwrap().exit, 0);
    let before = proxy.connections();
    proxy.now(Fault::Cut);
    assert_eq!(host.run(&Command::new(["echo", "again"])).await.unwrap().stdout_text(), "again\n");
    assert_eq!(proxy.connections(), before + 1);
}

/// A laptop that slept: the connection is dead, and nothing has said so.
#[tokio::test]
async fn a_connection_that_died_without_a_word_is_made_again() {
    let sshd = Sshd::start();
    let (proxy, host) = through_proxy(&sshd, Timeouts::default()).await;
    proxy.now(Fault::Stall);
    assert_eq!(host.run(&Command::new(["echo", "again"])).await.unwrap().stdout_text(), "again\n");
}

#[tokio::test]
async fn a_host_that_vanishes_during_a_patient_command_is_lost() {
    let sshd = Sshd::start();
    let timeouts = Timeouts { keepalive: Duration::from_millis(500), ..Timeouts::default() };
    let (proxy, host) = through_proxy(&sshd, timeouts).await;
    let trace = sshd.path("trace");
    let patient = sh(&format!("echo > {trace}; sleep 60")).quiet_for(Duration::from_hours(1));
    let vanish = async {
        until("the command has begun", || std::path::Path::new(&trace).exists()).await;
        proxy.now(Fault::Stall);
    };
    let (result, ()) = tokio::join!(host.run(&patient), vanish);
    let lost = LinkError::Lost { host: "127.0.0.1".into(), reason: "it no longer answers".into() };
    assert_eq!(result.unwrap_err(), lost);
}

#[tokio::test]
async fn a_command_that_had_begun_is_not_repeated() {
    let sshd = Sshd::start();
    let (proxy, host) = through_proxy(&sshd, Timeouts::default()).await;
    let trace = sshd.path("trace");
    let running = {
        let (host, trace) = (std::sync::Arc::clone(&host), trace.clone());
        tokio::spawn(async move { host.run(&sh(&format!("echo once >> {trace}; sleep 60"))).await })
    };
    until("the command has begun", || std::fs::read_to_string(&trace).is_ok_and(|text| text.contains("once"))).await;
    proxy.now(Fault::Cut);
    let error = running.await.unwrap().unwrap_err();
    assert!(matches!(&error, LinkError::Lost { host, .. } if host == "127.0.0.1"), "{error:?}");
    assert_eq!(host.run(&Command::new(["cat", &trace])).await.unwrap().stdout_text(), "once\n");
}

#[tokio::test]
async fn a_host_that_is_gone_for_good_is_an_error_not_a_hang() {
    let mut sshd = Sshd::start();
    let (proxy, host) = through_proxy(&sshd, Timeouts::default()).await;
    sshd.stop();
    proxy.now(Fault::Cut);
    let error = host.run(&Command::new(["true"])).await.unwrap_err();
    assert!(error.is_passing(), "{error:?}");
}

#[tokio::test]
async fn odd_ends_are_told_apart() {
    for (act, expected) in [
        (Act::Signal("KILL"), Ok(137)),
        (Act::Signal("USR2"), Ok(140)),
        (Act::NoEnd, Ok(0)),
        (Act::NoExit, Err("without saying how")),
        (Act::JustClose, Err("without saying how")),
        (Act::Refuse, Err("does not let this login run commands")),
        (Act::GoodBye, Err("the host closed it: going down")),
    ] {
        let server = OddServer::start(Door::AnyKey, act).await;
        let host = server.host(server.settings()).await;
        match (host.run(&Command::new(["x"])).await, expected) {
            (Ok(output), Ok(exit)) => assert_eq!(output.exit, exit, "{act:?}"),
            (Err(LinkError::Lost { reason, .. }), Err(words)) => assert!(reason.contains(words), "{act:?}: {reason}"),
            (result, _) => panic!("{act:?}: {result:?}"),
        }
    }
    let server = OddServer::start(Door::AnyKey, Act::Flood).await;
    let flood = server.host(server.settings()).await.run(&Command::new(["x"])).await;
    assert!(matches!(flood, Err(LinkError::PrintsOnAndOn { .. })), "{flood:?}");
}

/// The login's shell is `shell`, and its start-up files print first.
fn with_shell(shell: &str) -> Sshd {
    let script = format!(
        "printf '\\nwelcome to %s\\n\\n' {shell}; echo 'mail for you' >&2; exec {shell} -c \"$SSH_ORIGINAL_COMMAND\""
    );
    Sshd::with(&["ed25519"], &format!("ForceCommand {script}"))
}

#[tokio::test]
async fn every_login_shell_carries_out_what_was_asked_and_no_greeting_is_taken_for_it() {
    for shell in ["sh", "bash", "tcsh", "fish", "zsh"] {
        let sshd = with_shell(shell);
        let host = sshd.host().await;
        let odd = "we're $HOME; \"odd\" *folder! ~ %s \\ ü `x`";
        let folder = sshd.at("home").join(odd);
        std::fs::create_dir(&folder).unwrap();
        let here = Command::new(["sh", "-c", "pwd\nprintf '%s\\n' \"$1\"\necho oops >&2\nexit 7", "x", odd])
            .in_folder(folder.display().to_string())
            .stdin("unread".to_owned());
        let output = host.run(&here).await.unwrap();
        assert_eq!(output.stdout_text(), format!("{}\n{odd}\n", folder.display()), "{shell}");
        assert_eq!(
            (output.exit, String::from_utf8_lossy(&output.stderr).into_owned()),
            (7, "oops\n".to_owned()),
            "{shell}"
        );
        let echoed = host.run(&Command::new(["cat"]).stdin("to\nthe end".to_owned())).await.unwrap();
        assert_eq!(echoed.stdout_text(), "to\nthe end", "{shell}");
        let mut source = host.stream(&Command::new(["head", "-c", "100000", "/dev/zero"])).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = source.next().await.unwrap() {
            bytes.extend_from_slice(&piece);
        }
        assert_eq!(bytes, vec![0; 100_000], "{shell}");
        assert_eq!(source.exit().await.unwrap().stderr, "", "{shell}");
    }
}

#[tokio::test]
async fn a_login_that_may_run_nothing_is_told_in_its_own_words() {
    let sshd = Sshd::with(&["ed25519"], "ForceCommand echo This account is closed.; exit 1");
    let host = sshd.host().await;
    let output = host.run(&Command::new(["true"])).await.unwrap();
    assert_eq!((output.exit, output.stdout_text()), (1, "This account is closed.\n".into()));
    let endless = Sshd::with(&["ed25519"], "ForceCommand yes");
    let mut source = endless.host().await.stream(&Command::new(["true"])).await.unwrap();
    assert!(matches!(source.next().await, Err(LinkError::PrintsOnAndOn { .. })));
}

#[tokio::test]
async fn a_host_that_gives_a_connection_few_sessions_is_asked_over_another() {
    for most in ["1", "2"] {
        let sshd = Sshd::with(&["ed25519"], &format!("MaxSessions {most}"));
        let host = sshd.host().await;
        let runs = (0..12).map(|n| {
            let host = std::sync::Arc::clone(&host);
            async move { host.run(&sh(&format!("sleep 0.1; echo {n}"))).await.unwrap().stdout_text() }
        });
        let outputs = futures::future::join_all(runs).await;
        assert!(outputs.iter().enumerate().all(|(n, text)| *text == format!("{n}\n")), "{outputs:?}");
        let mut source = host.stream(&Command::new(["echo", "streamed"])).await.unwrap();
        let beside = host.run(&Command::new(["echo", "beside"])).await.unwrap();
        assert_eq!(source.next().await.unwrap().unwrap(), "streamed\n");
        assert_eq!(beside.stdout_text(), "beside\n");
    }
    // None at all is told.
    let sshd = Sshd::with(&["ed25519"], "MaxSessions 0");
    let error = sshd.host().await.run(&Command::new(["true"])).await.unwrap_err();
    assert!(
        matches!(&error, LinkError::Lost { reason, .. } if reason.contains("it opened no channel for a command")),
        "{error:?}"
    );
}
