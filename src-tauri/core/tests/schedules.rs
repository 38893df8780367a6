//! Schedules against fakes: the row, the queue, and what is told when one of
//! them cannot be had.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use selvage_core::deployment::DeploymentStore as _;
use std::sync::Arc;

use selvage_core::base::Problem;
use selvage_core::jobs::{JobCenter, JobEnd};
use selvage_core::observation::ObservationStore as _;
use selvage_core::observation::observe;
use selvage_core::ports::{Clock, DatabaseError};
use selvage_core::queue::QueueError;
use selvage_core::schedules::QueueState;
use selvage_core::schedules::{ScheduleError, ScheduleRow, ScheduleVersion, Schedules};
use selvage_core::weavestream::run::RunStatus;
use selvage_core::weavestream::schedule::{Schedule, scheduler_id};
use selvage_core::weavestream::schedule_draft::ScheduleDraft;
use selvage_testing::ends::failed;
use selvage_testing::host::SimQueue;
use selvage_testing::sample;
use selvage_testing::scene::Scene;
use serde_json::json;

struct Admin {
    scene: Scene,
    schedules: Schedules,
    queue: SimQueue,
}

impl Admin {
    /// At a healthy host with one schedule, which the queue has.
    async fn new() -> (Self, Schedule) {
        let scene = Scene::with_dump(sample::dump(3_000, 1));
        scene.store.save_deployment(&scene.deployment).await.unwrap();
        let daily = sample::schedule("Daily", true);
        scene.database.with(|tables| tables.schedules.push(daily.clone()));
        let queue = scene.host.change(|state| state.queue.clone());
        queue.put(json!({ "id": scheduler_id(daily.id), "next": 4_102_444_800_000_u64, "pattern": daily.cron, "tz": daily.zone_name() }));
        let links = scene.links();
        let jobs = JobCenter::new(scene.store.clone(), scene.clock.clone(), scene.notices.clone()).await.unwrap();
        let (store, clock) = (scene.store.clone(), scene.clock.clone());
        let library = Arc::new(scene.library.clone());
        let (starting, dumps) = (Arc::default(), Arc::default());
        let schedules = Schedules { links, store, library, clock, jobs, starting, dumps };
        (Self { scene, schedules, queue }, daily)
    }

    async fn create(&self, draft: &ScheduleDraft) -> Result<ScheduleRow, Problem> {
        self.schedules.create(&self.scene.deployment, draft, None).await
    }

    fn runs(&self, status: RunStatus) -> usize {
        self.scene.database.with(|tables| tables.runs.iter().filter(|run| run.status == status).count())
    }
}

fn version(schedule: &Schedule) -> ScheduleVersion {
    ScheduleVersion { id: schedule.id, version: schedule.updated_at }
}

fn draft(of: &Schedule, name: &str) -> ScheduleDraft {
    ScheduleDraft { name: name.into(), ..ScheduleDraft::from(of) }
}

