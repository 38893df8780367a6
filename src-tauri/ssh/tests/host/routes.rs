use selvage_core::deployment::{SshAuth, SshTarget};
use selvage_core::ports::{HostConnector as _, HostRequest, LinkError};
use selvage_core::shell::Command;

use crate::sshd::{Sshd, gone, login, refused, request, trust};

fn alias(name: &str) -> HostRequest {
    request(SshTarget { host: name.into(), port: None, user: None, auth: SshAuth::Automatic, jump: None })
}

/// A configuration of two hosts, the second behind the first, in an included file.
fn configure(gate: &Sshd, behind: &Sshd) {
    let included = format!(
        "Host gate\n HostName 127.0.0.1\n Port {}\n User {login}\n IdentityFile {}\n\
         Host ws\n HostName localhost\n Port {}\n User {login}\n IdentityFile {}\n ProxyJump gate\n\
         Host circle\n ProxyJump circle\n\
         Host *\n UserKnownHostsFile none\n GlobalKnownHostsFile none\n",
        gate.port,
        gate.path("id"),
        behind.port,
        behind.path("id"),
        login = login(),
    );
    std::fs::write(gate.at("included"), included).unwrap();
    std::fs::write(gate.at("ssh_config"), format!("Include {}\n", gate.path("included"))).unwrap();
}

#[tokio::test]
async fn a_host_behind_a_jump_host_is_reached_and_both_keys_are_asked_about() {
    let (gate, behind) = (Sshd::start(), Sshd::start());
    configure(&gate, &behind);
    let connector = gate.connector();
    let error = refused(connector.connect(&alias("ws")).await);
    let LinkError::Jump { hop, source } = error else { panic!("{error:?}") };
    assert_eq!(hop, "gate");
    let LinkError::HostKeyUnknown { key } = *source else { panic!("{source:?}") };
    assert_eq!((key.host.as_str(), key.port), ("127.0.0.1", gate.port));
    connector.trust(&key).await.unwrap();
    let error = refused(connector.connect(&alias("ws")).await);
    let LinkError::HostKeyUnknown { key } = error else { panic!("{error:?}") };
    assert_eq!((key.host.as_str(), key.port), ("localhost", behind.port));
    connector.trust(&key).await.unwrap();

    let host = connector.connect(&alias("ws")).await.unwrap();
    let output = host.run(&Command::new(["sh", "-c", "echo $SSH_CONNECTION"])).await.unwrap();
    assert!(output.stdout_text().trim().ends_with(&behind.port.to_string()), "{}", output.stdout_text());
    assert!(gate.log().contains("Accepted publickey") && behind.log().contains("Accepted publickey"));
    // Bulk goes through the jump host as well.
    let mut source = host.stream(&Command::new(["head", "-c", "5000000", "/dev/zero"])).await.unwrap();
    let mut total = 0;
    while let Some(piece) = source.next().await.unwrap() {
        total += piece.len();
    }
    assert_eq!((total, source.exit().await.unwrap().status), (5_000_000, 0));
}

#[tokio::test]
async fn a_jump_chosen_in_the_form_uses_the_chosen_key() {
    let (gate, behind) = (Sshd::start(), Sshd::start());
    // The jump host takes the very key that was chosen for the host behind it.
    std::fs::copy(behind.at("id.pub"), gate.at("authorized_keys")).unwrap();
    let mut ask = behind.request();
    ask.target.jump = Some(format!("{}@127.0.0.1:{}", login(), gate.port));
    let connector = behind.connector();
    let error = refused(connector.connect(&ask).await);
    let LinkError::Jump { hop, source } = error else { panic!("{error:?}") };
    assert_eq!(hop, format!("{}@127.0.0.1:{}", login(), gate.port));
    let LinkError::HostKeyUnknown { key } = *source else { panic!("{source:?}") };
    connector.trust(&key).await.unwrap();
    let error = refused(connector.connect(&ask).await);
    let LinkError::HostKeyUnknown { key } = error else { panic!("{error:?}") };
    connector.trust(&key).await.unwrap();
    connector.connect(&ask).await.unwrap();
}

