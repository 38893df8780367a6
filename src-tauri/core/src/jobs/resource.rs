use serde::{Deserialize, Serialize};

use crate::deployment::DeploymentId;
use crate::weavestream::run::RunId;

/// What only one job at a time may use, in whatever process of this laptop.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "resource", content = "of", rename_all = "snake_case")]
pub enum Resource {
    /// A deployment's database, as a whole.
    Database(DeploymentId),
    /// A run on the host.
    Run(RunId),
    /// A file of this laptop, by its full path.
    File(String),
}

/// Whether `few` is something, and all of it is in `many`.
pub(super) fn is_within(few: &[Resource], many: &[Resource]) -> bool {
    !few.is_empty() && few.iter().all(|resource| many.contains(resource))
}
