//! Weavestream's Postgres in memory.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use selvage_core::ports::{
    Actor, AuditEntry, Database, DatabaseConnector, DatabaseCredentials, DatabaseError, Endpoint, Host, LockHolder,
    Rights, RunQueued, ScheduleWrite, ScheduleWritten, ServerFacts,
};
use selvage_core::weavestream::compose::Project;
use selvage_core::weavestream::retention::Dump;
use selvage_core::weavestream::run::{Page, Run, RunFilter, RunId, RunKind, RunPage, RunStatus};
use selvage_core::weavestream::schedule::Schedule;
use selvage_core::weavestream::schedule_draft::ScheduleValues;
use selvage_core::weavestream::sealed::{SealedColumn, SealedData, SealedSamples};
use selvage_core::weavestream::server_version::ServerVersion;
use serde_json::{Value, json};
use uuid::Uuid;

/// The fake of [`Database`]. Clones share the same rows.
#[derive(Clone, Debug, Default)]
pub struct FakeDatabase {
    tables: Arc<Mutex<Tables>>,
}

/// What the database holds.
#[derive(Debug, Default)]
pub struct Tables {
    /// `backup_config`
    pub schedules: Vec<Schedule>,
    /// `backup_run`
    pub runs: Vec<Run>,
    /// `audit_log`
    pub audit: Vec<AuditEntry>,
    /// `users`, those who may act.
    pub actors: Vec<Actor>,
    /// Who holds the advisory lock.
    pub lock: Option<LockHolder>,
    /// What is encrypted, where there is something.
    pub sealed: Vec<SealedSamples>,
    /// Encrypted columns that are not known.
    pub unknown_sealed: Vec<String>,
    /// Every question fails like this.
    pub trouble: Option<DatabaseError>,
    /// Writing the audit log fails like this.
    pub audit_trouble: Option<DatabaseError>,
    /// How often it was opened over TCP and through `psql`.
    pub opened: (usize, usize),
}

impl FakeDatabase {
    /// Changes or looks at the rows.
    pub fn with<T>(&self, work: impl FnOnce(&mut Tables) -> T) -> T {
        work(&mut self.tables.lock().unwrap())
    }

    fn ask<T>(&self, work: impl FnOnce(&mut Tables) -> T) -> Result<T, DatabaseError> {
        self.with(|tables| match &tables.trouble {
            Some(error) => Err(error.clone()),
            None => Ok(work(tables)),
        })
    }
}

/// Newest first, as the statements order.
fn newest_first(runs: &mut [Run]) {
    runs.sort_by_key(|run| std::cmp::Reverse((run.at(), run.id)));
}

fn matches(run: &Run, filter: &RunFilter, now: DateTime<Utc>) -> bool {
    let since = filter.days.map(|days| now.trunc_subsecs(0) - TimeDelta::days(days.into()));
    let text = |key: &str| run.manifest.as_ref().and_then(|m| Some(m.get(key)?.as_str()?.to_owned()));
    let parts = [
        run.error.clone(),
        run.dump_path.clone(),
        text("weavestreamVersion"),
        text("filename"),
        Some(run.id.to_string()),
    ];
    let searched = parts.into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase();
    (filter.statuses.is_empty() || filter.statuses.contains(&run.status))
        && filter.kind.is_none_or(|kind| run.kind == kind)
        && filter.schedule.is_none_or(|id| run.schedule_id == Some(id))
        && since.is_none_or(|since| run.at() >= since)
        && filter.search.as_ref().is_none_or(|search| searched.contains(&search.to_lowercase()))
}

#[async_trait]
impl Database for FakeDatabase {
    async fn server(&self) -> Result<ServerFacts, DatabaseError> {
        self.ask(|_| ServerFacts { version: ServerVersion(160_004), now: Utc::now() })
    }

    async fn rights(&self) -> Result<Rights, DatabaseError> {
        self.ask(|_| Rights { read: true, change: true, dump: true })
    }

    async fn schedules(&self) -> Result<Vec<Schedule>, DatabaseError> {
        self.ask(|tables| {
            let mut found = tables.schedules.clone();
            found.sort_by_key(|schedule| (schedule.name.to_lowercase(), schedule.id));
            found
        })
    }

    async fn runs(&self, filter: &RunFilter, page: Page, now: DateTime<Utc>) -> Result<RunPage, DatabaseError> {
        self.ask(|tables| {
            let mut found: Vec<Run> = tables.runs.iter().filter(|run| matches(run, filter, now)).cloned().collect();
            newest_first(&mut found);
            let on_host = found.iter().filter(|run| run.dump_path.is_some());
            RunPage {
                total: found.len() as u64,
                bytes_on_host: on_host.filter_map(|run| run.size).sum(),
                runs: found.into_iter().skip(page.offset as usize).take(page.limit as usize).collect(),
            }
        })
    }

