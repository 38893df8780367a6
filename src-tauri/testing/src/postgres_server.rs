//! A real Postgres on a loopback port, of the newest version that this machine
//! has, without Weavestream's tables.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::authority::Identity;
use crate::wait::until_true;

/// `nobody`, since Postgres does not run as root.
const NOBODY: u32 = 65_534;

/// Runs until it is dropped.
#[derive(Debug)]
pub struct PostgresServer {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    server: Child,
}

impl PostgresServer {
    /// A new server whose superuser is `postgres`, trusted on its local socket.
    #[must_use]
    pub fn start() -> Self {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("selvage-postgres-").tempdir().unwrap();
        give_away(folder.path());
        let data = folder.path().join("data");
        let made = as_nobody(&programs.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\nfsync = off\n\
             log_connections = on\nlogging_collector = off\n",
            folder.path().display()
        );
        std::fs::write(data.join("postgresql.auto.conf"), settings).unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let server = as_nobody(&programs.join("postgres")).arg("-D").arg(&data).stderr(log).spawn().unwrap();
        let mut started = Self { folder, programs, port, server };
        until_true("Postgres answers", || {
            assert!(started.server.try_wait().unwrap().is_none(), "{}", started.log());
            started.psql("select 1").status.success()
        });
        started
    }

    /// Where it listens on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn psql(&self, sql: &str) -> Output {
        Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "postgres", "-c", sql])
            .args(["-p", &self.port.to_string(), "-h"])
            .arg(self.folder.path())
            .output()
            .unwrap()
    }

    /// Runs SQL as its superuser.
    pub fn change(&self, sql: &str) {
        let _ = self.sql(sql);
    }

    /// Runs SQL as its superuser and gives what was printed.
    #[must_use]
    pub fn sql(&self, sql: &str) -> String {
        let output = self.psql(sql);
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Shows `identity` from here on, or speaks in the clear.
    pub fn show(&self, identity: Option<&Identity>) {
        let data = self.folder.path().join("data");
        if let Some(identity) = identity {
            let (certificate, key) = identity.write(&data, "server");
            give_away(&certificate);
            give_away(&key);
        }
        self.change(&format!("alter system set ssl = {}", if identity.is_some() { "on" } else { "off" }));
        self.reload();
    }

    /// Clients are let in by these lines of `pg_hba.conf`; `authority` judges their certificates.
    pub fn let_in(&self, lines: &str, authority: Option<&str>) {
        let data = self.folder.path().join("data");
        std::fs::write(data.join("pg_hba.conf"), format!("local all all trust\n{lines}\n")).unwrap();
        if let Some(authority) = authority {
            std::fs::write(data.join("clients.crt"), authority).unwrap();
            self.change("alter system set ssl_ca_file = 'clients.crt'");
        }
        self.reload();
    }

    /// Until a new session sees it: the postmaster reads its files when it comes to it.
    fn reload(&self) {
        let before = self.sql("select pg_conf_load_time()");
        self.change("select pg_reload_conf()");
        until_true("the settings are read", || self.sql("select pg_conf_load_time()") != before);
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // SIGQUIT: its children end with it.
        let _ = Command::new("kill").args(["-QUIT", &self.server.id().to_string()]).status();
        let _ = self.server.wait();
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn as_nobody(program: &Path) -> Command {
    let mut command = Command::new(program);
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// To the user that the server runs as, and to nobody else.
fn give_away(path: &Path) {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    let mode = if path.is_dir() { 0o700 } else { 0o600 };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    if is_root() {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

/// The folder of the server's programs.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("postgresql is installed").flatten();
    let found = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("postgres").exists());
    found.max().expect("a Postgres server is installed")
}
