//! The Selvage app: the only Rust that names `tauri`.

pub mod commands;
pub mod error;
pub mod ipc;
pub mod state;
