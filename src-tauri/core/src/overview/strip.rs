use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::base::phrase;
use crate::download::float;
use crate::observation::DAYS;
use crate::weavestream::run::{Run, RunId, RunStatus};
use crate::weavestream::schedule::Schedule;

/// Thirty days as cloth: a row for each schedule, a cell for each day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Strip {
    /// Each schedule that has runs or is enabled, then runs of none.
    pub rows: Vec<StripRow>,
    /// Labels under the columns: column from 1, text.
    pub axis: Vec<(u32, String)>,
    /// Successful runs in these days.
    pub success: u32,
    /// Failed runs.
    pub failed: u32,
    /// Runs skipped as concurrent.
    pub skipped: u32,
}

/// One schedule's days, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StripRow {
    /// The schedule's name.
    pub name: String,
    /// One cell per day.
    pub cells: Vec<Cell>,
}

/// One day of one schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// What the day's runs came to.
    pub state: CellState,
    /// `Wed 14 Oct`
    pub day: String,
    /// Runs of the day.
    pub runs: u32,
    /// The run that `state` tells of: the newest of that status.
    pub run: Option<RunId>,
}

/// The state of a day: the worst news that was not made good later that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    /// No run.
    None,
    /// At least one success, and nothing failed after it.
    Success,
    /// The last run that ended failed.
    Failed,
    /// Only skipped runs.
    Skipped,
    /// A run is queued or under way, and none ended.
    Running,
}

/// Sizes of the dumps of the same days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SizeTrend {
    /// Position in the thirty days (0 to 1) and bytes, oldest first.
    pub points: Vec<(f64, f64)>,
    /// Day of the first point.
    pub first_day: String,
    /// Day of the last point.
    pub last_day: String,
}

/// The strip of `recent` runs as seen at `now` in `zone`.
#[must_use]
pub fn strip(recent: &[Run], schedules: &[Schedule], now: DateTime<Utc>, zone: Tz) -> Strip {
    let today = now.with_timezone(&zone).date_naive();
    let days: Vec<NaiveDate> =
        (0..DAYS).rev().filter_map(|back| today.checked_sub_days(Days::new(back.into()))).collect();
    let mut by_row: HashMap<Option<uuid::Uuid>, Vec<&Run>> = HashMap::new();
    for run in recent {
        let known = run.schedule_id.filter(|id| schedules.iter().any(|s| s.id == *id));
        by_row.entry(known).or_default().push(run);
    }
    let row = |name: &str, runs: &[&Run]| StripRow {
        name: name.to_owned(),
        cells: days.iter().map(|day| cell(*day, runs, zone)).collect(),
    };
    let mut rows: Vec<StripRow> = schedules
        .iter()
        .filter(|s| s.enabled || by_row.contains_key(&Some(s.id)))
        .map(|s| row(&s.name, by_row.get(&Some(s.id)).map_or(&[], Vec::as_slice)))
        .collect();
    if let Some(others) = by_row.get(&None) {
        rows.push(row(&phrase("runs-without-schedule", Value::Null, None), others));
    }
    let count = |status| u32::try_from(recent.iter().filter(|r| r.status == status).count()).unwrap_or(u32::MAX);
    Strip {
        rows,
        axis: axis(&days),
        success: count(RunStatus::Success),
        failed: count(RunStatus::Failed),
        skipped: count(RunStatus::Skipped),
    }
}

