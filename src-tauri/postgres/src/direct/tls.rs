//! TLS to Postgres: what is asked of the server, and what is told when it
//! does not give it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use selvage_core::deployment::{ClientCertificate, Tls, TlsMode};
use selvage_core::ports::DatabaseError;

use super::certificate::CertificateFacts;

/// What the files of a link hold, read once, so that a disk that is unplugged
/// later breaks nothing.
pub struct TlsFiles {
    mode: TlsMode,
    roots: Arc<RootCertStore>,
    pinned: Arc<Vec<CertificateDer<'static>>>,
    identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>, String)>,
}

impl TlsFiles {
    /// Reads the files that `tls` names.
    pub fn read(tls: &Tls) -> Result<Self, DatabaseError> {
        let nobody = || Ok((RootCertStore::empty(), Vec::new()));
        let (roots, pinned) = if tls.mode.verifies() { trusted(tls.ca.as_deref()) } else { nobody() }?;
        let identity = match &tls.client {
            Some(client) if tls.mode != TlsMode::Disable => {
                let (chain, key) = identity(client)?;
                Some((chain, key, client.key.clone()))
            }
            _ => None,
        };
        Ok(Self { mode: tls.mode, roots: Arc::new(roots), pinned: Arc::new(pinned), identity })
    }

    /// For one handshake.
    pub fn handshake(&self) -> Result<Handshake, DatabaseError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let shown: Arc<Mutex<_>> = Arc::default();
        let verifier = Verifier {
            mode: self.mode,
            roots: Arc::clone(&self.roots),
            pinned: Arc::clone(&self.pinned),
            provider: Arc::clone(&provider),
            shown: Arc::clone(&shown),
        };
        let failed = |error: rustls::Error| DatabaseError::TlsFailed { host: String::new(), reason: error.to_string() };
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(failed)?.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
        let config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some((chain, key, file)) => {
                let unfit = |error: rustls::Error| unusable(file, &format!("it does not fit the certificate: {error}"));
                builder.with_client_auth_cert(chain.clone(), key.clone_key()).map_err(unfit)?
            }
        };
        Ok(Handshake { config: Arc::new(config), shown })
    }
}

/// One handshake, and the certificate that the server showed in it.
pub struct Handshake {
    /// What it is made with.
    pub config: Arc<ClientConfig>,
    shown: Arc<Mutex<Option<CertificateDer<'static>>>>,
}

impl Handshake {
    /// The server's certificate, after a handshake that got that far.
    pub fn shown(&self) -> Option<CertificateDer<'static>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why the handshake with `host` failed, by its own name.
    pub fn trouble(&self, host: &str, error: &std::io::Error) -> DatabaseError {
        let host = host.to_owned();
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let Some(inner) = inner else { return DatabaseError::TlsFailed { host, reason: error.to_string() } };
        let facts = self.shown().and_then(|shown| CertificateFacts::read(&shown));
        let day = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d").to_string();
        match (inner, facts) {
            (
                rustls::Error::InvalidCertificate(
                    CertificateError::Expired
                    | CertificateError::ExpiredContext { .. }
                    | CertificateError::NotValidYet
                    | CertificateError::NotValidYetContext { .. },
                ),
                Some(facts),
            ) => DatabaseError::TlsOutOfDate { host, from: day(facts.from), until: day(facts.until) },
            (
                rustls::Error::InvalidCertificate(
                    CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
                ),
                Some(facts),
            ) => DatabaseError::TlsWrongName { host, names: facts.all_names() },
            (rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer), Some(facts)) => {
                DatabaseError::TlsUntrusted { host, issuer: facts.issuer, self_signed: facts.self_signed }
            }
            // A server's own certificate that may sign others, as `openssl req -x509` makes it.
            (rustls::Error::InvalidCertificate(_), Some(facts)) if facts.self_signed => {
                DatabaseError::TlsUntrusted { host, issuer: facts.issuer, self_signed: true }
            }
            (rustls::Error::AlertReceived(alert), _) => {
                DatabaseError::TlsFailed { host, reason: format!("the server answered {alert:?}") }
            }
            (other, _) => DatabaseError::TlsFailed { host, reason: other.to_string() },
        }
    }
}

