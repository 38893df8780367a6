//! The worker prunes, and what it deletes is what Selvage said it would.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::sync::Arc;

use selvage_core::Secret;
use selvage_core::ports::{Database, DatabaseConnector, DatabaseCredentials, Endpoint};
use selvage_core::weavestream::retention::kept;
use selvage_core::weavestream::schedule::Retention;
use selvage_postgres::PostgresConnector;
use selvage_testing::laptop::Laptop;
use selvage_testing::real_host::RealHost;
use selvage_testing::sections::Sections;
use selvage_testing::wait::until_true;

const BINARY: &str = env!("CARGO_BIN_EXE_selvage");

/// Rules of all kinds: usual, none, past what there is, one rule alone.
const RULES: [[u32; 4]; 12] = [
    [3, 7, 4, 12],
    [0, 0, 0, 0],
    [1, 0, 0, 0],
    [0, 3, 0, 0],
    [0, 0, 5, 0],
    [0, 0, 0, 4],
    [40, 2, 2, 2],
    [100, 365, 104, 120],
    [2, 30, 8, 24],
    [5, 1, 60, 3],
    [7, 14, 1, 1],
    [0, 10, 10, 10],
];

#[test]
fn the_worker_deletes_what_was_foreseen() {
    let host = RealHost::up(&[]);
    let laptop = Laptop::new(BINARY);
    laptop.add(&host);
    let past = Past::of(&host, host.text("/schedules/disabled"));
    let mut story = Sections::default();
    for rules in RULES {
        story.section(&format!("with the rules {rules:?}, after a run that was started"), || {
            past.refill();
            past.rule(rules);
            let [keep_last, daily, weekly, monthly] = rules;
            let before = past.dumps();
            laptop.run(&["run-now", "acme", &past.schedule, "--wait"]).expect_code(0);
            let mut with_run = past.dumps();
            // What the pruning has already deleted was there when it began.
            for dump in &mut with_run {
                dump.on_host |= before.iter().any(|other| other.id == dump.id && other.on_host);
            }
            let rules = kept(&with_run, Retention { keep_last, daily, weekly, monthly });
            let stays = with_run.iter().zip(rules).filter(|(dump, rules)| dump.on_host && !rules.is_empty());
            let stays: BTreeSet<String> = stays.map(|(dump, _)| dump.id.unwrap().to_string()).collect();
            until_true("the worker has pruned", || past.idle());
            assert_eq!(past.on_host(), stays);
            past.files_agree();
        });
    }
    story.section("what the command told of the next run is what that run deletes", || {
        past.refill();
        past.rule([2, 5, 3, 4]);
        let id = &past.schedule;
        let next = host.sql("select to_char((now() + interval '70 seconds') at time zone 'UTC', 'FMMI FMHH24 * * *')");
        laptop.run(&["schedule", "edit", "acme", id, "--cron", &next, "--tz", ""]).expect_code(0);
        laptop.run(&["schedule", "enable", "acme", id]).expect_code(0);
        let told = laptop.run(&["schedule", "retention", "acme", id]);
        told.expect_code(0);
        let deleted: BTreeSet<String> =
            told.at("/retention/deleted").as_array().unwrap().iter().map(|dump| dump["run"].as_str().unwrap().into()).collect();
        assert!(deleted.len() > 50, "{}", told.said);
        let before = past.on_host();
        assert_eq!(told.at("/retention/dumps"), before.len(), "{}", told.said);
        let fired = format!("select count(*) from backup_run where config_id = '{id}' and kind = 'SCHEDULED' and status = 'success' and created_at > now() at time zone 'UTC' - interval '3 minutes'");
        until_true("it fires", || host.sql(&fired) == "1");
        until_true("the worker has pruned", || past.idle());
        let after = past.on_host();
        let gone: BTreeSet<String> = before.difference(&after).cloned().collect();
        assert_eq!(gone, deleted);
        past.files_agree();
        laptop.run(&["schedule", "disable", "acme", id]).expect_code(0);
    });
    story.end();
}

