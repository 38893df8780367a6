//! The direct link to Postgres against a real server, with certificates of a
//! throwaway authority.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

mod certificates;
mod impostors;
mod odd_rows;
mod passwords;
mod scene;
mod tools;
