//! What Selvage keeps on the laptop: its SQLite database, and the folders in
//! which dumps lie. No secret is stored here.

mod database;
mod deployments;
mod dumps;
mod findings;
mod jobs;
mod library;
mod observations;
mod process;
mod settings;
mod vault;

pub use database::SqliteStore;
pub use library::{DiskLibrary, make_private_folders};
