//! The host's `.env`, read in one round trip.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::VaultError;
use super::version::EnvSource;
use crate::link::HostFolder;
use crate::ports::Output;
use crate::problem::Problem;
use crate::shell::Command;
use crate::weavestream::env_file::{BYTES_AT_MOST, EnvFile, EnvFileError};

const SCRIPT: &str = include_str!("read_env.sh");
/// A file that is being written is looked at again that often.
const LOOKS: usize = 3;

/// A `.env` as it lies on its host.
pub struct HostEnv {
    /// The file.
    pub file: EnvFile,
    /// What is known of it.
    pub facts: HostEnvFacts,
}

/// The same, whatever it holds: also what is no `.env`.
pub(super) struct HostBytes {
    pub bytes: Zeroizing<Vec<u8>>,
    pub facts: HostEnvFacts,
}

/// What is known of a host's `.env` without its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostEnvFacts {
    /// The file itself, links followed.
    pub path: String,
    /// `sudo -n` was needed.
    pub sudo: bool,
    /// When it was last written, by the host's clock.
    pub modified_at: DateTime<Utc>,
    /// Octal, as `600`.
    pub mode: String,
    /// `user:group`
    pub owner: String,
}

impl HostEnvFacts {
    /// Where a version captured from it came from.
    #[must_use]
    pub fn source(&self) -> EnvSource {
        EnvSource::Host { path: self.path.clone(), sudo: self.sudo }
    }
}

/// Reads the `.env` of the deployment's folder: by the login itself, else through `sudo -n`.
pub async fn read_env(at: &HostFolder) -> Result<HostEnv, Problem> {
    let HostBytes { bytes, facts } = read_bytes(at).await?;
    Ok(HostEnv { file: EnvFile::parse(bytes.to_vec())?, facts })
}

/// The same without understanding it. More bytes than any `.env` has are refused.
pub(super) async fn read_bytes(at: &HostFolder) -> Result<HostBytes, Problem> {
    let asked = at.path(".env");
    let mut tried = Vec::new();
    for sudo in [false, true] {
        if sudo && !at.facts.sudo {
            tried.push("sudo needs a password".to_owned());
            continue;
        }
        match read(at, &asked, sudo).await? {
            Seen::File(found) => return Ok(*found),
            Seen::Hidden(said) => {
                tried.push(format!("{}: {said}", if sudo { "through sudo" } else { "as this login" }));
            }
            Seen::Not(error) => return Err(error.into()),
        }
    }
    Err(VaultError::HostEnvUnreadable { path: asked, tried: tried.join("; ") }.into())
}

enum Seen {
    File(Box<HostBytes>),
    /// Root may see more.
    Hidden(String),
    Not(VaultError),
}

async fn read(at: &HostFolder, asked: &str, sudo: bool) -> Result<Seen, Problem> {
    let shell = if sudo { &["sudo", "-n", "sh", "-c"][..] } else { &["sh", "-c"] };
    let at_most = (BYTES_AT_MOST + 1).to_string();
    let command = Command::new(shell.iter().copied()).args([SCRIPT, "read-env", &at.facts.folder, &at_most]);
    for _ in 0..LOOKS {
        if let Some(seen) = understand(at.host.run(&command).await?, asked, sudo)? {
            return Ok(seen);
        }
    }
    Ok(Seen::Not(VaultError::HostEnvMoving { path: asked.to_owned() }))
}

/// None when the file changed while it was read.
fn understand(output: Output, asked: &str, sudo: bool) -> Result<Option<Seen>, Problem> {
    let last_words = output.last_words();
    let said = Zeroizing::new(output.stdout);
    let end = said.iter().position(|byte| *byte == b'\n');
    let (head, body) = end.map_or((&said[..0], &said[..0]), |end| (&said[..end], &said[end + 1..]));
    let head = String::from_utf8_lossy(head).into_owned();
    let path = asked.to_owned();
    let (word, rest) = head.split_once(' ').unwrap_or((&head, ""));
    let seen = match word {
        "missing" => Seen::Not(VaultError::HostEnvMissing { path }),
        "dangling" => Seen::Not(VaultError::HostEnvDangling { path, target: rest.to_owned() }),
        "special" => Seen::Not(VaultError::HostEnvNoFile { path }),
        "hidden" => Seen::Hidden(rest.to_owned()),
        "file" => {
            let Some((facts, size)) = facts(rest, sudo) else { return Ok(Some(Seen::Hidden(head))) };
            if body.len() != size.min(BYTES_AT_MOST + 1) {
                return Ok(None);
            }
            if size > BYTES_AT_MOST {
                return Err(EnvFileError::too_large(size as u64).into());
            }
            Seen::File(Box::new(HostBytes { bytes: Zeroizing::new(body.to_vec()), facts }))
        }
        _ => Seen::Hidden(last_words),
    };
    Ok(Some(seen))
}

/// `<size> <mtime> <mode> <owner> <path>`
fn facts(head: &str, sudo: bool) -> Option<(HostEnvFacts, usize)> {
    let mut words = head.splitn(5, ' ');
    let size = words.next()?.parse().ok()?;
    let modified_at = DateTime::from_timestamp(words.next()?.parse().ok()?, 0)?;
    let (mode, owner, path) = (words.next()?.to_owned(), words.next()?.to_owned(), words.next()?.to_owned());
    Some((HostEnvFacts { path, sudo, modified_at, mode, owner }, size))
}
