use chrono::{DateTime, Utc};
use selvage_words::{Facts, Words};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use super::model::{Job, JobEnd, JobId, JobKind, JobResult, Recovery};
use super::step::{Progress, Step};
use crate::deployment::DeploymentId;
use crate::time::Moment;

/// A job as the screens show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Unique id.
    pub id: JobId,
    /// The deployment that it concerns.
    pub deployment: DeploymentId,
    /// What it does.
    pub kind: JobKind,
    /// When it began.
    #[specta(type = String)]
    pub started_at: DateTime<Utc>,
    /// When it ended.
    #[specta(type = Option<String>)]
    pub ended_at: Option<DateTime<Utc>>,
    /// What it is doing now, or was doing when it ended.
    pub step: Option<StepView>,
    /// Cancelling has been asked for and has not taken effect yet.
    pub cancelling: bool,
    /// How it ended; none while it runs.
    pub end: Option<JobEnd>,
    /// What it made, when it ended well and made something.
    pub result: Option<JobResult>,
    /// What is left to be done about it, once it was abandoned.
    pub recovery: Option<Recovery>,
    /// What is said of it: what it does, or how it ended; then what came of it, and what was kept.
    pub words: Words,
}

/// A step as the screens show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// What is done.
    pub step: Step,
    /// The same in a few words.
    pub words: String,
    /// How far it is.
    pub progress: Option<Progress>,
}

/// What listeners are told after their snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "change", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "nearly every change is a job")]
pub enum JobChange {
    /// A job began or moved on; replaces what was known of it.
    Job {
        /// The job as it is now.
        job: JobView,
    },
    /// Jobs are gone from the list.
    Removed {
        /// Their ids.
        ids: Vec<JobId>,
    },
}

impl JobView {
    /// What is to be shown of `job` at `moment`.
    #[must_use]
    pub fn of(job: Job, moment: &Moment) -> Self {
        let words = words(&job, moment);
        let step =
            job.step.map(|state| StepView { words: state.step.words(), step: state.step, progress: state.progress });
        Self {
            id: job.id,
            deployment: job.deployment,
            kind: job.kind,
            started_at: job.started_at,
            ended_at: job.ended_at,
            step,
            cancelling: job.cancelling,
            end: job.end,
            result: job.result,
            recovery: job.recovery,
            words,
        }
    }
}

fn words(job: &Job, moment: &Moment) -> Words {
    let mut facts = fields(&job.kind);
    let kind = match facts.remove("kind") {
        Some(Value::String(kind)) => kind,
        _ => String::new(),
    };
    let state = match &job.end {
        None => "running",
        Some(JobEnd::Done) => "done",
        Some(JobEnd::Cancelled) => "cancelled",
        Some(JobEnd::Interrupted) => "interrupted",
        Some(JobEnd::Refused(problem) | JobEnd::Failed(problem) | JobEnd::Unsound(problem)) => {
            facts.insert("problem".to_owned(), Value::Object(fields(problem)));
            "failed"
        }
    };
    selvage_words::say_at(&format!("job-{kind}-{state}"), &facts, moment).unwrap_or_default()
}

fn fields(value: &impl Serialize) -> Facts {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        _ => Facts::new(),
    }
}
