//! A real `ssh-agent`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::wait::until_true;

/// Ended when it is dropped.
#[derive(Debug)]
pub struct Agent {
    folder: tempfile::TempDir,
    child: Child,
}

impl Agent {
    /// An agent without a key.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let child = Command::new("ssh-agent")
            .args(["-D", "-a"])
            .arg(folder.path().join("socket"))
            .stdout(Stdio::null())
            .spawn()
            .expect("ssh-agent is installed");
        let agent = Self { folder, child };
        until_true("the agent listens", || agent.socket().exists());
        agent
    }

    /// What `SSH_AUTH_SOCK` must be.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Adds the key of a file.
    pub fn add(&self, key: &Path) {
        let output = self.ssh_add().arg("-q").arg(key).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Locks it with a passphrase, which `ssh-add -x` asks of `SSH_ASKPASS`.
    pub fn lock(&self) {
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
