//! The binary where there is no display, and where nobody reads what it prints.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

fn selvage(data: &tempfile::TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_selvage"));
    command.env_remove("WAYLAND_DISPLAY").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    command.arg("--data-dir").arg(data.path()).stdin(Stdio::null());
    command
}

#[test]
fn without_a_display_it_points_to_the_command_line_in_one_sentence() {
    let data = tempfile::tempdir().unwrap();
    for display in [None, Some(":4711")] {
        let mut command = selvage(&data);
        match display {
            Some(display) => command.env("DISPLAY", display),
            None => command.env_remove("DISPLAY"),
        };
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("there is no display") && said.contains("selvage --help"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let data = tempfile::tempdir().unwrap();
    for args in [
        &["jobs", "--json"][..],
        &["deployment", "list", "--json"],
        &["copies", "nobody"],
        &["copies", "nobody", "--json"],
    ] {
        let mut child = selvage(&data).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 3)) && !said.contains("panicked"), "{args:?}: {said}");
    }
}

#[test]
fn an_option_of_the_other_link_points_to_the_right_one() {
    let data = tempfile::tempdir().unwrap();
    let args = ["deployment", "add", "acme", "--postgres", "ws@db", "--secret-stdin"];
    let output = selvage(&data).args(args).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("--postgres-password-stdin"), "{said}");
}
