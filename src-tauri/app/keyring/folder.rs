//! Secrets of links from a folder, for servers that have no keyring: read, and
//! never written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use selvage_core::Secret;
use selvage_core::deployment::DeploymentId;
use selvage_core::deployment::DeploymentStore;
use selvage_core::ports::{Keyring, KeyringError};
use zeroize::Zeroizing;

/// No password is longer.
const LARGEST: u64 = 64 * 1024;

/// A folder of secrets, and who keeps it from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretsFolder {
    /// `--secrets-from`: 0700 and its files 0600, of whoever runs Selvage.
    Own(PathBuf),
    /// `$CREDENTIALS_DIRECTORY`: systemd's, for one service.
    Systemd(PathBuf),
}

/// The keyring, with a folder before it.
pub struct FolderKeyring {
    /// Where secrets are looked for first.
    pub folder: SecretsFolder,
    /// What is asked for the rest, and written to.
    pub keyring: Arc<dyn Keyring>,
    /// Knows the short names that files are called by.
    pub store: Arc<dyn DeploymentStore>,
}

impl SecretsFolder {
    /// What was given on the command line, else what systemd gives.
    #[must_use]
    pub fn chosen(given: Option<PathBuf>) -> Option<Self> {
        let systemd = std::env::var_os("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty());
        given.map(Self::Own).or_else(|| systemd.map(PathBuf::from).map(Self::Systemd))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Own(path) | Self::Systemd(path) => path,
        }
    }

    /// The secret of a file such as `production-acme.ssh-password`, without the end of its line; none without the file.
    pub fn read(&self, file: &str) -> Result<Option<Secret>, KeyringError> {
        let unusable = |path: &Path, reason: String| KeyringError::SecretsFolderUnusable {
            path: path.display().to_string(),
            reason,
        };
        self.guarded(self.path()).map_err(|reason| unusable(self.path(), reason))?;
        let path = self.path().join(file);
        if !path.try_exists().map_err(|error| unusable(&path, error.to_string()))? {
            return Ok(None);
        }
        self.guarded(&path).map_err(|reason| unusable(&path, reason))?;
        let size = std::fs::metadata(&path).map_err(|error| unusable(&path, error.to_string()))?.len();
        if size > LARGEST {
            return Err(unusable(&path, format!("it has {size} bytes")));
        }
        let bytes = Zeroizing::new(std::fs::read(&path).map_err(|error| unusable(&path, error.to_string()))?);
        let text = std::str::from_utf8(&bytes).map_err(|_| unusable(&path, "it is no text".to_owned()))?;
        // As `echo` and editors end a line.
        let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
        Ok(Some(Secret::new(text.to_owned())))
    }

    /// Nobody else may read it.
    #[cfg(unix)]
    fn guarded(&self, path: &Path) -> Result<(), String> {
        use std::os::unix::fs::MetadataExt as _;
        let found = std::fs::metadata(path).map_err(|error| error.to_string())?;
        let (mode, me) = (found.mode() & 0o777, rustix::process::getuid().as_raw());
        // Where systemd gives access by an ACL, its mask stands in the group's bits.
        let others = match self {
            Self::Own(_) => 0o077,
            Self::Systemd(_) => 0o007,
        };
        if mode & others != 0 {
            let wanted = if found.is_dir() { "700" } else { "600" };
            return Err(format!("others may read it (mode {mode:o}): chmod {wanted}"));
        }
        match self {
            Self::Own(_) if found.uid() != me => Err("it belongs to somebody else".to_owned()),
            Self::Systemd(_) if ![0, me].contains(&found.uid()) => Err("it belongs to somebody else".to_owned()),
            _ => Ok(()),
        }
    }

    /// Windows' and others' rights are not looked at.
    #[cfg(not(unix))]
    fn guarded(&self, path: &Path) -> Result<(), String> {
        std::fs::metadata(path).map(|_| ()).map_err(|error| error.to_string())
    }
}

impl FolderKeyring {
    /// `production-acme.ssh-password` for `ssh-password:<id>`; none for what no folder holds.
    async fn file(&self, name: &str) -> Option<String> {
        let (kind, id) = name.split_once(':')?;
        if !["ssh-password", "ssh-passphrase", "postgres-password"].contains(&kind) {
            return None;
        }
        let id = DeploymentId(id.parse().ok()?);
        let known = self.store.deployments().await.ok()?;
        known.into_iter().find(|deployment| deployment.id == id).map(|found| format!("{}.{kind}", found.slug))
    }
}

#[async_trait]
impl Keyring for FolderKeyring {
    async fn get(&self, name: &str) -> Result<Option<Secret>, KeyringError> {
        let Some(file) = self.file(name).await else { return self.keyring.get(name).await };
        let folder = self.folder.clone();
        let read = tokio::task::spawn_blocking(move || folder.read(&file)).await;
        let unread = |_| KeyringError::KeyringUnreadable { reason: "the folder of secrets could not be read".into() };
        if let Some(found) = read.map_err(unread)?? {
            return Ok(Some(found));
        }
        match self.keyring.get(name).await {
            // That there is none is why the folder was given.
            Err(KeyringError::KeyringAbsent { .. }) => Ok(None),
            other => other,
        }
    }

    async fn set(&self, name: &str, secret: &Secret) -> Result<(), KeyringError> {
        self.keyring.set(name, secret).await
    }

    async fn delete(&self, name: &str) -> Result<(), KeyringError> {
        self.keyring.delete(name).await
    }

    async fn create_collection(&self) -> Result<(), KeyringError> {
        self.keyring.create_collection().await
    }

    fn entry_limit(&self) -> Option<usize> {
        self.keyring.entry_limit()
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn reason(read: Result<Option<Secret>, KeyringError>) -> String {
        match read {
            Err(KeyringError::SecretsFolderUnusable { reason, .. }) => reason,
            other => format!("{:?}", other.map(|found| found.map(|secret| secret.expose().to_owned()))),
        }
    }

    #[test]
    fn only_what_nobody_else_can_read_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("acme.ssh-password");
        std::fs::write(&file, "correct horse\n").unwrap();
        mode(&file, 0o600);
        mode(folder.path(), 0o700);
        let own = SecretsFolder::Own(folder.path().to_owned());
        assert_eq!(own.read("acme.ssh-password").unwrap().unwrap().expose(), "correct horse");
        assert!(own.read("other.ssh-password").unwrap().is_none());
        mode(&file, 0o640);
        assert_eq!(reason(own.read("acme.ssh-password")), "others may read it (mode 640): chmod 600");
        // systemd's mask may stand there.
        let systemd = SecretsFolder::Systemd(folder.path().to_owned());
        assert!(systemd.read("acme.ssh-password").unwrap().is_some());
        mode(&file, 0o604);
        assert_eq!(reason(systemd.read("acme.ssh-password")), "others may read it (mode 604): chmod 600");
        mode(&file, 0o600);
        mode(folder.path(), 0o755);
        assert_eq!(reason(own.read("acme.ssh-password")), "others may read it (mode 755): chmod 700");
        assert!(reason(SecretsFolder::Own("/nonexistent".into()).read("a")).contains("No such file"));
        mode(folder.path(), 0o700);
        std::fs::write(&file, [0xff, 0xfe]).unwrap();
        assert_eq!(reason(own.read("acme.ssh-password")), "it is no text");
    }
}
