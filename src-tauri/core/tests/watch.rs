//! Watching against fakes: what is new is told once, whoever looks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use selvage_core::deployment::DeploymentStore as _;
use std::time::Duration;

use chrono::TimeDelta;
use selvage_core::ports::{Clock, Opening, Place};
use selvage_core::watch::{Watch, poll};
use selvage_core::weavestream::run::{Run, RunId, RunKind, RunStatus};
use selvage_testing::sample;
use selvage_testing::scene::Scene;
use uuid::Uuid;

struct Admin {
    scene: Scene,
    watch: Watch,
}

impl Admin {
    async fn new() -> Self {
        let scene = Scene::with_dump(sample::dump(3_000, 1));
        scene.store.save_deployment(&scene.deployment).await.unwrap();
        let watch = watch(&scene);
        Self { scene, watch }
    }

    /// A run that failed just now.
    fn fail(&self) -> RunId {
        let id = RunId(Uuid::new_v4());
        let failed = Run {
            id,
            status: RunStatus::Failed,
            started_at: Some(self.scene.clock.now()),
            created_at: self.scene.clock.now(),
            error: Some("pg_dump: error: no space left on device".into()),
            dump_path: None,
            ..self.scene.run.clone()
        };
        self.scene.database.with(|tables| tables.runs.insert(0, failed));
        id
    }

    async fn look(&self) {
        self.watch.refresh(&self.scene.deployment).await.unwrap();
    }

    fn told(&self) -> Vec<String> {
        self.scene.notices.shown().into_iter().map(|notice| notice.title).collect()
    }
}

fn watch(scene: &Scene) -> Watch {
    let vault = scene.vault();
    let links = vault.links.clone();
    let (store, clock, notifier) = (scene.store.clone(), scene.clock.clone(), scene.notices.clone());
    Watch { links, vault, store, clock, notifier }
}

#[tokio::test(start_paused = true)]
async fn what_was_there_before_is_no_news_and_news_are_told_once() {
    let admin = Admin::new().await;
    admin.fail();
    admin.look().await;
    assert!(admin.told().is_empty());
    let run = admin.fail();
    admin.look().await;
    admin.look().await;
    let [told] = &admin.scene.notices.shown()[..] else { panic!("{:?}", admin.told()) };
    assert!(told.title.contains(" failed ("), "{}", told.title);
    assert_eq!(told.body, "pg_dump: error: no space left on device");
    assert_eq!(
        told.opens,
        Some(Opening { deployment: admin.scene.deployment.id, place: Place::History { run: Some(run) } })
    );
    // Selvage is started anew.
    watch(&admin.scene).refresh(&admin.scene.deployment).await.unwrap();
    assert_eq!(admin.told().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_looks_at_once_tell_it_once() {
    let admin = Admin::new().await;
    admin.look().await;
    admin.fail();
    tokio::join!(admin.look(), admin.look(), admin.look());
    assert_eq!(admin.told().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_does_not_come_is_told_and_the_next_that_does_not_come_too() {
    let admin = Admin::new().await;
    let mut daily = sample::schedule("Daily", true);
    daily.updated_at = admin.scene.clock.now();
    admin.scene.database.with(|tables| tables.schedules.push(daily.clone()));
    admin.look().await;
    admin.scene.clock.advance(TimeDelta::hours(25));
    admin.look().await;
    admin.look().await;
    assert_eq!(admin.told().iter().filter(|title| title.ends_with("Daily is overdue")).count(), 1);
    let came = Run {
        id: RunId(Uuid::new_v4()),
        schedule_id: Some(daily.id),
        kind: RunKind::Scheduled,
        started_at: Some(admin.scene.clock.now()),
        created_at: admin.scene.clock.now(),
        ..admin.scene.run.clone()
    };
    admin.scene.database.with(|tables| tables.runs.insert(0, came));
    admin.look().await;
    assert_eq!(admin.told().len(), 1);
    admin.scene.clock.advance(TimeDelta::hours(25));
    admin.look().await;
    assert_eq!(admin.told().iter().filter(|title| title.ends_with("Daily is overdue")).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_gone_is_told() {
    let admin = Admin::new().await;
    admin.look().await;
    admin.scene.database.with(|tables| tables.runs.clear());
    admin.look().await;
    admin.look().await;
    assert_eq!(admin.told().iter().filter(|title| title.ends_with(" is gone")).count(), 1, "{:?}", admin.told());
}

#[tokio::test(start_paused = true)]
async fn what_a_look_finds_that_nobody_hears_is_told_by_the_next_that_is_heard() {
    let admin = Admin::new().await;
    admin.look().await;
    admin.scene.notices.set_heard(false);
    admin.scene.database.with(|tables| tables.runs.clear());
    admin.look().await;
    admin.fail();
    admin.look().await;
    assert!(admin.told().is_empty(), "{:?}", admin.told());
    admin.scene.notices.set_heard(true);
    admin.look().await;
    admin.look().await;
    let told = |part: &str| admin.told().iter().filter(|title| title.contains(part)).count();
    assert_eq!((told(" is gone"), told(" failed ("), admin.told().len()), (1, 1, 2), "{:?}", admin.told());
}

#[tokio::test(start_paused = true)]
async fn every_deployment_is_looked_at_again_and_again() {
    let admin = Admin::new().await;
    admin.look().await;
    let dumps = admin.scene.kept(&admin.scene.start().await);
    let polling = tokio::spawn(poll(admin.watch.clone(), dumps));
    for n in 1..=3 {
        admin.fail();
        tokio::time::sleep(Duration::from_secs(400)).await;
        assert_eq!(admin.told().len(), n, "after {n} looks");
    }
    // One that was removed is not asked any more.
    admin.scene.store.remove_deployment(admin.scene.deployment.id).await.unwrap();
    tokio::time::sleep(Duration::from_mins(1)).await;
    admin.fail();
    tokio::time::sleep(Duration::from_secs(1000)).await;
    assert_eq!(admin.told().len(), 3);
    polling.abort();
}
