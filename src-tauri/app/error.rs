//! What a command answers when it does not succeed.

use selvage_core::{Class, Problem};
use serde::Serialize;
use specta::Type;

/// A problem on its way to the front end: code and facts, which the window puts
/// into words, and how it ended what was asked for.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Refused, failed or found wanting.
    pub class: Class,
    /// Code and facts.
    pub problem: Problem,
    /// The bare fact in English, for reports.
    pub text: String,
}

impl<P: Into<Problem>> From<P> for Failure {
    fn from(problem: P) -> Self {
        let problem = problem.into();
        Self { class: problem.class(), text: problem.to_string(), problem }
    }
}

/// The answer of a command.
pub type Answer<T> = Result<T, Failure>;
