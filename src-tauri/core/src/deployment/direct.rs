use serde::{Deserialize, Serialize};
use specta::Type;

use super::fields::{FieldError, FieldFault, field, unusable};

/// The port of Postgres where none is given.
pub const POSTGRES_PORT: u16 = 5432;

/// The direct link to Postgres, where its port is published or routed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DirectLink {
    /// Host name or address, as its certificate names it.
    pub host: String,
    /// `None`: 5432.
    pub port: Option<u16>,
    /// Role of Postgres. Its password, if it needs one, is in the keyring.
    pub user: String,
    /// Name of the database.
    pub database: String,
    /// How the line is protected.
    pub tls: Tls,
}

/// How a connection to Postgres is protected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// How much is asked of the server.
    pub mode: TlsMode,
    /// PEM file with the certificates that are trusted; a leading `~/` is the
    /// home folder. `None`: what this laptop's system trusts.
    pub ca: Option<String>,
    /// How this laptop identifies itself, where the server asks for it.
    pub client: Option<ClientCertificate>,
}

/// `sslmode` as libpq names it. There is no `allow`, which begins in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// In the clear.
    Disable,
    /// Encrypted where the server can, without looking at its certificate.
    Prefer,
    /// Encrypted, without looking at the certificate.
    Require,
    /// The certificate must come from a trusted authority.
    VerifyCa,
    /// It must also name the host that was asked for.
    VerifyFull,
}

impl TlsMode {
    /// The server's certificate is looked at.
    #[must_use]
    pub fn verifies(self) -> bool {
        matches!(self, Self::VerifyCa | Self::VerifyFull)
    }
}

/// A client certificate and its key, on this laptop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientCertificate {
    /// PEM file with the certificate, and those between it and its authority.
    pub certificate: String,
    /// PEM file with its private key, without a passphrase.
    pub key: String,
}

impl DirectLink {
    /// The port that is dialled.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(POSTGRES_PORT)
    }

    /// `user@host:port/database`
    #[must_use]
    pub fn place(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        format!("{}@{host}:{}/{}", self.user, self.port(), self.database)
    }

    /// The password of `other` is for this link as well: the same role of the same server.
    #[must_use]
    pub fn shares_secret(&self, other: &Self) -> bool {
        (&self.host, self.port(), &self.user) == (&other.host, other.port(), &other.user)
    }

    /// Fields that cannot be used, with the reason.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        // What Postgres allows in a name is quoted nowhere here: a NUL would end it early.
        let name = |text: &str| text.is_empty() || text.contains('\0') || text.len() > 63;
        if unusable(&self.host) {
            errors.push(field("host", FieldFault::Host));
        }
        if self.port == Some(0) {
            errors.push(field("port", FieldFault::Port));
        }
        if name(&self.user) {
            errors.push(field("user", FieldFault::Role));
        }
        if name(&self.database) {
            errors.push(field("database", FieldFault::Database));
        }
        if self.tls.ca.as_deref().is_some_and(|file| file.trim().is_empty()) {
            errors.push(field("ca", FieldFault::AuthorityFile));
        }
        if let Some(client) = &self.tls.client {
            if client.certificate.trim().is_empty() {
                errors.push(field("clientCertificate", FieldFault::ClientCertificate));
            }
            if client.key.trim().is_empty() {
                errors.push(field("clientKey", FieldFault::ClientKey));
            }
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> DirectLink {
        DirectLink {
            host: "db.acme.example".into(),
            port: None,
            user: "weavestream".into(),
            database: "weavestream".into(),
            tls: Tls { mode: TlsMode::VerifyFull, ca: None, client: None },
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let client = Some(ClientCertificate { certificate: String::new(), key: " ".into() });
        let tls = Tls { mode: TlsMode::VerifyCa, ca: Some(String::new()), client };
        let wrong =
            DirectLink { host: "two words".into(), port: Some(0), user: String::new(), database: "x".repeat(64), tls };
        let names: Vec<_> = wrong.errors().into_iter().map(|error| error.field).collect();
        assert_eq!(names, ["host", "port", "user", "database", "ca", "clientCertificate", "clientKey"]);
        assert_eq!(link().errors(), []);
    }

    #[test]
    fn modes_are_called_as_libpq_calls_them() {
        let written = serde_json::to_value(link()).unwrap_or_default();
        assert_eq!(written["tls"]["mode"], "verify-full");
        assert_eq!(link().place(), "weavestream@db.acme.example:5432/weavestream");
        assert_eq!(DirectLink { host: "::1".into(), ..link() }.place(), "weavestream@[::1]:5432/weavestream");
    }
}
