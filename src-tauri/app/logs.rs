//! Logs: a file a day in the data folder, the newest seven kept. Secrets are a
//! type that cannot be formatted, so they cannot get here.

use std::path::Path;

use tracing_subscriber::EnvFilter;

/// Keeps the writing thread; the last lines are written when it is dropped.
pub type Guard = tracing_appender::non_blocking::WorkerGuard;

/// Starts logging to `data/logs`. `SELVAGE_LOG` chooses what, as in `selvage=debug`.
#[must_use]
pub fn start(data: &Path) -> Option<Guard> {
    let folder = data.join("logs");
    selvage_store::make_private_folders(&folder).ok()?;
    let files = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("selvage")
        .filename_suffix("log")
        .max_log_files(7)
        .build(folder)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(files);
    let filter = EnvFilter::try_from_env("SELVAGE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,selvage_core=info,selvage_ssh=info,selvage_app=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false).try_init().ok()?;
    Some(guard)
}
