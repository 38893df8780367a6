//! The laptop's own `pg_dump`, and the port that it comes through.

use std::process::Command;

use selvage_core::deployment::TlsMode::VerifyFull;
use selvage_core::ports::{ByteSource, DirectConnector, DirectPostgres, Exit};
use selvage_core::weavestream::archive;
use selvage_postgres::PostgresConnector;
use selvage_testing::wait::{until, until_true};

use crate::scene::{PASSWORD, Scene};

async fn whole(mut dump: Box<dyn ByteSource>) -> (Vec<u8>, Exit) {
    let mut bytes = Vec::new();
    while let Some(piece) = dump.next().await.unwrap() {
        bytes.extend_from_slice(&piece);
    }
    let exit = dump.exit().await.unwrap();
    (bytes, exit)
}

async fn dumped(postgres: &dyn DirectPostgres) -> (Vec<u8>, Exit) {
    let server = postgres.database().server().await.unwrap();
    let tools = PostgresConnector.pg_dumps().await;
    let tool = tools.iter().find(|tool| tool.version.major() == server.version.major()).expect("its own pg_dump");
    whole(postgres.dump(tool, "selvage dump test").await.unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_is_an_archive_with_everything_in_it() {
    let scene = Scene::new();
    scene.server.change("create table things as select n, repeat('x', 100) as t from generate_series(1, 50000) n");
    let postgres = PostgresConnector.connect(&scene.request(VerifyFull)).await.unwrap();
    let (bytes, exit) = dumped(postgres.as_ref()).await;
    assert_eq!((exit.status, exit.stderr.as_str()), (0, ""));
    let contents = archive::contents(std::io::Cursor::new(bytes)).unwrap();
    assert!(contents.entries > 1, "{contents:?}");
    // It came over TLS, and the server knows it by its name.
    assert!(scene.server.log().contains("application_name=selvage dump test SSL enabled"), "{}", scene.server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_may_not_read_is_told_in_its_words() {
    let scene = Scene::new();
    scene.server.change("create table vault (secret text); create role reader login password 'reader'");
    let mut request = scene.request(VerifyFull);
    request.link.user = "reader".into();
    request.password = Some(selvage_core::Secret::new("reader".into()));
    let postgres = PostgresConnector.connect(&request).await.unwrap();
    let (_, exit) = dumped(postgres.as_ref()).await;
    assert_eq!(exit.status, 1);
    assert!(exit.stderr.contains("permission denied for table vault"), "{}", exit.stderr);
}

/// While a dump runs, nothing of the password is to be seen of its process; what
/// can be seen there is good for nothing else; dropped, it ends here and on the server.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_seen_of_the_password_and_nothing_is_left_running() {
    let scene = Scene::new();
    scene.server.change("create table things as select md5(random()::text) from generate_series(1, 300000)");
    let postgres = PostgresConnector.connect(&scene.request(VerifyFull)).await.unwrap();
    let tools = PostgresConnector.pg_dumps().await;
    let lock = postgres.lock("selvage lock").await.unwrap().expect("the lock is free");
    // Nobody reads it, so it waits.
    let dump = postgres.dump(&tools[0], "selvage dump seen").await.unwrap();
    let running = until("pg_dump runs", || pg_dumps_of(std::process::id()).into_iter().next());
    let read =
        |file: &str| String::from_utf8_lossy(&std::fs::read(format!("/proc/{running}/{file}")).unwrap()).into_owned();
    let (arguments, environment) = (read("cmdline"), read("environ"));
    assert!(!arguments.contains("p4ss") && !environment.contains("p4ss"), "the password can be seen");
    let value = |name: &str| {
        environment.split('\0').find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap().to_owned()
    };
    let (port, token) = (value("PGPORT"), value("PGPASSWORD"));
    assert!(!arguments.contains(&token));
    let knock = |password: &str| {
        let command = Command::new("psql")
            .args(["-h", "127.0.0.1", "-p", &port, "-U", "ws", "-d", "postgres", "-Atc"])
            .arg("select current_user")
            .env("PGPASSWORD", password)
            .output()
            .unwrap();
        (command.status.success(), String::from_utf8_lossy(&[command.stdout, command.stderr].concat()).into_owned())
    };
    for wrong in ["", "wrong", PASSWORD] {
        let (let_in, said) = knock(wrong);
        assert!(!let_in, "{wrong:?} was let in");
        assert!(said.contains("Selvage's own") || wrong.is_empty(), "{said}");
    }
    assert_eq!(knock(&token), (true, "ws\n".to_owned()), "only for as long as the dump runs");
    drop(dump);
    drop(lock);
    until_true("pg_dump has ended", || pg_dumps_of(std::process::id()).is_empty());
    assert!(!knock(&token).0, "the token outlived the dump");
    let sessions = "select count(*) from pg_stat_activity where application_name like 'selvage dump%' or application_name = 'selvage lock'";
    until_true("its sessions have ended", || scene.server.sql(sessions) == "0");
}

fn pg_dumps_of(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_ours = |id: &u32| {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        status.contains(&format!("PPid:\t{parent}\n")) && status.starts_with("Name:\tpg_dump")
    };
    ids.filter(is_ours).collect()
}
