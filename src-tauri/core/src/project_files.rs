//! The files that a deployment's Compose project is made of, read from the host:
//! what `docker compose up` in its folder needs besides images and data.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use specta::Type;
use zeroize::Zeroizing;

use crate::Secret;
use crate::base::Problem;
use crate::link::HostFolder;
use crate::vault::{VaultError, read_file};
use crate::weavestream::compose_file::{FileRole, Reference, absolute, references, relative};
use crate::weavestream::env_file::EnvFile;

/// A file of a project has some kilobytes.
const FILE_AT_MOST: usize = 1 << 20;
/// All of them together.
const ALL_AT_MOST: usize = 8 << 20;
/// A real project has a handful.
const FILES_AT_MOST: usize = 100;
/// What a container borrows from the host it runs on: no part of the project.
const OF_THE_SYSTEM: [&str; 7] = ["/proc/", "/sys/", "/dev/", "/run/", "/var/run/", "/etc/localtime", "/etc/timezone"];

/// One file.
#[derive(Clone, PartialEq, Eq)]
pub struct ProjectFile {
    /// Where it lies on the host.
    pub path: String,
    /// What it is to the project.
    pub role: FileRole,
    /// Its bytes; they may hold secrets.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// A file that the project refers to and that could not be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Missed {
    /// As the project names it, absolute where that is known.
    pub path: String,
    /// What it is to the project.
    pub role: FileRole,
    /// Why the file is missing.
    pub why: MissedWhy,
}

/// Why a file could not be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "why", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum MissedWhy {
    /// It is not there.
    #[error("it is not there")]
    NotThere,
    /// Neither this login nor `sudo -n` may read it.
    #[error("it cannot be read: {said}")]
    Unreadable {
        /// What the host said.
        said: String,
    },
    /// It is a folder: only files are taken.
    #[error("it is a folder")]
    Folder,
    /// It lies on another machine.
    #[error("it is fetched from elsewhere")]
    Elsewhere,
    /// Its name depends on a variable that has no value.
    #[error("a variable in its name has no value")]
    Unresolved,
    /// It is larger than a file of a project.
    #[error("it has {bytes} bytes")]
    TooLarge {
        /// Size in bytes.
        #[specta(type = f64)]
        bytes: u64,
    },
    /// So many were found before it.
    #[error("there are too many others")]
    TooMany,
    /// It is here, and what it refers to could not be read in it.
    #[error("what it refers to is not known: {reason}")]
    NotCompose {
        /// What was found.
        reason: String,
    },
}

/// The files of a project.
pub struct ProjectFiles {
    /// What was read. Of the Compose files the first is the one that the others are laid over.
    pub files: Vec<ProjectFile>,
    /// What was not.
    pub missed: Vec<Missed>,
    /// The folder in which relative paths begin.
    pub folder: String,
}

/// Reads the files of the project of `at`, whose `.env` is `env`. `.env` itself
/// is not among them. The first Compose file that cannot be read is an error.
pub async fn project_files(at: &HostFolder, env: &EnvFile) -> Result<ProjectFiles, Problem> {
    at.facts.compose_file.as_ref().map_err(Clone::clone)?;
    let mut gathering = Gathering::new(at, env);
    for file in at.facts.compose_files.environment.clone() {
        gathering.take(Reference::plain(file, FileRole::Env)).await?;
    }
    let found = gathering.missed.len();
    // What the folder has now is what a recovery starts from; what runs may have been made from more.
    let folder = at.facts.folder.clone();
    let used_in = at.facts.compose_files.folder.clone().unwrap_or_else(|| folder.clone());
    let here = at.facts.compose_files.here.iter().map(|path| (path.clone(), folder.clone()));
    let used = at.facts.compose_files.used.iter().map(|path| (path.clone(), used_in.clone()));
    for (n, (path, base)) in here.chain(used).enumerate() {
        let first = Reference { base, ..Reference::plain(path, FileRole::Compose) };
        gathering.take(first).await?;
        if n == 0
            && let Some(missed) = gathering.missed.get(found).cloned()
            && !matches!(missed.why, MissedWhy::NotCompose { .. })
        {
            return Err(unreadable(missed).into());
        }
    }
    while let Some(next) = gathering.queue.pop_front() {
        gathering.take(next).await?;
    }
    Ok(ProjectFiles { files: gathering.files, missed: gathering.missed, folder })
}

fn unreadable(missed: Missed) -> VaultError {
    let Missed { path, why, .. } = missed;
    match why {
        MissedWhy::NotThere => VaultError::HostEnvMissing { path },
        MissedWhy::Unreadable { said } => VaultError::HostEnvUnreadable { path, tried: said },
        why => VaultError::HostEnvNoFile { path, folder: why == MissedWhy::Folder },
    }
}

enum Got {
    File(Zeroizing<Vec<u8>>),
    Missed(MissedWhy),
    /// A socket or a device: nothing that can be kept.
    Device,
}

