//! What a Weavestream host is: its schedules, runs, dumps and services.
//! The facts are those of `docs/weavestream.md`; each item names its section.

pub mod archive;
pub mod compose;
pub mod compose_file;
pub mod compose_project;
pub mod cron;
pub mod dump_name;
pub mod env_file;
pub mod env_names;
pub mod envelope;
mod field;
pub mod key_set;
pub mod manifest;
pub mod queue;
pub mod retention;
pub mod run;
pub mod schedule;
pub mod schedule_draft;
pub mod sealed;
mod secret;
pub mod server_version;
pub mod shell;

pub use field::FieldError;
pub use secret::Secret;
