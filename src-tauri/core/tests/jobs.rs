//! What is kept of a job, what can be done about one that was abandoned, and
//! what two jobs may not use at once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use selvage_core::deployment::DeploymentStore as _;
use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;
use selvage_core::base::{Problem, RequestError};
use selvage_core::download::Downloads;
use selvage_core::dump::{DumpTarget, LockChoice, OneOffDumps};
use selvage_core::jobs::{
    Entry, Job, JobCenter, JobEnd, JobHandle, JobId, JobKind, JobView, NewJob, Recovery, Resource, Step, expired,
    log_of,
};
use selvage_core::ports::{DatabaseError, LibraryError, LockHolder};
use selvage_core::recovery::Recoveries;
use selvage_core::schedules::Schedules;
use selvage_core::weavestream::run::{RunId, RunStatus};
use selvage_testing::host::StreamFault;
use selvage_testing::library::{DiskFault, Unsynced};
use selvage_testing::scene::Scene;
use selvage_testing::{contract, sample};

const SIZE: usize = 60_000;

async fn scene() -> Arc<Scene> {
    let scene = Scene::with_dump(sample::dump(SIZE, 7));
    scene.store.save_deployment(&scene.deployment).await.unwrap();
    Arc::new(scene)
}

/// The same, reached over a direct link to Postgres.
async fn direct_scene() -> Arc<Scene> {
    let mut scene = Scene::with_dump(sample::dump(SIZE, 7));
    (scene.deployment.ssh, scene.deployment.direct) = (None, Some(sample::direct()));
    scene.store.save_deployment(&scene.deployment).await.unwrap();
    Arc::new(scene)
}

async fn dumps(scene: &Scene) -> OneOffDumps {
    OneOffDumps {
        links: scene.links(),
        store: scene.store.clone(),
        library: Arc::new(scene.library.clone()),
        clock: scene.clock.clone(),
        jobs: JobCenter::new(scene.store.clone(), scene.clock.clone(), scene.notices.clone()).await.unwrap(),
    }
}

fn schedules(scene: &Scene, downloads: &Downloads) -> Schedules {
    Schedules {
        links: scene.links(),
        store: scene.store.clone(),
        library: Arc::new(scene.library.clone()),
        clock: scene.clock.clone(),
        jobs: downloads.jobs.clone(),
        starting: Arc::default(),
        dumps: Arc::default(),
    }
}

fn steps(journal: &[selvage_core::jobs::JournalEntry]) -> Vec<String> {
    let told = |entry: &selvage_core::jobs::JournalEntry| match &entry.what {
        Entry::Began { step } => Some(format!("+{}", step.words())),
        Entry::Finished { step } => Some(format!("-{}", step.words())),
        Entry::Ended { .. } => Some("end".to_owned()),
        Entry::Noted { .. } => None,
    };
    journal.iter().filter_map(told).collect()
}

/// Starts a job in a process of its own, which ends when some of the dump is here.
fn abandoned(scene: &Arc<Scene>, start: impl AsyncFnOnce(&Scene) -> (JobCenter, JobId) + Send + 'static) -> JobId {
    let life = Arc::clone(scene);
    let one_life = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (jobs, id) = start(&life).await;
            let done = async || jobs.view(id).await.ok()?.step?.progress.map(|progress| progress.done);
            while done().await.is_none_or(|done| done < 20_000.0) {
                tokio::task::yield_now().await;
            }
            id
        })
    });
    let id = one_life.join().unwrap();
    scene.library.restart(Unsynced::Kept);
    scene.store.next_process();
    scene.host.faults.clear();
    id
}

fn parts_of(scene: &Scene) -> usize {
    let is_part = |name: &&String| Path::new(name).extension().is_some_and(|kind| kind == "part");
    scene.library.files(&scene.folder()).keys().filter(is_part).count()
}

fn abandoned_download(scene: &Arc<Scene>) -> JobId {
    scene.host.faults.on_stream(0, StreamFault::StallAt(20_000));
    abandoned(scene, async |scene| {
        let downloads = scene.start().await;
        let id = scene.begin(&downloads).await.unwrap();
        (downloads.jobs, id)
    })
}

fn abandoned_dump(scene: &Arc<Scene>) -> JobId {
    scene.postgres.with(|state| state.stalls = true);
    abandoned(scene, async |scene| {
        let (deployment, folder, dumps) = (scene.deployment.clone(), scene.folder(), dumps(scene).await);
        let id = dumps.start(DumpTarget { deployment, folder, lock: LockChoice::Refuse }).await.unwrap();
        (dumps.jobs, id)
    })
}

