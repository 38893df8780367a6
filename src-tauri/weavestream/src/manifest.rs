//! The JSON sidecar of a dump (`docs/weavestream.md` section 4).

use serde::{Deserialize, Serialize};
use specta::Type;

use super::dump_name::{DumpName, UnsafeName};

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Type)]
#[specta(transparent)]
pub struct Sha256(#[specta(type = String)] [u8; 32]);

impl Sha256 {
    /// From the digest's bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// From 64 hexadecimal digits of either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl std::fmt::Display for Sha256 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl std::fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sha256({self})")
    }
}

impl Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a SHA-256 digest is 64 hexadecimal digits"))
    }
}

/// What the worker wrote about a dump when it made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The file it speaks of.
    pub filename: DumpName,
    /// Bytes of the dump.
    pub size: u64,
    /// Digest of the whole dump.
    pub sha256: Sha256,
    /// Weavestream's own version, as the worker knew it.
    pub weavestream_version: Option<String>,
    /// `sha256:<hex>` of the worker image's migrations, or `unknown:<why>`.
    pub migration_hash: Option<String>,
    /// The key id in use; `1` when the worker wrote null, because rows then
    /// carry `1` (`docs/weavestream.md` section 4, traps).
    pub kid: String,
    /// Host name in the worker's `DATABASE_URL`.
    pub database_host: Option<String>,
    /// When the dump was made, as written (ISO 8601).
    pub generated_at: Option<String>,
    /// The document as found, for showing and for keeping beside the dump.
    pub document: serde_json::Value,
}

/// Why a manifest cannot be relied on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum ManifestError {
    /// Neither the run's row nor the folder holds one.
    #[error("the run has no manifest")]
    Missing,
    /// Not JSON, or a field is missing or of the wrong kind.
    #[error("the manifest is malformed: {reason}")]
    Malformed {
        /// What was found.
        reason: String,
    },
    /// Its file name is not one the worker gives.
    #[error("the manifest names an unsafe file: {name}")]
    Name {
        /// What is wrong with it.
        name: UnsafeName,
    },
    /// The row and the sidecar, or the manifest and the run, disagree.
    #[error("the manifest disagrees about {field}: {one:?} against {other:?}")]
    Contradiction {
        /// The field they disagree on.
        field: String,
        /// What the manifest says.
        one: String,
        /// What the other source says.
        other: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    filename: String,
    size_bytes: u64,
    sha256: Sha256,
    weavestream_version: Option<String>,
    prisma_migration_hash: Option<String>,
    password_encryption_kid: Option<String>,
    database_url_hostname: Option<String>,
    generated_at: Option<String>,
}

impl Manifest {
    /// Reads a sidecar's text.
    pub fn from_text(text: &str) -> Result<Self, ManifestError> {
        let document = serde_json::from_str(text).map_err(|e| ManifestError::Malformed { reason: e.to_string() })?;
        Self::from_json(document)
    }

    /// Reads the `manifest` column of `backup_run`, or a parsed sidecar.
    pub fn from_json(document: serde_json::Value) -> Result<Self, ManifestError> {
        let read = Document::deserialize(&document).map_err(|e| ManifestError::Malformed { reason: e.to_string() })?;
        Ok(Self {
            filename: DumpName::parse(&read.filename)?,
            size: read.size_bytes,
            sha256: read.sha256,
            weavestream_version: read.weavestream_version,
            migration_hash: read.prisma_migration_hash,
            kid: read.password_encryption_kid.unwrap_or_else(|| "1".to_owned()),
            database_host: read.database_url_hostname,
            generated_at: read.generated_at,
            document,
        })
    }

    /// Refuses when `other`, another source's manifest of the same dump, says
    /// something else about the file.
    pub fn agree(&self, other: &Self) -> Result<(), ManifestError> {
        self.is_of(&other.filename)?;
        self.has_size(other.size)?;
        same("sha256", &self.sha256, &other.sha256)
    }

    /// Refuses when the manifest speaks of another file than `name`.
    pub fn is_of(&self, name: &DumpName) -> Result<(), ManifestError> {
        same("filename", &self.filename, name)
    }

    /// Refuses when the run recorded another size than the manifest.
    pub fn has_size(&self, size: u64) -> Result<(), ManifestError> {
        same("sizeBytes", &self.size, &size)
    }
}

impl From<UnsafeName> for ManifestError {
    fn from(name: UnsafeName) -> Self {
        Self::Name { name }
    }
}

fn same<T: PartialEq + ToString>(field: &str, one: &T, other: &T) -> Result<(), ManifestError> {
    if one == other {
        return Ok(());
    }
    Err(ManifestError::Contradiction { field: field.into(), one: one.to_string(), other: other.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> serde_json::Value {
        json!({
            "weavestreamVersion": "1.9.11", "prismaMigrationHash": "unknown:no folder", "passwordEncryptionKid": null,
            "databaseUrlHostname": "postgres", "generatedAt": "2026-05-01T03:00:00.000Z",
            "filename": "weavestream-postgres-2026-05-01T03-00-00Z.dump", "sizeBytes": 12, "sha256": "AB".repeat(32),
        })
    }

    #[test]
    fn a_null_kid_is_one() {
        assert_eq!(Manifest::from_json(document()).map(|m| m.kid), Ok("1".into()));
    }

    #[test]
    fn every_missing_or_odd_field_is_malformed() {
        for field in ["filename", "sizeBytes", "sha256"] {
            let mut without = document();
            without[field] = json!(null);
            assert!(matches!(Manifest::from_json(without), Err(ManifestError::Malformed { .. })), "{field}");
        }
        for (field, odd) in
            [("sizeBytes", json!(-1)), ("sizeBytes", json!("12")), ("sha256", json!("ab")), ("filename", json!("../x"))]
        {
            let mut document = document();
            document[field] = odd;
            assert!(Manifest::from_json(document).is_err(), "{field}");
        }
        assert!(Manifest::from_text("{").is_err());
    }

    #[test]
    fn two_sources_must_agree() {
        let one = Manifest::from_json(document());
        let mut lying = document();
        lying["sha256"] = json!("cd".repeat(32));
        let other = Manifest::from_json(lying);
        let verdict = one.and_then(|one| one.agree(&other?));
        assert!(matches!(verdict, Err(ManifestError::Contradiction { field, .. }) if field == "sha256"));
    }
}
