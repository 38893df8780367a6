//! The statements, written once for both ways.

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use selvage_core::ports::{
    Actor, AuditEntry, Database, DatabaseError, LockHolder, Rights, RunQueued, ScheduleWrite, ScheduleWritten,
    ServerFacts,
};
use selvage_core::weavestream::retention::Dump;
use selvage_core::weavestream::run::{Page, Run, RunFilter, RunId, RunKind, RunPage, RunStatus};
use selvage_core::weavestream::schedule::Schedule;
use selvage_core::weavestream::sealed::SealedData;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::executor::{Executor, Param, Statement};
use crate::rows::{DumpRow, PageRow, RunRow, ScheduleRow};
use crate::sealed;
use crate::writes;

/// The port over any executor.
pub struct Queries<E> {
    executor: E,
}

impl<E: Executor> Queries<E> {
    /// Wraps `executor`.
    pub fn new(executor: E) -> Self {
        Self { executor }
    }

    pub(crate) async fn all<T: DeserializeOwned>(
        &self,
        table: &str,
        statement: Statement,
    ) -> Result<Vec<T>, DatabaseError> {
        let rows = self.executor.rows(&statement).await?;
        rows.into_iter().map(|row| read(table, row)).collect()
    }

    pub(crate) async fn one<T: DeserializeOwned>(
        &self,
        table: &str,
        statement: Statement,
    ) -> Result<Option<T>, DatabaseError> {
        Ok(self.all(table, statement).await?.into_iter().next())
    }
}

fn read<T: DeserializeOwned>(table: &str, row: Value) -> Result<T, DatabaseError> {
    serde_json::from_value(row)
        .map_err(|e| DatabaseError::DatabaseRowOdd { table: table.to_owned(), reason: e.to_string() })
}

// One row of backup_config, whatever it is called in the statement.
macro_rules! schedule_object {
    ($row:literal) => {
        concat!(
            "jsonb_build_object('id', ",
            $row,
            ".id, 'name', ",
            $row,
            ".name, 'enabled', ",
            $row,
            ".enabled,
            'cron', ",
            $row,
            ".cron, 'timezone', ",
            $row,
            ".timezone, 'retention', ",
            $row,
            ".retention::text,
            'notify_emails', ",
            $row,
            ".notify_emails, 'notify_on_success', ",
            $row,
            ".notify_on_success,
            'last_run_at', ",
            $row,
            ".last_run_at at time zone 'UTC',
            'updated_at', ",
            $row,
            ".updated_at at time zone 'UTC')"
        )
    };
}
pub(crate) use schedule_object;

// Timestamps are stored without zone and hold UTC (docs/weavestream.md section 2).
// `concurrent` is told apart from a failure here, once.
macro_rules! run_object {
    () => {
        "jsonb_build_object(
            'id', r.id, 'schedule_id', r.config_id, 'schedule_name', c.name, 'kind', lower(r.kind::text),
            'status', case when r.status::text = 'failed' and r.error = 'concurrent' then 'skipped' else r.status::text end,
            'started_at', r.started_at at time zone 'UTC', 'finished_at', r.finished_at at time zone 'UTC',
            'created_at', r.created_at at time zone 'UTC', 'size', r.size_bytes, 'manifest', r.manifest::text,
            'dump_path', r.dump_path, 'error', r.error)"
    };
}

const SERVER: &str = "select jsonb_build_object('version', current_setting('server_version_num')::int, 'now', now())";

// `has_table_privilege` fails for a table that is not there, which tells as much.
const RIGHTS: &str = "select jsonb_build_object(
    'read', has_table_privilege('backup_config', 'select') and has_table_privilege('backup_run', 'select'),
    'change', has_table_privilege('backup_config', 'insert') and has_table_privilege('backup_config', 'update')
        and has_table_privilege('backup_config', 'delete') and has_table_privilege('backup_run', 'insert')
        and has_table_privilege('backup_run', 'update') and has_table_privilege('audit_log', 'insert')
        and has_table_privilege('users', 'select'),
    'dump', not exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'm', 'S', 'f') and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
        and not (has_schema_privilege(n.oid, 'usage') and case when c.relkind = 'S'
            then has_sequence_privilege(c.oid, 'select') else has_table_privilege(c.oid, 'select') end)))";

const SCHEDULES: &str = concat!("select ", schedule_object!("c"), " from backup_config c order by lower(c.name), c.id");

const RUN: &str = concat!(
    "select ",
    run_object!(),
    " from backup_run r left join backup_config c on c.id = r.config_id where r.id = $1::uuid"
);

