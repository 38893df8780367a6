//! What is in a kit, and how it is sealed: a tar in an `age` file for a
//! passphrase, so that `age` and `tar` alone can open it.

use std::io::{Read, Write};

use age::secrecy::SecretString;
use age::{DecryptError, scrypt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::error::KitError;
use super::fault::KitFault;
use crate::Secret;
use crate::deployment::Deployment;
use crate::project_files::Missed;
use crate::weavestream::compose_file::FileRole;
use crate::weavestream::env_file::BYTES_AT_MOST;

/// Names in the tar.
const ENV: &str = ".env";
const FACTS: &str = "deployment.json";
const SHEET: &str = "recovery-sheet.html";
/// Names that are no file of the project.
pub(super) const OWN_NAMES: [&str; 3] = [ENV, FACTS, SHEET];
/// `N = 2^18`, as the stock `age` writes.
const WORK_FACTOR: u8 = 18;
/// About a minute: beyond, somebody else made the file.
const WORK_AT_MOST: u8 = 22;
/// A kit has a few hundred kilobytes.
pub(super) const KIT_AT_MOST: u64 = 16 << 20;
const FILE_AT_MOST: u64 = 1 << 20;
const TEXT_AT_MOST: u64 = 1 << 20;
/// The form of what is written here.
const FORM: u32 = 1;

/// What is in a kit.
#[derive(Clone)]
pub struct Contents {
    /// `.env`, byte for byte.
    pub env: Zeroizing<Vec<u8>>,
    /// The files of its Compose project; none when the host could not be asked for them.
    pub files: Vec<FileInKit>,
    /// What is known of the deployment.
    pub facts: KitFacts,
    /// The recovery sheet, HTML.
    pub sheet: String,
}

/// A file of the Compose project.
#[derive(Clone, PartialEq, Eq)]
pub struct FileInKit {
    /// Its name in the kit.
    pub name: String,
    /// Its bytes; they may hold secrets.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// What is told of a file of the Compose project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileFacts {
    /// Its name in the kit: as in the project's folder, or `outside/` and its whole path.
    pub name: String,
    /// Where it lay on the host.
    pub path: String,
    /// What it is to the project.
    pub role: FileRole,
}

/// What is known of the deployment: `deployment.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KitFacts {
    /// The form of this file, from 1.
    pub kit: u32,
    /// Version of the Selvage that wrote it.
    pub selvage: String,
    /// When, RFC 3339 in UTC.
    pub made_at: String,
    /// With its links; no secret of theirs.
    pub deployment: Deployment,
    /// The version of `.env` in the vault that wrote it.
    pub env_version: u32,
    /// When that was captured, RFC 3339 in UTC.
    pub env_captured_at: String,
    /// Weavestream's version on the host, when it was known.
    pub weavestream: Option<String>,
    /// Name in the kit of the Compose file that the others are laid over.
    pub compose: Option<String>,
    /// The files of the Compose project; earlier versions had one.
    #[serde(default)]
    pub files: Vec<FileFacts>,
    /// Files of it that could not be had.
    #[serde(default)]
    pub missed: Vec<Missed>,
}

impl KitFacts {
    /// The form that this Selvage writes.
    pub const FORM: u32 = FORM;
}

/// Seals `contents` for `passphrase`. Takes about a second, by design.
pub fn seal(contents: &Contents, passphrase: &Secret) -> Result<Vec<u8>, KitError> {
    let trouble = |reason: String| KitError::KitNotVerified { reason };
    let tar = pack(contents).map_err(|error| trouble(error.to_string()))?;
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.expose().to_owned()));
    recipient.set_work_factor(WORK_FACTOR);
    age::encrypt(&recipient, &tar).map_err(|error| trouble(error.to_string()))
}

fn pack(contents: &Contents) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Room beforehand: a buffer that grows leaves copies behind.
    let others: usize = contents.files.iter().map(|file| file.bytes.len() + 1024).sum();
    let size = contents.env.len() + contents.sheet.len() + others;
    let mut tar = tar::Builder::new(Wiped(Zeroizing::new(Vec::with_capacity(size + 64 * 1024))));
    let facts = serde_json::to_vec_pretty(&contents.facts)?;
    let made_at = chrono::DateTime::parse_from_rfc3339(&contents.facts.made_at).map_or(0, |at| at.timestamp());
    let others = contents.files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice()));
    let files = [(ENV, contents.env.as_slice()), (FACTS, &facts), (SHEET, contents.sheet.as_bytes())];
    for (name, bytes) in files.into_iter().chain(others) {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(made_at).unwrap_or(0));
        header.set_entry_type(tar::EntryType::Regular);
        tar.append_data(&mut header, name, bytes)?;
    }
    Ok(tar.into_inner()?.0)
}

/// A vector that is overwritten when it is dropped, as something to write to.
struct Wiped(Zeroizing<Vec<u8>>);

