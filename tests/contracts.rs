//! Host and Database for real, over SSH to a real host with a long past, pass
//! the suites that their fakes pass, and give the same answers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use selvage_core::Secret;
use selvage_core::deployment::{DirectLink, SshAuth, SshTarget, Tls, TlsMode};
use selvage_core::ports::{
    Database, DatabaseConnector, DatabaseCredentials, DatabaseError, DirectConnector, DirectRequest, Endpoint, Forward,
    Host, HostConnector, HostRequest, LinkError, ScheduleWrite, ScheduleWritten, SshSecrets,
};
use selvage_core::probe::probe;
use selvage_core::weavestream::compose::Project;
use selvage_core::weavestream::run::{Page, RunFilter};
use selvage_core::weavestream::schedule_draft::ScheduleDraft;
use selvage_core::weavestream::sealed::SealedSamples;
use selvage_postgres::PostgresConnector;
use selvage_ssh::{SshConnector, SshSettings};
use selvage_testing::clock::FakeClock;
use selvage_testing::contract::{database, direct, host};
use selvage_testing::database::FakeDatabase;
use selvage_testing::real_host::RealHost;
use selvage_testing::sections::Sections;

const RUNS: &str = "1200";
const LONG_PAST: u64 = 100_000;

/// Signed in to the host, with Postgres reached both ways.
struct Ways {
    host: Arc<dyn Host>,
    project: Project,
    login: String,
    postgres: Endpoint,
    credentials: DatabaseCredentials,
    forwarded: Arc<dyn Database>,
    psql: Arc<dyn Database>,
    now: DateTime<Utc>,
    _forward: Forward,
    _home: tempfile::TempDir,
}

async fn ways(real: &RealHost) -> Ways {
    let home = tempfile::tempdir().unwrap();
    let mut settings = SshSettings::new(home.path().join("known_hosts"));
    settings.home = Some(home.path().to_path_buf());
    let connector = SshConnector::new(settings);
    let target = SshTarget {
        host: real.text("/ssh/host").into(),
        port: Some(real.sshd().port()),
        user: Some(real.text("/ssh/user").into()),
        auth: SshAuth::Key { file: real.text("/ssh/key").into() },
        jump: None,
    };
    let request = HostRequest { target, secrets: SshSecrets::default() };
    let key = match connector.connect(&request).await.map(|_| ()) {
        Err(LinkError::HostKeyUnknown { key }) => key,
        other => panic!("{other:?}"),
    };
    assert_eq!(key.fingerprint, real.text("/ssh/host_key_sha256"));
    connector.trust(&key).await.unwrap();
    let host = connector.connect(&request).await.unwrap();
    let now = Utc::now();
    let facts = probe(host.as_ref(), real.text("/dir"), &FakeClock::at(now)).await.unwrap();
    let project = facts.project().unwrap();
    let postgres = Endpoint { host: real.text("/database/host").into(), port: 5432 };
    let credentials = DatabaseCredentials {
        user: real.text("/database/user").into(),
        password: Secret::new(real.text("/database/password").into()),
        database: real.text("/database/name").into(),
    };
    let forward = host.forward(&postgres).await.unwrap();
    let local = Endpoint { host: forward.local.ip().to_string(), port: forward.local.port() };
    let forwarded = PostgresConnector.over_tcp(&local, &credentials).await.unwrap();
    let psql = PostgresConnector.over_psql(Arc::clone(&host), &project, &credentials).await.unwrap();
    Ways {
        host,
        project,
        login: facts.login,
        postgres,
        credentials,
        forwarded,
        psql,
        now,
        _forward: forward,
        _home: home,
    }
}

