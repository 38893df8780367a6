//! The laptop's memory, in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use async_trait::async_trait;
use selvage_core::activity::{Activity, ActivityStore};
use selvage_core::deployment::{Deployment, DeploymentId, DeploymentStore};
use selvage_core::findings::{Finding, FindingRecord, FindingStore, Recorded, remember};
use selvage_core::jobs::{Job, JobId, JobStore, JournalEntry};
use selvage_core::library::{DumpRecord, DumpStore};
use selvage_core::observation::{Observation, ObservationStore, Summary};
use selvage_core::ports::StoreError;
use selvage_core::settings::SettingStore;
use selvage_core::vault::KitStore;
use selvage_core::vault::{EnvChange, EnvVersion, KitRecord, VaultStore};
use selvage_core::weavestream::run::Run;
use tokio::sync::Semaphore;

/// The fake of [`Store`].
#[derive(Debug)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
    /// Ends of jobs are saved only while this has permits.
    ends: Semaphore,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self { tables: Mutex::default(), ends: Semaphore::new(Semaphore::MAX_PERMITS) }
    }
}

#[derive(Debug, Default)]
struct Tables {
    broken: bool,
    process: u64,
    deployments: BTreeMap<DeploymentId, Deployment>,
    observations: BTreeMap<DeploymentId, Observation>,
    copies: BTreeMap<(DeploymentId, String), DumpRecord>,
    findings: BTreeMap<DeploymentId, Vec<FindingRecord>>,
    env_versions: BTreeMap<(DeploymentId, u32), EnvVersion>,
    env_numbers: BTreeMap<DeploymentId, u32>,
    kits: BTreeMap<String, KitRecord>,
    jobs: Vec<(u64, Job)>,
    journal: Vec<(JobId, JournalEntry)>,
    activity: Vec<Activity>,
    settings: BTreeMap<String, String>,
}

impl MemoryStore {
    /// Every call fails from here on, as on a full disk; or works again.
    pub fn set_broken(&self, broken: bool) {
        self.tables.lock().unwrap().broken = broken;
    }

    /// The process that wrote so far is dead; what is kept stays.
    pub fn next_process(&self) {
        self.tables.lock().unwrap().process += 1;
    }

    /// Saving a job's end takes until [`Self::release_ends`].
    pub fn hold_ends(&self) {
        self.ends.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Lets the ends of jobs be saved again.
    pub fn release_ends(&self) {
        self.ends.add_permits(1);
    }

    /// Every record of a copy, whose ever.
    #[must_use]
    pub fn all_dump_records(&self) -> Vec<DumpRecord> {
        self.tables.lock().unwrap().copies.values().cloned().collect()
    }

    fn with<T>(&self, work: impl FnOnce(&mut Tables) -> T) -> Result<T, StoreError> {
        let mut tables = self.tables.lock().unwrap();
        if tables.broken {
            return Err(StoreError::StoreTrouble { reason: "database or disk is full".into() });
        }
        Ok(work(&mut tables))
    }
}

#[async_trait]
impl FindingStore for MemoryStore {
    async fn findings(&self, id: DeploymentId) -> Result<Vec<FindingRecord>, StoreError> {
        let all = self.with(|tables| tables.findings.get(&id).cloned().unwrap_or_default())?;
        Ok(all.into_iter().filter(|record| record.cleared.is_none()).collect())
    }

    async fn record_findings(&self, id: DeploymentId, recorded: &Recorded<'_>) -> Result<Vec<Finding>, StoreError> {
        self.with(|tables| {
            let (after, news) = remember(tables.findings.get(&id).cloned(), recorded);
            tables.findings.insert(id, after);
            news
        })
    }
}

#[async_trait]
impl DeploymentStore for MemoryStore {
    async fn deployments(&self) -> Result<Vec<Deployment>, StoreError> {
        self.with(|t| {
            let mut all: Vec<_> = t.deployments.values().cloned().collect();
            all.sort_by_key(|d| d.name.to_ascii_lowercase());
            all
        })
    }

    async fn save_deployment(&self, deployment: &Deployment) -> Result<(), StoreError> {
        self.with(|t| {
            let taken = |d: &Deployment| {
                d.id != deployment.id && (d.name.eq_ignore_ascii_case(&deployment.name) || d.slug == deployment.slug)
            };
            if t.deployments.values().any(taken) {
                return Err(StoreError::StoreTrouble { reason: "the name is taken".into() });
            }
            t.deployments.insert(deployment.id, deployment.clone());
            Ok(())
        })?
    }

