//! The laptop's own memory.

use chrono::TimeDelta;
use selvage_core::activity::ActivityStore;
use selvage_core::activity::{Activity, ActivityKind, SecretAct};
use selvage_core::deployment::DeploymentStore;
use selvage_core::deployment::{Deployment, DeploymentId};
use selvage_core::findings::FindingStore;
use selvage_core::findings::{Finding, FindingKind, Recorded};
use selvage_core::jobs::JobStore;
use selvage_core::jobs::{Entry, Job, JobEnd, JobId, JobKind, JournalEntry, Note, Resource, Step, StepState};
use selvage_core::library::DumpStore;
use selvage_core::library::{DumpRecord, LocalDumpState};
use selvage_core::observation::ObservationStore;
use selvage_core::observation::{Observation, Summary};
use selvage_core::queue::QueueSeen;
use selvage_core::settings::SettingStore;
use selvage_core::vault::{EnvChange, EnvStatus, KeyProof};
use selvage_core::vault::{KitStore, VaultStore};
use selvage_core::weavestream::run::RunId;
use uuid::Uuid;

use crate::sample;

/// All that a laptop keeps.
pub trait Store:
    ActivityStore
    + DeploymentStore
    + DumpStore
    + FindingStore
    + JobStore
    + KitStore
    + ObservationStore
    + SettingStore
    + VaultStore
{
}

impl<T> Store for T where
    T: ActivityStore
        + DeploymentStore
        + DumpStore
        + FindingStore
        + JobStore
        + KitStore
        + ObservationStore
        + SettingStore
        + VaultStore
{
}

/// Everything but what needs two processes. `store` is new.
pub async fn works(store: &dyn Store) {
    deployments(store).await;
    copies(store).await;
    vault(store).await;
    jobs(store).await;
    resources(store).await;
    activity(store).await;
    observations(store).await;
    settings(store).await;
    findings(store).await;
}

async fn deployments(store: &dyn Store) {
    assert!(store.deployments().await.unwrap().is_empty());
    let mut one = sample::deployment();
    let mut two = sample::deployment();
    rename(&mut one, "Zebra", "zebra");
    rename(&mut two, "apple", "apple");
    for deployment in [&one, &two] {
        store.save_deployment(deployment).await.unwrap();
    }
    assert_eq!(store.deployments().await.unwrap(), [two.clone(), one.clone()], "by name");
    one.direct = Some(sample::direct());
    store.save_deployment(&one).await.unwrap();
    assert_eq!(store.deployments().await.unwrap(), [two.clone(), one.clone()], "replaced by id");
    let mut twin = sample::deployment();
    rename(&mut twin, "ZEBRA", "zebra-2");
    assert!(store.save_deployment(&twin).await.is_err(), "two of the same name");
    assert_eq!(store.observation(one.id).await.unwrap(), None);
    store.save_dump_record(&copy(one.id, "/a/one", 1)).await.unwrap();
    store.save_dump_record(&copy(two.id, "/a/two", 1)).await.unwrap();
    store.remove_deployment(one.id).await.unwrap();
    store.remove_deployment(one.id).await.unwrap();
    assert_eq!(store.deployments().await.unwrap(), std::slice::from_ref(&two));
    assert!(store.dump_records(one.id).await.unwrap().is_empty());
    assert_eq!(store.dump_records(two.id).await.unwrap().len(), 1, "another deployment lost its copies");
    store.remove_deployment(two.id).await.unwrap();
}

fn rename(deployment: &mut Deployment, name: &str, slug: &str) {
    name.clone_into(&mut deployment.name);
    slug.clone_into(&mut deployment.slug);
}

fn copy(deployment: DeploymentId, path: &str, minute: i64) -> DumpRecord {
    DumpRecord {
        checked_at: sample::now() + TimeDelta::minutes(minute),
        made_at: Some(sample::now()),
        ..sample::dump_record(deployment, path)
    }
}