    async fn run(&self, id: RunId) -> Result<Option<Run>, DatabaseError> {
        self.ask(|tables| tables.runs.iter().find(|run| run.id == id).cloned())
    }

    async fn latest_good(&self) -> Result<Option<Run>, DatabaseError> {
        self.ask(|tables| {
            let mut good: Vec<Run> = tables.runs.iter().filter(|run| run.has_dump()).cloned().collect();
            newest_first(&mut good);
            good.into_iter().next()
        })
    }

    async fn record(&self, entry: &AuditEntry) -> Result<(), DatabaseError> {
        self.ask(|tables| {
            if let Some(error) = &tables.audit_trouble {
                return Err(error.clone());
            }
            tables.audit.push(entry.clone());
            Ok(())
        })?
    }

    async fn actors(&self) -> Result<Vec<Actor>, DatabaseError> {
        self.ask(|tables| tables.actors.clone())
    }

    async fn write_schedule(&self, write: &ScheduleWrite, by: Option<Uuid>) -> Result<ScheduleWritten, DatabaseError> {
        self.ask(|tables| {
            if !tables.may_act(by) {
                return ScheduleWritten::ActorRefused;
            }
            tables.write(write).map_or_else(|other| other, ScheduleWritten::Done)
        })
    }

    async fn queue_run(&self, schedule: Uuid, by: Option<Uuid>) -> Result<RunQueued, DatabaseError> {
        self.ask(|tables| {
            let Some(known) = tables.schedules.iter().find(|known| known.id == schedule).cloned() else {
                return RunQueued::Gone;
            };
            if !tables.may_act(by) {
                return RunQueued::ActorRefused;
            }
            let (now, locked) = (Utc::now(), tables.lock.is_some());
            let busy = tables.runs.iter().find(|run| {
                run.schedule_id == Some(schedule)
                    && match run.status {
                        RunStatus::Queued => now - run.created_at < TimeDelta::minutes(15),
                        RunStatus::Running => locked,
                        _ => false,
                    }
            });
            if let Some(busy) = busy {
                return RunQueued::UnderWay(busy.id);
            }
            let id = RunId(Uuid::new_v4());
            tables.runs.push(Run {
                id,
                schedule_id: Some(schedule),
                schedule_name: Some(known.name),
                kind: RunKind::Manual,
                status: RunStatus::Queued,
                started_at: None,
                finished_at: None,
                created_at: now,
                size: None,
                manifest: None,
                dump_path: None,
                error: None,
            });
            tables.told("backup.run.triggered", "BackupRun", id.0, json!({ "configId": schedule, "kind": "MANUAL" }));
            RunQueued::Queued(id)
        })
    }

    async fn fail_queued_run(&self, run: RunId, error: &str) -> Result<(), DatabaseError> {
        self.ask(|tables| {
            let queued = tables.runs.iter_mut().find(|known| known.id == run && known.status == RunStatus::Queued);
            if let Some(queued) = queued {
                (queued.status, queued.error) = (RunStatus::Failed, Some(error.to_owned()));
                queued.finished_at = Some(Utc::now());
                tables.told("backup.run.failed", "BackupRun", run.0, json!({ "error": error }));
            }
        })
    }

    async fn dumps(&self, schedule: Uuid) -> Result<Vec<Dump>, DatabaseError> {
        self.ask(|tables| {
            let mut found: Vec<Run> = tables.runs.clone();
            newest_first(&mut found);
            let of_schedule = |run: &Run| run.schedule_id == Some(schedule) && run.status == RunStatus::Success;
            let dump = |run: Run| {
                Some(Dump {
                    id: Some(run.id),
                    started_at: run.started_at?,
                    size: run.size,
                    on_host: run.dump_path.is_some(),
                })
            };
            found.into_iter().filter(of_schedule).filter_map(dump).collect()
        })
    }

    async fn lock_holder(&self) -> Result<Option<LockHolder>, DatabaseError> {
        self.ask(|tables| tables.lock.clone())
    }

    async fn sealed(&self) -> Result<SealedData, DatabaseError> {
        self.ask(|tables| {
            let none = |column| SealedSamples { column, found: Ok(Vec::new()) };
            let found = |column| tables.sealed.iter().find(|samples| samples.column == column).cloned();
            let sampled = |column| found(column).unwrap_or_else(|| none(column));
            SealedData { samples: SealedColumn::ALL.map(sampled).into(), unknown: tables.unknown_sealed.clone() }
        })
    }

