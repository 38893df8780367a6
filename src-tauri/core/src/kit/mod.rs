//! Emergency kits: one encrypted file from which a deployment can be brought
//! back without this laptop, and a sheet of paper that says how.

mod contents;
mod error;
mod fault;
mod passphrase;
mod sheet;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use sha2::Digest;
use specta::Type;
use zeroize::Zeroizing;

pub use contents::{Contents, FileFacts, FileInKit, KitFacts, difference, seal, unseal};
pub use error::KitError;
pub use passphrase::{PassphraseStrength, generate, strength};

use crate::Secret;
use crate::activity::{ActivityKind, SecretAct};
use crate::base::Problem;
use crate::base::RequestError;
use crate::deployment::{Deployment, DeploymentId, FieldFault, field, slug};
use crate::library::local_dumps;
use crate::link::HostFolder;
use crate::ports::{Folder, Library, LibraryError};
use crate::probe::probe;
use crate::project_files::{Missed, ProjectFiles, project_files};
use crate::vault::{Captured, EnvSource, EnvVersion, KitRecord, Vault, VaultError};
use crate::weavestream::compose_file::{FileRole, relative};
use crate::weavestream::env_file::EnvFile;
use crate::weavestream::manifest::Sha256;
use contents::OWN_NAMES;
use fault::KitFault;
use sheet::{Sheet, SheetCopy};

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KitWritten {
    /// The kit.
    pub kit: String,
    /// The recovery sheet beside it.
    pub sheet: String,
    /// The version of `.env` in it.
    pub version: u32,
    /// The Compose file is in it.
    pub compose: bool,
    /// Names of the files of the Compose project in it.
    pub files: Vec<String>,
    /// Files of the project that could not be had.
    pub missed: Vec<Missed>,
}

/// What came of importing a kit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KitImported {
    /// The deployment that it belongs to.
    pub deployment: Deployment,
    /// It was not known here before.
    pub added: bool,
    /// Its `.env` in the vault.
    pub captured: Captured,
}

/// Emergency kits of this laptop's deployments.
#[derive(Clone)]
pub struct Kits {
    /// Their `.env`s.
    pub vault: Vault,
}

impl Kits {
    /// Writes a kit with the newest version, and its sheet, into `folder`. It
    /// counts after it was read again and opened. Without the host's Compose
    /// file only when the admin said so.
    pub async fn write(
        &self,
        deployment: &Deployment,
        folder: &Path,
        passphrase: Secret,
        without_compose: bool,
    ) -> Result<KitWritten, Problem> {
        passphrase::check(&passphrase, &[&deployment.name, &deployment.slug])?;
        let version = self.vault.version(deployment.id, None).await?;
        let env = self.vault.open(&version).await?;
        let project =
            if without_compose { None } else { Some(self.project(deployment, &env).await.map_err(avoidable)?) };
        let now = self.vault.clock.now();
        let stem = format!("selvage-kit-{}-v{}-{}", deployment.slug, version.number, now.format("%Y-%m-%d"));
        let (library, folder) = (Arc::clone(&self.vault.library), folder.to_owned());
        let (stem, folder) = blocking(move || free_stem(library.as_ref(), &folder, &stem)).await?;
        let kit = format!("{stem}.age");
        let mut facts = self.facts(deployment, &version, now).await?;
        let files = project.map(|project| named_in_kit(project, &mut facts)).unwrap_or_default();
        let contents = self.contents(&env, files, facts, &kit, now).await?;
        let (sheet, sealed_for) = (format!("{stem}-recovery-sheet.html"), contents.clone());
        let sha256 = blocking(move || put(folder.as_ref(), &kit, &sheet, &sealed_for, &passphrase)).await?;
        let (kit, sheet, sha256) = sha256;
        let record = KitRecord {
            deployment: deployment.id,
            path: kit.display().to_string(),
            made_at: self.vault.clock.now(),
            version: version.number,
            compose: contents.facts.compose.is_some(),
            sha256,
        };
        self.vault.store.save_kit(&record).await?;
        let act = ActivityKind::Secret { act: SecretAct::KitWritten, version: version.number, name: None };
        self.vault.log_activity(deployment.id, act).await;
        let sheet = sheet.display().to_string();
        let files = contents.facts.files.into_iter().map(|file| file.name).collect();
        let missed = contents.facts.missed;
        Ok(KitWritten { kit: record.path, sheet, version: record.version, compose: record.compose, files, missed })
    }

