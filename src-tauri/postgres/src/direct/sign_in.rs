//! A connection to the server itself: dialled, encrypted, signed in.

use std::time::Duration;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256};
use postgres_protocol::message::backend::{ErrorResponseBody, Message};
use postgres_protocol::message::frontend;
use rustls::pki_types::ServerName;
use selvage_core::deployment::TlsMode;
use selvage_core::ports::{DatabaseError, DirectRequest, LineProtection, LinkError};
use selvage_dial::{dial, timed_out};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::certificate::end_point;
use super::tls::{Handshake, TlsFiles};
use crate::executor::refused;

/// For dialling, and again for everything until the server has let us in.
const SIGN_IN_TIMEOUT: Duration = Duration::from_secs(20);
/// More than this before the sign-in has ended is not Postgres.
const MESSAGE_AT_MOST: usize = 64 * 1024;

/// Both directions of a connection.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A server that connections can be made to.
pub struct Server {
    request: DirectRequest,
    files: TlsFiles,
}

/// A connection that has been let in.
pub struct SignedIn {
    /// The connection.
    pub stream: Box<dyn Duplex>,
    /// What the server has said since.
    pub said: BytesMut,
    /// How the line is protected.
    pub line: LineProtection,
}

impl Server {
    /// Reads the files that the link names.
    pub fn new(request: DirectRequest) -> Result<Self, DatabaseError> {
        let files = TlsFiles::read(&request.link.tls)?;
        Ok(Self { request, files })
    }

    /// Where it is.
    pub fn host(&self) -> &str {
        &self.request.link.host
    }

    /// Connects with `parameters` of the session; whom and which database the link says.
    pub async fn sign_in(&self, parameters: &[(String, String)]) -> Result<SignedIn, DatabaseError> {
        let tcp = dial(self.host(), self.request.link.port(), SIGN_IN_TIMEOUT).await?;
        // A peer that vanished is noticed within a minute, however long a query takes.
        let alive = TcpKeepalive::new().with_time(Duration::from_secs(20)).with_interval(Duration::from_secs(10));
        let _ = SockRef::from(&tcp).set_tcp_keepalive(&alive);
        let letting_in = async {
            let line = self.encrypt(tcp).await?;
            self.authenticate(line, parameters).await
        };
        let late = |_| DatabaseError::Link(timed_out(self.host(), "signing in", SIGN_IN_TIMEOUT));
        tokio::time::timeout(SIGN_IN_TIMEOUT, letting_in).await.map_err(late)?
    }

    fn lost(&self, error: &std::io::Error) -> DatabaseError {
        LinkError::Lost { host: self.host().to_owned(), reason: error.to_string() }.into()
    }

    fn not_postgres(&self) -> DatabaseError {
        let (host, port) = (self.host(), self.request.link.port());
        DatabaseError::DatabaseUnreachable { reason: format!("what answers at {host} port {port} is not Postgres") }
    }

