//! What is refused, and how it is told.

use selvage_core::base::Problem;
use selvage_core::base::RequestError;
use selvage_core::download::DownloadError;
use selvage_core::jobs::JobEnd;
use selvage_core::ports::{LibraryError, LinkError};
use selvage_core::probe::ProbeError;
use selvage_core::weavestream::run::RunStatus;
use selvage_testing::ends::refused;
use selvage_testing::host::{Compose, Docker, HostState, StreamFault};
use selvage_testing::library::DiskFault;
use selvage_testing::sample;
use selvage_testing::scene::Scene;

type Change = fn(&mut HostState);
type Fits = fn(&ProbeError) -> bool;

fn scene() -> Scene {
    Scene::with_dump(sample::dump(9_000, 5))
}

fn problem(end: JobEnd) -> Problem {
    match end {
        JobEnd::Refused(problem) | JobEnd::Failed(problem) | JobEnd::Unsound(problem) => problem,
        other => panic!("{other:?}"),
    }
}

async fn on_host(change: impl FnOnce(&mut HostState)) -> Problem {
    let scene = scene();
    scene.host.change(change);
    let found = problem(scene.download().await);
    assert!(scene.library.files(&scene.folder()).is_empty(), "something was written");
    found
}

#[tokio::test(start_paused = true)]
async fn names_that_leave_the_folder_are_refused() {
    for path in [
        "/var/lib/weavestream/backup/../secret.dump",
        "/var/lib/weavestream/backup/../../weavestream-postgres-2026-01-01T00-00-00Z.dump",
        "/etc/weavestream-postgres-2026-01-01T00-00-00Z.dump",
        "weavestream-postgres-2026-01-01T00-00-00Z.dump",
        "/var/lib/weavestream/backup/weavestream-postgres-2026-01-01T00-00-00Z.dump\n",
        "",
    ] {
        let scene = scene();
        scene.database.with(|tables| tables.runs[0].dump_path = Some(path.to_owned()));
        let end = scene.download().await;
        assert!(matches!(refused(&end), Some(DownloadError::UnsafeDumpName { .. })), "{path:?}: {end:?}");
        assert!(scene.library.files(&scene.folder()).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_without_a_dump_says_why() {
    let scene = scene();
    scene.database.with(|tables| tables.runs[0].dump_path = None);
    assert_eq!(scene.download().await, JobEnd::Refused(DownloadError::Pruned.into()));
    scene.database.with(|tables| {
        tables.runs[0].status = RunStatus::Failed;
        tables.runs[0].error = Some("pg_dump: out of memory".into());
    });
    let reason = Some("pg_dump: out of memory".to_owned());
    assert_eq!(scene.download().await, JobEnd::Refused(DownloadError::RunHasNoDump { reason }.into()));
    scene.database.with(|tables| tables.runs.clear());
    let run = scene.run.id.to_string();
    assert_eq!(scene.download().await, JobEnd::Refused(RequestError::NoSuchRun { run }.into()));
}

#[tokio::test(start_paused = true)]
async fn a_dump_that_is_gone_is_told_apart_from_one_that_cannot_be_read() {
    let scene_name = sample::dump_name(sample::now() - chrono::TimeDelta::minutes(41));
    let gone = on_host(|state| drop(state.files.remove(scene_name.as_str()))).await;
    assert!(matches!(gone.find(), Some(DownloadError::DumpGone { .. })), "{gone:?}");
    let unreadable = on_host(|state| {
        state.stop("api");
        state.stop("worker");
    })
    .await;
    assert!(matches!(unreadable.find(), Some(DownloadError::NotReadable { .. })), "{unreadable:?}");
}

#[tokio::test(start_paused = true)]
async fn each_way_of_reading_is_found() {
    let ways: [(&str, Change); 4] = [
        ("cat /opt", |state| state.dumps_readable = true),
        ("sudo -n cat /opt", |state| state.sudo = true),
        ("docker exec", |state| state.stop("worker")),
        ("sudo -n docker exec", |state| {
            (state.sudo, state.docker, state.compose) = (true, Docker::Root, Compose::V1);
            // Only the containers see the folder.
            state.backup_folder = "/elsewhere".into();
        }),
    ];
    for (expected, change) in ways {
        let scene = scene();
        scene.host.change(change);
        assert_eq!(scene.download().await, JobEnd::Done, "{expected}");
        scene.check_held().await;
        let stream = scene.host.faults.streams().remove(0);
        if expected != "sudo -n docker exec" {
            assert!(stream.starts_with(expected), "{expected}: {stream}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_host_lacks_is_named() {
    let cases: [(Change, Fits); 6] = [
        (|s| s.docker = Docker::Missing, |e| matches!(e, ProbeError::DockerMissing { .. })),
        (|s| s.docker = Docker::Nobody, |e| matches!(e, ProbeError::DockerForbidden { .. })),
        (|s| s.compose = Compose::Missing, |e| matches!(e, ProbeError::ComposeMissing { .. })),
        (|s| s.project_files.clear(), |e| matches!(e, ProbeError::NotCompose { .. })),
        (|s| s.stop("postgres"), |e| matches!(e, ProbeError::ServiceDown { service, .. } if service == "postgres")),
        (
            |s| s.folder = "/srv/weavestream".into(),
            |e| matches!(e, ProbeError::FolderMissing { seen, .. } if seen[0].folder == "/srv/weavestream"),
        ),
    ];
    for (nth, (change, fits)) in cases.into_iter().enumerate() {
        let found = on_host(change).await;
        assert!(matches!(found.find(), Some(error) if fits(&error)), "case {nth}: {found:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_forwards_psql_in_the_container_is_used() {
    let scene = scene();
    scene.host.change(|state| state.forwarding = false);
    assert_eq!(scene.download().await, JobEnd::Done);
    assert_eq!(scene.database.with(|tables| tables.opened), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn containers_made_anew_are_found_again() {
    let scene = scene();
    let downloads = scene.start().await;
    downloads.links.open(&scene.deployment).await.unwrap();
    scene.host.change(|state| {
        for service in ["postgres", "api", "worker"] {
            state.start_anew(service);
        }
    });
    // The open link's database is at an address where nothing listens now.
    scene.host.faults.on_stream(0, StreamFault::NotConnected);
    let id = scene.begin(&downloads).await.unwrap();
    let end = downloads.jobs.ended(id).await.unwrap();
    assert_eq!(end, JobEnd::Done, "a host that was updated meanwhile");
}

#[tokio::test(start_paused = true)]
async fn a_library_that_is_gone_or_read_only_is_told() {
    for (fault, fits) in [
        (DiskFault::Vanished, (|e| matches!(e, LibraryError::LibraryMissing { .. })) as fn(&LibraryError) -> bool),
        (DiskFault::ReadOnly, |e| matches!(e, LibraryError::LibraryReadOnly { .. })),
    ] {
        let scene = scene();
        scene.library.set_fault(Some(fault));
        let found = problem(scene.download().await);
        assert!(matches!(found.find(), Some(error) if fits(&error)), "{found:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn host_keys_that_are_unknown_or_changed_are_refused() {
    let scene = scene();
    scene.connector.distrust();
    let end = scene.download().await;
    assert!(matches!(refused(&end), Some(LinkError::HostKeyUnknown { .. })), "{end:?}");
    let scene = self::scene();
    scene.connector.change_key("SHA256:other");
    let end = scene.download().await;
    assert!(matches!(refused(&end), Some(LinkError::HostKeyChanged { .. })), "{end:?}");
    assert_eq!(scene.connector.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_differs_is_told_and_refuses_nothing() {
    use selvage_core::probe::{CheckItem, CheckState};
    for (seconds, state) in [(0, CheckState::Ok), (31, CheckState::Warn), (-3600, CheckState::Warn)] {
        let scene = scene();
        scene.host.change(|host| host.now += chrono::TimeDelta::seconds(seconds));
        let downloads = scene.start().await;
        let checks = downloads.links.test_known(&scene.deployment).await;
        assert_eq!(checks.len(), 8, "{checks:?}");
        for check in checks {
            let expected = if check.item == CheckItem::Clock { state } else { CheckState::Ok };
            assert_eq!(check.state, expected, "{seconds} s: {check:?}");
        }
        assert_eq!(scene.download().await, JobEnd::Done);
    }
}
