//! A desktop session with a real keyring: a D-Bus of its own and an unlocked
//! `gnome-keyring-daemon`, in a home of its own.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::wait::until_true;

/// Both daemons end when it is dropped.
#[derive(Debug)]
pub struct KeyringSession {
    bus: Child,
    keyring: Child,
    address: String,
}

impl KeyringSession {
    /// Starts a session that keeps its keyring below `home`, unlocked.
    #[must_use]
    pub fn start(home: &Path) -> Self {
        Self::with(home, Some(b"the keyring's own password"))
    }

    /// The same for an account that has never signed in: its keyring runs, and holds no collection.
    #[must_use]
    pub fn new_account(home: &Path) -> Self {
        Self::with(home, None)
    }

    fn with(home: &Path, password: Option<&[u8]>) -> Self {
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address"])
            .env("HOME", home)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        let runtime = home.join("run");
        std::fs::create_dir_all(&runtime).unwrap();
        let mut keyring = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--components=secrets"])
            .args(password.map(|_| "--unlock"))
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", &runtime)
            .env("XDG_DATA_HOME", home.join("share"))
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon is installed");
        keyring.stdin.take().unwrap().write_all(password.unwrap_or_default()).unwrap();
        let session = Self { bus, keyring, address };
        until_true("the keyring is there", || {
            let asked = Command::new("dbus-send")
                .args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"])
                .args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
                .env("DBUS_SESSION_BUS_ADDRESS", &session.address)
                .output()
                .unwrap();
            String::from_utf8_lossy(&asked.stdout).contains("true")
        });
        session
    }

    /// What `DBUS_SESSION_BUS_ADDRESS` must be.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for KeyringSession {
    fn drop(&mut self) {
        for child in [&mut self.keyring, &mut self.bus] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
