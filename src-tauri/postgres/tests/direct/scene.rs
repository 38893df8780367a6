use std::path::{Path, PathBuf};

use selvage_core::Secret;
use selvage_core::deployment::{ClientCertificate, DirectLink, Tls, TlsMode};
use selvage_core::ports::{DatabaseError, DirectConnector, DirectRequest, LineProtection};
use selvage_postgres::PostgresConnector;
use selvage_testing::authority::{Authority, Identity, Says};
use selvage_testing::postgres_server::PostgresServer;

pub const PASSWORD: &str = "p4ss w\u{f6}rd 'it''s'";
pub const EVERYBODY: &str = "host all all 127.0.0.1/32 scram-sha-256";

/// A server, an authority and this laptop's files.
pub struct Scene {
    pub server: PostgresServer,
    pub authority: Authority,
    folder: tempfile::TempDir,
    ca: PathBuf,
}

impl Scene {
    /// The server shows a right certificate and asks `ws` for its password.
    pub fn new() -> Self {
        let (server, authority) = (PostgresServer::start(), Authority::new("Throwaway CA"));
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.crt");
        std::fs::write(&ca, authority.pem()).unwrap();
        server.change(&format!("create role ws login superuser password '{}'", PASSWORD.replace('\'', "''")));
        server.let_in(EVERYBODY, None);
        let scene = Self { server, authority, folder, ca };
        scene.shows(&Says::names(&["localhost", "127.0.0.1"]));
        scene
    }

    /// The server shows a certificate of the authority that says this.
    pub fn shows(&self, says: &Says) {
        self.server.show(Some(&self.authority.signs(says)));
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// With the authority's certificate, where one is looked at.
    pub fn request(&self, mode: TlsMode) -> DirectRequest {
        let ca = mode.verifies().then(|| self.ca.display().to_string());
        let link = DirectLink {
            host: "localhost".into(),
            port: Some(self.server.port()),
            user: "ws".into(),
            database: "postgres".into(),
            tls: Tls { mode, ca, client: None },
        };
        DirectRequest { link, password: Some(Secret::new(PASSWORD.into())) }
    }

    /// The same that trusts what is in `pem` instead.
    pub fn trusting(&self, mode: TlsMode, pem: &str) -> DirectRequest {
        let mut request = self.request(mode);
        request.link.tls.ca = Some(self.file("other-ca.crt", pem));
        request
    }

    /// The same with a client certificate.
    pub fn identified(&self, mode: TlsMode, identity: &Identity) -> DirectRequest {
        let mut request = self.request(mode);
        let (certificate, key) = identity.write(self.folder(), "client");
        let shown = |path: PathBuf| path.display().to_string();
        request.link.tls.client = Some(ClientCertificate { certificate: shown(certificate), key: shown(key) });
        request
    }

    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }
}

/// Signs in, asks something, and tells how the line was protected.
pub async fn line(request: &DirectRequest) -> Result<LineProtection, DatabaseError> {
    let postgres = PostgresConnector.connect(request).await?;
    postgres.database().server().await?;
    Ok(postgres.line())
}

/// What `mode` made of it, in a word.
pub async fn verdict(request: &DirectRequest) -> &'static str {
    match line(request).await {
        Ok(LineProtection { tls: Some(tls), verified: true }) if tls == "TLS 1.3" => "verified",
        Ok(LineProtection { tls: Some(_), verified: false }) => "encrypted",
        Ok(LineProtection { tls: None, verified: false }) => "clear",
        Err(DatabaseError::TlsNotOffered { .. }) => "not offered",
        Err(DatabaseError::TlsWrongName { .. }) => "wrong name",
        Err(DatabaseError::TlsOutOfDate { .. }) => "out of date",
        Err(DatabaseError::TlsUntrusted { self_signed: true, .. }) => "self-signed",
        Err(DatabaseError::TlsUntrusted { .. }) => "untrusted",
        Err(DatabaseError::DatabaseSignInRefused { .. }) => "refused",
        other => panic!("{other:?}"),
    }
}

/// What every mode makes of it, weakest first.
pub async fn verdicts(scene: &Scene) -> [&'static str; 5] {
    use TlsMode::{Disable, Prefer, Require, VerifyCa, VerifyFull};
    let mut found = [""; 5];
    for (place, mode) in found.iter_mut().zip([Disable, Prefer, Require, VerifyCa, VerifyFull]) {
        *place = verdict(&scene.request(mode)).await;
    }
    found
}
