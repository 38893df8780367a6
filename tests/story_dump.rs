//! An admin makes a dump directly to the laptop before an upgrade, also while
//! a backup of the host is under way, and on a bad line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

use std::path::PathBuf;

use selvage_testing::fault_proxy::Act;
use selvage_testing::held::Held;
use selvage_testing::laptop::{Answer, Running};
use selvage_testing::line::Line;
use selvage_testing::real_host::RealHost;
use selvage_testing::sample::sha256;
use selvage_testing::sections::Sections;
use selvage_testing::wait::until_true;
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_selvage");
/// Whose rows are counted after a restore.
const TABLES: [&str; 3] = ["ballast", "companies", "backup_run"];
/// What keeps backups apart (`docs/weavestream.md` section 4).
const LOCK: &str = "select pg_advisory_lock(hashtext('weavestream:backup'))";

#[test]
fn an_admin_dumps_before_an_upgrade() {
    let line = Line::to(RealHost::up(&[]), BINARY);
    // Enough to be cut in the middle, and hard to compress.
    line.host.change(
        "create table ballast as select md5(random()::text) || md5(random()::text) as x from generate_series(1, 400000)",
    );
    let mut story = Sections::default();
    whole(&mut story, &line);
    locks(&mut story, &line);
    bad_days(&mut story, &line);
    story.end();
}

fn start<'a>(line: &'a Line, more: &[&str]) -> Running<'a> {
    line.laptop.new_library();
    let library = line.laptop.library().display().to_string();
    line.laptop.start(&[&["dump", "acme", "--to", &library], more].concat(), "")
}

fn dump(line: &Line, more: &[&str]) -> Answer {
    start(line, more).wait()
}

/// The one dump in the library, with its manifest.
fn held(line: &Line) -> (PathBuf, Value) {
    let files = line.laptop.files();
    let [dump, manifest] = &files[..] else { panic!("{files:?}") };
    let manifest = std::fs::read(line.laptop.library().join(manifest)).unwrap();
    (line.laptop.library().join(dump), serde_json::from_slice(&manifest).unwrap())
}

fn lock_is_free(host: &RealHost) {
    until_true("the lock is free", || host.sql("select count(*) from pg_locks where locktype = 'advisory'") == "0");
}

fn whole(story: &mut Sections, line: &Line) {
    let host = &line.host;
    story.section("a dump is here, proved, with a manifest of the worker's form, and can be restored", || {
        let answer = dump(line, &[]);
        answer.expect_code(0);
        let (path, manifest) = held(line);
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(manifest["sha256"], sha256(&bytes).to_string());
        assert_eq!(manifest["sizeBytes"], bytes.len());
        assert_eq!(manifest["filename"], path.file_name().unwrap().to_str().unwrap());
        assert!(manifest["filename"].as_str().unwrap().starts_with("weavestream-postgres-acme-manual-20"), "{manifest}");
        let last = host.sql("select manifest from backup_run where manifest is not null order by started_at desc limit 1");
        let worker: Value = serde_json::from_str(&last).unwrap();
        for field in ["weavestreamVersion", "passwordEncryptionKid", "databaseUrlHostname"] {
            assert_eq!(manifest[field], worker[field], "{field}");
        }
        assert_eq!(answer.at("/copy/sha256"), &manifest["sha256"], "{}", answer.said);
        assert_eq!(answer.at("/copy/state"), "complete", "there was no manifest to compare it with");
        host.check_restores(&path, &TABLES);
        let audited = host.sql(
            "select concat_ws(' ', user_agent, after->>'filename', after->>'oneOff') from audit_log where action = 'backup.run.downloaded' order by created_at desc limit 1",
        );
        let file = manifest["filename"].as_str().unwrap();
        assert_eq!(audited, format!("selvage/{} {file} true", env!("CARGO_PKG_VERSION")));
        lock_is_free(host);
    });
}

fn locks(story: &mut Sections, line: &Line) {
    let host = &line.host;
    story.section("while a backup is under way it is refused, or made beside it, as the admin says", || {
        let other = Held::new(host, LOCK);
        // A pool that keeps the lock is no backup; a run is.
        let refused = dump(line, &[]);
        refused.expect_problem(3, "lock_held_idle");
        assert!(refused.said.contains("although no backup runs"), "{}", refused.said);
        let run = host.sql("insert into backup_run (id, kind, status, started_at, created_at) values (gen_random_uuid(), 'MANUAL', 'running', now(), now()) returning id");
        dump(line, &[]).expect_problem(3, "backup_under_way");
        host.change(&format!("delete from backup_run where id = '{run}'"));
        assert!(line.laptop.files().is_empty(), "{:?}", line.laptop.files());
        dump(line, &["--without-lock"]).expect_code(0);
        host.check_restores(&held(line).0, &TABLES);
        let mut waiting = start(line, &["--wait"]);
        until_true("it waits", || line.laptop.run(&["jobs"]).said.contains("\"step\":\"await_lock\""));
        assert!(waiting.is_running());
        drop(other);
        waiting.wait().expect_code(0);
        held(line);
    });
    story.section("the worker's run is skipped while the dump is made", || {
        let table = Held::new(host, "begin; lock table ballast in access exclusive mode");
        let dumping = start(line, &[]);
        until_true("it holds the lock", || {
            host.sql("select count(*) from pg_locks where locktype = 'advisory' and granted") == "1"
        });
        line.laptop.run(&["run-now", "acme", host.text("/schedules/daily"), "--wait"]).expect_problem(1, "run_skipped");
        drop(table);
        dumping.wait().expect_code(0);
        held(line);
        lock_is_free(host);
    });
}

