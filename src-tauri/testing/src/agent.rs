//! A real `ssh-agent`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::wait::until_true;

/// Ended when it is dropped.
#[derive(Debug)]
pub struct Agent {
    child: Child,
    socket: PathBuf,
}

impl Agent {
    /// An agent with its socket in `folder` that holds these key files.
    #[must_use]
    pub fn with(folder: &Path, keys: &[&str]) -> Self {
        let socket = folder.join("agent.sock");
        let child = Command::new("ssh-agent")
            .args(["-D", "-a"])
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn()
            .expect("ssh-agent is installed");
        let agent = Self { child, socket };
        until_true("the agent listens", || agent.socket.exists());
        for key in keys {
            let added = Command::new("ssh-add").args(["-q", key]).env("SSH_AUTH_SOCK", &agent.socket).status().unwrap();
            assert!(added.success(), "{key} was not added");
        }
        agent
    }

    /// What `SSH_AUTH_SOCK` must be.
    #[must_use]
    pub fn socket(&self) -> String {
        self.socket.display().to_string()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