async fn copies(store: &dyn Store) {
    let owner = sample::deployment();
    store.save_deployment(&owner).await.unwrap();
    let (old, new) = (copy(owner.id, "/l/old", 1), copy(owner.id, "/l/it's \"new\"", 9));
    for copy in [&old, &new] {
        store.save_dump_record(copy).await.unwrap();
    }
    assert_eq!(store.dump_records(owner.id).await.unwrap(), [new.clone(), old.clone()], "newest first");
    let damaged = DumpRecord {
        state: LocalDumpState::Damaged,
        checked_at: new.checked_at + TimeDelta::minutes(1),
        ..old.clone()
    };
    store.save_dump_record(&damaged).await.unwrap();
    assert_eq!(store.dump_records(owner.id).await.unwrap(), [damaged.clone(), new.clone()], "replaced by path");
    let other = sample::deployment();
    let same_path = DumpRecord { deployment: other.id, ..new.clone() };
    store.save_dump_record(&same_path).await.unwrap();
    assert_eq!(
        store.dump_records(owner.id).await.unwrap(),
        [damaged.clone(), new.clone()],
        "another deployment's path"
    );
    store.remove_dump_record(owner.id, &new.path).await.unwrap();
    store.remove_dump_record(owner.id, "/nowhere").await.unwrap();
    assert_eq!(store.dump_records(owner.id).await.unwrap(), [damaged]);
    assert_eq!(store.dump_records(other.id).await.unwrap(), [same_path], "another deployment's record went with it");
    let all = store.all_dump_records().await.unwrap();
    assert!(
        all.iter().any(|record| record.deployment == owner.id)
            && all.iter().any(|record| record.deployment == other.id)
    );
    assert!(all.is_sorted_by_key(|record| std::cmp::Reverse(record.checked_at)), "newest first");
}

async fn vault(store: &dyn Store) {
    let (mut owner, mut other) = (sample::deployment(), sample::deployment());
    rename(&mut owner, "Vaulted", "vaulted");
    rename(&mut other, "Vaulted too", "vaulted-too");
    for deployment in [&owner, &other] {
        store.save_deployment(deployment).await.unwrap();
    }
    let mut versions = Vec::new();
    for n in 1..=11 {
        assert_eq!(store.next_env_number(owner.id).await.unwrap(), n);
        let version = sample::env_version(owner.id, n);
        store.add_env_version(&version).await.unwrap();
        versions.insert(0, version);
    }
    assert_eq!(store.next_env_number(other.id).await.unwrap(), 1, "each deployment counts for itself");
    assert_eq!(store.env_versions(owner.id).await.unwrap(), versions, "newest first, by number and not by text");
    let proof = KeyProof { at: sample::now(), direct: true, keys: Vec::new(), not_tested: Vec::new() };
    for change in [EnvChange::Note("it's \"before\"\nthe upgrade".into()), EnvChange::Proof(proof), EnvChange::Complete]
    {
        change.apply(&mut versions[3]);
        assert_eq!(store.change_env_version(owner.id, versions[3].number, &change).await, Ok(true));
        assert_eq!(store.change_env_version(other.id, versions[3].number, &change).await, Ok(false));
    }
    store.remove_env_version(owner.id, 11).await.unwrap();
    store.remove_env_version(owner.id, 11).await.unwrap();
    versions.remove(0);
    let late = EnvChange::Note("too late".into());
    assert_eq!(store.change_env_version(owner.id, 11, &late).await, Ok(false), "what is gone does not come back");
    assert_eq!(store.env_versions(owner.id).await.unwrap(), versions);
    let newest_complete = versions.iter().find(|version| version.complete).cloned();
    assert_eq!(store.newest_env_versions().await.unwrap(), newest_complete.into_iter().collect::<Vec<_>>());
    assert_eq!(store.next_env_number(owner.id).await.unwrap(), 12, "a number is never given twice");
    store.give_back_env_number(owner.id, 11).await.unwrap();
    store.give_back_env_number(other.id, 12).await.unwrap();
    store.give_back_env_number(owner.id, 12).await.unwrap();
    assert_eq!(store.next_env_number(owner.id).await.unwrap(), 12, "only the last that was given comes back");
    assert_eq!(store.next_env_number(other.id).await.unwrap(), 2);
    let (old, new) = (sample::kit(owner.id, "/usb/old.age", 1), sample::kit(owner.id, "/usb/new.age", 9));
    for kit in [&new, &old] {
        store.save_kit(kit).await.unwrap();
    }
    assert_eq!(store.newest_kits().await.unwrap(), std::slice::from_ref(&new));
    assert_eq!(store.kits(owner.id).await.unwrap(), [new, old], "newest first");
    assert!(store.env_versions(other.id).await.unwrap().is_empty() && store.kits(other.id).await.unwrap().is_empty());
    store.remove_deployment(owner.id).await.unwrap();
    assert!(store.env_versions(owner.id).await.unwrap().is_empty() && store.kits(owner.id).await.unwrap().is_empty());
    store.remove_deployment(other.id).await.unwrap();
}

