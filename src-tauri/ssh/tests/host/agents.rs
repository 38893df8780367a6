use selvage_core::deployment::SshAuth;
use selvage_core::ports::{HostConnector as _, LinkError};
use selvage_ssh::SshConnector;

use crate::sshd::{Sshd, keygen, refused, request, trust};
use selvage_testing::agent::Agent;

async fn with_agent(sshd: &Sshd, agent: &Agent) -> SshConnector {
    let mut settings = sshd.settings();
    settings.agent = Some(agent.socket().display().to_string());
    let connector = SshConnector::new(settings);
    trust(&connector, &sshd.request()).await;
    connector
}

#[tokio::test]
async fn the_agents_key_opens_the_host() {
    let (sshd, agent) = (Sshd::start(), Agent::start());
    let connector = with_agent(&sshd, &agent).await;
    agent.add(&sshd.at("id"));
    for auth in [SshAuth::Agent, SshAuth::Automatic] {
        connector.connect(&request(sshd.target(auth))).await.unwrap();
    }
}

#[tokio::test]
async fn an_rsa_key_in_the_agent_signs_with_sha2() {
    let (sshd, agent) = (Sshd::start(), Agent::start());
    let connector = with_agent(&sshd, &agent).await;
    keygen(&sshd.at("r"), &["-t", "rsa", "-b", "2048", "-N", ""]);
    std::fs::copy(sshd.at("r.pub"), sshd.at("authorized_keys")).unwrap();
    agent.add(&sshd.at("r"));
    connector.connect(&request(sshd.target(SshAuth::Agent))).await.unwrap();
}

#[tokio::test]
async fn an_empty_a_locked_and_a_missing_agent_are_told() {
    let (sshd, agent) = (Sshd::start(), Agent::start());
    let connector = with_agent(&sshd, &agent).await;
    let ask = request(sshd.target(SshAuth::Agent));
    let reason = async |connector: &SshConnector| match refused(connector.connect(&ask).await) {
        LinkError::AgentUnusable { reason } => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(&connector).await, "it holds no keys, or is locked");
    agent.add(&sshd.at("id"));
    agent.lock();
    assert_eq!(reason(&connector).await, "it holds no keys, or is locked");
    let mut settings = sshd.settings();
    settings.agent = Some(sshd.path("nowhere"));
    assert!(reason(&SshConnector::new(settings)).await.contains("No such file"));
    std::fs::write(sshd.at("ssh_config"), "UserKnownHostsFile none\nIdentityAgent none\n").unwrap();
    assert!(reason(&connector).await.contains("IdentityAgent none"));
}

#[tokio::test]
async fn an_agent_that_does_not_answer_does_not_hang_the_sign_in() {
    let sshd = Sshd::start();
    let socket = sshd.at("mute");
    let _listener = tokio::net::UnixListener::bind(&socket).unwrap();
    let mut settings = sshd.settings();
    settings.agent = Some(socket.display().to_string());
    let connector = SshConnector::new(settings);
    trust(&connector, &sshd.request()).await;
    let error = refused(connector.connect(&request(sshd.target(SshAuth::Agent))).await);
    assert!(matches!(&error, LinkError::AgentUnusable { reason } if reason.contains("did not answer")), "{error:?}");
}

#[tokio::test]
async fn the_named_key_goes_first_and_alone_where_the_configuration_says_so() {
    let (sshd, agent) = (Sshd::with(&["ed25519"], "MaxAuthTries 2"), Agent::start());
    let connector = with_agent(&sshd, &agent).await;
    for name in ["k1", "k2", "k3"] {
        keygen(&sshd.at(name), &["-t", "ed25519", "-N", "", "-C", name]);
        agent.add(&sshd.at(name));
    }
    agent.add(&sshd.at("id"));
    let ask = request(sshd.target(SshAuth::Automatic));
    // The fourth key would open the host, but it hangs up after two.
    let error = refused(connector.connect(&ask).await);
    let LinkError::SignInRefused { tried, .. } = error else { panic!("{error:?}") };
    assert!(tried.starts_with("agent key k1 (ED25519); agent key k2 (ED25519); there the host ended"), "{tried}");
    assert!(tried.ends_with("not tried any more: agent key k3 (ED25519), agent key test key (ED25519)"), "{tried}");
    // Only the public half is on disk, as with keys that live in the agent alone.
    std::fs::rename(sshd.at("id"), sshd.at("id-away")).unwrap();
    let known = "UserKnownHostsFile none\nGlobalKnownHostsFile none\n";
    let named = format!("{known}IdentityFile {}\n", sshd.path("id.pub"));
    std::fs::write(sshd.at("ssh_config"), &named).unwrap();
    connector.connect(&ask).await.unwrap();
    let other = format!("{known}IdentitiesOnly yes\nIdentityFile {}\n", sshd.path("k1.pub"));
    std::fs::write(sshd.at("ssh_config"), other).unwrap();
    let error = refused(connector.connect(&ask).await);
    assert!(matches!(&error, LinkError::SignInRefused { tried, .. } if tried == "agent key k1 (ED25519)"), "{error:?}");
    let none = format!("{known}IdentitiesOnly yes\nIdentityFile none\n");
    std::fs::write(sshd.at("ssh_config"), none).unwrap();
    let error = refused(connector.connect(&request(sshd.target(SshAuth::Agent))).await);
    assert!(matches!(&error, LinkError::AgentUnusable { reason } if reason.contains("IdentitiesOnly")), "{error:?}");
}
