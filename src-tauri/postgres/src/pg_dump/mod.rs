//! The laptop's own `pg_dump`: where it is, and how it is run.

mod find;
mod run;

use std::path::Path;

use tokio::process::Command;

pub use find::find;
pub use run::Dump;

/// `program`, of which nothing is seen, without what the user's environment tells
/// tools of Postgres.
fn quiet(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command.stdin(std::process::Stdio::null()).kill_on_drop(true);
    #[cfg(windows)]
    {
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    command
}