const LATEST_GOOD: &str = concat!(
    "select ",
    run_object!(),
    " from backup_run r left join backup_config c on c.id = r.config_id
    where r.status::text = 'success' and r.dump_path is not null and coalesce(r.started_at, r.created_at) < '10000-01-01'
    order by coalesce(r.started_at, r.created_at) desc, r.id desc limit 1"
);

// The filter is read twice, once for the totals and once for the page: a
// hundred thousand manifests are never carried along for counting.
const RUNS: &str = concat!(
    "with matching as not materialized (
        select r.id, r.size_bytes, r.dump_path, coalesce(r.started_at, r.created_at) as at
        from backup_run r
        where ($1 is null or (case when r.status::text = 'failed' and r.error = 'concurrent' then 'skipped' else r.status::text end) = any($1))
          and ($2 is null or lower(r.kind::text) = $2)
          and ($3 is null or r.config_id = $3::uuid)
          and ($4 is null or coalesce(r.started_at, r.created_at) >= ($4::timestamptz at time zone 'UTC'))
          and ($5 is null or position(lower($5) in lower(concat_ws(' ', r.error, r.dump_path, r.manifest->>'weavestreamVersion',
               r.manifest->>'filename', r.id::text))) > 0)
    ), page as (
        select id, at from matching order by at desc, id desc limit $6 offset $7
    )
    select jsonb_build_object(
        'total', (select count(*) from matching),
        'bytes_on_host', (select coalesce(sum(greatest(size_bytes, 0)) filter (where dump_path is not null), 0) from matching),
        'runs', coalesce((select jsonb_agg(",
    run_object!(),
    " order by page.at desc, page.id desc)
            from page join backup_run r on r.id = page.id left join backup_config c on c.id = r.config_id), '[]'::jsonb))"
);

// What retention can depend on: the newest of a week or month is the newest of a day.
const DUMPS: &str = "select jsonb_build_object('id', id, 'started_at', started_at at time zone 'UTC', 'size', size_bytes,
        'on_host', dump_path is not null)
    from (
        select id, started_at, size_bytes, dump_path,
            row_number() over (order by started_at desc, id desc) as place,
            row_number() over (partition by date_trunc('day', started_at) order by started_at desc, id desc) as place_of_day
        from backup_run where config_id = $1::uuid and status::text = 'success' and started_at is not null
    ) successes
    where place <= 101 or place_of_day = 1 or dump_path is not null
    order by started_at desc, id desc";

// A lock of one key is told in two halves of 32 bits.
macro_rules! backup_lock {
    () => {
        "l.locktype = 'advisory' and l.granted and l.objsubid = 1
            and l.database = (select oid from pg_database where datname = current_database())
            and ((l.classid::bigint << 32) | l.objid::bigint) = hashtext('weavestream:backup')::bigint"
    };
}
pub(crate) use backup_lock;

const LOCK_HOLDER: &str = concat!(
    "select jsonb_build_object('pid', l.pid, 'user', coalesce(a.usename, ''), 'application', coalesce(a.application_name, ''),
        'address', host(a.client_addr), 'since', coalesce(a.backend_start, now()),
        'idle', not exists (select 1 from backup_run where status::text = 'running')
            and not exists (select 1 from pg_stat_activity d where d.datname = current_database()
                and (d.application_name = 'pg_dump' or d.application_name like 'selvage dump %')))
    from pg_locks l left join pg_stat_activity a on a.pid = l.pid where ",
    backup_lock!(),
    " limit 1"
);

const END_SESSIONS: &str = "select to_jsonb(count(pg_terminate_backend(pid))) from pg_stat_activity
    where application_name = $1 and pid <> pg_backend_pid()";

const RECORD: &str = "insert into audit_log
        (id, actor_id, action, entity_type, entity_id, company_id, ip, user_agent, before, after, created_at)
    values (gen_random_uuid(), (select id from users where id = $6::uuid), $1, $2, $3, null, null, $4, null, $5::jsonb,
        now() at time zone 'UTC')
    returning to_jsonb(id)";

#[async_trait]
impl<E: Executor> Database for Queries<E> {
    async fn server(&self) -> Result<ServerFacts, DatabaseError> {
        let found = self.one("server", Statement { sql: SERVER, params: vec![] }).await?;
        found.ok_or_else(|| DatabaseError::DatabaseRefused { reason: "the server told nothing of itself".into() })
    }

    async fn rights(&self) -> Result<Rights, DatabaseError> {
        let found = self.one("pg_class", Statement { sql: RIGHTS, params: vec![] }).await?;
        found.ok_or_else(|| DatabaseError::DatabaseRefused { reason: "no answer about rights".into() })
    }

