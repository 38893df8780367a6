//! What answers and is not the server that was meant.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use selvage_core::Secret;
use selvage_core::deployment::TlsMode::{Disable, Prefer, Require};
use selvage_core::deployment::{DirectLink, Tls, TlsMode};
use selvage_core::ports::{DatabaseError, DirectRequest, LinkError};
use selvage_testing::authority::{Authority, Says};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::scene::{PASSWORD, Scene, line};

fn to(port: u16, mode: TlsMode) -> DirectRequest {
    let tls = Tls { mode, ca: None, client: None };
    let (user, database) = ("ws".into(), "postgres".into());
    let link = DirectLink { host: "127.0.0.1".into(), port: Some(port), user, database, tls };
    DirectRequest { link, password: Some(Secret::new(PASSWORD.into())) }
}

/// Answers every connection with `bytes`, whatever is said, and gives what was said.
async fn answering(bytes: &'static [u8]) -> (u16, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        client.write_all(bytes).await.unwrap();
        let mut heard = Vec::new();
        let _ = client.read_to_end(&mut heard).await;
        heard
    });
    (port, heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_postgres_is_told_and_hears_no_password() {
    let odd: [(&'static [u8], TlsMode); 8] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Require),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Disable),
        (b"R\xff\xff\xff\xff\0\0\0\0", Disable),
        (b"R\0\0\0\x01", Disable),
        (b"R\0\0\0\x08\0\0\0\x63", Disable),
        (b"NZ\0\0\0\x05I", Prefer),
        (b"Sthis is no TLS at all, whatever it said", Require),
        // Asks for the password as it is.
        (b"R\0\0\0\x08\0\0\0\x03", Disable),
    ];
    for (bytes, mode) in odd {
        let (port, heard) = answering(bytes).await;
        let told = line(&to(port, mode)).await;
        let fits = matches!(
            &told,
            Err(DatabaseError::DatabaseUnreachable { .. }
                | DatabaseError::TlsFailed { .. }
                | DatabaseError::DatabaseSignInRefused { .. }
                | DatabaseError::PasswordInTheClear { .. })
        );
        assert!(fits, "{bytes:?}: {told:?}");
        let heard = String::from_utf8_lossy(&heard.await.unwrap()).into_owned();
        assert!(!heard.contains("p4ss"), "{bytes:?} heard the password");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_up_at_once_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let closing = tokio::spawn(async move { drop(listener.accept().await) });
    let told = line(&to(port, Disable)).await;
    assert!(matches!(told, Err(DatabaseError::Link(LinkError::Lost { .. }))), "{told:?}");
    closing.await.unwrap();
}

/// Somebody in the middle with a certificate of their own, who hands on
/// everything else as it is.
async fn in_the_middle(server: u16) -> u16 {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let theirs = Authority::new("Mallory").signs(&Says::names(&["127.0.0.1"]));
    let chain = vec![CertificateDer::from_pem_slice(theirs.chain.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(theirs.key.as_bytes()).unwrap();
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut ask = [0; 8];
                client.read_exact(&mut ask).await.unwrap();
                client.write_all(b"S").await.unwrap();
                let mut client = acceptor.accept(client).await.unwrap();
                let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                server.write_all(&ask).await.unwrap();
                assert_eq!(server.read_u8().await.unwrap(), b'S');
                let mut server = trusting_anybody().connect("127.0.0.1".try_into().unwrap(), server).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    port
}

fn trusting_anybody() -> TlsConnector {
    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::pki_types::{ServerName, UnixTime};
    use rustls::{DigitallySignedStruct, Error, SignatureScheme};

    #[derive(Debug)]
    struct Anybody;
    impl ServerCertVerifier for Anybody {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Ok(ServerCertVerified::assertion())
        }
        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }
        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }
        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
        }
    }
    let builder = rustls::ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap().dangerous();
    TlsConnector::from(Arc::new(builder.with_custom_certificate_verifier(Arc::new(Anybody)).with_no_client_auth()))
}

/// Even where no certificate is looked at, the password is bound to the one that was shown.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_in_the_middle_gets_no_further() {
    let scene = Scene::new();
    line(&to(scene.server.port(), Require)).await.unwrap();
    let told = line(&to(in_the_middle(scene.server.port()).await, Require)).await;
    let Err(DatabaseError::DatabaseSignInRefused { reason }) = &told else { panic!("{told:?}") };
    assert!(reason.contains("channel binding"), "{reason}");
}