    async fn remove_deployment(&self, id: DeploymentId) -> Result<(), StoreError> {
        self.with(|t| {
            t.deployments.remove(&id);
            t.observations.remove(&id);
            t.findings.remove(&id);
            t.copies.retain(|_, copy| copy.deployment != id);
            t.env_versions.retain(|(of, _), _| *of != id);
            t.env_numbers.remove(&id);
            t.kits.retain(|_, kit| kit.deployment != id);
        })
    }
}

#[async_trait]
impl DumpStore for MemoryStore {
    async fn all_dump_records(&self) -> Result<Vec<DumpRecord>, StoreError> {
        self.with(|t| {
            let mut found: Vec<_> = t.copies.values().cloned().collect();
            found.sort_by_key(|c| std::cmp::Reverse(c.checked_at));
            found
        })
    }

    async fn dump_records(&self, id: DeploymentId) -> Result<Vec<DumpRecord>, StoreError> {
        self.with(|t| {
            let mut found: Vec<_> = t.copies.values().filter(|c| c.deployment == id).cloned().collect();
            found.sort_by_key(|c| std::cmp::Reverse(c.checked_at));
            found
        })
    }

    async fn save_dump_record(&self, copy: &DumpRecord) -> Result<(), StoreError> {
        self.with(|t| {
            t.copies.insert((copy.deployment, copy.path.clone()), copy.clone());
        })
    }

    async fn remove_dump_record(&self, id: DeploymentId, path: &str) -> Result<(), StoreError> {
        self.with(|t| {
            t.copies.remove(&(id, path.to_owned()));
        })
    }
}

#[async_trait]
impl VaultStore for MemoryStore {
    async fn next_env_number(&self, id: DeploymentId) -> Result<u32, StoreError> {
        self.with(|t| {
            let last = t.env_numbers.entry(id).or_default();
            *last += 1;
            *last
        })
    }

    async fn give_back_env_number(&self, id: DeploymentId, number: u32) -> Result<(), StoreError> {
        self.with(|t| {
            if let Some(last) = t.env_numbers.get_mut(&id).filter(|last| **last == number) {
                *last -= 1;
            }
        })
    }

    async fn newest_env_versions(&self) -> Result<Vec<EnvVersion>, StoreError> {
        self.with(|t| {
            let complete = t.env_versions.iter().filter(|(_, version)| version.complete);
            // In the order of their numbers: the last of each deployment is the newest.
            let newest: BTreeMap<_, _> = complete.map(|((id, _), version)| (*id, version.clone())).collect();
            newest.into_values().collect()
        })
    }

    async fn env_versions(&self, id: DeploymentId) -> Result<Vec<EnvVersion>, StoreError> {
        self.with(|t| t.env_versions.iter().rev().filter(|((of, _), _)| *of == id).map(|(_, v)| v.clone()).collect())
    }

    async fn add_env_version(&self, version: &EnvVersion) -> Result<(), StoreError> {
        self.with(|t| {
            if !t.deployments.contains_key(&version.deployment) {
                return Err(StoreError::StoreTrouble { reason: "no such deployment".into() });
            }
            t.env_versions.insert((version.deployment, version.number), version.clone());
            Ok(())
        })?
    }

    async fn change_env_version(&self, id: DeploymentId, number: u32, change: &EnvChange) -> Result<bool, StoreError> {
        self.with(|t| t.env_versions.get_mut(&(id, number)).map(|version| change.apply(version)).is_some())
    }

    async fn remove_env_version(&self, id: DeploymentId, number: u32) -> Result<(), StoreError> {
        self.with(|t| {
            t.env_versions.remove(&(id, number));
        })
    }
}

#[async_trait]
impl KitStore for MemoryStore {
    async fn newest_kits(&self) -> Result<Vec<KitRecord>, StoreError> {
        self.with(|t| {
            let mut kits: Vec<_> = t.kits.values().cloned().collect();
            kits.sort_by_key(|kit| kit.made_at);
            let newest: BTreeMap<_, _> = kits.into_iter().map(|kit| (kit.deployment, kit)).collect();
            newest.into_values().collect()
        })
    }

    async fn kits(&self, id: DeploymentId) -> Result<Vec<KitRecord>, StoreError> {
        self.with(|t| {
            let mut found: Vec<_> = t.kits.values().filter(|kit| kit.deployment == id).cloned().collect();
            found.sort_by_key(|kit| std::cmp::Reverse(kit.made_at));
            found
        })
    }

    async fn save_kit(&self, kit: &KitRecord) -> Result<(), StoreError> {
        self.with(|t| {
            t.kits.insert(kit.path.clone(), kit.clone());
        })
    }
}

#[async_trait]
impl SettingStore for MemoryStore {
    async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.with(|t| t.settings.get(key).cloned())
    }

