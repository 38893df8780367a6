//! A whole Selvage over fakes: one deployment, one dump, one library.

use selvage_core::library::DumpStore as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use selvage_core::activity::ActivityLog;
use selvage_core::base::Problem;
use selvage_core::deployment::Deployment;
use selvage_core::download::{Downloads, Patience, Target, WhichRun};
use selvage_core::jobs::{JobCenter, JobEnd, JobId};
use selvage_core::library::{DumpRecord, LocalDumpState};
use selvage_core::library::{LocalDump, Names, local_dumps};
use selvage_core::link::Links;
use selvage_core::local_dumps::LocalDumps;
use selvage_core::ports::{Clock, Library};
use selvage_core::time::Moment;
use selvage_core::vault::Vault;
use selvage_core::weavestream::dump_name::DumpName;
use selvage_core::weavestream::run::Run;

use crate::clock::FakeClock;
use crate::database::FakeDatabase;
use crate::host::{FakeConnector, FakeHost, HostState};
use crate::keyring::FakeKeyring;
use crate::library::MemoryLibrary;
use crate::notifier::Recorder;
use crate::postgres::FakePostgres;
use crate::sample;
use crate::store::MemoryStore;

/// What outlives a process: the host, the disk, the laptop's memory.
#[derive(Clone)]
pub struct Scene {
    /// The host.
    pub host: FakeHost,
    /// Its sshd as seen from here.
    pub connector: Arc<FakeConnector>,
    /// Its Postgres.
    pub database: FakeDatabase,
    /// The same, reached directly.
    pub postgres: FakePostgres,
    /// The laptop's disk.
    pub library: MemoryLibrary,
    /// The laptop's memory.
    pub store: Arc<MemoryStore>,
    /// The laptop's keyring.
    pub keyring: Arc<FakeKeyring>,
    /// The laptop's clock.
    pub clock: Arc<FakeClock>,
    /// What was shown on the desktop.
    pub notices: Arc<Recorder>,
    /// The deployment.
    pub deployment: Deployment,
    /// The run whose dump is to be brought.
    pub run: Run,
    /// What the worker wrote.
    pub truth: Arc<Vec<u8>>,
}

impl Scene {
    /// A healthy host with one dump, which is `truth`, and an empty library.
    #[must_use]
    pub fn with_dump(truth: Vec<u8>) -> Self {
        let at = sample::now() - TimeDelta::minutes(41);
        let run = sample::success(at, &truth);
        let mut state = HostState::healthy(sample::now());
        let name = sample::dump_name(at);
        state.put(&name.manifest(), serde_json::to_vec_pretty(&sample::manifest(&name, &truth)).unwrap());
        state.put(name.as_str(), truth.clone());
        let host = FakeHost::new(state);
        let database = FakeDatabase::default();
        database.with(|tables| tables.runs.push(run.clone()));
        Self {
            connector: Arc::new(FakeConnector::to(&host)),
            host,
            postgres: FakePostgres::to(&database, truth.clone()),
            database,
            library: MemoryLibrary::new(),
            store: Arc::default(),
            keyring: Arc::default(),
            clock: Arc::new(FakeClock::at(sample::now())),
            notices: Arc::default(),
            deployment: sample::deployment(),
            run,
            truth: Arc::new(truth),
        }
    }

    /// Ways to the host and to its Postgres.
    #[must_use]
    pub fn links(&self) -> Arc<Links> {
        Arc::new(Links::new(
            self.connector.clone(),
            Arc::new(self.database.clone()),
            Arc::new(self.postgres.clone()),
            self.keyring.clone(),
            self.clock.clone(),
        ))
    }

    /// A process of Selvage begins.
    pub async fn start(&self) -> Downloads {
        let links = self.links();
        let jobs = JobCenter::new(self.store.clone(), self.clock.clone(), self.notices.clone()).await.unwrap();
        Downloads {
            links,
            store: self.store.clone(),
            library: Arc::new(self.library.clone()),
            clock: self.clock.clone(),
            jobs,
            patience: Patience { tries: 3, first_wait: Duration::from_secs(1), longest_wait: Duration::from_secs(8) },
        }
    }

    /// Its vault, in a process of its own.
    #[must_use]
    pub fn vault(&self) -> Vault {
        Vault {
            links: self.links(),
            store: self.store.clone(),
            keyring: self.keyring.clone(),
            library: Arc::new(self.library.clone()),
            clock: self.clock.clone(),
            activity: ActivityLog::new(self.store.clone(), self.clock.clone()),
            memory: Arc::default(),
        }
    }