    async fn schedules(&self) -> Result<Vec<Schedule>, DatabaseError> {
        let rows: Vec<ScheduleRow> = self.all("backup_config", Statement { sql: SCHEDULES, params: vec![] }).await?;
        Ok(rows.into_iter().map(Schedule::from).collect())
    }

    async fn runs(&self, filter: &RunFilter, page: Page, now: DateTime<Utc>) -> Result<RunPage, DatabaseError> {
        let params = vec![
            Param::TextArray(
                (!filter.statuses.is_empty()).then(|| filter.statuses.iter().map(|s| status(*s).to_owned()).collect()),
            ),
            Param::Text(filter.kind.map(|kind| kind_word(kind).to_owned())),
            Param::Text(filter.schedule.map(|id| id.to_string())),
            Param::Text(filter.days.map(|days| since(now, days))),
            Param::Text(filter.search.clone().filter(|text| !text.is_empty())),
            Param::Int(Some(page.limit.into())),
            Param::Int(Some(page.offset.into())),
        ];
        let found: Option<PageRow> = self.one("backup_run", Statement { sql: RUNS, params }).await?;
        let found = found.ok_or_else(|| DatabaseError::DatabaseRefused { reason: "no answer about runs".into() })?;
        let runs = found.runs.into_iter().map(Run::from).collect();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sum of sizes, none below zero")]
        let bytes_on_host = found.bytes_on_host as u64;
        Ok(RunPage { runs, total: found.total, bytes_on_host })
    }

    async fn run(&self, id: RunId) -> Result<Option<Run>, DatabaseError> {
        let params = vec![Param::Text(Some(id.to_string()))];
        Ok(self.one::<RunRow>("backup_run", Statement { sql: RUN, params }).await?.map(Run::from))
    }

    async fn latest_good(&self) -> Result<Option<Run>, DatabaseError> {
        Ok(self.one::<RunRow>("backup_run", Statement { sql: LATEST_GOOD, params: vec![] }).await?.map(Run::from))
    }

    async fn record(&self, entry: &AuditEntry) -> Result<(), DatabaseError> {
        let text = |text: &str| Param::Text(Some(text.to_owned()));
        let params = vec![
            text(&entry.action),
            text(&entry.entity_type),
            text(&entry.entity_id),
            text(concat!("selvage/", env!("CARGO_PKG_VERSION"))),
            text(&entry.after.to_string()),
            Param::Text(entry.by.map(|id| id.to_string())),
        ];
        self.executor.rows(&Statement { sql: RECORD, params }).await.map(|_| ())
    }

    async fn actors(&self) -> Result<Vec<Actor>, DatabaseError> {
        self.all("users", Statement { sql: writes::ACTORS, params: vec![] }).await
    }

    async fn write_schedule(&self, write: &ScheduleWrite, by: Option<Uuid>) -> Result<ScheduleWritten, DatabaseError> {
        writes::write_schedule(self, write, by).await
    }

    async fn queue_run(&self, schedule: Uuid, by: Option<Uuid>) -> Result<RunQueued, DatabaseError> {
        writes::queue_run(self, schedule, by).await
    }

    async fn fail_queued_run(&self, run: RunId, error: &str) -> Result<(), DatabaseError> {
        writes::fail_queued_run(self, run, error).await
    }

    async fn dumps(&self, schedule: Uuid) -> Result<Vec<Dump>, DatabaseError> {
        let params = vec![Param::Text(Some(schedule.to_string()))];
        let rows: Vec<DumpRow> = self.all("backup_run", Statement { sql: DUMPS, params }).await?;
        Ok(rows.into_iter().filter_map(DumpRow::read).collect())
    }

    async fn lock_holder(&self) -> Result<Option<LockHolder>, DatabaseError> {
        self.one("pg_locks", Statement { sql: LOCK_HOLDER, params: vec![] }).await
    }

    async fn sealed(&self) -> Result<SealedData, DatabaseError> {
        sealed::samples(self).await
    }

    async fn end_sessions(&self, application: &str) -> Result<u32, DatabaseError> {
        let params = vec![Param::Text(Some(application.to_owned()))];
        Ok(self.one("pg_stat_activity", Statement { sql: END_SESSIONS, params }).await?.unwrap_or(0))
    }
}

fn status(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Queued => "queued",
        RunStatus::Running => "running",
        RunStatus::Success => "success",
        RunStatus::Failed => "failed",
        RunStatus::Skipped => "skipped",
        // No row says so; what it holds is found by no filter.
        RunStatus::Unreadable => "unreadable",
    }
}

fn kind_word(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Scheduled => "scheduled",
        RunKind::Manual => "manual",
    }
}

fn since(now: DateTime<Utc>, days: u32) -> String {
    (now - TimeDelta::days(days.into())).to_rfc3339_opts(SecondsFormat::Secs, true)
}