    async fn set_setting(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        self.with(|t| {
            match value {
                Some(value) => t.settings.insert(key.to_owned(), value.to_owned()),
                None => t.settings.remove(key),
            };
        })
    }
}

#[async_trait]
impl JobStore for MemoryStore {
    async fn begin_job(&self, job: &Job) -> Result<Option<JobId>, StoreError> {
        self.with(|t| {
            let uses = |other: &Job| other.end.is_none() && other.uses.iter().any(|used| job.uses.contains(used));
            let found = t.jobs.iter().find(|(process, other)| *process == t.process && uses(other));
            if let Some((_, other)) = found {
                return Some(other.id);
            }
            t.jobs.push((t.process, job.clone()));
            None
        })
    }

    async fn save_job(&self, job: &Job) -> Result<(), StoreError> {
        if job.end.is_some() {
            let _turn = self.ends.acquire().await;
        }
        self.with(|t| {
            if let Some(kept) = t.jobs.iter_mut().find(|(_, kept)| kept.id == job.id) {
                kept.1 = job.clone();
            }
        })
    }

    async fn jobs(&self, limit: u32) -> Result<Vec<Job>, StoreError> {
        self.with(|t| {
            let mut jobs: Vec<_> = t.jobs.iter().map(|(_, job)| job.clone()).collect();
            jobs.sort_by_key(|job| std::cmp::Reverse(job.started_at));
            jobs.truncate(limit as usize);
            jobs
        })
    }

    async fn abandoned_jobs(&self) -> Result<Vec<Job>, StoreError> {
        self.with(|t| {
            let dead = |(process, job): &&(u64, Job)| *process != t.process && job.end.is_none();
            t.jobs.iter().filter(dead).map(|(_, job)| job.clone()).collect()
        })
    }

    async fn remove_jobs(&self, ids: &[JobId]) -> Result<(), StoreError> {
        self.with(|t| {
            t.jobs.retain(|(_, job)| !ids.contains(&job.id));
            t.journal.retain(|(id, _)| !ids.contains(id));
        })
    }

    async fn append_journal(&self, id: JobId, entries: &[JournalEntry]) -> Result<(), StoreError> {
        self.with(|t| {
            if !t.jobs.iter().any(|(_, job)| job.id == id) {
                return Err(StoreError::StoreTrouble { reason: "no such job".into() });
            }
            t.journal.extend(entries.iter().map(|entry| (id, entry.clone())));
            Ok(())
        })?
    }

    async fn journal(&self, id: JobId) -> Result<Vec<JournalEntry>, StoreError> {
        self.with(|t| t.journal.iter().filter(|(job, _)| *job == id).map(|(_, entry)| entry.clone()).collect())
    }
}

#[async_trait]
impl ActivityStore for MemoryStore {
    async fn add_activity(&self, activity: &Activity) -> Result<(), StoreError> {
        self.with(|t| t.activity.push(activity.clone()))
    }

    async fn activity(&self, limit: u32) -> Result<Vec<Activity>, StoreError> {
        self.with(|t| t.activity.iter().rev().take(limit as usize).cloned().collect())
    }
}

#[async_trait]
impl ObservationStore for MemoryStore {
    async fn summaries(&self) -> Result<HashMap<DeploymentId, Summary>, StoreError> {
        self.with(|t| t.observations.iter().map(|(id, seen)| (*id, seen.summary.clone())).collect())
    }

    async fn summary(&self, id: DeploymentId) -> Result<Option<Summary>, StoreError> {
        self.with(|t| t.observations.get(&id).map(|seen| seen.summary.clone()))
    }

    async fn save_summary(&self, id: DeploymentId, summary: &Summary) -> Result<(), StoreError> {
        self.with(|t| {
            if let Some(seen) = t.observations.get_mut(&id) {
                seen.summary = summary.clone();
            }
        })
    }

    async fn observed_runs(&self, id: DeploymentId) -> Result<Vec<Run>, StoreError> {
        self.with(|t| t.observations.get(&id).map(|seen| seen.recent.clone()).unwrap_or_default())
    }

    async fn observation(&self, id: DeploymentId) -> Result<Option<Observation>, StoreError> {
        self.with(|t| t.observations.get(&id).cloned())
    }

    async fn save_observation(&self, id: DeploymentId, observation: &Observation) -> Result<(), StoreError> {
        self.with(|t| {
            if !t.deployments.contains_key(&id) {
                return Err(StoreError::StoreTrouble { reason: "no such deployment".into() });
            }
            t.observations.insert(id, observation.clone());
            Ok(())
        })?
    }
}
