//! An admin whose Postgres is published, and whose host gives no shell: the
//! deployment is added over TLS with a throwaway authority, schedules are
//! changed, dumps are made with the laptop's own `pg_dump`; and where there is a
//! link to the host as well, Postgres stands in for it while it is away.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

use std::path::PathBuf;

use selvage_testing::authority::{Authority, Identity, Says};
use selvage_testing::fault_proxy::{Act, FaultProxy};
use selvage_testing::held::Held;
use selvage_testing::laptop::{Answer, Laptop, Running};
use selvage_testing::real_host::RealHost;
use selvage_testing::sample::sha256;
use selvage_testing::secrets::Secrets;
use selvage_testing::sections::Sections;
use selvage_testing::wait::until_true;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_selvage");
const LOCK: &str = "select pg_advisory_lock(hashtext('weavestream:backup'))";
/// Whose rows are counted after a restore.
const TABLES: [&str; 3] = ["ballast", "companies", "backup_run"];
const HOLDS_IT: &str = "select count(*) from pg_locks where locktype = 'advisory' and granted";

/// A host whose Postgres shows a certificate, behind a proxy, and a laptop with a keyring.
struct Site {
    laptop: Laptop,
    proxy: FaultProxy,
    authority: Authority,
    ca: String,
    host: RealHost,
}

#[test]
fn an_admin_reaches_postgres_without_the_host() {
    let site = Site::new();
    let mut story = Sections::default();
    added(&mut story, &site);
    schedules(&mut story, &site);
    refused(&mut story, &site);
    dumps(&mut story, &site);
    bad_days(&mut story, &site);
    both_links(&mut story, &site);
    rights(&mut story, &site);
    story.section("no secret is in a file, or in what was printed", || {
        let planted = Secrets::new(site.host.planted());
        planted.not_below(&site.laptop.data(), 1);
        planted.not_in("what was printed", site.laptop.transcript().as_bytes());
    });
    story.end();
}

impl Site {
    fn new() -> Self {
        let host = RealHost::up(&[]);
        // Enough to be cut in the middle, and hard to compress.
        host.change("create table ballast as select md5(random()::text) || md5(random()::text) as x from generate_series(1, 300000)");
        let laptop = Laptop::with_keyring(BINARY);
        let authority = Authority::new("Throwaway CA");
        let ca = laptop.home().join("ca.crt");
        std::fs::write(&ca, authority.pem()).unwrap();
        let proxy = FaultProxy::to(format!("{}:5432", host.text("/database/host")).parse().unwrap());
        let site = Self { laptop, proxy, authority, ca: ca.display().to_string(), host };
        site.shows(&site.authority.signs(&Says::names(&["localhost"])));
        site
    }

    /// Postgres shows this certificate from here on.
    fn shows(&self, identity: &Identity) {
        let folder = tempfile::tempdir().unwrap();
        let postgres = self.host.container("postgres");
        let (certificate, key) = identity.write(folder.path(), "server");
        for (file, name) in [(certificate, "server.crt"), (key, "server.key")] {
            let to = format!("{postgres}:/var/lib/postgresql/{name}");
            assert!(self.host.docker(&["cp", file.to_str().unwrap(), &to]).status.success());
        }
        let own = "cd /var/lib/postgresql && chown postgres server.crt server.key && chmod 600 server.key";
        assert!(self.host.docker(&["exec", "-u", "root", &postgres, "sh", "-c", own]).status.success());
        for (name, value) in [
            ("ssl_cert_file", "/var/lib/postgresql/server.crt"),
            ("ssl_key_file", "/var/lib/postgresql/server.key"),
            ("ssl", "on"),
        ] {
            self.host.change(&format!("alter system set {name} = '{value}'"));
        }
        let before = self.host.sql("select pg_conf_load_time()");
        assert_eq!(self.host.sql("select pg_reload_conf()"), "t");
        until_true("the certificate is read", || self.host.sql("select pg_conf_load_time()") != before);
    }

    /// `user@host:port/database`
    fn place(&self, host: &str, user: &str) -> String {
        format!("{user}@{host}:{}/{}", self.proxy.port(), self.host.text("/database/name"))
    }

    fn add(&self, name: &str, more: &[&str]) -> Answer {
        let user = self.host.text("/database/user");
        let place = self.place("localhost", user);
        let args = ["deployment", "add", name, "--postgres", &place, "--postgres-password-stdin"];
        self.laptop.run_with(&[&args[..], more].concat(), &format!("{}\n", self.host.text("/database/password")))
    }

