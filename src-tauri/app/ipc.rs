//! The border to the front end: the one list of commands, and the TypeScript
//! that is generated from it.

use tauri::Wry;
use tauri_specta::{Builder, collect_commands};

use crate::commands::{app, connection, deployments, downloads, jobs, kits, schedules, secrets, views};
use crate::error::ProblemFacts;

/// Every command of the window. What is not here cannot be called.
#[must_use]
pub fn commands() -> Builder<Wry> {
    // Every size, rate and share that is sent is finite, so a float is a number.
    let floats = specta_typescript::semantic::Configuration::empty().enable_lossless_floats();
    let builder = Builder::<Wry>::new().disable_serde_phases().semantic_types(floats).typ::<ProblemFacts>();
    builder.commands(collect_commands![
        app::app_info,
        app::watch_openings,
        app::watch_closing,
        app::close_window,
        app::keep_window,
        app::set_zoom,
        app::set_theme,
        app::choose_library,
        app::use_proposed_library,
        app::choose_key_file,
        app::choose_certificate_file,
        deployments::deployments,
        deployments::add_deployment,
        deployments::relink_deployment,
        deployments::remove_deployment,
        deployments::ssh_aliases,
        connection::test_connection,
        connection::test_deployment,
        connection::trust_host_key,
        connection::host_key_differs,
        views::overview,
        views::schedules,
        views::history,
        schedules::actors,
        schedules::choose_actor,
        schedules::time_zones,
        schedules::preview_schedule,
        schedules::preview_retention,
        schedules::create_schedule,
        schedules::edit_schedule,
        schedules::delete_schedule,
        schedules::repair_schedule,
        schedules::remove_orphan,
        schedules::run_now,
        schedules::inspect_run,
        secrets::vault,
        secrets::capture_env,
        secrets::choose_env_file,
        secrets::import_env,
        secrets::note_env,
        secrets::delete_env,
        secrets::prove_keys,
        secrets::plan_put_back,
        secrets::put_back,
        secrets::reveal_secret,
        secrets::copy_secret,
        secrets::create_keyring_collection,
        kits::judge_passphrase,
        kits::generate_passphrase,
        kits::choose_kit_folder,
        kits::choose_kit_file,
        kits::write_kit,
        kits::import_kit,
        kits::show_kit,
        downloads::download,
        downloads::make_dump,
        downloads::local_dumps,
        downloads::verify_local_dump,
        downloads::delete_local_dump,
        downloads::show_local_dump,
        jobs::jobs,
        jobs::activity,
        jobs::watch_jobs,
        jobs::job_log,
        jobs::cancel_job,
        jobs::resume_job,
        jobs::clean_up_job,
        jobs::clear_jobs,
    ])
}
