//! The error behind a job's end, by how it ended.

use selvage_core::jobs::JobEnd;
use serde::de::DeserializeOwned;

/// The error of a job that was refused, when it is one of `E`.
#[must_use]
pub fn refused<E: DeserializeOwned>(end: &JobEnd) -> Option<E> {
    let JobEnd::Refused(problem) = end else { return None };
    problem.find()
}

/// The error of a job that failed, when it is one of `E`.
#[must_use]
pub fn failed<E: DeserializeOwned>(end: &JobEnd) -> Option<E> {
    let JobEnd::Failed(problem) = end else { return None };
    problem.find()
}

/// The error of a job that found something unsound, when it is one of `E`.
#[must_use]
pub fn unsound<E: DeserializeOwned>(end: &JobEnd) -> Option<E> {
    let JobEnd::Unsound(problem) = end else { return None };
    problem.find()
}
