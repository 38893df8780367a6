//! The Selvage app: the only Rust that names `tauri`, and the same use cases
//! headless.

pub mod cli;
pub mod clipboard;
pub mod clock;
pub mod commands;
pub mod error;
pub mod ipc;
pub mod keyring;
pub mod logs;
pub mod notify;
pub mod state;
pub mod visible;
pub mod window;
