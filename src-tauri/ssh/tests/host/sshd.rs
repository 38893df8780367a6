//! A real `sshd` of the test's own: free port, generated keys, no root needed.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use selvage_core::Secret;
use selvage_core::deployment::{SshAuth, SshTarget};
use selvage_core::ports::{Host, HostConnector as _, HostKey, HostRequest, LinkError, SshSecrets};
use selvage_ssh::{SshConnector, SshSettings};

/// Ended with the test.
pub struct Sshd {
    pub folder: tempfile::TempDir,
    pub port: u16,
    child: Child,
}

/// The login of whoever runs the tests.
pub fn login() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Makes a key pair with `ssh-keygen`.
pub fn keygen(file: &Path, args: &[&str]) {
    let output = Command::new("ssh-keygen").args(["-q", "-f"]).arg(file).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Sshd {
    /// With an Ed25519 host key, and a client key without passphrase that it accepts.
    pub fn start() -> Self {
        Self::with(&["ed25519"], "")
    }

    /// With host keys of these kinds, and further lines of `sshd_config`.
    pub fn with(kinds: &[&str], more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("home")).unwrap();
        keygen(&at("id"), &["-t", "ed25519", "-N", "", "-C", "test key"]);
        std::fs::copy(at("id.pub"), at("authorized_keys")).unwrap();
        let mut keys = Vec::new();
        for kind in kinds {
            let file = at(&format!("host_{kind}"));
            keygen(&file, &["-t", kind, "-N", ""]);
            keys.push(format!("HostKey {}\n", file.display()));
        }
        let keys = keys.concat();
        std::fs::write(
            at("ssh_config"),
            "Host *\n UserKnownHostsFile none\n GlobalKnownHostsFile none\n IdentityFile none\n",
        )
        .unwrap();
        if login() == "root" {
            std::fs::create_dir_all("/run/sshd").unwrap();
        }
        for _ in 0..5 {
            let port = free_port();
            let config = format!(
                "{more}\nListenAddress 127.0.0.1\nPort {port}\n{keys}PidFile none\nUsePAM no\nStrictModes no\nUseDNS no\n\
                 PermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nLogLevel VERBOSE\n\
                 AuthorizedKeysFile {}\nMaxStartups 100\n",
                at("authorized_keys").display()
            );
            std::fs::write(at("sshd_config"), config).unwrap();
            let log = std::fs::File::create(at("log")).unwrap();
            let mut child = Command::new("/usr/sbin/sshd")
                .args(["-D", "-e", "-f"])
                .arg(at("sshd_config"))
                .stdin(Stdio::null())
                .stderr(log)
                .spawn()
                .unwrap();
            let until = Instant::now() + Duration::from_secs(10);
            while Instant::now() < until && child.try_wait().unwrap().is_none() {
                // That somebody listens says nothing: another test may have taken the port first.
                if std::fs::read_to_string(at("log")).is_ok_and(|log| log.contains("Server listening on")) {
                    return Self { folder, port, child };
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        panic!("sshd does not start: {}", std::fs::read_to_string(at("log")).unwrap());
    }

    /// Takes no more connections.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn path(&self, name: &str) -> String {
        self.at(name).display().to_string()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.at("log")).unwrap()
    }

    /// Settings that look at nothing outside of the test's folder.
    pub fn settings(&self) -> SshSettings {
        settings(self.folder.path())
    }

    pub fn connector(&self) -> SshConnector {
        SshConnector::new(self.settings())
    }

    pub fn target(&self, auth: SshAuth) -> SshTarget {
        SshTarget { host: "127.0.0.1".into(), port: Some(self.port), user: Some(login()), auth, jump: None }
    }

    /// A request that signs in with the accepted key.
    pub fn request(&self) -> HostRequest {
        request(self.target(SshAuth::Key { file: self.path("id") }))
    }

    /// Records the host's key the way the admin does: by being asked.
    pub async fn trusted(&self) -> SshConnector {
        self.trusted_by("id").await
    }

    /// The same with another key, which need not be accepted.
    pub async fn trusted_by(&self, key: &str) -> SshConnector {
        let connector = self.connector();
        trust(&connector, &request(self.target(SshAuth::Key { file: self.path(key) }))).await;
        connector
    }

    /// Signed in.
    pub async fn host(&self) -> Arc<dyn Host> {
        self.trusted().await.connect(&self.request()).await.unwrap()
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.stop();
    }
}

pub fn settings(folder: &Path) -> SshSettings {
    let mut settings = SshSettings::new(folder.join("own/known_hosts"));
    settings.config = Some(folder.join("ssh_config"));
    settings.home = Some(folder.join("home"));
    settings.agent = Some(folder.join("no-agent").display().to_string());
    settings
}

pub fn request(target: SshTarget) -> HostRequest {
    HostRequest { target, secrets: SshSecrets::default() }
}

pub fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

pub fn with_passphrase(mut request: HostRequest, passphrase: &str) -> HostRequest {
    request.secrets.passphrase = Some(secret(passphrase));
    request
}

/// Connects, is shown the unknown key, and trusts it.
pub async fn trust(connector: &SshConnector, request: &HostRequest) -> HostKey {
    let error = refused(connector.connect(request).await);
    let LinkError::HostKeyUnknown { key } = error else { panic!("{error:?}") };
    connector.trust(&key).await.unwrap();
    key
}

/// The error of a connection that was not made.
pub fn refused(result: Result<Arc<dyn Host>, LinkError>) -> LinkError {
    match result {
        Ok(_) => panic!("signed in"),
        Err(error) => error,
    }
}

/// Waits until the process has ended whose number a command wrote to `file`.
pub async fn gone(file: &str) {
    let alive = || {
        let pid = std::fs::read_to_string(file).unwrap_or_default();
        let asked = Command::new("kill").args(["-0", pid.trim()]).stderr(Stdio::null()).status();
        !pid.ends_with('\n') || asked.unwrap().success()
    };
    until("the remote process has ended", || !alive()).await;
}

/// Waits until `condition` holds; fails after long enough for any machine.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..600 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never happened: {what}");
}