    /// Asks for TLS before anything else is said.
    async fn encrypt(&self, mut tcp: TcpStream) -> Result<Line, DatabaseError> {
        let mode = self.request.link.tls.mode;
        if mode == TlsMode::Disable {
            return Ok(Line { stream: Box::new(tcp), handshake: None, tls: None });
        }
        let mut ask = BytesMut::new();
        frontend::ssl_request(&mut ask);
        tcp.write_all(&ask).await.map_err(|error| self.lost(&error))?;
        match tcp.read_u8().await.map_err(|error| self.lost(&error))? {
            b'S' => {}
            b'N' if mode == TlsMode::Prefer => return Ok(Line { stream: Box::new(tcp), handshake: None, tls: None }),
            b'N' => return Err(DatabaseError::TlsNotOffered { host: self.host().to_owned() }),
            _ => return Err(self.not_postgres()),
        }
        let handshake = self.files.handshake()?;
        let bare = self.host().trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| DatabaseError::TlsFailed {
            host: self.host().to_owned(),
            reason: "no certificate could name this host".to_owned(),
        })?;
        let shaken = TlsConnector::from(handshake.config.clone()).connect(name, tcp).await;
        let stream = shaken.map_err(|error| handshake.trouble(self.host(), &error))?;
        let version = stream.get_ref().1.protocol_version().and_then(|version| version.as_str());
        let tls = version.unwrap_or("TLS").replace("TLSv1_", "TLS 1.");
        Ok(Line { stream: Box::new(stream), handshake: Some(handshake), tls: Some(tls) })
    }

    async fn authenticate(&self, mut way: Line, parameters: &[(String, String)]) -> Result<SignedIn, DatabaseError> {
        let link = &self.request.link;
        let others =
            parameters.iter().filter(|(name, _)| !matches!(name.as_str(), "user" | "database" | "replication"));
        let others = others.map(|(name, value)| (name.as_str(), value.as_str()));
        let mut out = BytesMut::new();
        let whom = [("user", link.user.as_str()), ("database", link.database.as_str())];
        let unsayable = |_| DatabaseError::DatabaseRefused { reason: "a name holds a NUL character".to_owned() };
        frontend::startup_message(whom.into_iter().chain(others), &mut out).map_err(unsayable)?;
        let mut said = BytesMut::new();
        let mut scram = None;
        loop {
            if !out.is_empty() {
                way.write(&out).await.map_err(|error| self.broken(&way, &error))?;
                out.clear();
            }
            match self.message(&mut way, &mut said).await? {
                Message::AuthenticationOk => {
                    let verified = way.tls.is_some() && link.tls.mode.verifies();
                    let line_is = LineProtection { tls: way.tls, verified };
                    return Ok(SignedIn { stream: way.stream, said, line: line_is });
                }
                Message::AuthenticationCleartextPassword => {
                    if way.tls.is_none() {
                        return Err(DatabaseError::PasswordInTheClear { user: link.user.clone() });
                    }
                    frontend::password_message(self.password()?, &mut out).map_err(|error| self.lost(&error))?;
                }
                Message::AuthenticationMd5Password(asked) => {
                    let hashed = md5_hash(link.user.as_bytes(), self.password()?, asked.salt());
                    frontend::password_message(hashed.as_bytes(), &mut out).map_err(|error| self.lost(&error))?;
                }
                Message::AuthenticationSasl(asked) => {
                    let offered: Vec<&str> = asked.mechanisms().collect().map_err(|error| self.lost(&error))?;
                    let (mechanism, binding) = way.mechanism(&offered).ok_or_else(unknown_way)?;
                    let begun = ScramSha256::new(self.password()?, binding);
                    frontend::sasl_initial_response(mechanism, begun.message(), &mut out)
                        .map_err(|error| self.lost(&error))?;
                    scram = Some(begun);
                }
                Message::AuthenticationSaslContinue(asked) => {
                    let scram = scram.as_mut().ok_or_else(unknown_way)?;
                    scram.update(asked.data()).map_err(|error| self.not_the_server(&error))?;
                    frontend::sasl_response(scram.message(), &mut out).map_err(|error| self.lost(&error))?;
                }
                Message::AuthenticationSaslFinal(asked) => {
                    let scram = scram.as_mut().ok_or_else(unknown_way)?;
                    scram.finish(asked.data()).map_err(|error| self.not_the_server(&error))?;
                }
                Message::ErrorResponse(error) => return Err(server_error(&error)),
                Message::NoticeResponse(_) => {}
                _ => return Err(unknown_way()),
            }
        }
    }

    fn password(&self) -> Result<&[u8], DatabaseError> {
        let password = self.request.password.as_ref().map(|password| password.expose().as_bytes());
        password.ok_or_else(|| DatabaseError::DatabasePasswordNeeded { user: self.request.link.user.clone() })
    }

    /// The server could not show that it knows the password: it may be another one.
    fn not_the_server(&self, error: &std::io::Error) -> DatabaseError {
        let reason = format!("{} did not show that it knows the password: {error}", self.host());
        DatabaseError::DatabaseSignInRefused { reason }
    }

    /// With TLS 1.3 the server judges our certificate only after the handshake.
    fn broken(&self, line: &Line, error: &std::io::Error) -> DatabaseError {
        let of_tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_some();
        match &line.handshake {
            Some(handshake) if of_tls => handshake.trouble(self.host(), error),
            _ => self.lost(error),
        }
    }

    async fn message(&self, line: &mut Line, said: &mut BytesMut) -> Result<Message, DatabaseError> {
        loop {
            if let [tag, a, b, c, d, ..] = said[..] {
                let length = u32::from_be_bytes([a, b, c, d]) as usize;
                if !matches!(tag, b'R' | b'E' | b'N') || length > MESSAGE_AT_MOST {
                    return Err(self.not_postgres());
                }
                if let Some(message) = Message::parse(said).map_err(|_| self.not_postgres())? {
                    return Ok(message);
                }
            }
            let read = line.stream.read_buf(said).await.map_err(|error| self.broken(line, &error))?;
            if read == 0 {
                return Err(self.lost(&std::io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
}

/// A connection on its way.
struct Line {
    stream: Box<dyn Duplex>,
    handshake: Option<Handshake>,
    tls: Option<String>,
}

impl Line {
    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// SCRAM bound to the server's certificate where both sides can: somebody in
    /// the middle with another certificate gets no further, even unverified.
    fn mechanism(&self, offered: &[&str]) -> Option<(&'static str, ChannelBinding)> {
        let shown = self.handshake.as_ref().and_then(Handshake::shown);
        let bound = shown.and_then(|shown| end_point(&shown));
        match bound {
            Some(bound) if offered.contains(&SCRAM_SHA_256_PLUS) => {
                Some((SCRAM_SHA_256_PLUS, ChannelBinding::tls_server_end_point(bound)))
            }
            bound if offered.contains(&SCRAM_SHA_256) => {
                let binding = bound.map_or_else(ChannelBinding::unsupported, |_| ChannelBinding::unrequested());
                Some((SCRAM_SHA_256, binding))
            }
            _ => None,
        }
    }
}

fn unknown_way() -> DatabaseError {
    let reason = "the server asks for a way of signing in that Selvage does not know, such as Kerberos".to_owned();
    DatabaseError::DatabaseSignInRefused { reason }
}

fn server_error(error: &ErrorResponseBody) -> DatabaseError {
    let (mut code, mut message) = (String::new(), String::new());
    let mut fields = error.fields();
    while let Ok(Some(field)) = fields.next() {
        let value = || String::from_utf8_lossy(field.value_bytes()).into_owned();
        match field.type_() {
            b'C' => code = value(),
            b'M' => message = value(),
            _ => {}
        }
    }
    refused(&code, &message)
}
