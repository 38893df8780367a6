//! What the screens show.

use selvage_core::deployment::DeploymentId;
use selvage_core::history::HistoryPage;
use selvage_core::overview::Overview;
use selvage_core::schedules::SchedulesView;
use selvage_core::weavestream::run::{Page, RunFilter};
use tauri::State;

use crate::error::Answer;
use crate::state::Selvage;

/// The overview. `fresh` looks at the host now; a look that fails shows the
/// last known state and says why.
#[tauri::command]
#[specta::specta]
pub async fn overview(selvage: State<'_, Selvage>, id: DeploymentId, fresh: bool) -> Answer<Overview> {
    Ok(selvage.views.overview(id, fresh).await?)
}

/// The schedules as last seen, or as they are now.
#[tauri::command]
#[specta::specta]
pub async fn schedules(selvage: State<'_, Selvage>, id: DeploymentId, fresh: bool) -> Answer<SchedulesView> {
    Ok(selvage.views.schedules(id, fresh).await?)
}

/// One page of the history, newest first; at most 500 rows.
#[tauri::command]
#[specta::specta]
pub async fn history(
    selvage: State<'_, Selvage>,
    id: DeploymentId,
    filter: RunFilter,
    offset: u32,
    limit: u32,
) -> Answer<HistoryPage> {
    Ok(selvage.views.history(id, &filter, Page { offset, limit: limit.min(500) }).await?)
}
