//! What could not be seen is never shown as if it had been: the host is down,
//! Postgres alone is down, nobody looked, a line is dead.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use selvage_core::deployment::DeploymentStore as _;
use std::time::Duration;

use chrono::TimeDelta;
use selvage_core::evidence::VerdictState;
use selvage_core::findings::Severity;
use selvage_core::overview::Overview;
use selvage_core::ports::{Clock, DatabaseError, LinkError};
use selvage_core::registry::Deployments;
use selvage_core::schedules::QueueState;
use selvage_core::schedules::SchedulesView;
use selvage_core::views::Views;
use selvage_core::watch::Watch;
use selvage_core::weavestream::schedule::scheduler_id;
use selvage_testing::host::StreamFault;
use selvage_testing::sample;
use selvage_testing::scene::Scene;
use serde_json::json;

struct Admin {
    scene: Scene,
    views: Views,
}

impl Admin {
    /// A deployment for which everything is fine: its schedule is in the queue, its
    /// newest dump is verified here, its keys are in the vault.
    async fn content() -> Self {
        let scene = Scene::with_dump(sample::dump(9_000, 1));
        scene.store.save_deployment(&scene.deployment).await.unwrap();
        let daily = sample::schedule("Daily", true);
        scene.database.with(|tables| tables.schedules.push(daily.clone()));
        scene.host.change(|state| {
            let next = 4_102_444_800_000_u64;
            let queued =
                json!({ "id": scheduler_id(daily.id), "next": next, "pattern": daily.cron, "tz": daily.zone_name() });
            state.queue.put(queued);
            state.env.put(sample::env_file(1, "a", ""), scene.clock.now());
        });
        scene.download().await;
        let vault = scene.vault();
        vault.capture(&scene.deployment).await.unwrap();
        let (links, store) = (vault.links.clone(), scene.store.clone());
        let watch = Watch {
            links: links.clone(),
            vault: vault.clone(),
            store: store.clone(),
            clock: scene.clock.clone(),
            notifier: scene.notices.clone(),
        };
        let deployments =
            Deployments { links, store, keyring: scene.keyring.clone(), clock: scene.clock.clone(), vault };
        let views = Views { deployments, store: scene.store.clone(), watch };
        let admin = Self { scene, views };
        let seen = admin.overview(true).await;
        assert_eq!((seen.verdict.state, &seen.next[0].queue), (VerdictState::Saved, &QueueState::InQueue));
        assert!(seen.checked.database.current && seen.checked.host.unwrap().current && seen.trouble.is_none());
        admin
    }

    fn take_down(&self) {
        self.scene.connector.refuse(Some(LinkError::Refused { host: "ws1".into(), port: 22 }));
        self.scene.host.faults.set_down(true);
    }

    async fn overview(&self, fresh: bool) -> Overview {
        self.views.overview(self.scene.deployment.id, fresh).await.unwrap()
    }

    async fn schedules(&self, fresh: bool) -> SchedulesView {
        self.views.schedules(self.scene.deployment.id, fresh).await.unwrap()
    }

