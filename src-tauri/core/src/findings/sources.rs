use chrono::{DateTime, Utc};

use crate::library::LocalDump;
use crate::observation::Observation;
use crate::vault::VaultStatus;
use crate::weavestream::run::Run;

/// What findings are derived from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// What was seen at the newest check that saw anything.
    pub observation: &'a Observation,
    /// The runs that were seen at the check before it; none when only what is known is shown.
    pub before: &'a [Run],
    /// Dumps on this laptop, each looked at now.
    pub dumps: &'a [LocalDump],
    /// What the vault has.
    pub vault: &'a VaultStatus,
    /// Now, by the laptop's clock.
    pub now: DateTime<Utc>,
}
