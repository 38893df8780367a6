use std::io::{BufRead, ErrorKind, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use selvage_core::base::RequestError;
use selvage_core::deployment::Deployment;
use selvage_core::jobs::JobEnd;
use selvage_core::schedules::{RunActivity, ScheduleError, ScheduleRow, ScheduleVersion};
use selvage_core::time::the_dump;
use selvage_core::weavestream::cron::{Cron, CronError, Zone};
use selvage_core::weavestream::run::RunId;
use selvage_core::weavestream::schedule::Schedule;
use selvage_core::weavestream::schedule_draft::ScheduleDraft;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::print::Print;
use super::schedule_arguments::{ActorArgument, PreviewArguments, RuleArguments, ScheduleCommand, WhichSchedule};
use super::{End, Failure};
use crate::state::Selvage;

/// Carries out `selvage schedule`.
pub async fn run(selvage: &Selvage, command: ScheduleCommand, print: Print) -> Result<End, Failure> {
    let schedules = &selvage.schedules;
    let row = match command {
        ScheduleCommand::Add { deployment, name, cron, disabled, values, by } => {
            let deployment = selvage.deployments.find(&deployment).await?;
            let by = actor(selvage, &deployment, &by).await?;
            schedules.create(&deployment, &values.create(name, cron, !disabled), by).await?
        }
        ScheduleCommand::Edit { which, name, cron, values, by } => {
            let (deployment, schedule) = found(selvage, &which).await?;
            let by = actor(selvage, &deployment, &by).await?;
            let draft = values.change(&schedule, name, cron);
            schedules.edit(&deployment, version(&schedule), &draft, by).await?
        }
        ScheduleCommand::Enable { which, by } => enable(selvage, &which, true, &by).await?,
        ScheduleCommand::Disable { which, by } => enable(selvage, &which, false, &by).await?,
        ScheduleCommand::Repair { which } => {
            let deployment = selvage.deployments.find(&which.deployment).await?;
            schedules.repair(&deployment, which.id).await?
        }
        ScheduleCommand::Remove { which, by } => {
            let (deployment, schedule) = found(selvage, &which).await?;
            let by = actor(selvage, &deployment, &by).await?;
            let queue = schedules.delete(&deployment, version(&schedule), by).await?;
            print.one("removed", &json!({ "id": which.id, "queueTrouble": queue }), || match &queue {
                None => format!("{} is deleted; its dumps stay", schedule.name),
                Some(reason) => format!("{} is deleted; the queue could not be told: {reason}", schedule.name),
            });
            return Ok(End::Done);
        }
        ScheduleCommand::Retention { which, rules } => return retention(selvage, &which, &rules, print).await,
        ScheduleCommand::Preview { preview: asked } => return preview(&asked, print),
    };
    print.one("schedule", &row, || told(selvage, &row));
    Ok(End::Done)
}

async fn retention(
    selvage: &Selvage,
    which: &WhichSchedule,
    rules: &RuleArguments,
    print: Print,
) -> Result<End, Failure> {
    let (deployment, schedule) = found(selvage, which).await?;
    let mut draft = ScheduleDraft::from(&schedule);
    draft.retention = rules.over(draft.retention);
    let seen = selvage.schedules.retention(&deployment, Some(schedule.id), &draft, true).await?;
    // Until 0.2 also under its old name.
    print.one_as(&["retention", "keeps"], &seen, || {
        let deleted = seen.deleted.iter().map(|dump| {
            let copied = if dump.copied { "a verified copy is on this laptop" } else { "no copy is on this laptop" };
            format!("the next run deletes {} ({copied})", the_dump(&dump.when.local))
        });
        let ahead = seen.ahead.last().map(|ahead| format!("in 12 months: {} dumps", ahead.dumps));
        let now = format!("{} dumps on the host, {:.0} bytes", seen.dumps, seen.bytes);
        std::iter::once(now).chain(deleted).chain(ahead).collect::<Vec<_>>().join("\n")
    });
    Ok(End::Done)
}

fn told(selvage: &Selvage, row: &ScheduleRow) -> String {
    let next = row.next.in_words(&selvage.moment());
    format!("{}  {}  {} ({})  {next}", row.id, row.name, row.next.cron, row.next.zone)
}

async fn enable(
    selvage: &Selvage,
    which: &WhichSchedule,
    enabled: bool,
    by: &ActorArgument,
) -> Result<ScheduleRow, Failure> {
    let (deployment, schedule) = found(selvage, which).await?;
    let by = actor(selvage, &deployment, by).await?;
    Ok(selvage.schedules.enable(&deployment, version(&schedule), enabled, by).await?)
}

fn version(schedule: &Schedule) -> ScheduleVersion {
    ScheduleVersion { id: schedule.id, version: schedule.updated_at }
}

async fn found(selvage: &Selvage, which: &WhichSchedule) -> Result<(Deployment, Schedule), Failure> {
    let deployment = selvage.deployments.find(&which.deployment).await?;
    let link = selvage.links.open(&deployment).await?;
    let rows = link.database.schedules().await?;
    let schedule = rows.into_iter().find(|schedule| schedule.id == which.id).ok_or(ScheduleError::ScheduleGone)?;
    Ok((deployment, schedule))
}

async fn actor(selvage: &Selvage, deployment: &Deployment, by: &ActorArgument) -> Result<Option<Uuid>, Failure> {
    let Some(email) = &by.actor else { return Ok(selvage.schedules.chosen(deployment.id).await?) };
    let actors = selvage.schedules.actors(deployment).await?.actors;
    let actor = actors.into_iter().find(|actor| actor.email.eq_ignore_ascii_case(email));
    Ok(Some(actor.ok_or(ScheduleError::ActorRefused)?.id))
}

/// Carries out `selvage run-now`.
pub async fn run_now(
    selvage: &Selvage,
    which: &WhichSchedule,
    by: &ActorArgument,
    wait: bool,
    print: Print,
) -> Result<End, Failure> {
    let deployment = selvage.deployments.find(&which.deployment).await?;
    let by = actor(selvage, &deployment, by).await?;
    let run = if wait {
        let (run, job) = selvage.schedules.run_now(&deployment, which.id, by).await?;
        match selvage.jobs.ended(job).await? {
            JobEnd::Done => run,
            JobEnd::Cancelled | JobEnd::Interrupted => return Ok(End::Cancelled),
            JobEnd::Refused(problem) | JobEnd::Failed(problem) | JobEnd::Unsound(problem) => {
                return Err(problem.into());
            }
        }
    } else {
        selvage.schedules.start_run(&deployment, which.id, by).await?
    };
    print.one("run", &json!({ "id": run, "ended": wait }), || {
        if wait { format!("run {run}: the dump is on the host") } else { format!("run {run} waits for the worker") }
    });
    Ok(End::Done)
}

/// Carries out `selvage inspect`.
pub async fn inspect(selvage: &Selvage, name: &str, run: RunId, print: Print) -> Result<End, Failure> {
    let deployment = selvage.deployments.find(name).await?;
    let seen = selvage.schedules.inspect(&deployment, run).await?;
    print.one("inspection", &seen, || {
        let state = match seen.state {
            RunActivity::Ended => "it has ended",
            RunActivity::Waiting => "it waits for the worker",
            RunActivity::Working => "the worker is at it",
            RunActivity::Stuck => "nobody is at it any more: the row says running for ever",
            RunActivity::HeldElsewhere => "somebody else than the worker holds the lock",
        };
        match &seen.holder {
            None => format!("{state}; nobody holds the lock"),
            Some(by) => {
                let idle = if by.idle { ", and no run is under way" } else { "" };
                let place = by.service.as_deref().or(by.address.as_deref()).unwrap_or("a local socket");
                format!(
                    "{state}; the lock is held from {place} by {}, session {}, since {}{idle}",
                    by.user, by.pid, by.since.local
                )
            }
        }
    });
    Ok(End::Done)
}

/// Carries out `selvage schedule preview`, for which nothing is opened.
pub fn preview(preview: &PreviewArguments, print: Print) -> Result<End, Failure> {
    if preview.batch {
        for line in std::io::stdin().lock().lines() {
            let answer = match line {
                Ok(line) => answer(&line),
                Err(error) if error.kind() == ErrorKind::InvalidData => json!({ "error": "not understood: no UTF-8" }),
                Err(_) => break,
            };
            if writeln!(std::io::stdout(), "{answer}").is_err() {
                break;
            }
        }
        return Ok(End::Done);
    }
    preview_one(preview, print)
}

fn preview_one(preview: &PreviewArguments, print: Print) -> Result<End, Failure> {
    let from = preview.from.unwrap_or_else(Utc::now);
    let cron = preview.cron.as_deref().unwrap_or_default();
    let next = times(cron, &preview.tz, from, preview.count.into()).map_err(|error| {
        let field = if matches!(error, CronError::UnknownZone { .. }) { "timezone" } else { "cron" };
        let error = selvage_core::deployment::FieldError { field: field.to_owned(), reason: error.to_string() };
        Failure::from(RequestError::Fields { fields: vec![error] })
    })?;
    print.one("next", &next, || next.join("\n"));
    Ok(End::Done)
}

fn times(cron: &str, tz: &str, from: DateTime<Utc>, count: usize) -> Result<Vec<String>, CronError> {
    let zone = Zone::parse(tz)?;
    let times = Cron::parse(cron)?.iterate(from, zone, count)?;
    Ok(times.iter().map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).collect())
}

#[derive(Deserialize)]
struct Asked {
    cron: String,
    tz: String,
    from: DateTime<Utc>,
    count: u16,
}

fn answer(line: &str) -> Value {
    let asked: Asked = match serde_json::from_str(line) {
        Ok(asked) => asked,
        Err(error) => return json!({ "error": format!("not understood: {error}") }),
    };
    match times(&asked.cron, &asked.tz, asked.from, asked.count.into()) {
        Ok(next) => json!({ "next": next }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}
