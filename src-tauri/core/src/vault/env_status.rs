use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::changes::{MissingKey, NameChanges};
use crate::base::Problem;
use crate::weavestream::env_file::Fault;

/// The host's `.env` against the vault's newest version. Names, never values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "env", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EnvStatus {
    /// The link ends at Postgres, or nobody has looked yet.
    #[default]
    OutOfReach,
    /// It could not be read on the host.
    Unread {
        /// Why it could not be read.
        problem: Box<Problem>,
    },
    /// Nothing was captured yet.
    NothingCaptured {
        /// When it was last written, by the host's clock.
        #[specta(type = String)]
        modified_at: DateTime<Utc>,
    },
    /// The very same file.
    Same {
        /// The version.
        version: u32,
    },
    /// The bytes differ, every value is the same.
    Layout {
        /// The version.
        version: u32,
        /// When it was last written, by the host's clock.
        #[specta(type = String)]
        modified_at: DateTime<Utc>,
    },
    /// Values differ.
    Differs {
        /// The version.
        version: u32,
        /// When it was last written, by the host's clock.
        #[specta(type = String)]
        modified_at: DateTime<Utc>,
        /// By name.
        changes: NameChanges,
        /// The alarm: keys of the version that the host has no more. What was
        /// encrypted with them stays shut there.
        missing: Vec<MissingKey>,
        /// Keys of the host that the vault does not hold.
        uncaptured: Vec<MissingKey>,
        /// Lines of the host's file that Compose cannot read.
        faults: Vec<Fault>,
    },
    /// The keyring would not give the version.
    VaultUnread {
        /// The version.
        version: u32,
        /// Why it could not be read.
        problem: Box<Problem>,
    },
}
