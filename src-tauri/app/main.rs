//! The Selvage binary: with a command it works headless, without one it opens
//! the window.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

use selvage_app::keyring::SecretsFolder;
use selvage_app::{cli, logs, state, window};

fn main() -> ExitCode {
    let arguments = cli::Arguments::read();
    let Some(data) = arguments.data_dir.clone().or_else(state::data_folder) else {
        eprintln!("selvage: no home folder was found; use --data-dir");
        return ExitCode::FAILURE;
    };
    let _logging = logs::start(&data);
    let secrets = SecretsFolder::chosen(arguments.secrets_from);
    if let Some(command) = arguments.command {
        return cli::run(command, &data, secrets, arguments.json);
    }
    if !window::can_open() {
        eprintln!("selvage: there is no display to open the window on; `selvage --help` lists what works without one");
        return ExitCode::FAILURE;
    }
    match window::open(&data, secrets) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("selvage: the window could not be opened: {error}");
            ExitCode::FAILURE
        }
    }
}