fn unusable(file: &str, reason: &str) -> DatabaseError {
    DatabaseError::TlsFileUnusable { file: file.to_owned(), reason: reason.to_owned() }
}

/// The authorities to trust, and the certificates that are trusted as they are.
fn trusted(ca: Option<&str>) -> Result<(RootCertStore, Vec<CertificateDer<'static>>), DatabaseError> {
    let mut roots = RootCertStore::empty();
    let Some(file) = ca else {
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            let reason = found.errors.first().map_or_else(|| "none was found".to_owned(), ToString::to_string);
            return Err(unusable("this laptop's own list of authorities", &reason));
        }
        return Ok((roots, Vec::new()));
    };
    let certificates = certificates(file)?;
    // One that the store cannot take may still be the server's own.
    roots.add_parsable_certificates(certificates.iter().cloned());
    Ok((roots, certificates))
}

fn identity(
    client: &ClientCertificate,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), DatabaseError> {
    let chain = certificates(&client.certificate)?;
    let bytes = read(&client.key)?;
    let encrypted = ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"];
    let text = String::from_utf8_lossy(&bytes);
    if encrypted.iter().any(|mark| text.contains(mark)) {
        return Err(unusable(&client.key, "it is encrypted with a passphrase; a key without one is needed"));
    }
    let key = PrivateKeyDer::from_pem_slice(&bytes);
    Ok((chain, key.map_err(|_| unusable(&client.key, "it holds no private key in PEM form"))?))
}

fn certificates(file: &str) -> Result<Vec<CertificateDer<'static>>, DatabaseError> {
    let bytes = read(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(unusable(file, "it holds no certificate in PEM form")),
    }
}

/// Certificates are a few kilobytes, the bundle of a system a few hundred.
const AT_MOST: u64 = 4 * 1024 * 1024;

fn read(file: &str) -> Result<Vec<u8>, DatabaseError> {
    let path = match file.strip_prefix("~/") {
        Some(rest) => std::env::home_dir().map_or_else(|| PathBuf::from(file), |home| home.join(rest)),
        None => PathBuf::from(file),
    };
    let failed = |error: std::io::Error| unusable(file, &error.to_string());
    let length = std::fs::metadata(&path).map_err(failed)?.len();
    if length > AT_MOST {
        return Err(unusable(file, "it is too large to be one of certificates or keys"));
    }
    std::fs::read(&path).map_err(failed)
}

/// Judges the server's certificate as `sslmode` says.
#[derive(Debug)]
struct Verifier {
    mode: TlsMode,
    roots: Arc<RootCertStore>,
    pinned: Arc<Vec<CertificateDer<'static>>>,
    provider: Arc<CryptoProvider>,
    shown: Arc<Mutex<Option<CertificateDer<'static>>>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown.clone().into_owned());
        if !self.mode.verifies() {
            return Ok(ServerCertVerified::assertion());
        }
        let parsed = ParsedCertificate::try_from(shown)?;
        let facts = CertificateFacts::read(shown).ok_or(CertificateError::BadEncoding)?;
        if self.pinned.iter().any(|pinned| pinned == shown) {
            in_date(&facts, now)?;
        } else {
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&parsed, &self.roots, between, now, algorithms)?;
        }
        if self.mode == TlsMode::VerifyFull {
            let named = verify_server_name(&parsed, name);
            if !facts.is_for(&name.to_str()) {
                named?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, shown, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, shown, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn in_date(facts: &CertificateFacts, now: UnixTime) -> Result<(), CertificateError> {
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now < facts.from.timestamp() {
        return Err(CertificateError::NotValidYet);
    }
    if now > facts.until.timestamp() {
        return Err(CertificateError::Expired);
    }
    Ok(())
}