    fn start_dump(&self, more: &[&str]) -> Running<'_> {
        self.laptop.new_library();
        let library = self.laptop.library().display().to_string();
        self.laptop.start(&[&["dump", "acme", "--to", &library], more].concat(), "")
    }

    fn dump(&self, more: &[&str]) -> Answer {
        self.start_dump(more).wait()
    }

    /// The one dump in the library, with its manifest.
    fn held(&self) -> (PathBuf, Value) {
        let files = self.laptop.files();
        let [dump, manifest] = &files[..] else { panic!("{files:?}") };
        let manifest = std::fs::read(self.laptop.library().join(manifest)).unwrap();
        (self.laptop.library().join(dump), serde_json::from_slice(&manifest).unwrap())
    }

    fn nothing_is_left(&self) {
        assert!(self.laptop.files().is_empty(), "{:?}", self.laptop.files());
        until_true("the lock is free", || self.host.sql(HOLDS_IT) == "0");
        let sessions = "select count(*) from pg_stat_activity where application_name like 'selvage dump%'";
        until_true("no session is left", || self.host.sql(sessions) == "0");
    }

    fn rows(&self, of: &str) -> Vec<Value> {
        let answer = self.laptop.run(&["schedules", of]);
        answer.expect_code(0);
        answer.at("/schedules").as_array().unwrap().clone()
    }

    fn queue_state(&self, of: &str, id: &str) -> Value {
        let rows = self.rows(of);
        rows.iter().find(|row| row["id"] == id).map_or(Value::Null, |row| row["next"]["queue"]["state"].clone())
    }
}

fn added(story: &mut Sections, site: &Site) {
    story.section("a certificate that is not right adds nothing, and says what is wrong", || {
        let trusting = ["--sslrootcert", &site.ca];
        site.add("acme", &[]).expect_problem(3, "tls_untrusted");
        site.shows(&site.authority.signs(&Says::names(&["db.acme.example"])));
        let told = site.add("acme", &trusting);
        told.expect_problem(3, "tls_wrong_name");
        assert_eq!(told.at("/error/problem/names"), &json!(["db.acme.example"]));
        site.shows(&site.authority.signs(&Says::names(&["localhost"]).within(2020, 2024)));
        site.add("acme", &trusting).expect_problem(3, "tls_out_of_date");
        site.shows(&Identity::self_signed(&Says::names(&["localhost"]), true));
        site.add("acme", &trusting).expect_problem(3, "tls_untrusted");
        site.shows(&site.authority.signs(&Says::names(&["localhost"])));
        site.add("acme", &["--sslrootcert", "/no/such/file"]).expect_problem(1, "tls_file_unusable");
        let user = site.host.text("/database/user");
        let place = site.place("localhost", user);
        let args = ["deployment", "add", "acme", "--postgres", &place, "--sslrootcert", &site.ca];
        site.laptop.run(&args).expect_problem(1, "database_password_needed");
        let password = [&args[..], &["--postgres-password-stdin"]].concat();
        site.laptop.run_with(&password, "not the password\n").expect_problem(1, "database_sign_in_refused");
        assert_eq!(site.laptop.run(&["deployment", "list"]).at("/deployments"), &json!([]));
    });
    story.section("the right one is added, and every line of its test is good", || {
        site.add("acme", &["--sslrootcert", &site.ca]).expect_code(0);
        let probed = site.laptop.run(&["deployment", "probe", "acme"]);
        probed.expect_code(0);
        let checks = probed.at("/checks").as_array().unwrap();
        let lines: Vec<(&str, &str)> =
            checks.iter().map(|check| (check["item"].as_str().unwrap(), check["state"].as_str().unwrap())).collect();
        let items = ["postgres", "tables", "rights", "pg_dump", "server_clock"];
        assert_eq!(lines, items.map(|item| (item, "ok")), "{}", probed.said);
        assert!(checks[0]["detail"].as_str().unwrap().contains("TLS 1.3, certificate verified"), "{}", probed.said);
    });
}

