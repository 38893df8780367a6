//! The use cases with their real adapters: what every command is handed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use selvage_core::activity::ActivityLog;
use selvage_core::download::{Downloads, Patience};
use selvage_core::dump::OneOffDumps;
use selvage_core::jobs::JobCenter;
use selvage_core::kit::Kits;
use selvage_core::link::Links;
use selvage_core::local_dumps::LocalDumps;
use selvage_core::ports::{Clock, Keyring, Notifier, StoreError};
use selvage_core::recovery::Recoveries;
use selvage_core::registry::Deployments;
use selvage_core::schedules::Schedules;
use selvage_core::settings::Settings;
use selvage_core::time::Moment;
use selvage_core::vault::Vault;
use selvage_core::views::Views;
use selvage_core::watch::Watch;
use selvage_postgres::PostgresConnector;
use selvage_ssh::{SshConnector, SshSettings};
use selvage_store::{DiskLibrary, SqliteStore};

use crate::clock::SystemClock;
use crate::keyring::{FolderKeyring, OsKeyring, SecretsFolder};

/// Selvage, assembled.
pub struct Selvage {
    /// The laptop's clock.
    pub clock: Arc<dyn Clock>,
    /// What the admin chose.
    pub settings: Settings,
    /// Ways to the hosts.
    pub links: Arc<Links>,
    /// The deployments of this laptop.
    pub deployments: Deployments,
    /// What the screens show of them.
    pub views: Views,
    /// Who checks them.
    pub watch: Watch,
    /// Downloads and copies.
    pub downloads: Downloads,
    /// Dumps that lie on this laptop.
    pub local_dumps: LocalDumps,
    /// Dumps made directly to this laptop.
    pub dumps: OneOffDumps,
    /// Changes of schedules, and runs that are started.
    pub schedules: Schedules,
    /// Versions of `.env`.
    pub vault: Vault,
    /// Emergency kits.
    pub kits: Kits,
    /// Running and ended jobs.
    pub jobs: JobCenter,
    /// What was done.
    pub activity: ActivityLog,
    /// Where secrets of links are looked for first.
    pub secrets: Option<SecretsFolder>,
    home: Option<PathBuf>,
}

impl Selvage {
    /// Opens everything that lies in `data`, the folder of all state.
    /// Secrets of links are looked for in `secrets` first, should there be such a folder.
    pub async fn open(
        data: &Path,
        secrets: Option<SecretsFolder>,
        notifier: Arc<dyn Notifier>,
    ) -> Result<Self, StoreError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let store = Arc::new(SqliteStore::open(data).await?);
        let mut keyring: Arc<dyn Keyring> = Arc::new(OsKeyring::default());
        if let Some(folder) = secrets.clone() {
            keyring = Arc::new(FolderKeyring { folder, keyring, store: store.clone() });
        }
        let ssh = SshSettings::new(data.join("known_hosts"));
        let home = ssh.home.clone();
        let links = Arc::new(Links::new(
            Arc::new(SshConnector::new(ssh)),
            Arc::new(PostgresConnector),
            Arc::new(PostgresConnector),
            Arc::clone(&keyring),
            Arc::clone(&clock),
        ));
        let jobs = JobCenter::new(store.clone(), Arc::clone(&clock), Arc::clone(&notifier)).await?;
        let activity = ActivityLog::new(store.clone(), Arc::clone(&clock));
        let downloads = Downloads {
            links: Arc::clone(&links),
            store: store.clone(),
            library: Arc::new(DiskLibrary),
            clock: Arc::clone(&clock),
            jobs: jobs.clone(),
            patience: Patience::default(),
        };
        let local_dumps = LocalDumps {
            store: store.clone(),
            library: Arc::new(DiskLibrary),
            clock: Arc::clone(&clock),
            jobs: jobs.clone(),
        };
        let dumps = OneOffDumps {
            links: Arc::clone(&links),
            store: store.clone(),
            library: Arc::new(DiskLibrary),
            clock: Arc::clone(&clock),
            jobs: jobs.clone(),
        };
        let schedules = Schedules {
            links: Arc::clone(&links),
            store: store.clone(),
            library: Arc::new(DiskLibrary),
            clock: Arc::clone(&clock),
            jobs: jobs.clone(),
            starting: Arc::default(),
            dumps: Arc::default(),
        };
        let vault = Vault {
            links: Arc::clone(&links),
            store: store.clone(),
            keyring: Arc::clone(&keyring),
            library: Arc::new(DiskLibrary),
            clock: Arc::clone(&clock),
            activity: activity.clone(),
            memory: Arc::default(),
        };
        let kits = Kits { vault: vault.clone() };
        let watch = Watch {
            links: Arc::clone(&links),
            vault: vault.clone(),
            store: store.clone(),
            clock: Arc::clone(&clock),
            notifier: Arc::clone(&notifier),
        };
        let deployments = Deployments {
            links: Arc::clone(&links),
            store: store.clone(),
            keyring,
            clock: Arc::clone(&clock),
            vault: vault.clone(),
        };
        let views = Views { deployments: deployments.clone(), store: store.clone(), watch: watch.clone() };
        let settings = Settings::of(store);
        Ok(Self {
            clock,
            settings,
            links,
            deployments,
            views,
            watch,
            downloads,
            local_dumps,
            dumps,
            schedules,
            vault,
            kits,
            jobs,
            activity,
            secrets,
            home,
        })
    }

    /// Now, in the laptop's zone.
    #[must_use]
    pub fn moment(&self) -> Moment {
        Moment { now: self.clock.now(), zone: self.clock.zone() }
    }

    /// What can be done about abandoned jobs.
    #[must_use]
    pub fn recoveries(&self) -> Recoveries<'_> {
        Recoveries { downloads: &self.downloads, local_dumps: &self.local_dumps, schedules: &self.schedules }
    }

    /// Aliases of the user's SSH configuration.
    #[must_use]
    pub fn ssh_aliases(&self) -> Vec<String> {
        self.home.as_deref().map(selvage_ssh::aliases).unwrap_or_default()
    }
}

/// Where all state lies unless `--data-dir` says otherwise.
#[must_use]
pub fn data_folder() -> Option<PathBuf> {
    directories::ProjectDirs::from("app", "", "selvage").map(|dirs| dirs.data_dir().to_path_buf())
}

/// The folder that is proposed for dumps: in the home of the user, for the folder of
/// documents is copied to a cloud service on many laptops, and dumps with it.
#[must_use]
pub fn proposed_library() -> Option<PathBuf> {
    directories::UserDirs::new().map(|dirs| dirs.home_dir().join("Selvage"))
}
