//! Statements that change something. Each is one statement with its audit row in
//! it, so that both are written or neither, whichever way it travels.

use selvage_core::ports::{DatabaseError, RunQueued, ScheduleWrite, ScheduleWritten};
use selvage_core::weavestream::run::RunId;
use selvage_core::weavestream::schedule::Schedule;
use selvage_core::weavestream::schedule_draft::ScheduleValues;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::executor::{Executor, Param, Statement};
use crate::queries::{Queries, backup_lock, schedule_object};
use crate::rows::ScheduleRow;

const USER_AGENT: &str = concat!("selvage/", env!("CARGO_PKG_VERSION"));

macro_rules! may_act {
    () => {
        "is_active and deactivated_at is null and (role::text = 'SUPER_ADMIN'
            or (role::text = 'OPERATOR' and 'BACKUP_MANAGE' = any(platform_capabilities::text[])))"
    };
}

pub const ACTORS: &str = concat!(
    "select jsonb_build_object('id', id, 'email', email) from users where ",
    may_act!(),
    " order by lower(email), id"
);

// `$1` is the acting user in every statement below, `$2` the user agent.
macro_rules! actor {
    () => {
        concat!(
            "actor as (select $1::text is null or exists (select 1 from users where id = $1::uuid and ",
            may_act!(),
            ") as allowed)"
        )
    };
}

// An insert into audit_log that goes on with what it speaks of and where that is taken from.
macro_rules! told {
    ($action:literal, $entity:literal, $id:literal, $before:expr, $after:expr, $from:literal) => {
        concat!(
            "told as (insert into audit_log
                (id, actor_id, action, entity_type, entity_id, company_id, ip, user_agent, before, after, created_at)
            select gen_random_uuid(), $1::uuid, '", $action, "', '", $entity, "', ", $id, "::text, null, null, $2, ",
            $before, ", ", $after, ", now() at time zone 'UTC' from ", $from, ")"
        )
    };
}

// A schedule as the web app's own audit rows tell it.
macro_rules! document {
    ($row:literal) => {
        concat!(
            "jsonb_build_object('name', ",
            $row,
            ".name, 'enabled', ",
            $row,
            ".enabled, 'cron', ",
            $row,
            ".cron,
            'timezone', ",
            $row,
            ".timezone, 'retention', ",
            $row,
            ".retention, 'notifyEmails', ",
            $row,
            ".notify_emails,
            'notifyOnSuccess', ",
            $row,
            ".notify_on_success)"
        )
    };
}

const CREATE: &str = concat!(
    "with ", actor!(), ",
    made as (
        insert into backup_config
            (name, enabled, cron, timezone, retention, notify_emails, notify_on_success, created_by, created_at, updated_at)
        select $3, $4::boolean, $5, $6, $7::jsonb, $8, $9::boolean, $1::uuid, now() at time zone 'UTC', now() at time zone 'UTC'
        from actor where allowed returning *
    ), ", told!("backup.config.create", "BackupConfig", "made.id", "null", document!("made"), "made"), "
    select jsonb_build_object('allowed', allowed, 'done', (select ", schedule_object!("made"), " from made)) from actor"
);

// Locked first, so that what is compared is what is changed. A clock that went
// back must not give a version its old stamp again.
const UPDATE: &str = concat!(
    "with ", actor!(), ",
    old as (select * from backup_config where id = $10::uuid for update),
    changed as (
        update backup_config c set name = $3, enabled = $4::boolean, cron = $5, timezone = $6,
            retention = case when jsonb_typeof(old.retention) = 'object' then old.retention || $7::jsonb else $7::jsonb end,
            notify_emails = $8, notify_on_success = $9::boolean,
            updated_at = greatest(now() at time zone 'UTC', old.updated_at + interval '1 millisecond')
        from old, actor
        where c.id = old.id and actor.allowed and old.updated_at = $11::timestamptz at time zone 'UTC'
        returning c.*
    ), ", told!("backup.config.update", "BackupConfig", "changed.id", document!("old"), document!("changed"), "changed, old"), "
    select jsonb_build_object('allowed', allowed, 'done', (select ", schedule_object!("changed"), " from changed),
        'other', (select ", schedule_object!("old"), " from old)) from actor"
);