#[tokio::test(start_paused = true)]
async fn a_new_schedule_is_in_the_queue_one_that_is_off_is_not() {
    let (admin, daily) = Admin::new().await;
    let row = admin.create(&draft(&daily, "Another")).await.unwrap();
    assert_eq!(row.next.queue, QueueState::InQueue);
    assert_eq!(admin.queue.schedulers().len(), 2);
    let off = admin.schedules.enable(&admin.scene.deployment, version(&daily), false, None).await.unwrap();
    assert_eq!(off.next.queue, QueueState::Disabled);
    assert_eq!(admin.queue.schedulers().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_down_is_told_and_repaired() {
    let (admin, daily) = Admin::new().await;
    admin.queue.stop(true);
    let moved = ScheduleDraft { cron: "0 4 * * *".into(), ..ScheduleDraft::from(&daily) };
    let row = admin.schedules.edit(&admin.scene.deployment, version(&daily), &moved, None).await.unwrap();
    assert!(matches!(row.next.queue, QueueState::Unknown { .. }), "{:?}", row.next.queue);
    assert_eq!(row.next.cron, "0 4 * * *");
    let repair = admin.schedules.repair(&admin.scene.deployment, daily.id).await;
    assert!(
        matches!(repair.as_ref().map_err(Problem::find), Err(Some(QueueError::QueueUnreachable { .. }))),
        "{repair:?}"
    );
    admin.queue.stop(false);
    assert_eq!(
        admin.schedules.repair(&admin.scene.deployment, daily.id).await.unwrap().next.queue,
        QueueState::InQueue
    );
    assert_eq!(admin.queue.schedulers()[0]["pattern"], "0 4 * * *");
}

#[tokio::test(start_paused = true)]
async fn what_somebody_changed_meanwhile_is_not_overwritten() {
    let (admin, daily) = Admin::new().await;
    let read = version(&daily);
    admin.schedules.edit(&admin.scene.deployment, read, &draft(&daily, "Theirs"), None).await.unwrap();
    let mine = admin.schedules.edit(&admin.scene.deployment, read, &draft(&daily, "Mine"), None).await;
    let Err(Some(ScheduleError::ScheduleMoved { theirs, .. })) = mine.map_err(|problem| problem.find()) else {
        panic!("written")
    };
    assert_eq!(theirs.name, "Theirs");
    let gone = admin.schedules.delete(&admin.scene.deployment, read, None).await;
    assert!(matches!(gone.as_ref().map_err(Problem::find), Err(Some(ScheduleError::ScheduleMoved { .. }))), "{gone:?}");
    assert_eq!(admin.queue.schedulers().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn only_a_scheduler_without_a_schedule_is_an_orphan() {
    let (admin, daily) = Admin::new().await;
    admin.queue.put(json!({ "id": "backup-config-gone", "next": null, "pattern": "0 1 * * *", "tz": null }));
    admin.schedules.remove_orphan(&admin.scene.deployment, &scheduler_id(daily.id)).await.unwrap();
    assert_eq!(admin.queue.schedulers().len(), 2);
    admin.schedules.remove_orphan(&admin.scene.deployment, "backup-config-gone").await.unwrap();
    assert_eq!(admin.queue.schedulers().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_legacy_repeatable_is_its_schedules_and_makes_it_fire_twice_beside_another() {
    let (admin, daily) = Admin::new().await;
    let at = &admin.scene.deployment;
    let legacy = |of: Option<uuid::Uuid>| {
        json!({ "id": "5d41402abc4b2a76b9719d911017c592", "next": 4_102_444_800_000_u64,
        "pattern": daily.cron, "tz": daily.zone_name(), "config": of })
    };
    let state = async || {
        let queue = observe_queue(&admin).await;
        (selvage_core::schedules::against_queue(&daily, &queue, admin.scene.clock.now(), chrono_tz::UTC).1.queue, queue)
    };
    admin.queue.put(legacy(Some(daily.id)));
    assert_eq!(state().await.0, QueueState::FiresTwice);
    admin.schedules.remove_orphan(at, "5d41402abc4b2a76b9719d911017c592").await.unwrap();
    assert_eq!(admin.queue.schedulers().len(), 2, "it is no orphan");
    assert_eq!(admin.schedules.repair(at, daily.id).await.unwrap().next.queue, QueueState::InQueue);
    assert_eq!(admin.queue.schedulers().len(), 1, "repaired, it fires once");
    admin.queue.put(legacy(Some(daily.id)));
    let off = admin.schedules.enable(at, version(&daily), false, None).await.unwrap();
    assert_eq!((off.next.queue, admin.queue.schedulers().len()), (QueueState::Disabled, 0), "nothing of it fires");
    // Whose it is is known by its next job alone.
    admin.queue.put(legacy(None));
    admin.schedules.remove_orphan(at, "5d41402abc4b2a76b9719d911017c592").await.unwrap();
    assert!(admin.queue.schedulers().is_empty());
}

async fn observe_queue(admin: &Admin) -> selvage_core::queue::QueueSeen {
    let link = admin.schedules.links.checked(&admin.scene.deployment).await.unwrap();
    link.host().unwrap().ask(&selvage_core::weavestream::queue::Ask::Read).await.into()
}

#[tokio::test(start_paused = true)]
async fn a_schedule_that_can_never_fire_is_not_registered() {
    let (admin, daily) = Admin::new().await;
    for change in
        [|row: &mut Schedule| row.timezone = Some("Mars/X".into()), |row: &mut Schedule| row.cron = "60 3 * * *".into()]
    {
        admin.scene.database.with(|tables| change(tables.schedules.iter_mut().find(|row| row.id == daily.id).unwrap()));
        let refused = admin.schedules.repair(&admin.scene.deployment, daily.id).await;
        let Err(Some(ScheduleError::ScheduleUnusable { reason })) = refused.map_err(|problem| problem.find()) else {
            panic!("registered")
        };
        assert!(reason.starts_with("Mars/X") || reason.starts_with("60 3"), "{reason}");
        assert_eq!(admin.queue.schedulers()[0]["pattern"], "0 3 * * *", "the queue is as it was");
    }
}

#[tokio::test(start_paused = true)]
async fn a_double_click_starts_one_run() {
    let (admin, daily) = Admin::new().await;
    let press = || admin.schedules.run_now(&admin.scene.deployment, daily.id, None);
    let (one, two) = tokio::join!(press(), press());
    let (run, _) = one.unwrap();
    assert_eq!(two.unwrap_err(), Problem::from(ScheduleError::RunUnderWay { run: run.to_string() }));
    assert_eq!((admin.queue.runs(), admin.runs(RunStatus::Queued)), (vec![run.to_string()], 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_nobody_will_come_to_does_not_wait() {
    let (admin, daily) = Admin::new().await;
    admin.queue.stop(true);
    let started = admin.schedules.run_now(&admin.scene.deployment, daily.id, None).await;
    assert!(
        matches!(started.as_ref().map_err(Problem::find), Err(Some(QueueError::QueueUnreachable { .. }))),
        "{started:?}"
    );
    assert_eq!((admin.runs(RunStatus::Queued), admin.runs(RunStatus::Failed)), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_is_followed_over_a_closed_lid_to_its_end() {
    for (status, expected) in
        [(RunStatus::Success, "done"), (RunStatus::Skipped, "skipped"), (RunStatus::Failed, "failed")]
    {
        let (admin, daily) = Admin::new().await;
        let (run, job) = admin.schedules.run_now(&admin.scene.deployment, daily.id, None).await.unwrap();
        let trouble = |trouble| admin.scene.database.with(|tables| tables.trouble = trouble);
        trouble(Some(DatabaseError::DatabaseUnreachable { reason: "asleep".into() }));
        tokio::time::sleep(std::time::Duration::from_secs(20)).await;
        trouble(None);
        admin.scene.database.with(|tables| {
            let row = tables.runs.iter_mut().find(|row| row.id == run).unwrap();
            (row.status, row.error) = (status, Some("no space".into()));
        });
        let end = admin.schedules.jobs.ended(job).await.unwrap();
        let told = match failed(&end) {
            None if end == JobEnd::Done => "done",
            Some(ScheduleError::RunSkipped { .. }) => "skipped",
            Some(ScheduleError::RunFailed { reason, .. }) if reason == "no space" => "failed",
            other => panic!("{other:?}"),
        };
        assert_eq!(told, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_changed_is_what_was_last_seen() {
    let (admin, daily) = Admin::new().await;
    let (scene, links) = (&admin.scene, &admin.schedules.links);
    observe(links, scene.store.as_ref(), &scene.vault(), &scene.deployment).await.unwrap();
    admin.create(&draft(&daily, "Another")).await.unwrap();
    admin.schedules.delete(&scene.deployment, version(&daily), None).await.unwrap();
    let seen = scene.store.observation(scene.deployment.id).await.unwrap().unwrap();
    let names: Vec<_> = seen.schedules.iter().map(|schedule| schedule.name.as_str()).collect();
    assert_eq!((names, seen.queue.read().map(|queue| queue.schedulers.len())), (vec!["Another"], Some(1)));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_broke_is_opened_anew_before_anything_is_written() {
    let (admin, daily) = Admin::new().await;
    admin.create(&draft(&daily, "First")).await.unwrap();
    admin.scene.database.with(|tables| {
        tables.trouble = Some(DatabaseError::DatabaseUnreachable { reason: "asleep".into() });
    });
    assert!(admin.create(&draft(&daily, "Second")).await.is_err());
    let opened = admin.scene.database.with(|tables| {
        tables.trouble = None;
        tables.opened.0
    });
    assert_eq!(opened, 2, "the broken link was used on");
    admin.create(&draft(&daily, "Second")).await.unwrap();
    assert_eq!(admin.scene.database.with(|tables| tables.schedules.len()), 3);
}
