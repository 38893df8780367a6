//! What tests of Selvage stand on: an in-memory fake of each port, the suites
//! that a fake and its real adapter both pass ([`contract`]), a proxy that
//! breaks connections, and handles of a real host and a real laptop.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at what it did not expect")]
#![allow(clippy::missing_panics_doc, reason = "everything here panics where a test should fail")]

pub mod agent;
pub mod authority;
pub mod clock;
pub mod contract;
pub mod database;
pub mod ends;
pub mod fault_proxy;
pub mod held;
pub mod host;
pub mod keyring;
pub mod keyring_session;
pub mod laptop;
pub mod library;
pub mod line;
pub mod mount;
pub mod notifier;
pub mod postgres;
#[cfg(unix)]
pub mod postgres_server;
pub mod real_host;
pub mod sample;
pub mod scene;
pub mod sealed;
pub mod secrets;
pub mod sections;
pub mod store;
pub mod wait;
