//! A real `ssh-agent`, ended with the test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub struct Agent {
    folder: tempfile::TempDir,
    child: Child,
}

impl Agent {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let child = Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn().unwrap();
        let agent = Self { folder, child };
        for _ in 0..500 {
            if agent.socket().exists() {
                return agent;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("ssh-agent does not start");
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    pub fn add(&self, key: &Path) {
        let output = self.ssh_add().arg(key).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Locks it with a passphrase, which `ssh-add -x` asks of `SSH_ASKPASS`.
    pub fn lock(&self) {
        use std::os::unix::fs::PermissionsExt as _;
        let ask = self.folder.path().join("ask");
        std::fs::write(&ask, "#!/bin/sh\necho locked\n").unwrap();
        std::fs::set_permissions(&ask, std::fs::Permissions::from_mode(0o700)).unwrap();
        let output =
            self.ssh_add().arg("-x").env("SSH_ASKPASS", &ask).env("SSH_ASKPASS_REQUIRE", "force").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn ssh_add(&self) -> Command {
        let mut command = Command::new("ssh-add");
        command.env("SSH_AUTH_SOCK", self.socket()).stdin(Stdio::null());
        command
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
