//! How fast a host's file is streamed, in MB/s. The host is an alias of the
//! SSH configuration; its key must be known there.
//!
//! `cargo run --release -p selvage-ssh --example throughput -- ALIAS FILE [SSH_CONFIG]`

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use selvage_core::deployment::{SshAuth, SshTarget};
use selvage_core::ports::{HostConnector as _, HostRequest, SshSecrets};
use selvage_core::shell::Command;
use selvage_ssh::{SshConnector, SshSettings};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (alias, file) = args.next().zip(args.next()).ok_or("which ALIAS and FILE?")?;
    let mut settings = SshSettings::new(std::env::temp_dir().join("selvage-throughput-known_hosts"));
    settings.config = args.next().map(PathBuf::from);
    let target = SshTarget { host: alias, port: None, user: None, auth: SshAuth::Automatic, jump: None };
    let request = HostRequest { target, secrets: SshSecrets::default() };
    let host = SshConnector::new(settings).connect(&request).await?;

    let start = Instant::now();
    let mut source = host.stream(&Command::new(["cat", "--", &file])).await?;
    let ready = start.elapsed();
    let (mut bytes, mut pieces) = (0_u64, 0_u64);
    while let Some(piece) = source.next().await? {
        bytes += piece.len() as u64;
        pieces += 1;
    }
    let exit = source.exit().await?;
    let seconds = start.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = bytes as f64 / 1e6 / seconds;
    println!(
        "{bytes} bytes in {seconds:.2} s: {rate:.0} MB/s ({pieces} pieces of {} bytes, connected after {} ms, exit {})",
        bytes / pieces.max(1),
        ready.as_millis(),
        exit.status
    );
    Ok(())
}
