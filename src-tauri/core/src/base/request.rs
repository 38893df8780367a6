use serde::{Deserialize, Serialize};
use specta::Type;

use super::Class;
use crate::weavestream::FieldError;

/// A request that cannot be carried out as it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum RequestError {
    /// Fields of a form cannot be used.
    #[error("{}", fields.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Fields {
        /// Each field in error.
        fields: Vec<FieldError>,
    },
    /// No deployment has this name, short name or id.
    #[error("there is no deployment {name:?}")]
    NoSuchDeployment {
        /// What was asked for.
        name: String,
    },
    /// No run has this id.
    #[error("there is no run {run}")]
    NoSuchRun {
        /// What was asked for.
        run: String,
    },
    /// No job has this id, or it has ended.
    #[error("there is no such running job")]
    NoSuchJob,
    /// It is done on the Docker host, and this deployment is reached straight to Postgres.
    #[error("this needs the Docker host; the deployment is reached straight to Postgres")]
    NeedsHost,
    /// The same is already being done.
    #[error("this is already being done")]
    AlreadyRunning {
        /// The job that does it.
        job: String,
    },
    /// No folder for dumps has been chosen yet.
    #[error("no folder for dumps has been chosen")]
    NoLibrary,
}

impl RequestError {
    /// Nothing was begun.
    #[must_use]
    pub fn class(&self) -> Class {
        Class::Refused
    }
}