#[tokio::test]
async fn what_goes_wrong_at_the_jump_host_is_said_to_be_there() {
    let (gate, behind) = (Sshd::with(&["ed25519"], "AllowTcpForwarding no"), Sshd::start());
    configure(&gate, &behind);
    let connector = gate.connector();
    let error = refused(connector.connect(&alias("ws")).await);
    let LinkError::Jump { source, .. } = error else { panic!("{error:?}") };
    let LinkError::HostKeyUnknown { key } = *source else { panic!("{source:?}") };
    connector.trust(&key).await.unwrap();
    let error = refused(connector.connect(&alias("ws")).await);
    let LinkError::Jump { hop, source } = error else { panic!("{error:?}") };
    assert_eq!(hop, "gate");
    assert!(matches!(*source, LinkError::ForwardRefused { .. }), "{source:?}");

    std::fs::write(gate.at("authorized_keys"), "").unwrap();
    let error = refused(connector.connect(&alias("ws")).await);
    let LinkError::Jump { source, .. } = error else { panic!("{error:?}") };
    assert!(matches!(*source, LinkError::SignInRefused { .. }), "{source:?}");
}

#[tokio::test]
async fn a_circle_of_jumps_ends() {
    let (gate, behind) = (Sshd::start(), Sshd::start());
    configure(&gate, &behind);
    let error = refused(gate.connector().connect(&alias("circle")).await);
    let words = error.to_string();
    assert!(words.contains("circle"), "{words}");
}

#[tokio::test]
async fn a_proxy_command_is_the_connection() {
    let sshd = Sshd::start();
    // Two processes, as programs of this kind may have: both end with the connection.
    let script = format!(
        "echo $$ > {}\nexec 3<>/dev/tcp/$1/$2\ncat <&3 &\necho $! > {}\nexec cat >&3\n",
        sshd.path("pid"),
        sshd.path("second")
    );
    std::fs::write(sshd.at("proxy"), script).unwrap();
    let configure = |command: &str| {
        let text = format!(
            "Host ws\n HostName 127.0.0.1\n Port {}\n User {}\n IdentityFile {}\n ProxyCommand {command}\n\
             UserKnownHostsFile none\n GlobalKnownHostsFile none\n",
            sshd.port,
            login(),
            sshd.path("id"),
        );
        std::fs::write(sshd.at("ssh_config"), text).unwrap();
    };
    configure(&format!("bash {} %h %p", sshd.path("proxy")));
    let connector = sshd.connector();
    trust(&connector, &alias("ws")).await;
    gone(&sshd.path("pid")).await;
    let host = connector.connect(&alias("ws")).await.unwrap();
    assert_eq!(host.run(&Command::new(["echo", "here"])).await.unwrap().stdout_text(), "here\n");
    let mut source = host.stream(&Command::new(["head", "-c", "5000000", "/dev/zero"])).await.unwrap();
    let mut total = 0;
    while let Some(piece) = source.next().await.unwrap() {
        total += piece.len();
    }
    assert_eq!(total, 5_000_000);
    drop((source, host));
    gone(&sshd.path("pid")).await;
    gone(&sshd.path("second")).await;
    // What goes wrong is told in the program's own words.
    configure("sh -c 'echo no way through >&2; exit 7'");
    let error = refused(connector.connect(&alias("ws")).await);
    assert!(
        matches!(&error, LinkError::Lost { reason, .. } if reason.ends_with("ProxyCommand said: no way through")),
        "{error:?}"
    );
    configure("sh -c 'yes stderr_summary >&2 & sleep 60'");
    let mut hasty = sshd.settings();
    hasty.timeouts.key_exchange = std::time::Duration::from_secs(2);
    let error = refused(selvage_ssh::SshConnector::new(hasty).connect(&alias("ws")).await);
    assert!(matches!(&error, LinkError::TimedOut { .. }), "{error:?}");
}
