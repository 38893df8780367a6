use super::error::DownloadError;
use super::plan::Plan;
use super::source::DumpSource;
use super::transfer::blocking;
use crate::base::Problem;
use crate::library::{finalize, place_with_manifest, quarantine_names};
use crate::ports::{Folder, LibraryError, PartFile, ReadSeek};
use crate::weavestream::archive::{self, ArchiveError, Contents};
use crate::weavestream::manifest::{Manifest, ManifestError, Sha256};

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
    file: Box<dyn ReadSeek>,
) -> Result<Verdict, LibraryError> {
    let manifest = match manifest {
        Ok(manifest) => manifest,
        Err(error) => return Ok(Verdict::Unverifiable(error.clone())),
    };
    if manifest.sha256 != found {
        return Ok(Verdict::Differs { expected: manifest.sha256 });
    }
    let contents = blocking(move || Ok(archive::contents(file))).await?;
    Ok(contents.map_or_else(Verdict::NotAnArchive, Verdict::Verified))
}

/// Gives the part its final name according to the verdict. Only a verified file
/// gets a dump's name, and no file that is there is replaced.
pub async fn place_by_verdict(
    plan: &Plan,
    found: Sha256,
    verdict: Verdict,
    source: &DumpSource<'_>,
    part: &mut dyn PartFile,
    folder: &dyn Folder,
) -> Result<(String, Contents), Problem> {
    let mut kept = |how| -> Result<String, LibraryError> {
        Ok(finalize(part, quarantine_names(&plan.names.dump(1), how))?.0.display().to_string())
    };
    match verdict {
        Verdict::Verified(contents) => Ok((place(plan, part, folder)?, contents)),
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

/// The first of the dump's names whose dump and manifest are both free.
fn place(plan: &Plan, part: &mut dyn PartFile, folder: &dyn Folder) -> Result<String, LibraryError> {
    let document = plan.manifest.as_ref().ok().map(|manifest| &manifest.document);
    let text = serde_json::to_vec_pretty(&document).unwrap_or_default();
    let path = place_with_manifest(&plan.names, part, folder, |_| text.clone())?.0;
    Ok(path.display().to_string())
}
