//! Weavestream's Postgres in memory.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use selvage_core::ports::{
    AuditEntry, Database, DatabaseConnector, DatabaseCredentials, DatabaseError, Endpoint, Host, ServerFacts,
};
use selvage_core::weavestream::compose::Project;
use selvage_core::weavestream::run::{Page, Run, RunFilter, RunId, RunPage};
use selvage_core::weavestream::schedule::Schedule;

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
        self.ask(|_| ServerFacts { version: 160_004, now: Utc::now() })
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
