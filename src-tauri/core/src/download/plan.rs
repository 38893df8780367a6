use super::error::DownloadError;
use super::source::OnHost;
use crate::weavestream::dump_name::DumpName;
use crate::weavestream::manifest::{Manifest, ManifestError};
use crate::weavestream::run::{Run, RunStatus};

/// What a download will do, decided before a byte is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The run.
    pub run: Run,
    /// The dump on the host.
    pub dump: DumpName,
    /// Bytes that will be read.
    pub size: u64,
    /// What the bytes are compared with, or why there is nothing to compare with.
    pub manifest: Result<Manifest, ManifestError>,
    /// Names on this laptop.
    pub names: Names,
}

/// Names of one dump's files on this laptop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The verified dump.
    pub dump: String,
    /// While it is being written.
    pub part: String,
    /// The manifest beside it.
    pub manifest: String,
}

impl Names {
    /// The names for `dump`.
    #[must_use]
    pub fn of(dump: &DumpName) -> Self {
        let name = dump.on_laptop();
        Self { part: format!("{name}.part"), manifest: dump.manifest().replace(':', "-"), dump: name }
    }

    /// Where a copy is put aside, `how` being `damaged` or `unverified`. The
    /// first free of `<dump>.<how>`, `<dump>.<how>-2`, ...
    pub fn aside(&self, how: &str, mut taken: impl FnMut(&str) -> bool) -> String {
        let plain = format!("{}.{how}", self.dump);
        if !taken(&plain) {
            return plain;
        }
        let numbered = (2_u32..).map(|n| format!("{plain}-{n}"));
        numbered.into_iter().find(|name| !taken(name)).unwrap_or(plain)
    }
}

/// The dump of a run that can be downloaded, or why it cannot.
pub fn dump_of(run: &Run) -> Result<DumpName, DownloadError> {
    if run.status != RunStatus::Success {
        return Err(DownloadError::RunHasNoDump { reason: run.error.clone() });
    }
    match run.dump_name() {
        None => Err(DownloadError::Pruned),
        Some(name) => name.map_err(|name| DownloadError::UnsafeDumpName { name }),
    }
}

/// Decides from the run's row and what lies on the host.
pub fn plan(run: Run, dump: DumpName, found: &OnHost) -> Result<Plan, DownloadError> {
    let manifest = agreed(&run, &dump, found);
    if let Ok(manifest) = &manifest
        && manifest.size != found.size
    {
        return Err(DownloadError::SizeMismatch { expected: float(manifest.size), found: float(found.size) });
    }
    Ok(Plan { size: found.size, names: Names::of(&dump), run, dump, manifest })
}

/// The manifest of row and sidecar: either may be missing, never may they disagree.
fn agreed(run: &Run, dump: &DumpName, found: &OnHost) -> Result<Manifest, ManifestError> {
    let sidecar = found.manifest.as_deref().map(Manifest::from_text).transpose();
    let manifest = match (run.manifest(), sidecar) {
        (Ok(row), Ok(None)) => row,
        (Ok(row), Ok(Some(sidecar))) => {
            row.agree(&sidecar)?;
            row
        }
        (Err(ManifestError::Missing), Ok(Some(sidecar))) => {
            run.size.map_or(Ok(()), |size| sidecar.has_size(size))?;
            sidecar
        }
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    manifest.is_of(dump)?;
    Ok(manifest)
}

/// Sizes in errors go to the front end as `f64`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a file of 8 PiB is not expected")]
pub fn float(bytes: u64) -> f64 {
    bytes as f64
}