/// A job that began `minute` minutes after the beginning, and uses a file of its own.
#[must_use]
pub fn job(minute: i64) -> Job {
    let id = JobId(Uuid::new_v4());
    Job {
        id,
        deployment: sample::deployment().id,
        kind: JobKind::Download { run: RunId(Uuid::nil()), file: "f".into(), at: Some(sample::now()) },
        uses: vec![Resource::File(format!("/library/{id}"))],
        started_at: sample::now() + TimeDelta::minutes(minute),
        ended_at: None,
        step: None,
        cancelling: false,
        result: None,
        end: None,
        recovery: None,
    }
}

async fn begin(store: &dyn Store, job: &Job) {
    assert_eq!(store.begin_job(job).await, Ok(None), "something else is said to use the same");
}

async fn jobs(store: &dyn Store) {
    let (mut one, two) = (job(1), job(2));
    for job in [&one, &two] {
        begin(store, job).await;
    }
    assert_eq!(store.jobs(10).await.unwrap(), [two.clone(), one.clone()], "newest first");
    assert_eq!(store.jobs(1).await.unwrap(), std::slice::from_ref(&two));
    assert!(store.abandoned_jobs().await.unwrap().is_empty(), "its own jobs are not abandoned");
    let entry = |what: Entry| JournalEntry { at: sample::now(), what };
    let began = entry(Entry::Began { step: Step::FindDump });
    let noted = entry(Entry::Noted { note: Note::Text { text: "it's \"second\"".into() } });
    let finished = entry(Entry::Finished { step: Step::FindDump });
    store.append_journal(one.id, std::slice::from_ref(&began)).await.unwrap();
    store.append_journal(one.id, &[noted.clone(), finished.clone()]).await.unwrap();
    assert_eq!(store.journal(one.id).await.unwrap(), [began, noted, finished], "oldest first");
    assert!(store.journal(two.id).await.unwrap().is_empty());
    assert!(store.append_journal(job(3).id, &[entry(Entry::Ended { end: JobEnd::Done })]).await.is_err());
    one.step = Some(StepState { step: Step::Download { resumed: true }, progress: None });
    one.end = Some(JobEnd::Cancelled);
    one.ended_at = Some(sample::now());
    store.save_job(&one).await.unwrap();
    assert_eq!(store.jobs(10).await.unwrap(), [two.clone(), one.clone()]);
    assert_eq!(store.journal(one.id).await.unwrap().len(), 3, "its journal went with the change");
    store.remove_jobs(&[one.id, job(4).id]).await.unwrap();
    assert_eq!(store.jobs(10).await.unwrap(), std::slice::from_ref(&two));
    assert!(store.journal(one.id).await.unwrap().is_empty());
    store.save_job(&one).await.unwrap();
    assert_eq!(store.jobs(10).await.unwrap(), std::slice::from_ref(&two), "what was removed came back");
    store.remove_jobs(&[two.id]).await.unwrap();
}

async fn resources(store: &dyn Store) {
    let (mut first, mut second) = (job(1), job(2));
    let shared = Resource::Database(first.deployment);
    first.uses.push(shared.clone());
    second.uses.insert(0, shared);
    begin(store, &first).await;
    assert_eq!(store.begin_job(&second).await, Ok(Some(first.id)));
    assert_eq!(store.jobs(10).await.unwrap(), [first.clone()], "what was refused is kept");
    first.end = Some(JobEnd::Done);
    store.save_job(&first).await.unwrap();
    begin(store, &second).await;
    assert_eq!(store.begin_job(&Job { id: JobId(Uuid::new_v4()), ..second.clone() }).await, Ok(Some(second.id)));
    store.remove_jobs(&[first.id, second.id]).await.unwrap();
}

async fn observations(store: &dyn Store) {
    let mut deployment = sample::deployment();
    rename(&mut deployment, "Observed", "observed");
    store.save_deployment(&deployment).await.unwrap();
    let id = deployment.id;
    let schedules = vec![sample::schedule("Daily", true)];
    let mut seen = Observation {
        summary: Summary {
            at: sample::now(),
            host_at: None,
            unseen: Vec::new(),
            fallback_reason: None,
            env: EnvStatus::default(),
            latest_good: None,
        },
        facts: None,
        recent: sample::past(3, &schedules, sample::now()),
        schedules,
        queue: QueueSeen::OutOfReach,
    };
    store.save_summary(id, &seen.summary).await.unwrap();
    assert_eq!((store.summary(id).await, store.observation(id).await), (Ok(None), Ok(None)), "nothing was seen yet");
    assert!(store.observed_runs(id).await.unwrap().is_empty());
    store.save_observation(id, &seen).await.unwrap();
    assert_eq!(store.observation(id).await.unwrap().as_ref(), Some(&seen));
    assert_eq!(store.observed_runs(id).await.unwrap(), seen.recent);
    seen.summary.host_at = Some(sample::now());
    store.save_summary(id, &seen.summary).await.unwrap();
    assert_eq!(store.summary(id).await.unwrap().as_ref(), Some(&seen.summary));
    assert_eq!(store.observation(id).await.unwrap().as_ref(), Some(&seen), "the other parts went with it");
    assert_eq!(store.summaries().await.unwrap().get(&id), Some(&seen.summary));
    seen.recent.truncate(1);
    store.save_observation(id, &seen).await.unwrap();
    assert_eq!(store.observation(id).await.unwrap(), Some(seen));
    store.remove_deployment(id).await.unwrap();
    assert_eq!((store.summary(id).await, store.observation(id).await), (Ok(None), Ok(None)));
    assert!(store.observed_runs(id).await.unwrap().is_empty());
}

