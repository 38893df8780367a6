//! The fakes pass the suites of their ports, and fail where they are told to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use selvage_core::Secret;
use selvage_core::jobs::JobStore;
use selvage_core::ports::{Actor, Clock, DirectRequest, Endpoint, Keyring, KeyringError, Library};
use selvage_core::probe::probe;
use selvage_core::weavestream::compose::{ComposeWay, Project};
use selvage_testing::clock::FakeClock;
use selvage_testing::contract;
use selvage_testing::database::FakeDatabase;
use selvage_testing::fault_proxy::{Act, FaultProxy};
use selvage_testing::host::{FakeHost, HostState};
use selvage_testing::keyring::{FakeKeyring, Mood};
use selvage_testing::library::{DiskFault, MemoryLibrary};
use selvage_testing::postgres::FakePostgres;
use selvage_testing::sample;
use selvage_testing::store::MemoryStore;

#[tokio::test]
async fn host() {
    let mut state = HostState::healthy(sample::now());
    let bytes = sample::dump(50_000, 1);
    state.put("a.dump", bytes.clone());
    let services = state.services.iter();
    let project = Project {
        way: ComposeWay { sudo: false, v1: false },
        folder: state.folder.clone(),
        containers: services.map(|(name, service)| (name.clone(), service.id.clone())).collect(),
    };
    let known = contract::host::Known {
        project,
        login: state.login.clone(),
        dump: "/var/lib/weavestream/backup/a.dump".into(),
        bytes,
        postgres: Endpoint { host: state.services["postgres"].address.clone(), port: 5432 },
    };
    contract::host::works(&FakeHost::new(state), &known).await;
}

#[tokio::test]
async fn a_probe_of_the_fake_host_finds_what_it_is() {
    let clock = FakeClock::at(sample::now());
    let mut state = HostState::healthy(clock.now() + chrono::TimeDelta::seconds(90));
    state.sudo = true;
    let facts = probe(&FakeHost::new(state.clone()), &state.folder, &clock).await.unwrap();
    assert_eq!((facts.clock_skew, facts.sudo, facts.services.len()), (90, true, 5));
    assert_eq!(facts.backup_folder, Some(state.backup_folder));
    assert!(facts.project().is_ok());
}

#[tokio::test]
async fn database() {
    let database = FakeDatabase::default();
    let schedules = [sample::schedule("Daily", true), sample::schedule("weekly", false)];
    database.with(|tables| {
        tables.runs = sample::past(60, &schedules, sample::now());
        tables.schedules = schedules.to_vec();
    });
    contract::database::is_sound(&database, sample::now()).await;
    contract::database::agree(&database, &database.clone(), sample::now()).await;
    let entry = contract::database::records(&database, "an id", None).await;
    assert_eq!(database.with(|tables| tables.audit.clone()), [entry]);
    let actor = Actor { id: uuid::Uuid::new_v4(), email: "ada@example.test".into() };
    database.with(|tables| tables.actors.push(actor.clone()));
    contract::database::writes_schedules(&database, Some(actor.id)).await;
    contract::database::queues_runs(&database, None).await;
}

#[tokio::test]
async fn direct() {
    let database = FakeDatabase::default();
    let postgres = FakePostgres::to(&database, sample::dump(5_000, 1));
    postgres.with(|state| state.password = Some("right".into()));
    let request = DirectRequest { link: sample::direct(), password: Some(Secret::new("right".into())) };
    contract::direct::works(&postgres, &request).await;
}

#[tokio::test]
async fn store() {
    contract::store::works(&MemoryStore::default()).await;
    let store = MemoryStore::default();
    let job = contract::store::job(1);
    store.begin_job(&job).await.unwrap();
    store.next_process();
    assert_eq!(store.abandoned_jobs().await.unwrap(), [job]);
}

#[tokio::test]
async fn keyring() {
    let keyring = FakeKeyring::default();
    contract::keyring::keeps(&keyring, "test").await;
    keyring.set("kept", &Secret::new("s".into())).await.unwrap();
    let answers = [
        (Mood::Locked, KeyringError::KeyringLocked),
        (Mood::Denied, KeyringError::KeyringDenied),
        (Mood::Absent, KeyringError::KeyringAbsent { reason: "no secret service".into() }),
        (Mood::Silent, KeyringError::KeyringTimedOut { seconds: 45 }),
    ];
    for (mood, error) in answers {
        keyring.set_mood(mood);
        assert_eq!(keyring.get("kept").await.err(), Some(error.clone()));
        assert_eq!(keyring.set("kept", &Secret::new("t".into())).await, Err(error.clone()));
        assert_eq!(keyring.delete("kept").await, Err(error));
    }
    keyring.set_mood(Mood::Open);
    assert_eq!(keyring.get("kept").await.unwrap().unwrap().expose(), "s", "a refusal wiped something");
}

#[test]
fn library() {
    let root = Path::new("/library");
    contract::library::works(&MemoryLibrary::new(), root);
    let small = MemoryLibrary::new();
    small.set_capacity(Some(300_000));
    contract::library::fills_up(&small, root, 300_000);
    let read_only = MemoryLibrary::new();
    read_only.put(root, "file", Some(b"here".to_vec()));
    read_only.set_fault(Some(DiskFault::ReadOnly));
    contract::library::read_only(&read_only, root);
    let vanishing = MemoryLibrary::new();
    vanishing.open(root).unwrap();
    contract::library::vanishes(&vanishing, root, || vanishing.set_fault(Some(DiskFault::Vanished)));
}

/// Sends `bytes` to whoever connects, then waits for them to go.
fn server(bytes: usize) -> SocketAddr {
    use std::io::{Read, Write};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            std::thread::spawn(move || {
                let _ = socket.write_all(&vec![5; bytes]);
                let _ = socket.read(&mut [0]);
            });
        }
    });
    address
}

fn received(port: u16) -> usize {
    use std::io::Read;
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let (mut all, mut buffer) = (0, vec![0; 65_536]);
    while let Ok(n @ 1..) = socket.read(&mut buffer) {
        all += n;
        if all == 1_000_000 {
            break;
        }
    }
    all
}

#[test]
fn the_proxy_cuts_stalls_and_refuses_where_it_is_told() {
    let proxy = Arc::new(FaultProxy::to(server(1_000_000)));
    assert_eq!(received(proxy.port()), 1_000_000);
    proxy.after(123_456, Act::Cut);
    assert_eq!(received(proxy.port()), 123_456);
    assert!(!proxy.is_armed());
    assert_eq!(received(proxy.port()), 1_000_000, "a new connection passes");
    proxy.after(50_000, Act::Stall);
    let stalled = Arc::clone(&proxy);
    let waiting = std::thread::spawn(move || received(stalled.port()));
    selvage_testing::wait::until_true("the stall", || !proxy.is_armed());
    assert!(!waiting.is_finished());
    proxy.now(Act::Cut);
    assert_eq!(waiting.join().unwrap(), 50_000);
    proxy.refuse(true);
    selvage_testing::wait::until_true("refusal", || TcpStream::connect(("127.0.0.1", proxy.port())).is_err());
    proxy.refuse(false);
    selvage_testing::wait::until_true("the end of it", || TcpStream::connect(("127.0.0.1", proxy.port())).is_ok());
    proxy.set_delay(Duration::from_millis(5));
    assert_eq!(received(proxy.port()), 1_000_000);
}
