use super::error::DownloadError;
use super::source::OnHost;
use crate::deployment::Deployment;
use crate::library::Names;
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
pub fn plan(deployment: &Deployment, run: Run, dump: DumpName, found: &OnHost) -> Result<Plan, DownloadError> {
    let manifest = agreed(&run, &dump, found);
    if let Ok(manifest) = &manifest
        && manifest.size != found.size
    {
        return Err(DownloadError::SizeMismatch { expected: float(manifest.size), found: float(found.size) });
    }
    Ok(Plan { size: found.size, names: Names::of(deployment, &dump), run, dump, manifest })
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
