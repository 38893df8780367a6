//! Folders of the laptop in memory: they fill up, vanish, turn read-only and
//! lose power.

mod disk;
mod folder;

pub use disk::{DiskFault, MemoryLibrary, Unsynced};
