//! What a command answers when it does not succeed.

use selvage_core::base::RequestError;
use selvage_core::download::DownloadError;
use selvage_core::dump::DumpError;
use selvage_core::kit::KitError;
use selvage_core::link::PgDumpError;
use selvage_core::ports::{DatabaseError, KeyringError, LibraryError, LinkError, StoreError};
use selvage_core::probe::ProbeError;
use selvage_core::queue::QueueError;
use selvage_core::schedules::ScheduleError;
use selvage_core::vault::VaultError;
use selvage_core::weavestream::env_file::EnvFileError;
use selvage_core::{Class, Problem};
use serde::Serialize;
use specta::Type;

/// A problem on its way to the front end, and how it ended what was asked for.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Refused, failed or unsound.
    pub class: Class,
    /// Code, facts and words.
    pub problem: Problem,
    /// Title and reason in one line, for reports.
    pub text: String,
}

impl<P: Into<Problem>> From<P> for Failure {
    fn from(problem: P) -> Self {
        let problem = problem.into();
        Self { class: problem.class, text: problem.to_string(), problem }
    }
}

/// The facts of every problem, for the types of the front end: what stands beside
/// `code`, `class` and `words` in its JSON.
#[derive(Serialize, Type)]
#[serde(untagged)]
pub enum ProblemFacts {
    /// Reaching or using the host.
    Link(LinkError),
    /// Asking Postgres.
    Database(DatabaseError),
    /// The OS keyring.
    Keyring(KeyringError),
    /// The laptop's folders.
    Library(LibraryError),
    /// The laptop's own database.
    Store(StoreError),
    /// What the host is.
    Probe(ProbeError),
    /// A download.
    Download(DownloadError),
    /// A one-off dump.
    Dump(DumpError),
    /// The laptop's own `pg_dump`.
    PgDump(PgDumpError),
    /// The queue that makes schedules fire.
    Queue(QueueError),
    /// A schedule, or a run that was started.
    Schedule(ScheduleError),
    /// The vault.
    Vault(VaultError),
    /// An emergency kit.
    Kit(KitError),
    /// A file that is no `.env`.
    EnvFile(EnvFileError),
    /// What was asked for.
    Request(RequestError),
}

/// The answer of a command.
pub type Answer<T> = Result<T, Failure>;
