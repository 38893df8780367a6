//! A deployment that is reached over a direct link to Postgres: what works, what is
//! refused and why, and when it stands in for a host that does not answer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use selvage_core::deployment::DeploymentStore as _;
use std::sync::Arc;

use chrono::TimeDelta;
use selvage_core::Secret;
use selvage_core::base::Problem;
use selvage_core::base::RequestError;
use selvage_core::deployment::{Deployment, DirectLink, Tls, TlsMode};
use selvage_core::dump::{DumpError, DumpTarget, LockChoice, OneOffDumps};
use selvage_core::jobs::{JobCenter, JobEnd, JobStore as _};
use selvage_core::link::PgDumpError;
use selvage_core::ports::{DatabaseError, Exit, LinkError, LockHolder, PgDump};
use selvage_core::probe::{Check, CheckItem, CheckState};
use selvage_core::registry::{Deployments, DirectDraft, Draft};
use selvage_core::schedules::QueueState;
use selvage_core::schedules::{ScheduleVersion, Schedules};
use selvage_core::vault::Vault;
use selvage_core::views::Views;
use selvage_core::watch::Watch;
use selvage_core::weavestream::schedule::Schedule;
use selvage_core::weavestream::schedule_draft::ScheduleDraft;
use selvage_core::weavestream::sealed::SealedColumn;
use selvage_core::weavestream::server_version::ServerVersion;
use selvage_testing::ends::{failed, refused};
use selvage_testing::sample;
use selvage_testing::scene::Scene;
use selvage_testing::sealed::{envelope, samples};

struct Admin {
    scene: Scene,
    deployments: Deployments,
    views: Views,
    schedules: Schedules,
    dumps: OneOffDumps,
    daily: Schedule,
}

impl Admin {
    /// With a deployment that has these links.
    async fn with(ssh: bool, direct: bool) -> Self {
        let mut scene = Scene::with_dump(sample::dump(9_000, 3));
        scene.deployment.ssh = scene.deployment.ssh.filter(|_| ssh);
        scene.deployment.direct = direct.then(sample::direct);
        scene.store.save_deployment(&scene.deployment).await.unwrap();
        let daily = sample::schedule("Daily", true);
        scene.database.with(|tables| tables.schedules.push(daily.clone()));
        let (links, store, clock) = (scene.links(), scene.store.clone(), scene.clock.clone());
        let jobs = JobCenter::new(store.clone(), clock.clone(), scene.notices.clone()).await.unwrap();
        let vault = Vault { links: links.clone(), ..scene.vault() };
        let watch = Watch {
            links: links.clone(),
            vault: vault.clone(),
            store: store.clone(),
            clock: clock.clone(),
            notifier: scene.notices.clone(),
        };
        let deployments = Deployments {
            links: links.clone(),
            store: store.clone(),
            keyring: scene.keyring.clone(),
            clock: clock.clone(),
            vault,
        };
        let views = Views { deployments: deployments.clone(), store: store.clone(), watch };
        let schedules = Schedules {
            links: links.clone(),
            store: store.clone(),
            library: Arc::new(scene.library.clone()),
            clock: clock.clone(),
            jobs: jobs.clone(),
            starting: Arc::default(),
            dumps: Arc::default(),
        };
        let library = Arc::new(scene.library.clone());
        let dumps = OneOffDumps { links, store, library, clock, jobs };
        Self { scene, deployments, views, schedules, dumps, daily }
    }

    async fn direct_link() -> Self {
        Self::with(false, true).await
    }

    fn deployment(&self) -> &Deployment {
        &self.scene.deployment
    }

    fn version(&self) -> ScheduleVersion {
        ScheduleVersion { id: self.daily.id, version: self.daily.updated_at }
    }