#[test]
fn real_adapters_pass_the_suites_of_their_ports() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let real = RealHost::up(&["--runs", RUNS]);
    let ways = runtime.block_on(ways(&real));
    let mut suite = Sections::default();
    suite.section("host", || {
        let known = host::Known {
            project: ways.project.clone(),
            login: ways.login.clone(),
            dump: format!("/var/lib/weavestream/backup/{}", real.text("/runs/latest/filename")),
            bytes: std::fs::read(real.latest_dump()).unwrap(),
            postgres: ways.postgres.clone(),
        };
        runtime.block_on(host::works(ways.host.as_ref(), &known));
    });
    suite.section("database by forward", || runtime.block_on(database::is_sound(ways.forwarded.as_ref(), ways.now)));
    suite.section("over a direct link", || {
        let link = DirectLink {
            host: ways.postgres.host.clone(),
            port: Some(ways.postgres.port),
            user: ways.credentials.user.clone(),
            database: ways.credentials.database.clone(),
            // Its certificates have a suite of their own.
            tls: Tls { mode: TlsMode::Disable, ca: None, client: None },
        };
        let request = DirectRequest { link, password: Some(ways.credentials.password.clone()) };
        runtime.block_on(direct::works(&PostgresConnector, &request));
        let postgres = runtime.block_on(PostgresConnector.connect(&request)).unwrap();
        runtime.block_on(database::agree(ways.forwarded.as_ref(), postgres.database().as_ref(), ways.now));
    });
    suite.section("both ways agree", || {
        runtime.block_on(database::agree(ways.forwarded.as_ref(), ways.psql.as_ref(), ways.now));
    });
    suite.section("the fake gives the real one's answers", || runtime.block_on(fake_agrees(&ways)));
    suite.section("a long past", || {
        let more = format!(
            "insert into backup_run (config_id, kind, status, started_at, finished_at, created_at, manifest)
             select config_id, kind, 'success', at, at, at, manifest from
               (select * from backup_run where status = 'success' limit 1) as one,
               (select timestamp '2020-01-01' + n * interval '10 minutes' as at
                from generate_series(1, {LONG_PAST} - (select count(*) from backup_run)) n) as past"
        );
        real.change(&more);
        runtime.block_on(long_past(&ways));
    });
    suite.section("what is sealed is sampled", || sealed(&real, &runtime, &ways));
    suite.section("schedules are written, both ways", || writes(&real, &runtime, &ways));
    suite.section("the audit row reads back as it was meant", || records(&real, &runtime, &ways));
    suite.section("what is wrong is told the same both ways", || wrongs(&real, &runtime, &ways));
    suite.end();
}

