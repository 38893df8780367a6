//! An admin makes schedules that really fire, changes them, switches them off,
//! deletes them, and starts runs; then parts of the host are down.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

use selvage_testing::held::Held;
use selvage_testing::laptop::{Answer, Laptop};
use selvage_testing::real_host::RealHost;
use selvage_testing::sections::Sections;
use selvage_testing::wait::{until, until_true};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_selvage");
/// Of the users of the host: one who may manage backups, one who may not.
const BRUNO: &str = "bruno.castellan@example.test";
const DMITRI: &str = "dmitri.vance@example.test";

#[test]
fn an_admin_makes_schedules_that_fire() {
    let host = RealHost::up(&[]);
    let laptop = Laptop::new(BINARY);
    laptop.add(&host);
    let mut story = Sections::default();
    firing(&mut story, &host, &laptop);
    runs(&mut story, &host, &laptop);
    refusals(&mut story, &host, &laptop);
    faults(&mut story, &host, &laptop);
    story.end();
}

#[test]
fn what_an_older_weavestream_has_registered() {
    let host = RealHost::up(&["--runs", "10", "--legacy-queue"]);
    let laptop = Laptop::new(BINARY);
    laptop.add(&host);
    let (daily, weekly) = (host.text("/schedules/daily"), host.text("/schedules/weekly"));
    let state = |id: &str| row(&laptop, id).unwrap()["next"]["queue"]["state"].as_str().unwrap().to_owned();
    let mut story = Sections::default();
    story.section("a repeatable is its schedule's by the data of its next job", || {
        assert!(!registered(&host, daily) && !registered(&host, weekly), "they are under digests");
        assert_eq!((state(daily), state(weekly)), ("in_queue".to_owned(), "in_queue".to_owned()));
        assert_eq!(fires(&host).len(), 2);
    });
    story.section("registered anew beside it, a schedule fires twice, and is told and repaired", || {
        let upsert = format!(
            "await queue.upsertJobScheduler('backup-config-{daily}', {{ pattern: '0 3 * * *', tz: 'America/New_York' }},
                {{ name: 'run', data: {{ kind: 'run', configId: '{daily}' }} }})"
        );
        in_queue(&host, &upsert);
        assert_eq!((state(daily), fires(&host).len()), ("fires_twice".to_owned(), 3));
        let repaired = laptop.run(&["schedule", "repair", "acme", daily]);
        repaired.expect_code(0);
        assert_eq!((state(daily), fires(&host).len()), ("in_queue".to_owned(), 2));
        assert!(registered(&host, daily));
    });
    story.section("an edit takes the repeatable's place, and removal leaves nothing of it", || {
        laptop.run(&["schedule", "edit", "acme", weekly, "--cron", "0 4 * * 0"]).expect_code(0);
        assert_eq!((state(weekly), fires(&host).len()), ("in_queue".to_owned(), 2));
        host.stop(&["api"]);
        host.start(&["api"]);
        assert!(!registered(&host, weekly), "its api registers the old way at its next start");
        laptop.run(&["schedule", "disable", "acme", weekly]).expect_code(0);
        laptop.run(&["schedule", "remove", "acme", daily]).expect_code(0);
        assert_eq!(fires(&host), Vec::<String>::new());
    });
    story.section("a job that has come due goes with its schedule", || {
        host.kill("worker");
        let due = format!("await queue.add('run', {{ kind: 'run', configId: '{weekly}' }}, {{ jobId: 'repeat:backup-config-{weekly}:1792000000000' }})");
        in_queue(&host, &due);
        let waiting = || in_queue(&host, "console.log(await queue.getWaitingCount())");
        assert_eq!(waiting(), "1");
        laptop.run(&["schedule", "remove", "acme", weekly]).expect_code(0);
        assert_eq!(waiting(), "0");
    });
    story.end();
}