    async fn end_sessions(&self, application: &str) -> Result<u32, DatabaseError> {
        self.ask(|tables| {
            let held = tables.lock.take_if(|holder| holder.application == application);
            u32::from(held.is_some())
        })
    }
}

impl Tables {
    fn may_act(&self, by: Option<Uuid>) -> bool {
        by.is_none_or(|by| self.actors.iter().any(|actor| actor.id == by))
    }

    fn told(&mut self, action: &str, entity_type: &str, id: Uuid, after: Value) {
        let (action, entity_type) = (action.to_owned(), entity_type.to_owned());
        self.audit.push(AuditEntry { action, entity_type, entity_id: id.to_string(), after, by: None });
    }

    /// The row, when it is still the version that is expected.
    fn version(&mut self, id: Uuid, expected: DateTime<Utc>) -> Result<usize, ScheduleWritten> {
        match self.schedules.iter().position(|schedule| schedule.id == id) {
            None => Err(ScheduleWritten::Gone),
            Some(place) if self.schedules[place].updated_at == expected => Ok(place),
            Some(place) => Err(ScheduleWritten::Moved(self.schedules[place].clone())),
        }
    }

    fn write(&mut self, write: &ScheduleWrite) -> Result<Schedule, ScheduleWritten> {
        match write {
            ScheduleWrite::Create { values } => {
                let mut schedule = blank();
                fill(&mut schedule, values);
                self.schedules.push(schedule.clone());
                self.told("backup.config.create", "BackupConfig", schedule.id, document(&schedule));
                Ok(schedule)
            }
            ScheduleWrite::Update { id, expected, values } => {
                let place = self.version(*id, *expected)?;
                fill(&mut self.schedules[place], values);
                Ok(self.changed(place))
            }
            ScheduleWrite::Enable { id, expected, enabled } => {
                let place = self.version(*id, *expected)?;
                self.schedules[place].enabled = *enabled;
                Ok(self.changed(place))
            }
            ScheduleWrite::Delete { id, expected } => {
                let place = self.version(*id, *expected)?;
                self.told("backup.config.delete", "BackupConfig", *id, Value::Null);
                Ok(self.schedules.remove(place))
            }
        }
    }

    fn changed(&mut self, place: usize) -> Schedule {
        let schedule = &mut self.schedules[place];
        schedule.updated_at = Utc::now().trunc_subsecs(3).max(schedule.updated_at + TimeDelta::milliseconds(1));
        let schedule = schedule.clone();
        self.told("backup.config.update", "BackupConfig", schedule.id, document(&schedule));
        schedule
    }
}

fn blank() -> Schedule {
    Schedule {
        id: Uuid::new_v4(),
        name: String::new(),
        enabled: false,
        cron: String::new(),
        timezone: None,
        retention: selvage_core::weavestream::schedule::Retention::default(),
        notify_emails: Vec::new(),
        notify_on_success: false,
        last_run_at: None,
        updated_at: Utc::now().trunc_subsecs(3),
        unreadable: None,
    }
}

fn fill(schedule: &mut Schedule, values: &ScheduleValues) {
    let values = values.clone();
    (schedule.name, schedule.enabled, schedule.cron) = (values.name, values.enabled, values.cron);
    (schedule.timezone, schedule.retention) = (values.timezone, values.retention);
    (schedule.notify_emails, schedule.notify_on_success) = (values.notify_emails, values.notify_on_success);
}

fn document(schedule: &Schedule) -> Value {
    json!({
        "name": schedule.name, "enabled": schedule.enabled, "cron": schedule.cron, "timezone": schedule.timezone,
        "retention": schedule.retention, "notifyEmails": schedule.notify_emails,
        "notifyOnSuccess": schedule.notify_on_success,
    })
}

/// The fake of [`DatabaseConnector`]: every way leads to the same rows.
#[async_trait]
impl DatabaseConnector for FakeDatabase {
    async fn over_tcp(
        &self,
        _at: &Endpoint,
        _credentials: &DatabaseCredentials,
    ) -> Result<Arc<dyn Database>, DatabaseError> {
        self.with(|tables| tables.opened.0 += 1);
        Ok(Arc::new(self.clone()))
    }

    async fn over_psql(
        &self,
        _host: Arc<dyn Host>,
        _project: &Project,
        _credentials: &DatabaseCredentials,
    ) -> Result<Arc<dyn Database>, DatabaseError> {
        self.with(|tables| tables.opened.1 += 1);
        Ok(Arc::new(self.clone()))
    }
}