impl Write for Wiped {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Opens what [`seal`] made. `file` is for the words of errors.
pub fn unseal(sealed: &[u8], passphrase: &Secret, file: &str) -> Result<Contents, KitError> {
    let tar = decrypt(sealed, passphrase, file)?;
    unpack(&tar, file)
}

fn decrypt(sealed: &[u8], passphrase: &Secret, file: &str) -> Result<Zeroizing<Vec<u8>>, KitError> {
    let no_kit = |fault: KitFault| KitError::NoKit { file: file.to_owned(), reason: fault.words() };
    let damaged = |fault: KitFault| KitError::KitDamaged { file: file.to_owned(), reason: fault.words() };
    let decryptor = age::Decryptor::new_buffered(sealed).map_err(|error| match error {
        DecryptError::UnknownFormat => no_kit(KitFault::UnknownForm),
        _ if sealed.starts_with(b"age-encryption.org/") => damaged(KitFault::HeaderUnreadable),
        _ => no_kit(KitFault::NotAge),
    })?;
    if !decryptor.is_scrypt() {
        return Err(no_kit(KitFault::ForKeys));
    }
    let mut identity = scrypt::Identity::new(SecretString::from(passphrase.expose().to_owned()));
    identity.set_max_work_factor(WORK_AT_MOST);
    let reader = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(|error| match error {
        DecryptError::ExcessiveWork { .. } => no_kit(KitFault::TooMuchWork),
        DecryptError::InvalidMac | DecryptError::InvalidHeader => damaged(KitFault::HeaderAltered),
        DecryptError::Io(_) => damaged(KitFault::CutOff),
        _ => KitError::PassphraseWrongForKit,
    })?;
    let mut tar = Zeroizing::new(Vec::with_capacity(sealed.len()));
    let read = reader.take(KIT_AT_MOST).read_to_end(&mut tar);
    read.map_err(|_| damaged(KitFault::Altered))?;
    Ok(tar)
}

fn unpack(tar: &[u8], file: &str) -> Result<Contents, KitError> {
    let damaged = |reason: String| KitError::KitDamaged { file: file.to_owned(), reason };
    let no_kit = |reason: String| KitError::NoKit { file: file.to_owned(), reason };
    let (mut env, mut facts, mut sheet, mut others) = (None, None, None, Vec::new());
    let mut archive = tar::Archive::new(tar);
    let entries = archive.entries().map_err(|error| no_kit(KitFault::NoTar { said: error.to_string() }.words()))?;
    for entry in entries {
        let entry = entry.map_err(|error| no_kit(KitFault::NoTar { said: error.to_string() }.words()))?;
        let name = entry.path().map_err(|error| damaged(error.to_string()))?.to_string_lossy().into_owned();
        let limit = match name.as_str() {
            ENV => BYTES_AT_MOST as u64,
            FACTS | SHEET => TEXT_AT_MOST,
            _ => FILE_AT_MOST,
        };
        if entry.size() > limit {
            return Err(damaged(KitFault::EntryTooLarge { name }.words()));
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(entry.size()).unwrap_or(0)));
        entry.take(limit).read_to_end(&mut bytes).map_err(|error| damaged(error.to_string()))?;
        match name.as_str() {
            ENV => env = Some(bytes),
            FACTS => facts = Some(bytes),
            SHEET => sheet = Some(bytes),
            _ => others.push(FileInKit { name, bytes }),
        }
    }
    let missing = |name: &str| no_kit(KitFault::EntryMissing { name: name.to_owned() }.words());
    let facts = facts.ok_or_else(|| missing(FACTS))?;
    let form: Form = serde_json::from_slice(&facts).map_err(|error| damaged(format!("{FACTS}: {error}")))?;
    if form.kit > FORM {
        return Err(KitError::KitTooNew { file: file.to_owned() });
    }
    let facts: KitFacts = serde_json::from_slice(&facts).map_err(|error| damaged(format!("{FACTS}: {error}")))?;
    let told = facts.files.iter().map(|file| &file.name).chain(&facts.compose);
    for name in told {
        if !others.iter().any(|file| file.name == *name) {
            return Err(missing(name));
        }
    }
    let sheet = sheet.ok_or_else(|| missing(SHEET))?;
    let sheet = String::from_utf8(sheet.to_vec()).map_err(|error| damaged(error.to_string()))?;
    Ok(Contents { env: env.ok_or_else(|| missing(ENV))?, files: others, facts, sheet })
}

#[derive(Deserialize)]
struct Form {
    kit: u32,
}

/// What differs between two kits' contents; none when nothing does.
#[must_use]
pub fn difference(put_in: &Contents, came_out: &Contents) -> Option<KitFault> {
    let digest = |bytes: &[u8]| Sha256::digest(bytes);
    if digest(&put_in.env) != digest(&came_out.env) {
        Some(KitFault::OtherEnv)
    } else if put_in.files != came_out.files {
        Some(KitFault::OtherFile)
    } else if put_in.facts != came_out.facts {
        Some(KitFault::OtherFacts)
    } else if put_in.sheet != came_out.sheet {
        Some(KitFault::OtherSheet)
    } else {
        None
    }
}