const ENABLE: &str = concat!(
    "with ",
    actor!(),
    ",
    old as (select * from backup_config where id = $3::uuid for update),
    changed as (
        update backup_config c set enabled = $5::boolean,
            updated_at = greatest(now() at time zone 'UTC', old.updated_at + interval '1 millisecond')
        from old, actor
        where c.id = old.id and actor.allowed and old.updated_at = $4::timestamptz at time zone 'UTC'
        returning c.*
    ), ",
    told!("backup.config.update", "BackupConfig", "changed.id", document!("old"), document!("changed"), "changed, old"),
    "
    select jsonb_build_object('allowed', allowed, 'done', (select ",
    schedule_object!("changed"),
    " from changed),
        'other', (select ",
    schedule_object!("old"),
    " from old)) from actor"
);

const DELETE: &str = concat!(
    "with ",
    actor!(),
    ",
    old as (select * from backup_config where id = $3::uuid for update),
    deleted as (
        delete from backup_config c using old, actor
        where c.id = old.id and actor.allowed and old.updated_at = $4::timestamptz at time zone 'UTC'
        returning c.*
    ), ",
    told!("backup.config.delete", "BackupConfig", "deleted.id", document!("deleted"), "null", "deleted"),
    "
    select jsonb_build_object('allowed', allowed, 'done', (select ",
    schedule_object!("deleted"),
    " from deleted),
        'other', (select ",
    schedule_object!("old"),
    " from old)) from actor"
);

// A run that waits for long, or runs without the lock, has no worker any more: it is in nobody's way.
const QUEUE_RUN: &str = concat!(
    "with ",
    actor!(),
    ",
    config as (select id from backup_config where id = $3::uuid),
    busy as (
        select r.id from backup_run r where r.config_id = $3::uuid and (
            (r.status::text = 'queued' and r.created_at > now() at time zone 'UTC' - interval '15 minutes')
            or (r.status::text = 'running' and exists (select 1 from pg_locks l where ",
    backup_lock!(),
    ")))
        order by r.created_at desc limit 1
    ),
    made as (
        insert into backup_run (config_id, kind, status, triggered_by, created_at)
        select config.id, 'MANUAL', 'queued', $1::uuid, now() at time zone 'UTC'
        from config, actor where actor.allowed and not exists (select 1 from busy) returning *
    ), ",
    told!(
        "backup.run.triggered",
        "BackupRun",
        "made.id",
        "null",
        "jsonb_build_object('configId', made.config_id, 'kind', made.kind)",
        "made"
    ),
    "
    select jsonb_build_object('allowed', allowed, 'known', exists (select 1 from config),
        'busy', (select id from busy), 'made', (select id from made)) from actor"
);

const FAIL_QUEUED_RUN: &str = concat!(
    "with failed as (
        update backup_run set status = 'failed', error = $4, finished_at = now() at time zone 'UTC'
        where id = $3::uuid and status::text = 'queued' returning *
    ), ",
    told!("backup.run.failed", "BackupRun", "failed.id", "null", "jsonb_build_object('error', failed.error)", "failed"),
    "
    select to_jsonb(count(*)) from failed"
);

fn text(text: &impl ToString) -> Param {
    Param::Text(Some(text.to_string()))
}

fn beginning(by: Option<Uuid>) -> Vec<Param> {
    vec![Param::Text(by.map(|id| id.to_string())), text(&USER_AGENT)]
}

fn values(values: &ScheduleValues) -> [Param; 7] {
    let kept = values.retention;
    let retention =
        json!({ "keepLast": kept.keep_last, "daily": kept.daily, "weekly": kept.weekly, "monthly": kept.monthly });
    [
        text(&values.name),
        text(&values.enabled),
        text(&values.cron),
        Param::Text(values.timezone.clone()),
        text(&retention),
        Param::TextArray(Some(values.notify_emails.clone())),
        text(&values.notify_on_success),
    ]
}

#[derive(Deserialize)]
struct Outcome {
    allowed: bool,
    done: Option<ScheduleRow>,
    other: Option<ScheduleRow>,
}

pub async fn write_schedule<E: Executor>(
    queries: &Queries<E>,
    write: &ScheduleWrite,
    by: Option<Uuid>,
) -> Result<ScheduleWritten, DatabaseError> {
    let mut params = beginning(by);
    // Microseconds, in case a column is finer than it should be.
    let stamp = |at: &chrono::DateTime<chrono::Utc>| text(&at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
    let sql = match write {
        ScheduleWrite::Create { values: new } => {
            params.extend(values(new));
            CREATE
        }
        ScheduleWrite::Update { id, expected, values: new } => {
            params.extend(values(new));
            params.extend([text(id), stamp(expected)]);
            UPDATE
        }
        ScheduleWrite::Enable { id, expected, enabled } => {
            params.extend([text(id), stamp(expected), text(enabled)]);
            ENABLE
        }
        ScheduleWrite::Delete { id, expected } => {
            params.extend([text(id), stamp(expected)]);
            DELETE
        }
    };
    let outcome: Option<Outcome> = queries.one("backup_config", Statement { sql, params }).await?;
    let outcome = outcome.ok_or_else(|| DatabaseError::DatabaseRefused { reason: "no answer to a change".into() })?;
    Ok(match outcome {
        Outcome { done: Some(row), .. } => ScheduleWritten::Done(Schedule::from(row)),
        Outcome { allowed: false, .. } => ScheduleWritten::ActorRefused,
        Outcome { other: Some(row), .. } => ScheduleWritten::Moved(Schedule::from(row)),
        Outcome { .. } => ScheduleWritten::Gone,
    })
}

#[derive(Deserialize)]
struct RunOutcome {
    allowed: bool,
    known: bool,
    busy: Option<RunId>,
    made: Option<RunId>,
}

pub async fn queue_run<E: Executor>(
    queries: &Queries<E>,
    schedule: Uuid,
    by: Option<Uuid>,
) -> Result<RunQueued, DatabaseError> {
    let mut params = beginning(by);
    params.push(text(&schedule));
    let outcome: Option<RunOutcome> = queries.one("backup_run", Statement { sql: QUEUE_RUN, params }).await?;
    Ok(match outcome {
        Some(RunOutcome { made: Some(run), .. }) => RunQueued::Queued(run),
        Some(RunOutcome { allowed: false, .. }) => RunQueued::ActorRefused,
        Some(RunOutcome { known: true, busy: Some(run), .. }) => RunQueued::UnderWay(run),
        _ => RunQueued::Gone,
    })
}

pub async fn fail_queued_run<E: Executor>(queries: &Queries<E>, run: RunId, error: &str) -> Result<(), DatabaseError> {
    let mut params = beginning(None);
    params.extend([text(&run), text(&error)]);
    queries.one::<u64>("backup_run", Statement { sql: FAIL_QUEUED_RUN, params }).await.map(|_| ())
}
