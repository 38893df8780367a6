//! What every adapter of a port does, the fake as well as the real one. Each
//! suite panics at the first thing that is not so.

pub mod database;
pub mod direct;
pub mod host;
pub mod keyring;
pub mod library;
pub mod store;
