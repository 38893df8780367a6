//! Locks in the real host's Postgres, held by somebody else.

use std::process::{Child, Command, Stdio};

use crate::real_host::RealHost;
use crate::wait::until_true;

/// A session in the postgres container that holds a lock until it is dropped.
#[derive(Debug)]
pub struct Held<'a> {
    host: &'a RealHost,
    session: Child,
}

impl<'a> Held<'a> {
    /// Begins the session with `lock`, which takes what is to be held.
    #[must_use]
    pub fn new(host: &'a RealHost, lock: &str) -> Self {
        let postgres = host.container("postgres");
        let (user, name) = (host.text("/database/user"), host.text("/database/name"));
        let hold = format!("set application_name = 'held'; {lock}; select pg_sleep(120)");
        let session = Command::new("docker")
            .env("DOCKER_HOST", host.text("/docker/host"))
            .args(["exec", &postgres, "psql", "-U", user, "-d", name, "-c", &hold])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        until_true("the lock is held", || {
            host.sql("select count(*) from pg_stat_activity where application_name = 'held' and wait_event = 'PgSleep'")
                == "1"
        });
        Self { host, session }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let _ = self.host.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'held'");
        let _ = self.session.wait();
    }
}