    async fn dump(&self, lock: LockChoice) -> JobEnd {
        let target = DumpTarget { deployment: self.deployment().clone(), folder: self.scene.folder(), lock };
        let job = self.dumps.start(target).await.unwrap();
        self.dumps.jobs.ended(job).await.unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn history_and_schedules_are_seen_and_the_queue_is_said_to_be_out_of_reach() {
    let admin = Admin::direct_link().await;
    let id = admin.deployment().id;
    let seen = admin.views.overview(id, true).await.unwrap();
    assert_eq!(seen.trouble, None);
    assert_eq!(seen.reached, "weavestream@db1:5432/weavestream over a direct link");
    assert_eq!(seen.latest.map(|run| run.id), Some(admin.scene.run.id));
    let [next] = &seen.next[..] else { panic!("{:?}", seen.next) };
    assert_eq!(next.queue, QueueState::OutOfReach);
    // 0 3 * * * in UTC, by the row.
    assert!(next.here.as_ref().is_some_and(|here| here.utc.contains("T03:00:00")), "{next:?}");
    assert!(seen.findings.iter().all(|item| !item.title.contains("queue")), "{:?}", seen.findings);
    assert_eq!(admin.scene.connector.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_schedule_is_written_and_said_to_take_effect_later() {
    let admin = Admin::direct_link().await;
    let draft = ScheduleDraft { name: "Evening".into(), ..ScheduleDraft::from(&admin.daily) };
    let made = admin.schedules.create(admin.deployment(), &draft, None).await.unwrap();
    assert_eq!(made.next.queue, QueueState::OutOfReach);
    let off = admin.schedules.enable(admin.deployment(), admin.version(), false, None).await.unwrap();
    assert_eq!((off.enabled, off.next.queue, off.next.here), (false, QueueState::OutOfReach, None));
    let now = admin.scene.database.with(|tables| tables.schedules.iter().find(|s| s.id == admin.daily.id).cloned());
    let version = ScheduleVersion { id: admin.daily.id, version: now.unwrap().updated_at };
    let untold = admin.schedules.delete(admin.deployment(), version, None).await.unwrap();
    assert!(untold.is_some_and(|reason| reason.contains("next starts")));
    assert_eq!(admin.scene.database.with(|tables| tables.schedules.len()), 1);
}

#[tokio::test(start_paused = true)]
async fn what_needs_the_host_is_refused_before_anything_is_begun() {
    let admin = Admin::direct_link().await;
    let needs_host = Problem::from(RequestError::NeedsHost);
    let repaired = admin.schedules.repair(admin.deployment(), admin.daily.id).await;
    assert_eq!(repaired.err(), Some(needs_host.clone()));
    let runs = admin.scene.database.with(|tables| tables.runs.len());
    let started = admin.schedules.start_run(admin.deployment(), admin.daily.id, None).await;
    assert_eq!(started.err(), Some(needs_host.clone()));
    assert_eq!(admin.scene.database.with(|tables| tables.runs.len()), runs, "a run was queued for nobody");
    let downloads = admin.scene.start().await;
    assert_eq!(admin.scene.begin(&downloads).await.err(), Some(needs_host));
}

#[tokio::test(start_paused = true)]
async fn a_dump_is_made_by_the_laptops_own_tool_under_the_lock() {
    let admin = Admin::direct_link().await;
    assert_eq!(admin.dump(LockChoice::Refuse).await, JobEnd::Done);
    let copies = admin.scene.copies().await;
    assert_eq!(copies.len(), 1);
    assert_eq!(copies[0].sha256, sample::sha256(&admin.scene.truth));
    assert!(admin.scene.database.with(|tables| tables.lock.is_none()), "the lock is still held");
    let manifest = admin.scene.library.files(&admin.scene.folder());
    let (_, bytes) = manifest.iter().find(|(name, _)| name.ends_with(".manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    assert_eq!(
        (&manifest["databaseUrlHostname"], &manifest["passwordEncryptionKid"]),
        (&"db1".into(), &"unknown:no row that could be read carries one".into())
    );
}

#[tokio::test(start_paused = true)]
async fn a_dump_over_the_direct_link_says_which_kids_its_rows_carry() {
    let row = "password:c:p:password";
    let stored = |kid: &str| (row, envelope(kid, &sample::env_key(1), row, "x"), 1);
    for (kids, expected) in [(&["2026-10"][..], "2026-10"), (&["1", "2026-10"], "unknown:rows carry 1, 2026-10")] {
        let admin = Admin::direct_link().await;
        let found: Vec<_> = kids.iter().map(|kid| stored(kid)).collect();
        admin.scene.database.with(|tables| tables.sealed = vec![samples(SealedColumn::Password, &found)]);
        assert_eq!(admin.dump(LockChoice::Refuse).await, JobEnd::Done);
        let files = admin.scene.library.files(&admin.scene.folder());
        let (_, bytes) = files.iter().find(|(name, _)| name.ends_with(".manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        assert_eq!(manifest["passwordEncryptionKid"], expected);
    }
}

/// The line died, and with it the end of the first dump never reached the server.
#[tokio::test(start_paused = true)]
async fn ones_own_session_that_was_left_behind_does_not_refuse_the_next_dump() {
    let admin = Admin::direct_link().await;
    admin
        .scene
        .database
        .with(|tables| tables.trouble = Some(DatabaseError::DatabaseUnreachable { reason: "x".into() }));
    assert!(matches!(admin.dump(LockChoice::Refuse).await, JobEnd::Failed(_)));
    admin.scene.database.with(|tables| tables.trouble = None);
    let job = admin.scene.store.jobs(1).await.unwrap().remove(0);
    let since = selvage_core::ports::Clock::now(admin.scene.clock.as_ref());
    let holder =
        |application: String| LockHolder { pid: 1, user: "w".into(), application, address: None, since, idle: false };
    let left = holder(format!("selvage dump {}", job.id));
    admin.scene.database.with(|tables| tables.lock = Some(left));
    assert_eq!(admin.dump(LockChoice::Refuse).await, JobEnd::Done);
    // Of another laptop nothing is known.
    let theirs = holder(format!("selvage dump {}", uuid::Uuid::new_v4()));
    admin.scene.database.with(|tables| tables.lock = Some(theirs));
    let end = admin.dump(LockChoice::Refuse).await;
    assert!(matches!(refused(&end), Some(DumpError::BackupUnderWay { .. })), "{end:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_somebody_holds_is_respected_or_passed_by_as_was_chosen() {
    let admin = Admin::direct_link().await;
    let since = admin.scene.clock.as_ref();
    let since = selvage_core::ports::Clock::now(since);
    let holder = LockHolder { pid: 1, user: "w".into(), application: String::new(), address: None, since, idle: false };
    admin.scene.database.with(|tables| tables.lock = Some(holder));
    let end = admin.dump(LockChoice::Refuse).await;
    assert!(matches!(refused(&end), Some(DumpError::BackupUnderWay { since: Some(_) })), "{end:?}");
    admin.scene.database.with(|tables| tables.lock.as_mut().unwrap().idle = true);
    let end = admin.dump(LockChoice::Refuse).await;
    assert!(matches!(refused(&end), Some(DumpError::LockHeldIdle { session: 1, .. })), "{end:?}");
    assert!(admin.scene.library.files(&admin.scene.folder()).is_empty());
    assert_eq!(admin.dump(LockChoice::GoOn).await, JobEnd::Done);
    assert!(admin.scene.database.with(|tables| tables.lock.is_some()), "somebody else's lock was taken away");
}

#[tokio::test(start_paused = true)]
async fn no_half_of_a_dump_is_kept() {
    let admin = Admin::direct_link().await;
    admin.scene.postgres.with(|state| {
        state.exit = Exit { status: 1, stderr: "pg_dump: error: permission denied for table vault\n".into() };
    });
    let end = admin.dump(LockChoice::Refuse).await;
    let said = DumpError::DumpFailed { reason: "pg_dump: error: permission denied for table vault".into() };
    assert_eq!(failed(&end), Some(said));
    admin.scene.postgres.with(|state| {
        state.exit = Exit { status: 0, stderr: String::new() };
        state.lock_breaks = true;
    });
    let end = admin.dump(LockChoice::Refuse).await;
    assert!(matches!(failed(&end), Some(DumpError::DumpCut { .. })), "{end:?}");
    assert!(admin.scene.library.files(&admin.scene.folder()).is_empty(), "half a dump was kept");
    assert!(admin.scene.copies().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_is_missing_or_older_than_the_server_is_refused() {
    let admin = Admin::direct_link().await;
    let tool = |version| PgDump { path: "/opt/pg_dump".into(), version: ServerVersion(version) };
    admin.scene.postgres.with(|state| state.tools = vec![tool(150_009)]);
    let old = PgDumpError::PgDumpTooOld { server: 16, found: "15.9".into(), path: "/opt/pg_dump".into() };
    assert_eq!(admin.dump(LockChoice::Refuse).await, JobEnd::Refused(old.into()));
    admin.scene.postgres.with(|state| state.tools.clear());
    assert_eq!(admin.dump(LockChoice::Refuse).await, JobEnd::Refused(PgDumpError::PgDumpMissing { server: 16 }.into()));
    // A newer one can, and what that means for restoring is said.
    admin.scene.postgres.with(|state| state.tools = vec![tool(180_001)]);
    assert_eq!(admin.dump(LockChoice::Refuse).await, JobEnd::Done);
    let checks = admin.deployments.test_known(admin.deployment().id).await.unwrap();
    let line = checks.iter().find(|check| check.item == CheckItem::PgDump).unwrap();
    assert_eq!((line.state, line.detail.as_str()), (CheckState::Warn, "18.1: its dumps need pg_restore 18 or newer"));
}

#[tokio::test(start_paused = true)]
async fn the_password_comes_from_the_keyring_and_leaves_with_the_deployment() {
    let admin = Admin::direct_link().await;
    admin.scene.postgres.with(|state| state.password = Some("right".into()));
    let needed = Problem::from(DatabaseError::DatabasePasswordNeeded { user: "weavestream".into() });
    let id = admin.deployment().id;
    assert_eq!(admin.views.overview(id, true).await.unwrap().trouble, Some(needed));
    let draft = |password: &str| Draft {
        name: "Acme direct".into(),
        ssh: None,
        direct: Some(DirectDraft { link: sample::direct(), password: Some(Secret::new(password.into())) }),
    };
    let checks = admin.deployments.test(draft("wrong"), None).await.unwrap();
    assert_eq!((checks[0].item, checks[0].state), (CheckItem::Postgres, CheckState::Bad));
    assert!(checks[1..].iter().all(|check| check.state == CheckState::NotTested));
    let checks = admin.deployments.test(draft("right"), None).await.unwrap();
    // The fake's clock is the real one.
    let sound = |check: &Check| check.state == CheckState::Ok || check.item == CheckItem::ServerClock;
    assert!(checks.iter().all(sound), "{checks:?}");
    let added = admin.deployments.add(draft("right")).await.unwrap();
    assert_eq!(admin.views.overview(added.id, true).await.unwrap().trouble, None);
    assert_eq!(admin.scene.keyring.names().len(), 1);
    admin.deployments.remove(added.id, false).await.unwrap();
    assert!(admin.scene.keyring.names().is_empty(), "the password stayed behind");
}

#[tokio::test(start_paused = true)]
async fn while_the_host_does_not_answer_postgres_stands_in_for_it() {
    let admin = Admin::with(true, true).await;
    let id = admin.deployment().id;
    let away = || LinkError::TimedOut { host: "ws1".into(), stage: "connecting".into(), seconds: 20 };
    admin.scene.connector.fail_next(vec![away()]);
    let seen = admin.views.overview(id, true).await.unwrap();
    assert_eq!(seen.trouble, None);
    assert_eq!(seen.reached, "weavestream@db1:5432/weavestream over a direct link");
    assert_eq!(seen.findings[0].title, "The host does not answer");
    // What needs the host says that the host is away, not that there is no link to it.
    let repaired = admin.schedules.repair(admin.deployment(), admin.daily.id).await;
    assert_eq!(repaired.err(), Some(away().into()));
    // After a while the host is tried again.
    admin.scene.clock.advance(TimeDelta::minutes(3));
    let seen = admin.views.overview(id, true).await.unwrap();
    assert_eq!(seen.reached, "deploy@ws1 over SSH");
    assert_eq!(admin.scene.connector.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_refuses_us_is_not_passed_by() {
    let admin = Admin::with(true, true).await;
    admin.scene.connector.change_key("SHA256:another");
    let seen = admin.views.overview(admin.deployment().id, true).await.unwrap();
    assert!(
        matches!(seen.trouble.as_ref().and_then(Problem::find), Some(LinkError::HostKeyChanged { .. })),
        "{:?}",
        seen.trouble
    );
    assert_eq!(admin.scene.postgres.with(|state| state.connections), 0);
}

#[tokio::test(start_paused = true)]
async fn a_second_link_is_added_and_the_first_stays() {
    let admin = Admin::with(true, false).await;
    let draft =
        Draft { name: String::new(), ssh: None, direct: Some(DirectDraft { link: sample::direct(), password: None }) };
    let linked = admin.deployments.relink(admin.deployment().id, draft).await.unwrap();
    assert!(linked.ssh.is_some() && linked.direct.is_some());
    assert_eq!(admin.deployments.get(linked.id).await.unwrap(), linked);
}

#[tokio::test(start_paused = true)]
async fn a_changed_link_keeps_its_secret_unless_it_leads_elsewhere() {
    let admin = Admin::direct_link().await;
    admin.scene.postgres.with(|state| state.password = Some("right".into()));
    let typed = |link: DirectLink, password: Option<&str>| Draft {
        name: String::new(),
        ssh: None,
        direct: Some(DirectDraft { link, password: password.map(|text| Secret::new(text.into())) }),
    };
    let id = admin.deployment().id;
    // As after an emergency kit on a new laptop: the password is typed anew.
    admin.deployments.relink(id, typed(sample::direct(), Some("right"))).await.unwrap();
    assert_eq!(admin.views.overview(id, true).await.unwrap().trouble, None);
    let tls = Tls { mode: TlsMode::Prefer, ..sample::direct().tls };
    let here = typed(DirectLink { tls, ..sample::direct() }, None);
    let signs_in = async |draft: Draft, known| admin.deployments.test(draft, known).await.unwrap()[0].state;
    assert_eq!(signs_in(here.clone(), Some(id)).await, CheckState::Ok, "the keyring's password stands in");
    assert_eq!(signs_in(here.clone(), None).await, CheckState::Bad, "not for a form that begins anew");
    admin.deployments.relink(id, here).await.unwrap();
    assert_eq!(admin.views.overview(id, true).await.unwrap().trouble, None);
    let elsewhere = typed(DirectLink { host: "db2".into(), ..sample::direct() }, None);
    assert_eq!(signs_in(elsewhere.clone(), Some(id)).await, CheckState::Bad, "a password goes to no other server");
    admin.deployments.relink(id, elsewhere).await.unwrap();
    assert!(admin.scene.keyring.names().is_empty(), "nor does it wait for one");
}
