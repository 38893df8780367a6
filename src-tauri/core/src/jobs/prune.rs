use chrono::{DateTime, TimeDelta, Utc};

use super::model::{Job, JobId, Recovery};

/// An ended job is kept for so long.
const KEPT: TimeDelta = TimeDelta::days(90);
/// Of ended jobs, so many are kept.
const KEPT_AT_MOST: usize = 500;

/// Ended jobs that are kept no longer, of all jobs, newest first. One that left something
/// to clean up is kept until that is done.
#[must_use]
pub fn expired(jobs: &[Job], now: DateTime<Utc>) -> Vec<JobId> {
    let ended = jobs.iter().filter(|job| job.end.is_some() && is_settled(job));
    let old = |(nth, job): &(usize, &Job)| *nth >= KEPT_AT_MOST || now - job.ended_at.unwrap_or(job.started_at) > KEPT;
    ended.enumerate().filter(old).map(|(_, job)| job.id).collect()
}

/// Whether nothing is lost with the entry of a job.
#[must_use]
pub fn is_settled(job: &Job) -> bool {
    job.recovery != Some(Recovery::CleanUp)
}
