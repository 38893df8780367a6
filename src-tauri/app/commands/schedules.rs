//! Schedules: previewed, changed, made to agree with the queue, and run.

use selvage_core::deployment::DeploymentId;
use selvage_core::jobs::JobId;
use selvage_core::schedules::{Actors, RetentionPreview, RunInspection, SchedulePreview, ScheduleRow, ScheduleVersion};
use selvage_core::weavestream::cron::Zone;
use selvage_core::weavestream::run::RunId;
use selvage_core::weavestream::schedule_draft::ScheduleDraft;
use tauri::State;
use uuid::Uuid;

use crate::error::Answer;
use crate::state::Selvage;

/// Users who may act on the deployment, and the one as whom Selvage records.
#[tauri::command]
#[specta::specta]
pub async fn actors(selvage: State<'_, Selvage>, id: DeploymentId) -> Answer<Actors> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.schedules.actors(&deployment).await?)
}

/// Chooses as whom what is done to the deployment is recorded; none leaves the actor empty.
#[tauri::command]
#[specta::specta]
pub async fn choose_actor(selvage: State<'_, Selvage>, id: DeploymentId, actor: Option<String>) -> Answer<()> {
    Ok(selvage.settings.set_actor(id, actor.as_deref().map(key)).await?)
}

/// Every IANA time zone, by name.
#[tauri::command]
#[specta::specta]
pub async fn time_zones() -> Answer<Vec<&'static str>> {
    Ok(Zone::names())
}

/// When a schedule would fire, and what is wrong with it.
#[tauri::command]
#[specta::specta]
pub async fn preview_schedule(selvage: State<'_, Selvage>, draft: ScheduleDraft) -> Answer<SchedulePreview> {
    Ok(selvage.schedules.preview(&draft))
}

/// What its retention makes of its dumps; `fresh` asks the host for them again.
#[tauri::command]
#[specta::specta]
pub async fn preview_retention(
    selvage: State<'_, Selvage>,
    id: DeploymentId,
    schedule: Option<String>,
    draft: ScheduleDraft,
    fresh: bool,
) -> Answer<RetentionPreview> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.schedules.retention(&deployment, schedule.as_deref().map(key), &draft, fresh).await?)
}

/// Writes a new schedule and registers it.
#[tauri::command]
#[specta::specta]
pub async fn create_schedule(
    selvage: State<'_, Selvage>,
    id: DeploymentId,
    draft: ScheduleDraft,
) -> Answer<ScheduleRow> {
    let deployment = selvage.deployments.get(id).await?;
    let by = selvage.schedules.chosen(id).await?;
    Ok(selvage.schedules.create(&deployment, &draft, by).await?)
}

/// Writes what was edited, unless the schedule was changed meanwhile.
#[tauri::command]
#[specta::specta]
pub async fn edit_schedule(
    selvage: State<'_, Selvage>,
    id: DeploymentId,
    which: ScheduleVersion,
    draft: ScheduleDraft,
) -> Answer<ScheduleRow> {
    let deployment = selvage.deployments.get(id).await?;
    let by = selvage.schedules.chosen(id).await?;
    Ok(selvage.schedules.edit(&deployment, which, &draft, by).await?)
}

/// Deletes a schedule, unless it was changed meanwhile; its dumps stay. Gives
/// what the queue could not be told, if anything.
#[tauri::command]
#[specta::specta]
pub async fn delete_schedule(
    selvage: State<'_, Selvage>,
    id: DeploymentId,
    which: ScheduleVersion,
) -> Answer<Option<String>> {
    let deployment = selvage.deployments.get(id).await?;
    let by = selvage.schedules.chosen(id).await?;
    Ok(selvage.schedules.delete(&deployment, which, by).await?)
}

/// Makes the queue agree with the database about one schedule.
#[tauri::command]
#[specta::specta]
pub async fn repair_schedule(selvage: State<'_, Selvage>, id: DeploymentId, schedule: String) -> Answer<ScheduleRow> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.schedules.repair(&deployment, key(&schedule)).await?)
}

/// Removes a scheduler whose schedule is gone from the queue.
#[tauri::command]
#[specta::specta]
pub async fn remove_orphan(selvage: State<'_, Selvage>, id: DeploymentId, scheduler: String) -> Answer<()> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.schedules.remove_orphan(&deployment, &scheduler).await?)
}

/// Has the worker make a dump now; the job follows it until it has ended.
#[tauri::command]
#[specta::specta]
pub async fn run_now(selvage: State<'_, Selvage>, id: DeploymentId, schedule: String) -> Answer<JobId> {
    let deployment = selvage.deployments.get(id).await?;
    let by = selvage.schedules.chosen(id).await?;
    let (_, job) = selvage.schedules.run_now(&deployment, key(&schedule), by).await?;
    Ok(job)
}

/// Looks who is at work on a run that has not ended.
#[tauri::command]
#[specta::specta]
pub async fn inspect_run(selvage: State<'_, Selvage>, id: DeploymentId, run: RunId) -> Answer<RunInspection> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.schedules.inspect(&deployment, run).await?)
}

/// A text that is no key names nothing.
fn key(text: &str) -> Uuid {
    text.parse().unwrap_or_default()
}