fn bad_days(story: &mut Sections, line: &Line) {
    let host = &line.host;
    for act in [Act::Cut, Act::Stall] {
        story.section(&format!("{act:?} in the middle: nothing half is kept, and the lock is given back"), || {
            let dumping = start(line, &[]);
            until_true("the dump has begun", || !line.laptop.files().is_empty());
            line.proxy.after(4_000_000, act);
            dumping.wait().expect_problem(1, "dump_cut");
            assert!(line.laptop.files().is_empty(), "{:?}", line.laptop.files());
            lock_is_free(host);
            // What hangs on the host keeps Docker from looking into a container that starts anew.
            host.stop(&["postgres"]);
            host.start(&["postgres"]);
        });
    }
    story.section("what is behind pg_dump is killed: no dump", || {
        let table = Held::new(host, "begin; lock table ballast in access exclusive mode");
        let dumping = start(line, &[]);
        let kill = "for p in /proc/[0-9]*; do if [ \"$(cat $p/comm)\" = tee ]; then kill -9 ${p#/proc/}; killed=1; fi; done; [ -n \"$killed\" ]";
        until_true("tee is killed", || {
            host.docker(&["exec", &host.container("postgres"), "sh", "-c", kill]).status.success()
        });
        drop(table);
        dumping.wait().expect_problem(1, "dump_failed");
        assert!(line.laptop.files().is_empty(), "{:?}", line.laptop.files());
        lock_is_free(host);
    });
    story.section("Ctrl-C ends it here and there", || {
        let table = Held::new(host, "begin; lock table ballast in access exclusive mode");
        let dumping = start(line, &[]);
        until_true("it holds the lock", || {
            host.sql("select count(*) from pg_locks where locktype = 'advisory' and granted") == "1"
        });
        dumping.signal("INT");
        assert_eq!(dumping.wait().code, Some(130));
        assert!(line.laptop.files().is_empty());
        lock_is_free(host);
        drop(table);
    });
    story.section("killed in the middle, the next one is whole", || {
        let table = Held::new(host, "begin; lock table ballast in access exclusive mode");
        let dumping = start(line, &[]);
        until_true("it holds the lock", || {
            host.sql("select count(*) from pg_locks where locktype = 'advisory' and granted") == "1"
        });
        dumping.signal("KILL");
        assert_eq!(dumping.wait().code, None);
        drop(table);
        lock_is_free(host);
        let library = line.laptop.library().display().to_string();
        line.laptop.run(&["dump", "acme", "--to", &library]).expect_code(0);
        host.check_restores(&held(line).0, &TABLES);
    });
    story.section("a session that a dead line left behind is ended by the next dump", || {
        let table = Held::new(host, "begin; lock table ballast in access exclusive mode");
        let dumping = start(line, &[]);
        until_true("it holds the lock", || {
            host.sql("select count(*) from pg_locks where locktype = 'advisory' and granted") == "1"
        });
        line.proxy.now(Act::Stall);
        dumping.signal("KILL");
        assert_eq!(dumping.wait().code, None);
        drop(table);
        dump(line, &[]).expect_code(0);
        host.check_restores(&held(line).0, &TABLES);
        lock_is_free(host);
    });
    story.section("with Postgres down it says so", || {
        host.stop(&["postgres"]);
        let answer = dump(line, &[]);
        host.start(&["postgres"]);
        assert_ne!(answer.code, Some(0));
        assert!(line.laptop.files().is_empty());
    });
    story.section("pg_dump fails: its own words, and nothing is kept", || {
        // A table whose file the disk has lost.
        host.change("create table broken as select 1 as x; checkpoint");
        let file = host.sql("select pg_relation_filepath('broken')");
        let file = PathBuf::from(host.text("/data_dir")).join("postgres").join(file);
        std::fs::rename(&file, file.with_extension("away")).unwrap();
        let answer = dump(line, &[]);
        std::fs::rename(file.with_extension("away"), &file).unwrap();
        host.change("drop table broken");
        answer.expect_problem(1, "dump_failed");
        assert!(answer.said.contains("could not open file"), "{}", answer.said);
        assert!(line.laptop.files().is_empty());
        lock_is_free(host);
    });
}
