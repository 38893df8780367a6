//! Domain and use cases of Selvage.
//!
//! Nothing here opens a socket, a file or a window: what the outside world
//! must do is asked for through [`ports`], and each use case reads from top to
//! bottom like the runbook it stands for.

pub mod activity;
pub mod base;
pub mod deployment;
pub mod download;
pub mod dump;
pub mod evidence;
pub mod findings;
pub mod history;
pub mod jobs;
pub mod kit;
pub mod library;
pub mod link;
pub mod local_dumps;
pub mod observation;
pub mod overview;
pub mod ports;
pub mod probe;
pub mod project_files;
pub mod queue;
pub mod recovery;
pub mod registry;
pub mod schedules;
pub mod secret;
pub mod settings;
pub mod time;
pub mod vault;
pub mod views;
pub mod watch;

pub use base::{Class, Problem};
pub use selvage_weavestream as weavestream;
pub use selvage_weavestream::Secret;
pub use selvage_weavestream::shell;
