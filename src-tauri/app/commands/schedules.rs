//! Changes of schedules, and runs that are started.

use selvage_core::deployment::DeploymentId;
use selvage_core::jobs::JobId;
use selvage_core::schedules::{ScheduleRow, ScheduleVersion};
use tauri::State;
use uuid::Uuid;

use crate::error::Answer;
use crate::state::Selvage;

/// Has the worker make a dump now; the job follows it until it has ended.
#[tauri::command]
#[specta::specta]
pub async fn run_now(selvage: State<'_, Selvage>, id: DeploymentId, schedule: String) -> Answer<JobId> {
    let deployment = selvage.deployments.get(id).await?;
    let (_, job) = selvage.schedules.run_now(&deployment, key(&schedule), None).await?;
    Ok(job)
}

/// Makes the queue agree with the database about one schedule.
#[tauri::command]
#[specta::specta]
pub async fn repair_schedule(selvage: State<'_, Selvage>, id: DeploymentId, schedule: String) -> Answer<ScheduleRow> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.schedules.repair(&deployment, key(&schedule)).await?)
}

/// Switches a schedule on or off, unless it was changed meanwhile.
#[tauri::command]
#[specta::specta]
pub async fn enable_schedule(
    selvage: State<'_, Selvage>,
    id: DeploymentId,
    which: ScheduleVersion,
    enabled: bool,
) -> Answer<ScheduleRow> {
    let deployment = selvage.deployments.get(id).await?;
    Ok(selvage.schedules.enable(&deployment, which, enabled, None).await?)
}

/// A text that is no key names no schedule.
fn key(schedule: &str) -> Uuid {
    schedule.parse().unwrap_or_default()
}