/// Runs `code` with the host's own `bullmq`, past Selvage; `queue` is the queue of backups.
fn in_queue(host: &RealHost, code: &str) -> String {
    let script = format!(
        "const {{ Queue }} = require('bullmq'); const {{ redisConnection }} = require('/app/packages/connections.cjs');
        const queue = new Queue('backup', {{ connection: redisConnection() }});
        (async () => {{ {code}; await queue.close(); }})()"
    );
    let output = host.docker(&["exec", "-w", "/app/apps/api", &host.container("api"), "node", "-e", &script]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Whatever fires in the queue, by its key.
fn fires(host: &RealHost) -> Vec<String> {
    let keys = in_queue(host, "for (const { key } of await queue.getJobSchedulers(0, -1)) console.log(key)");
    keys.lines().map(ToOwned::to_owned).collect()
}

fn add(laptop: &Laptop, name: &str, cron: &str) -> String {
    let answer = laptop.run(&["schedule", "add", "acme", "--name", name, "--cron", cron, "--tz", "Europe/Berlin"]);
    answer.expect_code(0);
    assert_eq!(answer.at("/schedule/next/queue/state"), "in_queue", "{}", answer.said);
    answer.at("/schedule/id").as_str().unwrap().to_owned()
}

fn row(laptop: &Laptop, id: &str) -> Option<Value> {
    let answer = laptop.run(&["schedules", "acme"]);
    answer.expect_code(0);
    answer.at("/schedules").as_array().unwrap().iter().find(|row| row["id"] == id).cloned()
}

/// The schedulers that BullMQ itself holds, as Redis has them.
fn registered(host: &RealHost, id: &str) -> bool {
    let key = format!("bull:backup:repeat:backup-config-{id}");
    let redis = host.container("redis");
    let password = format!("REDISCLI_AUTH={}", host.text("/redis/password"));
    let output = host.docker(&["exec", "-e", &password, &redis, "redis-cli", "exists", &key]);
    String::from_utf8_lossy(&output.stdout).trim() == "1"
}

fn scheduled_runs(host: &RealHost, id: &str) -> u32 {
    let count = format!(
        "select count(*) from backup_run where config_id = '{id}' and kind = 'SCHEDULED' and status = 'success'"
    );
    host.sql(&count).parse().unwrap()
}

fn firing(story: &mut Sections, host: &RealHost, laptop: &Laptop) {
    let every_minute = add(laptop, "Every minute", "* * * * *");
    let at_new_year = add(laptop, "New year", "0 0 1 1 *");
    story.section("a new schedule fires by itself in the real worker", || {
        assert!(registered(host, &every_minute));
        until_true("its run is there", || scheduled_runs(host, &every_minute) > 0);
        let runs = laptop.run(&["runs", "acme", "--limit", "1"]);
        assert_eq!(runs.at("/runs/0/schedule"), "Every minute", "{}", runs.said);
        let newest = runs.at("/runs/0/id").as_str().unwrap().to_owned();
        laptop.new_library();
        laptop.download(&newest).expect_code(0);
    });
    story.section("the audit log names who made it", || {
        let named = add_as(laptop, "Named", BRUNO);
        let by = host.sql(&format!("select u.email from backup_config c join users u on u.id = c.created_by where c.id = '{named}'"));
        assert_eq!(by, BRUNO);
        let told = host.sql(&format!(
            "select concat_ws(' ', a.action, u.email, a.user_agent, a.after->>'cron') from audit_log a join users u on u.id = a.actor_id
             where a.entity_id = '{named}'"
        ));
        assert_eq!(told, format!("backup.config.create {BRUNO} selvage/{} 0 5 * * *", env!("CARGO_PKG_VERSION")));
        laptop.run(&["schedule", "remove", "acme", &named, "--as", BRUNO]).expect_code(0);
    });
    story.section("an edit changes when it fires", || {
        let before = row(laptop, &at_new_year).unwrap();
        let answer = laptop.run(&["schedule", "edit", "acme", &at_new_year, "--cron", "* * * * *", "--keep-last", "9"]);
        answer.expect_code(0);
        assert_eq!(answer.at("/schedule/retention/keepLast"), 9, "{}", answer.said);
        assert_eq!(answer.at("/schedule/timezone"), &before["timezone"], "what was not given has changed");
        until_true("its run is there", || scheduled_runs(host, &at_new_year) > 0);
        laptop.run(&["schedule", "edit", "acme", &at_new_year, "--cron", "0 0 1 1 *"]).expect_code(0);
    });
    story.section("one that is switched off does not fire", || {
        let answer = laptop.run(&["schedule", "disable", "acme", &every_minute]);
        answer.expect_code(0);
        assert_eq!(answer.at("/schedule/next/queue/state"), "disabled", "{}", answer.said);
        assert!(!registered(host, &every_minute));
        // A run that had begun may still end; then a whole minute passes without one.
        let minute = || host.sql("select date_trunc('minute', now())");
        let (now, then) = (minute(), scheduled_runs(host, &every_minute));
        until_true("the next minute begins", || minute() != now);
        let (now, begun) = (minute(), scheduled_runs(host, &every_minute));
        until_true("the minute after it begins", || minute() != now);
        assert!(begun <= then + 1, "it fired in the minute after it was switched off");
        assert_eq!(scheduled_runs(host, &every_minute), begun, "it fired although it is switched off");
    });
    story.section("the api's start changes nothing", || {
        let before = row(laptop, &at_new_year).unwrap()["next"].clone();
        host.stop(&["api"]);
        host.start(&["api"]);
        assert_eq!(row(laptop, &at_new_year).unwrap()["next"]["queue"], before["queue"]);
        assert_eq!(row(laptop, &at_new_year).unwrap()["next"]["here"]["utc"], before["here"]["utc"]);
        assert!(!registered(host, &every_minute));
    });
    story.section("deleting removes it from the queue, and leaves its dumps", || {
        let dumps = || std::fs::read_dir(host.backups()).unwrap().count();
        let (before, runs) = (dumps(), host.sql("select count(*) from backup_run"));
        let answer = laptop.run(&["schedule", "remove", "acme", &at_new_year]);
        answer.expect_code(0);
        assert!(answer.at("/removed/queueTrouble").is_null(), "{}", answer.said);
        assert!(!registered(host, &at_new_year) && row(laptop, &at_new_year).is_none());
        assert_eq!((dumps(), host.sql("select count(*) from backup_run")), (before, runs));
        laptop.run(&["schedule", "remove", "acme", &at_new_year]).expect_problem(3, "schedule_gone");
        laptop.run(&["schedule", "remove", "acme", &every_minute]).expect_code(0);
    });
}

fn add_as(laptop: &Laptop, name: &str, who: &str) -> String {
    let answer = laptop.run(&["schedule", "add", "acme", "--name", name, "--cron", "0 5 * * *", "--as", who]);
    answer.expect_code(0);
    answer.at("/schedule/id").as_str().unwrap().to_owned()
}

fn runs(story: &mut Sections, host: &RealHost, laptop: &Laptop) {
    let disabled = host.text("/schedules/disabled");
    story.section("a run that is started ends with a dump, also of a schedule that is switched off", || {
        let answer = laptop.run(&["run-now", "acme", disabled, "--wait", "--as", BRUNO]);
        answer.expect_code(0);
        let run = answer.at("/run/id").as_str().unwrap();
        let row = host.sql(&format!(
            "select concat_ws(' ', r.kind, r.status, u.email) from backup_run r join users u on u.id = r.triggered_by where r.id = '{run}'"
        ));
        assert_eq!(row, format!("MANUAL success {BRUNO}"));
        laptop.new_library();
        laptop.download(run).expect_code(0);
    });
    story.section("a run while another holds the lock is skipped, which is no failure of the dump", || {
        let held = Held::new(host, "select pg_advisory_lock(hashtext('weavestream:backup'))");
        let answer = laptop.run(&["run-now", "acme", disabled, "--wait"]);
        drop(held);
        answer.expect_problem(1, "run_skipped");
    });
    story.section("who is at work on a run that does not end is told", || {
        let inspect = |run: &str| {
            let answer = laptop.run(&["inspect", "acme", run]);
            answer.expect_code(0);
            answer
        };
        // pg_dump waits for the table, so that the worker holds the backup lock meanwhile.
        let held = Held::new(host, "begin; lock table companies in access exclusive mode");
        let answer = laptop.run(&["run-now", "acme", disabled]);
        answer.expect_code(0);
        let run = answer.at("/run/id").as_str().unwrap().to_owned();
        until_true("the worker has begun", || {
            host.sql(&format!("select status from backup_run where id = '{run}'")) == "running"
        });
        let seen = inspect(&run);
        assert_eq!(
            (seen.at("/inspection/state"), seen.at("/inspection/holder/service")),
            (&"working".into(), &"worker".into()),
            "{}",
            seen.said
        );
        laptop.run(&["run-now", "acme", disabled]).expect_problem(3, "run_under_way");
        // The worker is killed in the middle of it.
        host.kill("worker");
        drop(held);
        until_true("the lock is free", || host.sql("select count(*) from pg_locks where locktype = 'advisory'") == "0");
        let seen = inspect(&run);
        assert_eq!(seen.at("/inspection/state"), "stuck", "{}", seen.said);
        assert!(seen.at("/inspection/holder").is_null());
        let held = Held::new(host, "select pg_advisory_lock(hashtext('weavestream:backup'))");
        let seen = inspect(&run);
        assert_eq!(seen.at("/inspection/state"), "held_elsewhere", "{}", seen.said);
        drop(held);
        host.start(&["worker"]);
        // What is stuck is in nobody's way.
        let next = laptop.run(&["run-now", "acme", disabled, "--wait"]);
        next.expect_code(0);
        assert_eq!(inspect(next.at("/run/id").as_str().unwrap()).at("/inspection/state"), "ended");
        host.change(&format!(
            "update backup_run set status = 'failed', error = 'settled by the test' where id = '{run}'"
        ));
    });
}

fn refusals(story: &mut Sections, host: &RealHost, laptop: &Laptop) {
    let daily = host.text("/schedules/daily");
    let count = || host.sql("select count(*) from backup_config");
    story.section("what cannot be written is refused by field, and nothing is written", || {
        let before = count();
        let wrong = |args: &[&str]| -> Answer {
            laptop.run(&[&["schedule", "add", "acme", "--name", "Wrong", "--cron", "0 3 * * *"][..], args].concat())
        };
        for (args, field) in [
            (&["--tz", "Mars/Olympus"][..], "timezone"),
            (&["--email", "nobody"], "notifyEmails"),
            (&["--keep-last", "101"], "keepLast"),
            (&["--daily", "1.5"], "daily"),
        ] {
            let answer = wrong(args);
            answer.expect_problem(3, "fields");
            assert_eq!(answer.at("/error/problem/fields/0/field"), field, "{}", answer.said);
        }
        for cron in ["* * * * * *", "0 3 15W * *", "0 3 * * 5#6", "0 3 31 4 *", "0 3 31 2,4 *"] {
            let answer = laptop.run(&["schedule", "add", "acme", "--name", "Wrong", "--cron", cron]);
            answer.expect_problem(3, "fields");
            assert_eq!(answer.at("/error/problem/fields/0/field"), "cron", "{}", answer.said);
        }
        wrong(&["--as", DMITRI]).expect_problem(3, "actor_refused");
        laptop.run(&["run-now", "acme", daily, "--as", DMITRI]).expect_problem(3, "actor_refused");
        laptop.run(&["run-now", "acme", "00000000-0000-4000-8000-000000000000"]).expect_problem(3, "schedule_gone");
        assert_eq!(count(), before);
    });
}

fn faults(story: &mut Sections, host: &RealHost, laptop: &Laptop) {
    let daily = host.text("/schedules/daily");
    story.section("with Redis down the row is written, the truth told, and Repair mends it", || {
        host.stop(&["redis"]);
        let answer = laptop.run(&["schedule", "edit", "acme", daily, "--cron", "30 3 * * *"]);
        answer.expect_code(0);
        assert_eq!(answer.at("/schedule/next/cron"), "30 3 * * *");
        assert_eq!(answer.at("/schedule/next/queue/state"), "unknown", "{}", answer.said);
        laptop.run(&["schedule", "repair", "acme", daily]).expect_problem(1, "queue_unreachable");
        let run = laptop.run(&["run-now", "acme", daily]);
        run.expect_problem(1, "queue_unreachable");
        let newest =
            host.sql("select concat_ws(' ', status, left(error, 10)) from backup_run order by created_at desc limit 1");
        assert_eq!(newest, "failed not queued", "a run waits that nobody will come to");
        host.start(&["redis"]);
        let other = until("the queue can be read", || {
            row(laptop, daily).filter(|row| row["next"]["queue"]["state"] != "unknown")
        });
        assert_eq!(other["next"]["queue"]["state"], "in_queue_otherwise", "{other}");
        let repaired = laptop.run(&["schedule", "repair", "acme", daily]);
        repaired.expect_code(0);
        assert_eq!(repaired.at("/schedule/next/queue/state"), "in_queue", "{}", repaired.said);
    });
    story.section("without the api the queue is told through the worker, without both it is not", || {
        host.stop(&["api"]);
        let answer = laptop.run(&["schedule", "edit", "acme", daily, "--cron", "0 3 * * *"]);
        answer.expect_code(0);
        assert_eq!(answer.at("/schedule/next/queue/state"), "in_queue", "{}", answer.said);
        host.stop(&["worker"]);
        let answer = laptop.run(&["schedule", "disable", "acme", daily]);
        answer.expect_code(0);
        assert_eq!(answer.at("/schedule/next/queue/state"), "unknown", "{}", answer.said);
        host.start(&["worker", "api"]);
        // The api's own start has removed it.
        assert_eq!(row(laptop, daily).unwrap()["next"]["queue"]["state"], "disabled");
        laptop.run(&["schedule", "enable", "acme", daily]).expect_code(0);
    });
}