    /// Opens a kit: its deployment is added where it is not known, and its `.env`
    /// becomes the newest version, unless some version is that file already. `name` is for a deployment whose own name is taken.
    pub async fn import(&self, file: &Path, passphrase: Secret, name: Option<&str>) -> Result<KitImported, Problem> {
        let path = file.display().to_string();
        let shown = path.clone();
        let too_large = move |_| KitError::NoKit { file: shown, reason: KitFault::TooLarge.words() }.into();
        let sealed = self.vault.read_here(file, contents::KIT_AT_MOST, too_large).await?;
        let (words, sha256) = (path.clone(), sha256(&sealed));
        let contents = blocking(move || Ok(unseal(&sealed, &passphrase, &words)?)).await?;
        let env = EnvFile::parse(contents.env.to_vec())?;
        let known = self.vault.store.deployments().await?;
        let mine = known.iter().find(|deployment| deployment.id == contents.facts.deployment.id);
        let (deployment, added) = match mine {
            Some(mine) => (mine.clone(), false),
            None => (named(contents.facts.deployment.clone(), name, &known)?, true),
        };
        if added {
            self.vault.store.save_deployment(&deployment).await?;
        }
        let (id, compose, made_at) = (deployment.id, contents.facts.compose.is_some(), self.vault.clock.now());
        let record = |version| KitRecord { deployment: id, path: path.clone(), made_at, version, compose, sha256 };
        let source = EnvSource::Kit { path: path.clone() };
        let kept = self.vault.keep(deployment.id, &env, source, SecretAct::Imported).await;
        match kept {
            Ok(captured) => {
                self.vault.store.save_kit(&record(captured.version)).await?;
                Ok(KitImported { deployment, added, captured })
            }
            Err(problem) => {
                if added {
                    self.roll_back(deployment.id).await;
                }
                Err(problem)
            }
        }
    }

    /// Forgets a deployment that came without its secrets. What a keyring may
    /// still be storing keeps it, so that it can be cleared away.
    async fn roll_back(&self, id: DeploymentId) {
        let empty = self.vault.store.env_versions(id).await.is_ok_and(|versions| versions.is_empty());
        if empty && let Err(left) = self.vault.store.remove_deployment(id).await {
            tracing::warn!(%left, "a deployment without its .env is left");
        }
    }

    async fn project(&self, deployment: &Deployment, env: &EnvFile) -> Result<ProjectFiles, Problem> {
        let HostFolder { host, facts } = self.vault.links.folder(deployment).await?;
        // Files may have come or gone since the link was opened.
        let facts = probe(host.as_ref(), &facts.folder, self.vault.clock.as_ref()).await?;
        let at = HostFolder { host, facts };
        let files = project_files(&at, env).await;
        files.map_err(|problem| match problem.find::<VaultError>() {
            Some(error) => KitError::ComposeUnreadable { reason: error.to_string() }.into(),
            None => problem,
        })
    }

    async fn facts(
        &self,
        deployment: &Deployment,
        version: &EnvVersion,
        now: DateTime<Utc>,
    ) -> Result<KitFacts, Problem> {
        let seen = self.vault.store.observation(deployment.id).await?;
        let stamp = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        Ok(KitFacts {
            kit: KitFacts::FORM,
            selvage: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: stamp(now),
            deployment: deployment.clone(),
            env_version: version.number,
            env_captured_at: stamp(version.captured_at),
            weavestream: seen.and_then(|seen| seen.facts?.version().map(ToOwned::to_owned)),
            compose: None,
            files: Vec::new(),
            missed: Vec::new(),
        })
    }

    async fn contents(
        &self,
        env: &EnvFile,
        files: Vec<FileInKit>,
        facts: KitFacts,
        kit: &str,
        now: DateTime<Utc>,
    ) -> Result<Contents, Problem> {
        let dumps = local_dumps(self.vault.store.as_ref(), &self.vault.library, facts.deployment.id).await?;
        let sound = dumps.iter().filter(|dump| dump.is_sound()).map(|dump| &dump.record);
        let mut copies: Vec<_> = sound
            .map(|copy| SheetCopy {
                made: copy.taken_at(),
                path: copy.path.clone(),
                sha256: copy.sha256.to_string(),
                size: copy.size,
            })
            .collect();
        copies.sort_by_key(|copy| std::cmp::Reverse(copy.made));
        let data_dir = env.filled("DATA_DIR").map(Secret::expose);
        let sheet = sheet::html(&Sheet { facts: &facts, kit, copies: &copies, data_dir, now });
        Ok(Contents { env: Zeroizing::new(env.bytes().to_vec()), files, facts, sheet })
    }
}