struct Gathering<'a> {
    at: &'a HostFolder,
    known: BTreeMap<String, Secret>,
    data: String,
    seen: BTreeSet<String>,
    queue: VecDeque<Reference>,
    files: Vec<ProjectFile>,
    missed: Vec<Missed>,
    bytes: usize,
}

impl<'a> Gathering<'a> {
    fn new(at: &'a HostFolder, env: &EnvFile) -> Self {
        let known = variables(env);
        let data = known.get("DATA_DIR").map_or("./data", Secret::expose);
        let data = absolute(&at.facts.folder, data);
        Self {
            at,
            known,
            data,
            seen: BTreeSet::from([at.path(".env")]),
            queue: VecDeque::new(),
            files: Vec::new(),
            missed: Vec::new(),
            bytes: 0,
        }
    }

    async fn take(&mut self, wanted: Reference) -> Result<(), Problem> {
        if !self.is_wanted(&wanted) || !self.seen.insert(self.place(&wanted.path)) {
            return Ok(());
        }
        match self.get(&wanted).await? {
            Got::File(bytes) => self.keep(wanted, bytes).await,
            Got::Missed(MissedWhy::NotThere) if wanted.optional => {}
            Got::Missed(why) => self.missed.push(Missed { path: wanted.path, role: wanted.role, why }),
            Got::Device => {}
        }
        Ok(())
    }

    /// The same file under the name that the containers' labels give the folder is one file.
    fn place(&self, path: &str) -> String {
        let other = self.at.facts.compose_files.folder.as_deref();
        let inside = other.and_then(|folder| relative(folder, path));
        inside.map_or_else(|| path.to_owned(), |name| self.at.path(name))
    }

    fn is_wanted(&self, wanted: &Reference) -> bool {
        let mounted = wanted.role == FileRole::Mounted;
        let data = wanted.path == self.data || relative(&self.data, &wanted.path).is_some();
        let system = OF_THE_SYSTEM.iter().any(|system| wanted.path.starts_with(system));
        !(mounted && (data || system))
    }

    async fn get(&self, wanted: &Reference) -> Result<Got, Problem> {
        let missed = match () {
            () if wanted.unresolved => Some(MissedWhy::Unresolved),
            () if wanted.is_elsewhere() => Some(MissedWhy::Elsewhere),
            () if wanted.role == FileRole::Build => Some(MissedWhy::Folder),
            () if self.files.len() >= FILES_AT_MOST || self.bytes >= ALL_AT_MOST => Some(MissedWhy::TooMany),
            () => None,
        };
        if let Some(why) = missed {
            return Ok(Got::Missed(why));
        }
        Ok(match read_file(self.at, &wanted.path, FILE_AT_MOST).await {
            Ok(Ok(file)) => Got::File(file.bytes),
            Ok(Err(bytes)) => Got::Missed(MissedWhy::TooLarge { bytes }),
            Err(problem) => match problem.find() {
                None => return Err(problem),
                Some(
                    VaultError::HostEnvMissing { .. }
                    | VaultError::HostFolderMissing { .. }
                    | VaultError::HostEnvDangling { .. },
                ) => Got::Missed(MissedWhy::NotThere),
                Some(VaultError::HostEnvNoFile { folder: true, .. }) => Got::Missed(MissedWhy::Folder),
                Some(VaultError::HostEnvNoFile { .. }) => Got::Device,
                Some(VaultError::HostEnvUnreadable { tried, .. }) => Got::Missed(MissedWhy::Unreadable { said: tried }),
                Some(other) => Got::Missed(MissedWhy::Unreadable { said: other.to_string() }),
            },
        })
    }

    async fn keep(&mut self, wanted: Reference, bytes: Zeroizing<Vec<u8>>) {
        self.bytes += bytes.len();
        if wanted.role == FileRole::Compose {
            let mut known = self.known.clone();
            for file in &wanted.env {
                if let Ok(Ok(found)) = read_file(self.at, file, FILE_AT_MOST).await
                    && let Ok(env) = EnvFile::parse(found.bytes.to_vec())
                {
                    // The project's own win over those of an included file.
                    for (name, value) in variables(&env) {
                        known.entry(name).or_insert(value);
                    }
                }
            }
            match references(&String::from_utf8_lossy(&bytes), &wanted.base, &known, self.at.facts.home.as_deref()) {
                Ok(found) => self.queue.extend(found),
                Err(reason) => {
                    let why = MissedWhy::NotCompose { reason };
                    self.missed.push(Missed { path: wanted.path.clone(), role: wanted.role, why });
                }
            }
        } else if self.at.facts.compose_files.environment.contains(&wanted.path)
            && let Ok(env) = EnvFile::parse(bytes.to_vec())
        {
            self.known.extend(variables(&env));
        }
        self.files.push(ProjectFile { path: wanted.path, role: wanted.role, bytes });
    }
}

fn variables(env: &EnvFile) -> BTreeMap<String, Secret> {
    env.values().into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
}
