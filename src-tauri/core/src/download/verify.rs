use super::error::DownloadError;
use super::plan::Plan;
use super::source::DumpSource;
use super::transfer::blocking;
use crate::ports::{Folder, LibraryError};
use crate::problem::Problem;
use crate::weavestream::archive::{self, ArchiveError, Contents};
use crate::weavestream::manifest::{Manifest, ManifestError, Sha256};
use std::sync::Arc;

/// What comparing the whole file showed.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Equal to the manifest, and a readable archive.
    Verified(Contents),
    /// Another digest than the manifest's.
    Differs {
        /// The manifest's digest.
        expected: Sha256,
    },
    /// Equal to the manifest, and no archive.
    NotAnArchive(ArchiveError),
    /// Nothing to compare with.
    Unverifiable(ManifestError),
}

/// Compares `found`, the digest of the whole of `file`, with the manifest and
/// reads the archive's table of contents.
pub async fn verdict(
    manifest: &Result<Manifest, ManifestError>,
    found: Sha256,
    folder: &Arc<dyn Folder>,
    file: &str,
) -> Result<Verdict, LibraryError> {
    let manifest = match manifest {
        Ok(manifest) => manifest,
        Err(error) => return Ok(Verdict::Unverifiable(error.clone())),
    };
    if manifest.sha256 != found {
        return Ok(Verdict::Differs { expected: manifest.sha256 });
    }
    let (folder, file) = (Arc::clone(folder), file.to_owned());
    let contents = blocking(move || Ok(archive::contents(std::io::BufReader::new(folder.read(&file)?)))).await?;
    Ok(contents.map_or_else(Verdict::NotAnArchive, Verdict::Verified))
}

/// Gives the part its final name according to the verdict. Only a verified file
/// gets the dump's own name.
pub async fn settle(
    plan: &Plan,
    found: Sha256,
    verdict: Verdict,
    source: &DumpSource<'_>,
    folder: &dyn Folder,
) -> Result<(String, Contents), Problem> {
    let aside = |how| plan.names.aside(how, |name| !matches!(folder.size(name), Ok(None)));
    let kept = |how| -> Result<String, LibraryError> {
        Ok(folder.rename(&plan.names.part, &aside(how))?.display().to_string())
    };
    match verdict {
        Verdict::Verified(contents) => {
            if let Ok(manifest) = &plan.manifest {
                let text = serde_json::to_vec_pretty(&manifest.document).unwrap_or_default();
                folder.write(&plan.names.manifest, &text)?;
            }
            let path = folder.rename(&plan.names.part, &plan.names.dump)?;
            Ok((path.display().to_string(), contents))
        }
        Verdict::Differs { expected } => {
            // Set aside first: asking the host may take long, or fail.
            let kept_as = kept("damaged")?;
            let same_on_host = source.sha256_on_host().await.map(|host| host == found);
            Err(DownloadError::ChecksumMismatch {
                expected: expected.to_string(),
                found: found.to_string(),
                same_on_host,
                kept_as,
            }
            .into())
        }
        Verdict::NotAnArchive(error) => Err(DownloadError::NotAnArchive { error, kept_as: kept("damaged")? }.into()),
        Verdict::Unverifiable(error) => {
            Err(DownloadError::NoUsableManifest { error, kept_as: kept("unverified")? }.into())
        }
    }
}