    /// Nothing of what was seen before is shown as if it were so now.
    async fn check_blind(&self) {
        for fresh in [true, false] {
            let seen = self.overview(fresh).await;
            assert_eq!(seen.verdict.state, VerdictState::NotObserved, "{:?}", seen.verdict);
            assert!(seen.verdict.title.starts_with("Not checked since Today, "), "{}", seen.verdict.title);
            assert!(matches!(seen.next[0].queue, QueueState::NotChecked { .. }), "{:?}", seen.next);
            assert!(
                !seen.evidence[0].current && seen.evidence[1].current,
                "the dump here was looked at, the host's not"
            );
            assert!(seen.findings[0].title.starts_with("Not checked since"), "{:?}", seen.findings);
            let view = self.schedules(fresh).await;
            assert!(view.not_checked_since.is_some());
            assert!(matches!(view.rows[0].next.queue, QueueState::NotChecked { .. }));
            let list = self.views.list().await.unwrap();
            assert_eq!(list[0].verdict.state, VerdictState::NotObserved, "the sidebar");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn with_the_host_down_nothing_is_said_to_be_so_now() {
    let admin = Admin::content().await;
    admin.take_down();
    admin.check_blind().await;
    let checked = admin.overview(true).await.checked;
    assert!(!checked.database.current && !checked.host.unwrap().current);
}

#[tokio::test(start_paused = true)]
async fn with_postgres_down_the_host_is_seen_and_the_database_is_not() {
    let admin = Admin::content().await;
    admin.scene.host.change(|state| state.services.get_mut("postgres").unwrap().state = "exited".into());
    admin.scene.database.with(|tables| {
        tables.trouble = Some(DatabaseError::DatabaseUnreachable { reason: "connection refused".into() });
    });
    admin.check_blind().await;
    let seen = admin.overview(true).await;
    let host = seen.checked.host.unwrap();
    assert!(host.current && host.problem.is_none(), "{host:?}");
    assert!(!seen.checked.database.current && seen.trouble.is_some());
    assert!(seen.findings.iter().any(|item| item.title.contains("postgres")), "{:?}", seen.findings);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_looked_at_for_long_is_not_so_now_either() {
    let admin = Admin::content().await;
    admin.scene.clock.advance(TimeDelta::minutes(31));
    let seen = admin.overview(false).await;
    assert_eq!(seen.verdict.state, VerdictState::NotObserved);
    assert!(matches!(seen.next[0].queue, QueueState::NotChecked { .. }));
    assert_eq!(admin.overview(true).await.verdict.state, VerdictState::Saved);
}

#[tokio::test(start_paused = true)]
async fn the_vaults_page_does_not_call_the_hosts_file_the_same_while_blind() {
    let admin = Admin::content().await;
    let vault = &admin.views.deployments.vault;
    let view = async |fresh| vault.view(&admin.scene.deployment, None, fresh).await.unwrap().host;
    assert_eq!(view(false).await.not_checked_since, None);
    admin.take_down();
    let host = view(true).await;
    assert!(host.problem.is_some() && host.not_checked_since.is_some());
    assert_eq!(serde_json::to_value(host.seen).unwrap()["env"], "out_of_reach");
}

/// 61.6 of 419.9 MB at 17.8 MB/s, for four minutes.
#[tokio::test]
async fn a_transfer_whose_line_is_dead_says_so_within_seconds() {
    let scene = Scene::with_dump(sample::dump(60_000, 7));
    scene.host.faults.on_stream(0, StreamFault::StallAt(20_000));
    let downloads = scene.start().await;
    let mut changes = downloads.jobs.changes();
    let id = scene.begin(&downloads).await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            let selvage_core::jobs::JobChange::Job { job } = changes.recv().await.unwrap() else { continue };
            if let Some(progress) = job.step.and_then(|step| step.progress)
                && let Some(still) = progress.still_for
            {
                return (progress, still);
            }
        }
    });
    let (progress, still) = told.await.expect("nobody was told");
    assert!(still >= 3.0, "{still}");
    assert_eq!((progress.rate, progress.seconds_left), (None, None), "a speed that is none");
    downloads.jobs.cancel(id).unwrap();
}

#[tokio::test]
async fn a_service_that_was_down_is_told_with_its_time_once_the_host_is_gone() {
    let admin = Admin::content().await;
    admin.scene.host.change(|state| state.stop("redis"));
    let told = async |admin: &Admin| {
        let seen = admin.overview(true).await;
        let item = seen.findings.into_iter().find(|item| item.title.contains("redis")).unwrap();
        (item.severity, item.why)
    };
    assert_eq!(told(&admin).await, (Severity::Critical, "Backups need it.".to_owned()));
    admin.take_down();
    let (severity, why) = told(&admin).await;
    assert!(severity == Severity::Warning && why.starts_with("Backups need it. (checked Today, "), "{why}");
}
