//! Files in the deployment's folder on the host, `.env` above all, each read in one round trip.

use chrono::{DateTime, Utc};
use serde_json::Value;
use zeroize::Zeroizing;

use super::error::VaultError;
use super::version::EnvSource;
use crate::base::{Problem, reason};
use crate::link::HostFolder;
use crate::ports::Output;
use crate::probe::ReadWay;
use crate::shell::Command;
use crate::weavestream::env_file::{BYTES_AT_MOST, EnvFile, EnvFileError};

const SCRIPT: &str = include_str!("read_file.sh");
/// A file that is being written is looked at again that often.
const LOOKS: usize = 3;

/// A `.env` as it lies on its host.
pub struct HostEnv {
    /// The file.
    pub file: EnvFile,
    /// What is known of it.
    pub facts: HostFileFacts,
}

/// A file as it lies on its host, whatever it holds.
pub(crate) struct HostFile {
    pub bytes: Zeroizing<Vec<u8>>,
    pub facts: HostFileFacts,
}

/// What is known of a host's file without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFileFacts {
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

impl HostFileFacts {
    /// Where a version captured from it came from.
    #[must_use]
    pub fn source(&self) -> EnvSource {
        EnvSource::Host { path: self.path.clone(), sudo: self.sudo }
    }
}

/// Reads the `.env` of the deployment's folder: by the login itself, else through `sudo -n`.
pub async fn read_env(at: &HostFolder) -> Result<HostEnv, Problem> {
    let HostFile { bytes, facts } = read_env_bytes(at).await?;
    Ok(HostEnv { file: EnvFile::parse(bytes.to_vec())?, facts })
}

/// The same without understanding it.
pub(super) async fn read_env_bytes(at: &HostFolder) -> Result<HostFile, Problem> {
    read_file(at, ".env", BYTES_AT_MOST).await?.map_err(|size| EnvFileError::too_large(size).into())
}

/// A file of the deployment's folder, or of the path `name`, or its size when it has more than `at_most` bytes.
pub(crate) async fn read_file(at: &HostFolder, name: &str, at_most: usize) -> Result<Result<HostFile, u64>, Problem> {
    let asked = at.path(name);
    let mut tried = Vec::new();
    for sudo in [false, true] {
        if sudo && !at.facts.sudo {
            tried.push(reason("sudo-needs-password", Value::Null));
            continue;
        }
        let shell = if sudo { &["sudo", "-n", "sh", "-c"][..] } else { &["sh", "-c"] };
        let limit = (at_most + 1).to_string();
        let command =
            Command::new(shell.iter().copied()).args([SCRIPT, "read-file", &at.facts.folder, name, limit.as_str()]);
        let mut seen = Seen::Moving;
        for _ in 0..LOOKS {
            seen = understand(at.host.run(&command).await?, &asked, sudo, at_most);
            if !matches!(seen, Seen::Moving) {
                break;
            }
        }
        match seen {
            Seen::File(found) => return Ok(Ok(*found)),
            Seen::TooLarge(size) => return Ok(Err(size)),
            Seen::Hidden(said) => {
                tried.push(format!("{}: {said}", ReadWay::of(sudo).words()));
            }
            Seen::Not(error) => return Err(error.into()),
            Seen::Moving => return Err(VaultError::HostEnvMoving { path: asked }.into()),
        }
    }
    Err(VaultError::HostEnvUnreadable { path: asked, tried: tried.join("; ") }.into())
}

enum Seen {
    File(Box<HostFile>),
    TooLarge(u64),
    /// Root may see more.
    Hidden(String),
    Not(VaultError),
    /// It changed while it was read.
    Moving,
}

fn understand(output: Output, asked: &str, sudo: bool, at_most: usize) -> Seen {
    let stderr_summary = output.stderr_summary();
    let said = Zeroizing::new(output.stdout);
    let Some(mut rest) = behind_mark(&said, b"\n==selvage file\n") else { return Seen::Hidden(stderr_summary) };
    let word = line(&mut rest);
    let path = asked.to_owned();
    match word.as_str() {
        "missing" => Seen::Not(VaultError::HostEnvMissing { path }),
        "nofolder" => Seen::Not(VaultError::HostFolderMissing { path }),
        "dangling" => Seen::Not(VaultError::HostEnvDangling { path, target: line(&mut rest) }),
        "folder" => Seen::Not(VaultError::HostEnvNoFile { path, folder: true }),
        "special" => Seen::Not(VaultError::HostEnvNoFile { path, folder: false }),
        "hidden" => Seen::Hidden(line(&mut rest)),
        "file" => match facts(&mut rest, sudo) {
            None => Seen::Hidden(stderr_summary),
            Some((_, size)) if rest.len() != size.min(at_most + 1) => Seen::Moving,
            Some((_, size)) if size > at_most => Seen::TooLarge(size as u64),
            Some((facts, _)) => Seen::File(Box::new(HostFile { bytes: Zeroizing::new(rest.to_vec()), facts })),
        },
        _ => Seen::Hidden(stderr_summary),
    }
}

/// What a script printed behind its mark; a login's profile may print before it.
pub(super) fn behind_mark<'s>(said: &'s [u8], mark: &[u8]) -> Option<&'s [u8]> {
    let at = said.windows(mark.len()).position(|window| window == mark)?;
    said.get(at + mark.len()..)
}

/// Takes one line.
pub(super) fn line(rest: &mut &[u8]) -> String {
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (line, behind) = rest.split_at(end);
    *rest = behind.get(1..).unwrap_or_default();
    String::from_utf8_lossy(line).into_owned()
}

/// `<size> <mtime> <mode>`, `<owner>`, `<path>`, a line each.
fn facts(rest: &mut &[u8], sudo: bool) -> Option<(HostFileFacts, usize)> {
    let numbers = line(rest);
    let mut words = numbers.split(' ');
    let size = words.next()?.parse().ok()?;
    let modified_at = DateTime::from_timestamp(words.next()?.parse().ok()?, 0)?;
    let mode = words.next()?.to_owned();
    let (owner, path) = (line(rest), line(rest));
    Some((HostFileFacts { path, sudo, modified_at, mode, owner }, size))
}
