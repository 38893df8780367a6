use chrono::{DateTime, Utc};
use serde::Serialize;

use super::ladder::sound;
use crate::library::DumpRecord;
use crate::library::LocalDump;
use crate::vault::VaultStatus;

/// What would be lost if the host died now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "loss", rename_all = "snake_case")]
pub(super) enum Loss {
    /// It would be rebuilt from a dump of this time; `keys` says whether the vault has any.
    FromDump { at: DateTime<Utc>, keys: bool },
    /// From a dump whose time is not known here.
    FromOlderDump { keys: bool },
    /// There are keys and no dump.
    KeysOnly,
    /// There is nothing.
    Everything,
}

pub(super) fn loss(dumps: &[LocalDump], vault: &VaultStatus) -> Loss {
    let keys = vault.newest.is_some();
    match sound(dumps).filter_map(DumpRecord::taken_at).max() {
        Some(at) => Loss::FromDump { at, keys },
        None if sound(dumps).next().is_some() => Loss::FromOlderDump { keys },
        None if keys => Loss::KeysOnly,
        None => Loss::Everything,
    }
}