/// A schedule with 150 successes of fourteen months, several on some days, whose files are there.
struct Past<'a> {
    host: &'a RealHost,
    schedule: String,
    runtime: tokio::runtime::Runtime,
    database: Arc<dyn Database>,
    owner: (u32, u32),
}

impl<'a> Past<'a> {
    fn of(host: &'a RealHost, schedule: &str) -> Self {
        use std::os::unix::fs::MetadataExt;
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let at = Endpoint { host: host.text("/database/host").into(), port: 5432 };
        let credentials = DatabaseCredentials {
            user: host.text("/database/user").into(),
            password: Secret::new(host.text("/database/password").into()),
            database: host.text("/database/name").into(),
        };
        let database = runtime.block_on(PostgresConnector.over_tcp(&at, &credentials)).unwrap();
        let dump = std::fs::metadata(host.latest_dump()).unwrap();
        let past = Self { host, schedule: schedule.into(), runtime, database, owner: (dump.uid(), dump.gid()) };
        // The gaps grow from two hours to a week.
        past.host.change(&format!(
            "insert into backup_run (id, config_id, kind, status, started_at, finished_at, size_bytes, manifest, created_at)
             select gen_random_uuid(), '{schedule}', 'SCHEDULED', 'success', at, at + interval '5 seconds', 8, '{{}}', at
             from (select date_trunc('second', now() at time zone 'UTC') - interval '2 hours' * n - interval '28 minutes' * n * n as at
                   from generate_series(1, 150) n) times"
        ));
        past
    }

    /// Every file is there again.
    fn refill(&self) {
        let name = "'/var/lib/weavestream/backup/weavestream-postgres-' || to_char(started_at, 'YYYY-MM-DD\"T\"HH24-MI-SS\"Z\"')";
        let named = self.host.sql(&format!(
            "update backup_run set dump_path = {name} || '.dump', manifest_path = {name} || '.manifest.json'
             where config_id = '{}' and status = 'success' returning dump_path, manifest_path",
            self.schedule
        ));
        for path in named.lines().flat_map(|line| line.split('|')) {
            let file = self.host.backups().join(path.rsplit('/').next().unwrap());
            std::fs::write(&file, "a dump\n\n").unwrap();
            std::os::unix::fs::chown(&file, Some(self.owner.0), Some(self.owner.1)).unwrap();
        }
    }

    fn rule(&self, [last, day, week, month]: [u32; 4]) {
        let rules = format!(r#"{{"keepLast": {last}, "daily": {day}, "weekly": {week}, "monthly": {month}}}"#);
        self.host.change(&format!(
            "update backup_config set retention = '{rules}', updated_at = now() at time zone 'UTC' where id = '{}'",
            self.schedule
        ));
    }

    fn dumps(&self) -> Vec<selvage_core::weavestream::retention::Dump> {
        self.runtime.block_on(self.database.dumps(self.schedule.parse().unwrap())).unwrap()
    }

    /// Runs that still name a file.
    fn on_host(&self) -> BTreeSet<String> {
        let sql = format!("select id from backup_run where config_id = '{}' and dump_path is not null", self.schedule);
        self.host.sql(&sql).lines().map(ToOwned::to_owned).collect()
    }

    /// No job of the queue waits or runs.
    fn idle(&self) -> bool {
        let redis = self.host.container("redis");
        let password = format!("REDISCLI_AUTH={}", self.host.text("/redis/password"));
        ["wait", "active"].iter().all(|list| {
            let key = format!("bull:backup:{list}");
            let output = self.host.docker(&["exec", "-e", &password, &redis, "redis-cli", "llen", &key]);
            String::from_utf8_lossy(&output.stdout).trim() == "0"
        })
    }

    /// The files are those that the rows name, and nothing else of this schedule was touched.
    fn files_agree(&self) {
        let named = self.host.sql("select dump_path from backup_run where dump_path is not null");
        let named: BTreeSet<&str> = named.lines().map(|path| path.rsplit('/').next().unwrap()).collect();
        let found: BTreeSet<String> = std::fs::read_dir(self.host.backups())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| {
                std::path::Path::new(name).extension().is_some_and(|last| last == "dump") && !name.starts_with('.')
            })
            .collect();
        assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), named);
    }
}