#[tokio::test(start_paused = true)]
async fn every_step_is_in_the_journal_before_and_after() {
    let scene = scene().await;
    let downloads = scene.start().await;
    let id = scene.begin(&downloads).await.unwrap();
    assert_eq!(downloads.jobs.ended(id).await, Ok(JobEnd::Done));
    let journal = downloads.jobs.journal(id).await.unwrap();
    let (find, load, compare) = ("Looking for the dump on the host", "Downloading", "Comparing with the manifest");
    let expected = [("+", find), ("-", find), ("+", load), ("-", load), ("+", compare), ("-", compare)];
    let expected: Vec<_> = expected.iter().map(|(mark, step)| format!("{mark}{step}")).collect();
    assert_eq!(steps(&journal), [&expected[..], &["end".to_owned()]].concat());
    let lines: Vec<_> = log_of(&journal).into_iter().map(|line| line.text).collect();
    let path = scene.folder().join(scene.part());
    for line in [&format!("Writing {}", path.display()), "Recorded in the host’s audit log", compare] {
        assert!(lines.iter().any(|told| told == line), "{line}: {lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_that_broke_off_is_not_finished_in_the_journal() {
    let scene = scene().await;
    let id = abandoned_download(&scene);
    let downloads = scene.start().await;
    let told = steps(&downloads.jobs.journal(id).await.unwrap());
    assert_eq!(told[told.len() - 2..], ["+Downloading", "end"]);
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_download_is_resumed_in_the_folder_where_its_part_lies() {
    let scene = scene().await;
    let id = abandoned_download(&scene);
    let downloads = scene.start().await;
    let job = downloads.jobs.view(id).await.unwrap();
    assert_eq!((job.end, job.recovery), (Some(JobEnd::Interrupted), Some(Recovery::Resume)));
    let (local_dumps, schedules) = (scene.kept(&downloads), schedules(&scene, &downloads));
    let recoveries = Recoveries { downloads: &downloads, local_dumps: &local_dumps, schedules: &schedules };
    let resumed = recoveries.resume(id).await.unwrap();
    assert_eq!(downloads.jobs.ended(resumed).await, Ok(JobEnd::Done));
    scene.check_held().await;
    assert_eq!(downloads.jobs.view(id).await.unwrap().recovery, None, "it can be resumed twice");
    let again = recoveries.resume(id).await.unwrap_err();
    assert_eq!(again.find(), Some(RequestError::NoSuchJob));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_followed_is_followed_again_and_not_started_again() {
    let scene = scene().await;
    let downloads = scene.start().await;
    let schedules_before = schedules(&scene, &downloads);
    let run = scene.run.id;
    scene.database.with(|tables| tables.runs.iter_mut().for_each(|run| run.status = RunStatus::Running));
    let kind = JobKind::Run { schedule: uuid::Uuid::new_v4().to_string(), name: "Daily".into(), run };
    let id = schedules_before.follow_run(&scene.deployment, run, kind.clone()).await.unwrap();
    let twice = schedules_before.follow_run(&scene.deployment, run, kind).await.unwrap_err();
    assert!(matches!(twice.find(), Some(RequestError::AlreadyRunning { .. })), "{twice:?}");
    scene.store.next_process();
    let downloads = scene.start().await;
    let (local_dumps, schedules) = (scene.kept(&downloads), schedules(&scene, &downloads));
    let recoveries = Recoveries { downloads: &downloads, local_dumps: &local_dumps, schedules: &schedules };
    let resumed = recoveries.resume(id).await.unwrap();
    scene.database.with(|tables| tables.runs.iter_mut().for_each(|run| run.status = RunStatus::Success));
    assert_eq!(downloads.jobs.ended(resumed).await, Ok(JobEnd::Done));
    assert_eq!(scene.database.with(|tables| tables.runs.len()), 1, "another run was started");
}

#[tokio::test(start_paused = true)]
async fn what_an_abandoned_dump_left_is_removed_here_and_on_the_host() {
    let scene = direct_scene().await;
    let id = abandoned_dump(&scene);
    let since = selvage_core::ports::Clock::now(scene.clock.as_ref());
    let application = format!("selvage dump {id}");
    let holder = LockHolder { pid: 1, user: "w".into(), application, address: None, since, idle: false };
    scene.database.with(|tables| tables.lock = Some(holder));
    let parts = || parts_of(&scene);
    assert_eq!(parts(), 1, "nothing was left");
    let dumps = dumps(&scene).await;
    let job = dumps.jobs.view(id).await.unwrap();
    assert_eq!((job.end, job.recovery), (Some(JobEnd::Interrupted), Some(Recovery::CleanUp)));
    dumps.jobs.clear_ended().await.unwrap();
    assert!(dumps.jobs.view(id).await.is_ok(), "what is to be cleaned up is forgotten");
    // The disk is not plugged in: it stays to be done.
    scene.library.set_fault(Some(DiskFault::Vanished));
    dumps.clean_up_abandoned().await.unwrap();
    let missing = dumps.clean_up(id).await.unwrap_err();
    assert!(matches!(missing.find(), Some(LibraryError::LibraryMissing { .. })), "{missing:?}");
    scene.library.set_fault(None);
    dumps.clean_up_abandoned().await.unwrap();
    assert_eq!(parts(), 0);
    assert!(scene.database.with(|tables| tables.lock.is_none()), "its session holds the lock");
    assert_eq!(dumps.jobs.view(id).await.unwrap().recovery, None);
    assert_eq!(dumps.jobs.log(id).await.unwrap().pop().unwrap().text, "What it left was removed");
    dumps.jobs.clear_ended().await.unwrap();
    assert!(dumps.jobs.view(id).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_gone_keeps_nobody_from_removing_the_part() {
    let scene = direct_scene().await;
    let id = abandoned_dump(&scene);
    let dumps = dumps(&scene).await;
    let unreachable = DatabaseError::DatabaseUnreachable { reason: "no route".into() };
    scene.postgres.with(|state| state.failures = vec![unreachable; 4]);
    dumps.clean_up(id).await.unwrap();
    assert_eq!(parts_of(&scene), 0);
    let last = dumps.jobs.log(id).await.unwrap().pop().unwrap().text;
    assert_eq!(last, "It is not known whether the dump has ended on the host: Postgres does not answer");
}

async fn start(jobs: &JobCenter, kind: JobKind, uses: Vec<Resource>) -> Result<JobId, Problem> {
    let deployment = sample::deployment();
    let work = |job: JobHandle| async move {
        job.step(Step::CheckHost).await;
        job.progress(1, Some(2));
        job.cancelled().cancelled().await;
        Err(JobEnd::Cancelled)
    };
    jobs.start(NewJob { deployment: &deployment, kind, uses }, work).await
}

#[tokio::test(start_paused = true)]
async fn jobs_that_use_the_same_exclude_each_other_whatever_they_do() {
    let scene = scene().await;
    let jobs = scene.start().await.jobs;
    let file = |name: &str| Resource::File(name.to_owned());
    let download = JobKind::Download { run: RunId(uuid::Uuid::new_v4()), file: "f".into(), at: None };
    let dump = JobKind::Dump { file: "f".into() };
    let first = start(&jobs, download.clone(), vec![file("/a"), file("/b")]).await.unwrap();
    let refused = start(&jobs, dump.clone(), vec![file("/b")]).await.unwrap_err();
    assert_eq!(refused.find(), Some(RequestError::AlreadyRunning { job: first.to_string() }));
    start(&jobs, download, vec![file("/c")]).await.unwrap();
    jobs.cancel(first).unwrap();
    assert_eq!(jobs.ended(first).await, Ok(JobEnd::Cancelled));
    start(&jobs, dump, vec![file("/b")]).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_step_without_a_unit_has_no_progress() {
    let scene = scene().await;
    let jobs = scene.start().await.jobs;
    let id = start(&jobs, JobKind::Dump { file: "f".into() }, Vec::new()).await.unwrap();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let step = jobs.view(id).await.unwrap().step.unwrap();
    assert_eq!((step.words.as_str(), step.progress), ("Checking the host", None));
}

#[test]
fn old_ended_jobs_are_removed_except_those_that_left_something() {
    let now = sample::now();
    let ended = |days: i64| Job {
        end: Some(JobEnd::Done),
        ended_at: Some(now - TimeDelta::days(days)),
        started_at: now - TimeDelta::days(days),
        ..contract::store::job(0)
    };
    let mut jobs = vec![ended(0), contract::store::job(0), ended(89), ended(91), ended(95)];
    jobs[4].recovery = Some(Recovery::CleanUp);
    assert_eq!(expired(&jobs, now), [jobs[3].id]);
    let many: Vec<_> = (0..503).map(|_| ended(1)).collect();
    assert_eq!(expired(&many, now), many[500..].iter().map(|job| job.id).collect::<Vec<_>>());
}

#[test]
fn every_end_of_every_kind_has_its_words() {
    let run = RunId(uuid::Uuid::nil());
    let at = Some(sample::now());
    let kinds = [
        JobKind::Download { run, file: "f.dump".into(), at },
        JobKind::Download { run, file: "f.dump".into(), at: None },
        JobKind::Dump { file: "f.dump".into() },
        JobKind::Run { schedule: "s".into(), name: "Daily".into(), run },
        JobKind::Verify { run, file: "f.dump".into(), at },
    ];
    let problem: Problem = LibraryError::FileMissing { file: "f".into() }.into();
    let ends = [
        None,
        Some(JobEnd::Done),
        Some(JobEnd::Refused(problem.clone())),
        Some(JobEnd::Failed(problem.clone())),
        Some(JobEnd::Unsound(problem)),
        Some(JobEnd::Cancelled),
        Some(JobEnd::Interrupted),
    ];
    let moment = selvage_core::time::Moment { now: sample::now(), zone: chrono_tz::UTC };
    for kind in kinds {
        for end in &ends {
            let job = Job { kind: kind.clone(), end: end.clone(), ..contract::store::job(0) };
            let words = JobView::of(job, &moment).words;
            assert!(!words.title.is_empty() && !words.line().contains('{'), "{kind:?} {end:?}: {words:?}");
        }
    }
    let job = Job {
        kind: JobKind::Unreadable { reason: "cut".into() },
        end: Some(JobEnd::Interrupted),
        ..contract::store::job(0)
    };
    assert_eq!(JobView::of(job, &moment).words.title, "Unreadable entry: cut");
}