/// Also what is odd: rows that are no envelopes, a kid of the greatest length, a
/// column that is not there, and a role that may not look.
fn sealed(real: &RealHost, runtime: &tokio::runtime::Runtime, ways: &Ways) {
    use selvage_core::weavestream::envelope::Envelope;
    use selvage_core::weavestream::sealed::{NotSampled, Sealed, SealedColumn};
    let sample = || runtime.block_on(database::samples_what_is_sealed(ways.forwarded.as_ref()));
    let of = |samples: &[SealedSamples], column| {
        samples.iter().find(|samples| samples.column == column).unwrap().found.clone()
    };
    let sound = sample();
    assert_eq!(of(&sound, SealedColumn::Password).unwrap().iter().map(|sealed| sealed.rows).sum::<u64>(), {
        real.sql("select count(*) from passwords").parse::<u64>().unwrap()
    });
    assert!(of(&sound, SealedColumn::Mfa).unwrap().len() > 1, "each user's is a sample");
    let long = format!("Av8{}", "A".repeat(601));
    for odd in ["", "AgE", "no base64 at all!", "AgExAAECAwQFBgcICQoLJyuGH0lF2PpO2nLRo1uGgDQxtWmgkQ=", "\u{fc}", &long]
    {
        real.change(&format!("begin; alter table passwords disable trigger user;
            create table kept as select id, notes_ciphertext as notes from passwords; update passwords set notes_ciphertext = '{odd}'; commit"));
        let found = of(&sample(), SealedColumn::PasswordNotes);
        let psql = runtime.block_on(ways.psql.sealed());
        real.change(
            "update passwords p set notes_ciphertext = kept.notes from kept where kept.id = p.id; drop table kept;
            alter table passwords enable trigger user",
        );
        assert!(found.as_ref().is_ok_and(|found| found.len() == 3 && found[0].rows > 3), "{odd:?}: {found:?}");
        assert_eq!(of(&psql.unwrap().samples, SealedColumn::PasswordNotes), found);
    }
    real.change("alter table passwords rename totp_secret_ciphertext to elsewhere");
    let older = sample();
    real.change("alter table passwords rename elsewhere to totp_secret_ciphertext");
    assert_eq!(of(&older, SealedColumn::PasswordTotp), Err(NotSampled::Missing));
    real.change(
        "create table integration_oauth_apps (provider text primary key, secret_ciphertext text);
        insert into integration_oauth_apps values ('microsoft', 'AgExAAECAwQFBgcICQoLJyuGH0lF2PpO2nLRo1uGgDQxtWmgkQ==');
        create table ticket_bridges (id int, token_ciphertext text, pin_encrypted bytea, is_encrypted boolean)",
    );
    let newer = runtime.block_on(ways.forwarded.sealed()).unwrap();
    real.change("drop table integration_oauth_apps, ticket_bridges");
    assert_eq!(newer.unknown, ["ticket_bridges.pin_encrypted", "ticket_bridges.token_ciphertext"]);
    let oauth = of(&newer.samples, SealedColumn::OauthApp).unwrap();
    assert_eq!(oauth[0].row, "integration-oauth-app:microsoft:client-secret");
    // Rows that were written meanwhile lie elsewhere, so that others of them are the samples.
    let kinds = |found: &[SealedSamples]| {
        let kind = |sealed: &Sealed| (Envelope::parse(&sealed.text).ok().map(|e| (e.kid, e.bound)), sealed.rows);
        let of = |samples: &SealedSamples| {
            samples.found.as_ref().map(|found| found.iter().map(kind).collect::<Vec<_>>()).ok()
        };
        found.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&older)[0], kinds(&sound)[0]);
    real.change("create role looker login password 'looks-only'; grant select on users to looker");
    let looker = DatabaseCredentials {
        user: "looker".into(),
        password: Secret::new("looks-only".into()),
        database: ways.credentials.database.clone(),
    };
    let denied = runtime.block_on(async {
        let forward = ways.host.forward(&ways.postgres).await.unwrap();
        let local = Endpoint { host: forward.local.ip().to_string(), port: forward.local.port() };
        database::samples_what_is_sealed(PostgresConnector.over_tcp(&local, &looker).await.unwrap().as_ref()).await
    });
    real.change("drop owned by looker; drop role looker");
    assert_eq!(of(&denied, SealedColumn::Password), Err(NotSampled::Forbidden));
    assert_eq!(of(&denied, SealedColumn::Mfa), of(&sound, SealedColumn::Mfa));
    assert_eq!(kinds(&sample()), kinds(&sound), "everything is as it was");
}

/// The fake, filled with what the real one holds of the last runs.
async fn fake_agrees(ways: &Ways) {
    let fake = FakeDatabase::default();
    let schedules = ways.forwarded.schedules().await.unwrap();
    let whole = ways.forwarded.runs(&RunFilter::default(), Page { offset: 0, limit: 2000 }, ways.now).await.unwrap();
    assert_eq!(whole.runs.len() as u64, whole.total);
    let sealed = ways.forwarded.sealed().await.unwrap();
    fake.with(|tables| (tables.schedules, tables.runs, tables.sealed) = (schedules, whole.runs, sealed.samples));
    database::samples_what_is_sealed(&fake).await;
    database::agree(ways.forwarded.as_ref(), &fake, ways.now).await;
}

/// Every run is on one page and on no other. How long pages take is printed.
async fn long_past(ways: &Ways) {
    let mut ids = std::collections::BTreeSet::new();
    for offset in (0..u32::try_from(LONG_PAST).unwrap()).step_by(10_000) {
        let page = ways.forwarded.runs(&RunFilter::default(), Page { offset, limit: 10_000 }, ways.now).await.unwrap();
        assert_eq!(page.total, LONG_PAST);
        ids.extend(page.runs.iter().map(|run| run.id));
    }
    assert_eq!(ids.len() as u64, LONG_PAST, "pages overlap or leave runs out");
    let searching = RunFilter { search: Some("pg_dump".into()), ..RunFilter::default() };
    for (name, filter, offset) in [
        ("the first page", RunFilter::default(), 0),
        ("the last page", RunFilter::default(), 99_900),
        ("a search", searching, 0),
    ] {
        for (way, database) in [("forward", &ways.forwarded), ("psql", &ways.psql)] {
            let begun = Instant::now();
            let page = database.runs(&filter, Page { offset, limit: 100 }, ways.now).await.unwrap();
            assert!(!page.runs.is_empty());
            println!("        {name} of {} runs by {way}: {} ms", page.total, begun.elapsed().as_millis());
        }
    }
}

fn records(real: &RealHost, runtime: &tokio::runtime::Runtime, ways: &Ways) {
    let ada = runtime.block_on(ways.forwarded.actors()).unwrap()[0].id;
    let gone = uuid::Uuid::from_u128(7);
    let ways = [("by-forward", &ways.forwarded), ("by-psql", &ways.psql)];
    let cases = ways.into_iter().zip([(Some(ada), Some(ada)), (Some(gone), None)]);
    for ((entity, database), (by, recorded)) in cases {
        let entry = runtime.block_on(database::records(database.as_ref(), entity, by));
        let row = real.sql(&format!(
            "select to_jsonb(a) - 'id' - 'created_at' from audit_log a where entity_id = '{entity}'
             and abs(extract(epoch from created_at - (now() at time zone 'UTC'))) < 60"
        ));
        let row: serde_json::Value = serde_json::from_str(&row).unwrap_or_else(|_| panic!("no row of {entity}: {row}"));
        assert_eq!(row["after"], entry.after);
        assert_eq!((&row["action"], &row["entity_type"]), (&entry.action.into(), &entry.entity_type.into()));
        assert_eq!(row["user_agent"], concat!("selvage/", env!("CARGO_PKG_VERSION")));
        assert_eq!(row["actor_id"], serde_json::to_value(recorded).unwrap(), "{entity}");
        for empty in ["company_id", "ip", "before"] {
            assert!(row[empty].is_null(), "{empty}: {row}");
        }
    }
}

fn writes(real: &RealHost, runtime: &tokio::runtime::Runtime, ways: &Ways) {
    for database in [&ways.forwarded, &ways.psql] {
        let actors = runtime.block_on(database.actors()).unwrap();
        let emails: Vec<&str> = actors.iter().map(|actor| actor.email.as_str()).collect();
        assert_eq!(emails, ["ada.lindqvist@example.test", "bruno.castellan@example.test", "chika.obi@example.test"]);
        real.change("set session_replication_role = replica; delete from audit_log");
        runtime.block_on(database::writes_schedules(database.as_ref(), Some(actors[1].id)));
        runtime.block_on(database::queues_runs(database.as_ref(), None));
        let told = real.sql(
            "select string_agg(concat_ws(' ', action, entity_type, (select email from users where id = actor_id),
                (before is not null)::text, (after is not null)::text), ', ' order by created_at) from audit_log
             where entity_type = 'BackupConfig' and actor_id is not null",
        );
        let bruno = "BackupConfig bruno.castellan@example.test";
        let expected = format!(
            "backup.config.create {bruno} false true, backup.config.update {bruno} true true,
             backup.config.update {bruno} true true, backup.config.delete {bruno} true false"
        );
        assert_eq!(told, expected.replace("\n             ", " "));
        let runs = real
            .sql("select string_agg(action, ', ' order by created_at) from audit_log where entity_type = 'BackupRun'");
        assert_eq!(runs, "backup.run.triggered, backup.run.failed");
        assert_eq!(runtime.block_on(database.lock_holder()), Ok(None));
    }
    // Keys that Selvage does not know stay, and odd ones are mended by a change only.
    let id = real.sql(
        "insert into backup_config (name, cron, retention, updated_at) values ('odd', '0 4 * * *',
            '{\"keepLast\": \"many\", \"theirs\": 7}', now() at time zone 'UTC') returning id",
    );
    let odd =
        runtime.block_on(ways.forwarded.schedules()).unwrap().into_iter().find(|s| s.id.to_string() == id).unwrap();
    let off = ScheduleWrite::Enable { id: odd.id, expected: odd.updated_at, enabled: false };
    let Ok(ScheduleWritten::Done(odd)) = runtime.block_on(ways.psql.write_schedule(&off, None)) else {
        panic!("not switched off")
    };
    let retention = || real.sql(&format!("select retention from backup_config where id = '{id}'"));
    assert_eq!(retention(), r#"{"theirs": 7, "keepLast": "many"}"#);
    let values = ScheduleDraft::from(&odd).checked(Utc::now()).unwrap();
    let update = ScheduleWrite::Update { id: odd.id, expected: odd.updated_at, values };
    let written = runtime.block_on(ways.forwarded.write_schedule(&update, None));
    assert!(matches!(written, Ok(ScheduleWritten::Done(_))), "{written:?}");
    assert_eq!(retention(), r#"{"daily": 7, "theirs": 7, "weekly": 4, "monthly": 12, "keepLast": 3}"#);
}

fn wrongs(real: &RealHost, runtime: &tokio::runtime::Runtime, ways: &Ways) {
    let both = || {
        [&ways.forwarded, &ways.psql].map(|database| {
            runtime.block_on(database.runs(&RunFilter::default(), Page { offset: 0, limit: 1 }, ways.now))
        })
    };
    real.change("alter table backup_run rename to backup_run_elsewhere");
    let missing = both();
    real.change("alter table backup_run_elsewhere rename to backup_run");
    for found in missing {
        assert_eq!(found, Err(DatabaseError::NotWeavestream { missing: "backup_run".into() }));
    }
    let wrong = DatabaseCredentials { password: Secret::new("wrong".into()), ..ways.credentials.clone() };
    let refused = runtime.block_on(async {
        let forward = ways.host.forward(&ways.postgres).await.unwrap();
        let local = Endpoint { host: forward.local.ip().to_string(), port: forward.local.port() };
        PostgresConnector.over_tcp(&local, &wrong).await.unwrap().schedules().await
    });
    assert!(matches!(refused, Err(DatabaseError::DatabaseSignInRefused { .. })), "{refused:?}");
    real.stop(&["postgres"]);
    let down = both();
    real.start(&["postgres"]);
    for found in down {
        assert!(matches!(found, Err(DatabaseError::DatabaseUnreachable { .. })), "{found:?}");
    }
    assert!(both().iter().all(Result::is_ok), "it does not come back");
}
