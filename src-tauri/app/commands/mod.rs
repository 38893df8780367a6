//! The commands by area. Each unpacks, calls a use case and converts.

pub mod app;
pub mod connection;
pub mod deployments;
pub mod downloads;
pub mod jobs;
pub mod kits;
pub mod schedules;
pub mod secrets;
pub mod views;
