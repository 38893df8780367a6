use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Class, Tellable, told_in_words};
use crate::weavestream::FieldError;

/// A request that cannot be carried out as it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum RequestError {
    /// Fields of a form cannot be used.
    Fields {
        /// Each field in error.
        fields: Vec<FieldError>,
    },
    /// No deployment has this name, short name or id.
    NoSuchDeployment {
        /// What was asked for.
        name: String,
    },
    /// No run has this id.
    NoSuchRun {
        /// What was asked for.
        run: String,
    },
    /// No job has this id, or it has ended.
    NoSuchJob,
    /// It is done on the Docker host, and this deployment is reached over a direct link to Postgres.
    NeedsHost,
    /// The same is already being done.
    AlreadyRunning {
        /// The job that does it.
        job: String,
    },
    /// No folder for dumps has been chosen yet.
    NoLibrary,
}

told_in_words!(RequestError);

impl Tellable for RequestError {
    /// Nothing was begun.
    fn class(&self) -> Class {
        Class::Refused
    }
}
