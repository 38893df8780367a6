use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::Secret;
use crate::base::Problem;
use crate::link::{Link, Route, environment};
use crate::weavestream::env_names::{KeyUse, redacted_kid};
use crate::weavestream::envelope::Envelope;
use crate::weavestream::manifest::Sha256;
use crate::weavestream::sealed::SealedData;

/// What a manifest says of where a dump comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    weavestream_version: Option<String>,
    kid: Option<String>,
    database_host: Option<String>,
}

impl Origin {
    /// Reads it from the api, else the worker; of their environment nothing else
    /// is kept. Over a direct link `dialled` is known, the host that was dialled, and
    /// the kids that rows carry: null would be read as the kid `1`.
    pub async fn of(link: &Link, dialled: Option<&str>) -> Result<Self, Problem> {
        let database_host = dialled.map(ToOwned::to_owned);
        let Route::Host(at) = &link.route else {
            let kid = match link.database.sealed().await {
                Ok(sealed) => kid_of_rows(&sealed),
                Err(error) => format!("unknown:{error}"),
            };
            return Ok(Self { database_host, kid: Some(kid), ..Self::default() });
        };
        let running = ["api", "worker"].iter().find_map(|name| at.facts.running(name).ok());
        let Some(service) = running else { return Ok(Self::default()) };
        let env = environment(at.host.as_ref(), &at.project, &service.container).await?;
        let value = |name: &str| {
            env.iter().find_map(|line| line.expose().strip_prefix(name)?.strip_prefix('=').map(ToOwned::to_owned))
        };
        let address = value("DATABASE_URL").map(Secret::new);
        Ok(Self {
            weavestream_version: service.version.clone().or_else(|| value("WEAVESTREAM_VERSION")),
            kid: value("PASSWORD_ENCRYPTION_KEY_KID").filter(|kid| !kid.is_empty()),
            database_host: address.as_ref().and_then(|address| host_of(address.expose())),
        })
    }

    /// A manifest in the worker's own form (`docs/weavestream.md` section 4). The
    /// hash of the migrations' files is the worker image's to know.
    pub fn manifest(&self, file: &str, size: u64, sha256: Sha256, made_at: &str) -> Value {
        json!({
            "weavestreamVersion": self.weavestream_version,
            "prismaMigrationHash": "unknown:one-off dump by Selvage",
            "passwordEncryptionKid": self.kid,
            "databaseUrlHostname": self.database_host,
            "generatedAt": made_at,
            "filename": file,
            "sizeBytes": size,
            "sha256": sha256.to_string(),
        })
    }
}

/// The one kid that saved passwords carry; `unknown:` and why where that is not one.
fn kid_of_rows(sealed: &SealedData) -> String {
    let of_passwords = sealed.samples.iter().filter(|samples| samples.column.key() == KeyUse::Password);
    let found = of_passwords.flat_map(|samples| samples.found.iter().flatten());
    let kids: BTreeSet<String> = found.filter_map(|sealed| Envelope::parse(&sealed.text).ok()?.kid).collect();
    match kids.len() {
        0 => "unknown:no row that could be read carries one".to_owned(),
        1 => kids.into_iter().collect(),
        _ => format!("unknown:rows carry {}", kids.iter().map(|kid| redacted_kid(kid)).collect::<Vec<_>>().join(", ")),
    }
}

/// The host of a connection URL; the rest of it is secret.
fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let host = authority.rsplit('@').next()?;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_connection_url_only_the_host_is_taken() {
        assert_eq!(host_of("postgresql://weavestream:s3c@ret@postgres:5432/weavestream"), Some("postgres".into()));
        assert_eq!(host_of("postgresql://db/weavestream?schema=public"), Some("db".into()));
        assert_eq!(host_of("no url"), None);
    }

    #[test]
    fn a_manifest_of_ours_reads_as_one_of_the_workers() {
        let origin = Origin { weavestream_version: Some("1.9.11".into()), kid: None, database_host: Some("db".into()) };
        let name = "weavestream-postgres-acme-manual-2026-10-22T07-41-09Z.dump";
        let written = origin.manifest(name, 7, Sha256::new([1; 32]), "2026-10-22T07:41:09.000Z");
        assert_eq!(written["filename"], name);
        let keys: Vec<&String> = written.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
        let worker = [
            "databaseUrlHostname",
            "filename",
            "generatedAt",
            "passwordEncryptionKid",
            "prismaMigrationHash",
            "sha256",
            "sizeBytes",
            "weavestreamVersion",
        ];
        assert_eq!(keys, worker);
    }
}