fn cell(day: NaiveDate, runs: &[&Run], zone: Tz) -> Cell {
    // Newest first, as listed.
    let of_day: Vec<&Run> =
        runs.iter().copied().filter(|run| run.at().with_timezone(&zone).date_naive() == day).collect();
    let newest = |wanted: &[RunStatus]| of_day.iter().find(|run| wanted.contains(&run.status));
    let telling = newest(&[RunStatus::Success, RunStatus::Failed])
        .or_else(|| newest(&[RunStatus::Skipped]))
        .or_else(|| newest(&[RunStatus::Queued, RunStatus::Running]));
    let state = match telling.map(|run| run.status) {
        Some(RunStatus::Success) => CellState::Success,
        Some(RunStatus::Failed) => CellState::Failed,
        Some(RunStatus::Skipped) => CellState::Skipped,
        Some(RunStatus::Queued | RunStatus::Running) => CellState::Running,
        Some(RunStatus::Unreadable) | None => CellState::None,
    };
    Cell {
        state,
        day: day.format("%a %-d %b").to_string(),
        runs: u32::try_from(of_day.len()).unwrap_or(u32::MAX),
        run: telling.map(|run| run.id),
    }
}

/// Mondays, so that weeks can be counted.
fn axis(days: &[NaiveDate]) -> Vec<(u32, String)> {
    use chrono::{Datelike, Weekday};
    let mondays = (1_u32..).zip(days).filter(|(_, day)| day.weekday() == Weekday::Mon);
    mondays.map(|(column, day)| (column, day.format("%-d %b").to_string())).collect()
}

/// The sizes of the successes among `recent`; none with fewer than two.
#[must_use]
pub fn sizes(recent: &[Run], now: DateTime<Utc>, zone: Tz) -> Option<SizeTrend> {
    const POINTS_AT_MOST: usize = 120;
    let good: Vec<&Run> = recent.iter().rev().filter(|r| r.status == RunStatus::Success && r.size.is_some()).collect();
    let (first, last) = (good.first()?, good.last()?);
    if good.len() < 2 {
        return None;
    }
    let every = good.len().div_ceil(POINTS_AT_MOST);
    let start = now - chrono::TimeDelta::days(DAYS.into());
    #[expect(clippy::cast_precision_loss, reason = "a share of thirty days")]
    let x = |run: &Run| ((run.at() - start).num_seconds() as f64 / f64::from(DAYS * 86_400)).clamp(0.0, 1.0);
    let kept = good.iter().enumerate().filter(|(i, _)| i % every == 0 || *i == good.len() - 1);
    let day = |run: &Run| run.at().with_timezone(&zone).format("%-d %b").to_string();
    Some(SizeTrend {
        points: kept.map(|(_, run)| (x(run), float(run.size.unwrap_or(0)))).collect(),
        first_day: day(first),
        last_day: day(last),
    })
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone};
    use uuid::Uuid;

    use super::*;
    use crate::weavestream::run::RunKind;

    fn run(day: u32, hour: u32, status: RunStatus) -> Run {
        let at = Utc.with_ymd_and_hms(2026, 10, day, hour, 0, 0).single().unwrap_or_default();
        Run {
            id: RunId(Uuid::new_v4()),
            schedule_id: None,
            schedule_name: None,
            kind: RunKind::Manual,
            status,
            started_at: Some(at),
            finished_at: Some(at + TimeDelta::minutes(1)),
            created_at: at,
            size: None,
            manifest: None,
            dump_path: None,
            error: None,
        }
    }

    #[test]
    fn a_day_opens_the_run_that_it_tells_of() {
        let runs = [
            run(22, 9, RunStatus::Running),
            run(21, 12, RunStatus::Skipped),
            run(21, 9, RunStatus::Failed),
            run(21, 3, RunStatus::Success),
            run(20, 3, RunStatus::Unreadable),
        ];
        let seen: Vec<&Run> = runs.iter().collect();
        let told = |day| {
            let cell = cell(NaiveDate::from_ymd_opt(2026, 10, day).unwrap_or_default(), &seen, chrono_tz::UTC);
            (cell.state, cell.runs, cell.run)
        };
        assert_eq!(told(22), (CellState::Running, 1, Some(runs[0].id)));
        assert_eq!(told(21), (CellState::Failed, 3, Some(runs[2].id)));
        assert_eq!(told(20), (CellState::None, 1, None));
        assert_eq!(told(19), (CellState::None, 0, None));
    }
}
