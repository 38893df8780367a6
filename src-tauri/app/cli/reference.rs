//! `docs/cli.md`, made from the parser.

use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};

use super::Arguments;

/// What stands before the commands.
const HEAD: &str = include_str!("reference_head.md");

/// What every command takes: told once, at the top.
const OF_ALL: [&str; 5] = ["data_dir", "secrets_from", "json", "help", "version"];

/// The page: what holds for every command, then each command with its `--help`.
#[must_use]
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    let mut root = Arguments::command();
    root.build();
    for command in root.get_subcommands().filter(|command| command.get_name() != "help") {
        describe(&mut page, command, "selvage");
    }
    page
}

fn describe(page: &mut String, command: &Command, parent: &str) {
    let path = format!("{parent} {}", command.get_name());
    let below: Vec<_> = command.get_subcommands().filter(|below| below.get_name() != "help").collect();
    for below in &below {
        describe(page, below, &path);
    }
    if below.is_empty() {
        let hide = |arg: Arg| if OF_ALL.contains(&arg.get_id().as_str()) { arg.hide(true) } else { arg };
        let help = command.clone().mut_args(hide).term_width(118).render_help();
        let lines: Vec<String> = help.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
        let _ = write!(page, "\n### {path}\n\n```text\n{}\n```\n", lines.join("\n").trim_end());
        if let Some(details) = command.get_after_long_help() {
            let _ = write!(page, "\n{}\n", details.to_string().replace('<', "\\<"));
        }
    }
}