/// The project's files under their names in the kit, which `facts` then tells.
/// A name is the one in the project's folder, else `outside/` and the whole path.
fn named_in_kit(project: ProjectFiles, facts: &mut KitFacts) -> Vec<FileInKit> {
    let mut files: Vec<FileInKit> = Vec::new();
    for file in project.files {
        let free = |name: &str| !OWN_NAMES.contains(&name) && files.iter().all(|other| other.name != name);
        let inside = relative(&project.folder, &file.path).map(ToOwned::to_owned);
        let mut elsewhere = (1..).map(|n| match n {
            1 => format!("outside{}", file.path),
            n => format!("outside-{n}{}", file.path),
        });
        let Some(name) = inside.filter(|name| free(name)).or_else(|| elsewhere.find(|name| free(name))) else {
            continue;
        };
        if file.role == FileRole::Compose {
            facts.compose.get_or_insert_with(|| name.clone());
        }
        facts.files.push(FileFacts { name: name.clone(), path: file.path, role: file.role });
        files.push(FileInKit { name, bytes: file.bytes });
    }
    facts.missed = project.missed;
    files
}

/// The deployment under its own name, or `name`.
fn named(mut deployment: Deployment, name: Option<&str>, known: &[Deployment]) -> Result<Deployment, Problem> {
    if let Some(name) = name {
        name.trim().clone_into(&mut deployment.name);
    }
    // What stands in the kit becomes names of files here.
    deployment.slug = slug(&deployment.name);
    let taken = known.iter().any(|d| d.name.eq_ignore_ascii_case(&deployment.name) || d.slug == deployment.slug);
    let fault = match () {
        () if taken => FieldFault::NameTaken,
        () if deployment.slug.is_empty() => FieldFault::NameWithoutLetter,
        () if deployment.name.chars().count() > 80 => FieldFault::NameLength,
        () => return Ok(deployment),
    };
    Err(RequestError::Fields { fields: vec![field("name", fault)] }.into())
}

/// Without what the host would give, a kit can still be written, if the admin says so.
fn avoidable(mut problem: Problem) -> Problem {
    problem.facts.insert("withoutCompose".to_owned(), true.into());
    problem
}

/// A file name that is not taken: an older kit is never overwritten.
fn free_stem(library: &dyn Library, folder: &Path, stem: &str) -> Result<(String, Box<dyn Folder>), Problem> {
    let folder = library.open(folder)?;
    for n in 1..1000 {
        let stem = if n == 1 { stem.to_owned() } else { format!("{stem}-{n}") };
        let taken = |name: String| Ok::<bool, LibraryError>(folder.size(&name)?.is_some());
        if !taken(format!("{stem}.age"))? && !taken(format!("{stem}-recovery-sheet.html"))? {
            return Ok((stem, folder));
        }
    }
    Err(LibraryError::LibraryBusy { file: stem.to_owned() }.into())
}

/// Writes both files, reads the kit again and opens it. What does not open to
/// what was put in is taken away.
fn put(
    folder: &dyn Folder,
    kit: &str,
    sheet: &str,
    contents: &Contents,
    passphrase: &Secret,
) -> Result<(PathBuf, PathBuf, Sha256), Problem> {
    use std::io::Read;
    let sealed = seal(contents, passphrase)?;
    write_new(folder, kit, &sealed)?;
    let opened = || -> Result<Option<KitFault>, Problem> {
        let mut back = Vec::new();
        folder
            .read(kit)?
            .take(contents::KIT_AT_MOST)
            .read_to_end(&mut back)
            .map_err(|error| LibraryError::FileTrouble { file: kit.to_owned(), reason: error.to_string() })?;
        Ok(difference(contents, &unseal(&back, passphrase, kit)?))
    };
    let wrong = match opened() {
        Ok(None) => None,
        Ok(Some(fault)) => Some(fault.words()),
        Err(problem) => Some(problem.to_string()),
    };
    if let Some(reason) = wrong {
        folder.remove(kit)?;
        return Err(KitError::KitNotVerified { reason }.into());
    }
    if let Err(error) = write_new(folder, sheet, contents.sheet.as_bytes()) {
        // Nobody would know of a kit that was told as failed.
        folder.remove(kit)?;
        return Err(error.into());
    }
    let path = |name: &str| folder.path().join(name);
    Ok((path(kit), path(sheet), sha256(&sealed)))
}

/// Another Selvage may have taken the name since it was found free.
fn write_new(folder: &dyn Folder, name: &str, content: &[u8]) -> Result<(), LibraryError> {
    if folder.write_new(name, content)? {
        return Ok(());
    }
    Err(LibraryError::LibraryBusy { file: folder.path().join(name).display().to_string() })
}

fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256::new(sha2::Sha256::digest(bytes).into())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|stopped| Err(KitError::KitNotVerified { reason: stopped.to_string() }.into()))
}