fn schedules(story: &mut Sections, site: &Site) {
    let host = &site.host;
    site.laptop.add_as(host, "by-ssh");
    story.section("history and schedules are those that the host shows", || {
        let runs = |of: &str| {
            let answer = site.laptop.run(&["runs", of, "--limit", "40"]);
            answer.at("/runs").as_array().unwrap().iter().map(|run| run["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(runs("acme"), runs("by-ssh"));
        assert!(site.rows("acme").iter().all(|row| row["next"]["queue"]["state"] == "out_of_reach"));
        let daily = host.text("/schedules/daily");
        let here = |of: &str| {
            let rows = site.rows(of);
            rows.iter().find(|row| row["id"] == daily).map(|row| row["next"]["here"]["utc"].clone())
        };
        assert_eq!(here("acme"), here("by-ssh"), "the row and the queue name another next time");
    });
    story.section("a schedule that is made here is in the queue once the api has started again", || {
        let made = site.laptop.run(&[
            "schedule",
            "add",
            "acme",
            "--name",
            "Straight",
            "--cron",
            "30 4 * * *",
            "--tz",
            "Europe/Berlin",
        ]);
        made.expect_code(0);
        let id = made.at("/schedule/id").as_str().unwrap().to_owned();
        assert_eq!(made.at("/schedule/next/queue/state"), "out_of_reach", "{}", made.said);
        assert_eq!(site.queue_state("by-ssh", &id), "not_in_queue");
        host.stop(&["api"]);
        host.start(&["api"]);
        until_true("the api has registered it", || site.queue_state("by-ssh", &id) == "in_queue");
        // Switched off and deleted over this link it fires until the next start.
        site.laptop.run(&["schedule", "disable", "acme", &id]).expect_code(0);
        assert_eq!(site.queue_state("by-ssh", &id), "in_queue_though_disabled");
        let removed = site.laptop.run(&["schedule", "remove", "acme", &id]);
        removed.expect_code(0);
        assert!(removed.said.contains("next starts"), "{}", removed.said);
        host.stop(&["api"]);
        host.start(&["api"]);
        assert!(site.rows("acme").iter().all(|row| row["id"] != id.as_str()));
    });
}

fn refused(story: &mut Sections, site: &Site) {
    story.section("what needs the host says so, and begins nothing", || {
        let daily = site.host.text("/schedules/daily");
        let runs = site.host.sql("select count(*) from backup_run");
        site.laptop.run(&["run-now", "acme", daily]).expect_problem(3, "needs_host");
        site.laptop.run(&["schedule", "repair", "acme", daily]).expect_problem(3, "needs_host");
        site.laptop.download("latest").expect_problem(3, "needs_host");
        assert_eq!(site.host.sql("select count(*) from backup_run"), runs);
        site.nothing_is_left();
    });
}

fn dumps(story: &mut Sections, site: &Site) {
    let host = &site.host;
    story.section("a dump by the laptop's own pg_dump is here, proved, and can be restored", || {
        let answer = site.dump(&[]);
        answer.expect_code(0);
        let (path, manifest) = site.held();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(manifest["sha256"], sha256(&bytes).to_string());
        assert_eq!(manifest["databaseUrlHostname"], "localhost");
        // No environment of a worker is seen from here: the rows say which keys they need.
        assert_eq!(manifest["passwordEncryptionKid"], "unknown:rows carry 1, 2025-06, 2026-01");
        host.check_restores(&path, &TABLES);
        site.laptop.new_library();
        site.nothing_is_left();
    });
    story.section("a backup that is under way is respected, waited for, or passed by", || {
        let other = Held::new(host, LOCK);
        site.dump(&[]).expect_problem(3, "lock_held_idle");
        assert!(site.laptop.files().is_empty());
        site.dump(&["--without-lock"]).expect_code(0);
        site.held();
        let mut waiting = site.start_dump(&["--wait"]);
        until_true("it waits", || site.laptop.run(&["jobs"]).said.contains("\"step\":\"await_lock\""));
        assert!(waiting.is_running());
        drop(other);
        waiting.wait().expect_code(0);
        host.check_restores(&site.held().0, &TABLES);
    });
    story.section("the worker's run is skipped while the dump is made", || {
        let table = Held::new(host, "begin; lock table ballast in access exclusive mode");
        let dumping = site.start_dump(&[]);
        until_true("it holds the lock", || host.sql(HOLDS_IT) == "1");
        site.laptop
            .run(&["run-now", "by-ssh", host.text("/schedules/daily"), "--wait"])
            .expect_problem(1, "run_skipped");
        drop(table);
        dumping.wait().expect_code(0);
        site.held();
        site.laptop.new_library();
        site.nothing_is_left();
    });
}

fn bad_days(story: &mut Sections, site: &Site) {
    let host = &site.host;
    for act in [Act::Cut, Act::Stall] {
        story.section(&format!("{act:?} in the middle: nothing half is kept, and the lock is given back"), || {
            let dumping = site.start_dump(&[]);
            until_true("the dump has begun", || !site.laptop.files().is_empty());
            site.proxy.after(4_000_000, act);
            dumping.wait().expect_problem(1, "dump_cut");
            site.nothing_is_left();
        });
    }
    for (signal, code) in [("INT", Some(130)), ("KILL", None)] {
        story.section(&format!("{signal} in the middle: it ends here and there"), || {
            let table = Held::new(host, "begin; lock table ballast in access exclusive mode");
            let dumping = site.start_dump(&[]);
            until_true("it holds the lock", || host.sql(HOLDS_IT) == "1");
            dumping.signal(signal);
            assert_eq!(dumping.wait().code, code);
            drop(table);
            until_true("the lock is free", || host.sql(HOLDS_IT) == "0");
            let library = site.laptop.library().display().to_string();
            site.laptop.run(&["dump", "acme", "--to", &library]).expect_code(0);
            site.held();
        });
    }
    story.section("a session that is ended by the server is told as a broken line", || {
        let table = Held::new(host, "begin; lock table ballast in access exclusive mode");
        let dumping = site.start_dump(&[]);
        until_true("it holds the lock", || host.sql(HOLDS_IT) == "1");
        let waiting = "application_name like 'selvage dump%' and wait_event_type = 'Lock'";
        let ended = format!("select pg_terminate_backend(pid) from pg_stat_activity where {waiting}");
        until_true("it is ended", || host.sql(&ended) == "t");
        dumping.wait().expect_problem(1, "dump_cut");
        drop(table);
        site.nothing_is_left();
    });
}

fn both_links(story: &mut Sections, site: &Site) {
    let host = &site.host;
    story.section("with both links Postgres stands in while the host is away", || {
        let sshd = FaultProxy::to(host.sshd());
        let key = ["--key", host.text("/ssh/key"), "--dir", host.text("/dir")];
        let trust = ["--accept-host-key", host.text("/ssh/host_key_sha256")];
        let address = host.address_through(sshd.port());
        let link = ["deployment", "link", "acme", "--ssh", &address];
        site.laptop.run(&[&link[..], &key, &trust].concat()).expect_code(0);
        let daily = host.text("/schedules/daily");
        assert_eq!(site.queue_state("acme", daily), "in_queue");
        sshd.refuse(true);
        assert_eq!(site.queue_state("acme", daily), "out_of_reach");
        // What needs the host says why it cannot be had now.
        site.laptop.download("latest").expect_problem(1, "refused");
        site.dump(&[]).expect_code(0);
        site.held();
        sshd.refuse(false);
        assert_eq!(site.queue_state("acme", daily), "in_queue");
    });
}

fn rights(story: &mut Sections, site: &Site) {
    story.section("a role that may only read sees everything and changes nothing", || {
        site.host.change(
            "create role reader login password 'reader-password'; grant select on all tables in schema public to reader;
             grant select on all sequences in schema public to reader; revoke select on ballast from reader",
        );
        let place = site.place("localhost", "reader");
        let add = ["deployment", "add", "reading", "--postgres", &place, "--sslrootcert", &site.ca];
        let add = [&add[..], &["--postgres-password-stdin"]].concat();
        site.laptop.run_with(&add, "reader-password\n").expect_code(0);
        let probed = site.laptop.run(&["deployment", "probe", "reading"]);
        assert_eq!(probed.at("/checks/2/detail"), "May neither change schedules nor dump", "{}", probed.said);
        assert!(!site.rows("reading").is_empty());
        let schedules = site.host.sql("select count(*) from backup_config");
        let made = site.laptop.run(&["schedule", "add", "reading", "--name", "No", "--cron", "0 3 * * *"]);
        made.expect_problem(1, "database_refused");
        assert!(made.said.contains("permission denied"), "{}", made.said);
        assert_eq!(site.host.sql("select count(*) from backup_config"), schedules);
        site.laptop.new_library();
        let library = site.laptop.library().display().to_string();
        let dumped = site.laptop.run(&["dump", "reading", "--to", &library]);
        dumped.expect_problem(1, "dump_failed");
        assert!(dumped.said.contains("permission denied for table ballast"), "{}", dumped.said);
        site.nothing_is_left();
    });
}
