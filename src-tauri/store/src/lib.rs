//! What Selvage keeps on the laptop: its SQLite database, and the folders in
//! which dumps lie. No secret is stored here.

mod database;
mod findings;
mod jobs;
mod library;
mod process;

pub use database::SqliteStore;
pub use library::{DiskLibrary, make_private_folders};