    /// Where dumps go.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        PathBuf::from("/library/acme")
    }

    /// The dump on the host.
    #[must_use]
    pub fn dump(&self) -> DumpName {
        DumpName::from_container_path(self.run.dump_path.as_deref().unwrap()).unwrap()
    }

    /// Its names here.
    #[must_use]
    pub fn names(&self) -> Names {
        Names::of(&self.deployment, &self.dump())
    }

    /// Its name here.
    #[must_use]
    pub fn name(&self) -> String {
        self.names().dump(1)
    }

    /// The name while it is being written.
    #[must_use]
    pub fn part(&self) -> String {
        self.names().part().to_owned()
    }

    /// This run into this folder.
    #[must_use]
    pub fn target(&self) -> Target {
        Target { deployment: self.deployment.clone(), which: WhichRun::Id(self.run.id), folder: self.folder() }
    }

    /// Starts the download.
    pub async fn begin(&self, downloads: &Downloads) -> Result<JobId, Problem> {
        self.clock.advance(TimeDelta::seconds(1));
        downloads.start(self.target()).await
    }

    /// Downloads in a process of its own, to the end.
    pub async fn download(&self) -> JobEnd {
        let downloads = self.start().await;
        match self.begin(&downloads).await {
            Ok(id) => downloads.jobs.ended(id).await.unwrap(),
            Err(problem) => JobEnd::from(problem),
        }
    }

    /// Now, in the laptop's zone.
    #[must_use]
    pub fn moment(&self) -> Moment {
        Moment { now: self.clock.now(), zone: self.clock.zone() }
    }

    /// Every record of a copy of this deployment.
    pub async fn copies(&self) -> Vec<DumpRecord> {
        self.store.dump_records(self.deployment.id).await.unwrap()
    }

    /// Every dump of this deployment on the laptop, looked at now.
    pub async fn local_dumps(&self) -> Vec<LocalDump> {
        let library: Arc<dyn Library> = Arc::new(self.library.clone());
        local_dumps(self.store.as_ref(), &library, self.deployment.id).await.unwrap()
    }

    /// The dumps on the laptop, as `downloads` has them.
    #[must_use]
    pub fn kept(&self, downloads: &Downloads) -> LocalDumps {
        LocalDumps {
            store: self.store.clone(),
            library: Arc::new(self.library.clone()),
            clock: self.clock.clone(),
            jobs: downloads.jobs.clone(),
        }
    }

    /// The bytes of a file in the library.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<Vec<u8>> {
        self.library.file(&self.folder(), name)
    }

    /// Fails when anything not equal to the dump is named or recorded as verified.
    pub async fn check_nothing_false(&self) {
        self.check_nothing_false_but(&[]).await;
    }

    /// The same where somebody else put `strangers` there under the dump's names.
    pub async fn check_nothing_false_but(&self, strangers: &[Vec<u8>]) {
        for named in (1..20).filter_map(|nth| self.file(&self.names().dump(nth))) {
            let ours = !strangers.contains(&named);
            assert!(!ours || named == *self.truth, "a file has the dump's name and other bytes");
        }
        for copy in self.copies().await.into_iter().filter(|copy| copy.state == LocalDumpState::Verified) {
            let path = Path::new(&copy.path);
            let bytes = self.library.file(path.parent().unwrap(), &path.file_name().unwrap().to_string_lossy());
            assert!(bytes.is_some(), "recorded as verified, and not there: {}", copy.path);
            assert!(bytes.as_deref() == Some(self.truth.as_slice()), "recorded as verified, with other bytes");
            assert_eq!(copy.sha256, sample::sha256(&self.truth), "recorded with another digest");
        }
    }

    /// Fails unless the dump is here, whole, named and recorded as verified.
    pub async fn check_held(&self) {
        let verified: Vec<_> = self.local_dumps().await.into_iter().filter(LocalDump::is_sound).collect();
        assert_eq!(verified.len(), 1, "done, and not recorded as verified");
        let name = Path::new(&verified[0].record.path).file_name().unwrap().to_string_lossy().into_owned();
        assert!(self.file(&name).as_deref() == Some(self.truth.as_slice()), "done, and the dump is not here");
    }
}