async fn activity(store: &dyn Store) {
    let done = |act, minute| Activity {
        id: Uuid::new_v4(),
        at: sample::now() + TimeDelta::minutes(minute),
        deployment: sample::deployment().id,
        kind: ActivityKind::Secret { act, version: 3, name: Some("POSTGRES_PASSWORD".to_owned()) },
    };
    let (captured, revealed) = (done(SecretAct::Captured, 1), done(SecretAct::Revealed, 2));
    for activity in [&captured, &revealed] {
        store.add_activity(activity).await.unwrap();
    }
    assert_eq!(store.activity(10).await.unwrap(), [revealed.clone(), captured], "newest first");
    assert_eq!(store.activity(1).await.unwrap(), [revealed]);
}

async fn settings(store: &dyn Store) {
    assert_eq!(store.setting("theme").await.unwrap(), None);
    for value in ["dark", "it's \"light\"", ""] {
        store.set_setting("theme", Some(value)).await.unwrap();
        assert_eq!(store.setting("theme").await.unwrap().as_deref(), Some(value));
    }
    store.set_setting("theme", None).await.unwrap();
    store.set_setting("theme", None).await.unwrap();
    assert_eq!(store.setting("theme").await.unwrap(), None);
}

/// A process dies with a job under way: `first` has it, `second` is the next.
pub async fn jobs_of_the_dead(first: impl Store, second: impl AsyncFnOnce() -> Box<dyn Store>) {
    let (open, mut ended) = (job(1), job(2));
    ended.end = Some(JobEnd::Done);
    for job in [&open, &ended] {
        begin(&first, job).await;
    }
    first.save_job(&ended).await.unwrap();
    drop(first);
    let second = second().await;
    assert_eq!(second.abandoned_jobs().await.unwrap(), std::slice::from_ref(&open));
    begin(second.as_ref(), &Job { id: JobId(Uuid::new_v4()), ..open }).await;
}

async fn findings(store: &dyn Store) {
    let mut deployment = sample::deployment();
    rename(&mut deployment, "Findings", "findings");
    store.save_deployment(&deployment).await.unwrap();
    let id = deployment.id;
    let finding = |name: &str| Finding {
        kind: FindingKind::KeyNotSaved { version: 1, name: name.into(), kids: vec!["1".into()] },
        seen_at: sample::now(),
    };
    let record = async |found: &[Finding], minute: i64| {
        let at = sample::now() + TimeDelta::minutes(minute);
        store.record_findings(id, &Recorded { found, not_judged: &[], notifies: true, at }).await.unwrap()
    };
    assert!(store.findings(id).await.unwrap().is_empty());
    assert_eq!(record(&[finding("A")], 0).await, [], "the first check is news of nothing");
    assert_eq!(record(&[finding("A"), finding("B")], 5).await, [finding("B")]);
    assert_eq!(record(&[finding("A"), finding("B")], 10).await, []);
    let known = store.findings(id).await.unwrap();
    assert_eq!(known.iter().map(|record| record.finding.clone()).collect::<Vec<_>>(), [finding("A"), finding("B")]);
    assert_eq!((known[0].first_seen, known[1].last_seen), (sample::now(), sample::now() + TimeDelta::minutes(10)));
    record(&[finding("B")], 15).await;
    assert_eq!(store.findings(id).await.unwrap().len(), 1, "what is cleared is not listed");
    let both = [finding("C"), finding("D")];
    let (one, two) = tokio::join!(record(&both, 20), record(&both, 20));
    assert_eq!(one.len() + two.len(), 2, "of two checks at once each finding is told by one");
    store.remove_deployment(id).await.unwrap();
    assert!(store.findings(id).await.unwrap().is_empty());
}
