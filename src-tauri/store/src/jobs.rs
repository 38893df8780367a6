use async_trait::async_trait;
use selvage_core::activity::{Activity, ActivityStore};
use selvage_core::deployment::DeploymentId;
use selvage_core::jobs::{Job, JobEnd, JobId, JobKind, JobStore, JournalEntry};
use selvage_core::ports::StoreError;
use uuid::Uuid;

use crate::database::{SqliteStore, read, stamp, text, trouble};

#[async_trait]
impl JobStore for SqliteStore {
    async fn begin_job(&self, job: &Job) -> Result<Option<JobId>, StoreError> {
        // Locked from the beginning: of two that begin at once, one sees what the other uses.
        let mut change = self.pool.begin_with("begin immediate").await.map_err(trouble)?;
        for resource in &job.uses {
            let sql = "select id, process from jobs join resources on job = id where resource = ?1 and ended = 0";
            let user: Option<(String, String)> =
                sqlx::query_as(sql).bind(text(resource)?).fetch_optional(&mut *change).await.map_err(trouble)?;
            if let Some((id, process)) = user
                && self.process.lives(&process)
            {
                return Ok(id.parse().ok().map(JobId));
            }
        }
        sqlx::query("insert into jobs (id, started_at, process, ended, document) values (?1, ?2, ?3, 0, ?4)")
            .bind(job.id.to_string())
            .bind(stamp(job.started_at))
            .bind(self.process.id())
            .bind(text(job)?)
            .execute(&mut *change)
            .await
            .map_err(trouble)?;
        for resource in &job.uses {
            sqlx::query("insert or replace into resources (resource, job) values (?1, ?2)")
                .bind(text(resource)?)
                .bind(job.id.to_string())
                .execute(&mut *change)
                .await
                .map_err(trouble)?;
        }
        change.commit().await.map_err(trouble)?;
        Ok(None)
    }

    async fn save_job(&self, job: &Job) -> Result<(), StoreError> {
        let sql = "update jobs set ended = (?2 = 'ended'), document = ?3 where id = ?1";
        let ended = if job.end.is_some() { "ended" } else { "" };
        self.execute(sql, &[&job.id.to_string(), ended, &text(job)?]).await
    }

    async fn jobs(&self, limit: u32) -> Result<Vec<Job>, StoreError> {
        let sql = "select id, started_at, document from jobs order by started_at desc limit ?1";
        self.entries(sql, &limit.to_string(), unreadable).await
    }

    async fn abandoned_jobs(&self) -> Result<Vec<Job>, StoreError> {
        let sql = "select process, id, started_at, document from jobs where ended = 0";
        let open: Vec<(String, String, String, String)> =
            sqlx::query_as(sql).fetch_all(&self.pool).await.map_err(trouble)?;
        let dead = open.iter().filter(|(process, ..)| !self.process.lives(process));
        Ok(dead
            .filter_map(|(_, id, at, document)| match read(document) {
                Ok(job) => Some(job),
                Err(reason) => unreadable(id, at, reason),
            })
            .collect())
    }

    async fn remove_jobs(&self, ids: &[JobId]) -> Result<(), StoreError> {
        let sql = "delete from jobs where id in (select value from json_each(?1))";
        self.execute(sql, &[&text(&ids)?]).await
    }

    async fn append_journal(&self, id: JobId, entries: &[JournalEntry]) -> Result<(), StoreError> {
        let mut change = self.pool.begin().await.map_err(trouble)?;
        for entry in entries {
            sqlx::query("insert into journal (job, document) values (?1, ?2)")
                .bind(id.to_string())
                .bind(text(entry)?)
                .execute(&mut *change)
                .await
                .map_err(trouble)?;
        }
        change.commit().await.map_err(trouble)
    }

    async fn journal(&self, id: JobId) -> Result<Vec<JournalEntry>, StoreError> {
        self.documents("select document from journal where job = ?1 order by line", &id.to_string()).await
    }
}

#[async_trait]
impl ActivityStore for SqliteStore {
    async fn add_activity(&self, activity: &Activity) -> Result<(), StoreError> {
        let sql = "insert into activity (id, at, document) values (?1, ?2, ?3)";
        self.execute(sql, &[&activity.id.to_string(), &stamp(activity.at), &text(activity)?]).await
    }

    async fn activity(&self, limit: u32) -> Result<Vec<Activity>, StoreError> {
        self.documents("select document from activity order by at desc, rowid desc limit ?1", &limit.to_string()).await
    }
}

/// What can be told of a job whose document cannot be read.
fn unreadable(id: &str, started_at: &str, reason: String) -> Option<Job> {
    let started_at = started_at.parse().unwrap_or_default();
    Some(Job {
        id: JobId(id.parse().ok()?),
        deployment: DeploymentId(Uuid::nil()),
        kind: JobKind::Unreadable { reason },
        uses: Vec::new(),
        started_at,
        ended_at: Some(started_at),
        step: None,
        cancelling: false,
        end: Some(JobEnd::Interrupted),
        result: None,
        recovery: None,
    })
}
