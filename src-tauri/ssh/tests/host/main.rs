//! The SSH adapter against real `sshd`, real agents, and servers that misbehave.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(unix)]

mod agents;
mod commands;
mod feeds;
mod forwards;
mod host_keys;
mod odd_server;
mod questions;
mod reaching;
mod routes;
mod sign_in;
mod sshd;
mod streams;
