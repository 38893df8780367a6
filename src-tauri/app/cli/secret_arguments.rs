use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::details;

/// What to do with the `.env` of a deployment.
#[derive(Subcommand, Debug)]
pub enum SecretsCommand {
    /// Save the host's .env in this laptop's keyring, as a new version if it differs
    #[command(after_long_help = details::CAPTURE)]
    Capture {
        /// Name, short name or id of the deployment
        name: String,
        /// Import this file of the laptop instead
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// List the versions, newest first
    #[command(after_long_help = details::VERSIONS)]
    List {
        /// Name, short name or id of the deployment
        name: String,
    },
    /// Create the keyring's default collection, where the desktop has none yet
    MakeKeyring,
    /// Show each name of a version with its state, without values
    #[command(after_long_help = details::NAMES)]
    Names {
        /// The version
        #[command(flatten)]
        which: WhichVersion,
    },
    /// Compare the host's .env with the newest version, by name
    #[command(after_long_help = details::DIFF)]
    Diff {
        /// Name, short name or id of the deployment
        name: String,
    },
    /// Test the keys on one row of each kid and column
    #[command(after_long_help = details::PROVE)]
    Prove {
        /// The version
        #[command(flatten)]
        which: WhichVersion,
        /// Test the keys of the host's own .env
        #[arg(long, conflicts_with = "number")]
        host: bool,
    },
    /// Write a version to the host as its .env; the file that is there is kept beside it
    #[command(after_long_help = details::PUT)]
    Put {
        /// The version
        #[command(flatten)]
        which: WhichVersion,
        /// Do it; otherwise only show what would be done
        #[arg(long)]
        yes: bool,
        /// Do it although the version lacks keys of stored data that the host has
        #[arg(long, requires = "yes")]
        accept_loss: bool,
    },
    /// Print one value, on a terminal only
    #[command(after_long_help = details::REVEAL)]
    Reveal {
        /// The version
        #[command(flatten)]
        which: WhichVersion,
        /// The name in .env
        secret: String,
    },
    /// Write a note for a version; one with a note is never rotated out
    Note {
        /// Name, short name or id of the deployment
        name: String,
        /// The version's number
        number: u32,
        /// The note; empty removes it
        note: String,
    },
    /// Remove a version from the keyring, permanently
    Delete {
        /// Name, short name or id of the deployment
        name: String,
        /// The version's number
        number: u32,
        /// Confirm that it cannot be restored
        #[arg(long, required = true)]
        yes: bool,
    },
}

/// A version of a deployment's `.env`.
#[derive(Args, Debug)]
pub struct WhichVersion {
    /// Name, short name or id of the deployment
    pub name: String,
    /// The version's number; without it the newest
    #[arg(long, value_name = "N")]
    pub number: Option<u32>,
}

/// What to do with emergency kits.
#[derive(Subcommand, Debug)]
pub enum KitCommand {
    /// Write a kit and its recovery sheet; the passphrase is asked for on the terminal
    #[command(after_long_help = details::EXPORT)]
    Export {
        /// Name, short name or id of the deployment
        name: String,
        /// Folder of this laptop
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// Write it although the host's Compose file cannot be read
        #[arg(long)]
        without_compose: bool,
        /// Take the passphrase from the first line of standard input
        #[arg(long, conflicts_with = "generate")]
        passphrase_stdin: bool,
        /// Generate a passphrase of six words and show it, on a terminal only
        #[arg(long)]
        generate: bool,
    },
    /// Open a kit: add its deployment where it is not known, and capture its .env
    #[command(after_long_help = details::IMPORT)]
    Import {
        /// The kit
        file: PathBuf,
        /// Another name, if its own is taken
        #[arg(long)]
        name: Option<String>,
        /// Take the passphrase from the first line of standard input
        #[arg(long)]
        passphrase_stdin: bool,
    },
}
