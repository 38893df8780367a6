//! A loopback port that leads to the server. What connects to it, sqlx and the
//! laptop's `pg_dump`, shows a token that is good for this port only: password,
//! keys and certificates are used in one place, and never leave this process.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{BufMut as _, BytesMut};
use selvage_core::Secret;
use selvage_core::ports::DatabaseError;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader, copy, copy_buf, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use super::sign_in::{Duplex, Server};

const BUFFER: usize = 64 * 1024;
/// A client of this laptop says who it is at once.
const SERVER_TIMEOUT: Duration = Duration::from_secs(10);
/// Startup packets are at most this long in Postgres itself.
const STARTUP_AT_MOST: u32 = 10_000;

const PROTOCOL_3: u32 = 3 << 16;
const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;

/// The port. It closes when the last of those who hold it is gone.
pub struct Relay {
    local: SocketAddr,
    shared: Arc<Shared>,
    _accepting: AbortOnDropHandle<()>,
}

struct Shared {
    server: Server,
    /// Each with how a connection that showed it broke.
    tokens: Mutex<HashMap<String, Option<String>>>,
    trouble: Mutex<Option<DatabaseError>>,
}

/// What a client shows in place of a password. It is void once this is dropped.
pub struct Token {
    text: Secret,
    shared: Arc<Shared>,
}

impl Relay {
    /// Opens the port.
    pub async fn start(server: Server) -> Result<Self, DatabaseError> {
        let here = |error: std::io::Error| DatabaseError::DatabaseUnreachable {
            reason: format!("no port could be opened on this laptop: {error}"),
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(here)?;
        let local = listener.local_addr().map_err(here)?;
        let shared = Arc::new(Shared { server, tokens: Mutex::default(), trouble: Mutex::default() });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { local, shared, _accepting: AbortOnDropHandle::new(accepting) })
    }

    /// Where it listens.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// A new token.
    pub fn token(&self) -> Token {
        let text = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        lock(&self.shared.tokens).insert(text.clone(), None);
        Token { text: Secret::new(text), shared: Arc::clone(&self.shared) }
    }

    /// Why the last connection did not get through, told once.
    pub fn take_trouble(&self) -> Option<DatabaseError> {
        lock(&self.shared.trouble).take()
    }
}

impl Token {
    /// The token itself.
    pub fn secret(&self) -> &Secret {
        &self.text
    }

    /// How the line to the server broke under what showed this token.
    pub fn broken(&self) -> Option<String> {
        lock(&self.shared.tokens).get(self.text.expose()).cloned().flatten()
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        lock(&self.shared.tokens).remove(self.text.expose());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut served = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => drop(served.spawn(serve(socket, Arc::clone(&shared)))),
                Err(error) => {
                    // Out of descriptors, for instance: it may pass.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = served.join_next() => {}
        }
    }
}

async fn serve(mut client: TcpStream, shared: Arc<Shared>) {
    let _ = client.set_nodelay(true);
    let introduced = tokio::time::timeout(SERVER_TIMEOUT, introduce(&mut client, &shared)).await;
    let Ok(Ok(Some((token, parameters)))) = introduced else { return };
    let upstream = match shared.server.sign_in(&parameters).await {
        Ok(signed_in) => signed_in,
        Err(error) => {
            tracing::info!(%error, "Postgres was not reached");
            let answer = refusal("08006", &error.to_string());
            *lock(&shared.trouble) = Some(error);
            let _ = client.write_all(&answer).await;
            return;
        }
    };
    // AuthenticationOk, and what the server said after its own.
    let mut answer = BytesMut::from(&b"R\0\0\0\x08\0\0\0\0"[..]);
    answer.extend_from_slice(&upstream.said);
    if client.write_all(&answer).await.is_err() {
        return;
    }
    if let Some(reason) = carry(client, upstream.stream).await {
        tracing::info!(reason, "a connection to Postgres broke");
        if let Some(broken) = lock(&shared.tokens).get_mut(&token) {
            *broken = Some(reason);
        }
    }
}

/// Carries both ways until one side ends. Why, when that was not the client.
async fn carry(client: TcpStream, upstream: Box<dyn Duplex>) -> Option<String> {
    let (mut from_client, mut to_client) = client.into_split();
    let (from_server, mut to_server) = split(upstream);
    let mut from_server = BufReader::with_capacity(BUFFER, from_server);
    let down = copy_buf(&mut from_server, &mut to_client);
    let mut down = std::pin::pin!(down);
    let ended = tokio::select! {
        // Flushes whenever the client pauses: TLS keeps what it could not send yet.
        _ = copy(&mut from_client, &mut to_server) => None,
        ended = &mut down => Some(ended),
    };
    match ended {
        // The client has said goodbye, or is gone: so does the server.
        None => {
            let _ = to_server.shutdown().await;
            let _ = tokio::time::timeout(SERVER_TIMEOUT, down).await;
            None
        }
        Some(Ok(_)) => Some("the server ended the connection".to_owned()),
        Some(Err(error)) => Some(error.to_string()),
    }
}

/// Who connects: the token that it showed, and the parameters of its session.
async fn introduce(
    client: &mut TcpStream,
    shared: &Shared,
) -> std::io::Result<Option<(String, Vec<(String, String)>)>> {
    let parameters = loop {
        let length = client.read_u32().await?;
        if !(8..=STARTUP_AT_MOST).contains(&length) {
            return Ok(None);
        }
        let mut packet = vec![0; length as usize - 8];
        let code = client.read_u32().await?;
        client.read_exact(&mut packet).await?;
        match code {
            // Within this laptop nothing is encrypted.
            SSL_REQUEST | GSS_REQUEST => client.write_all(b"N").await?,
            code if code >> 16 == PROTOCOL_3 >> 16 => break parameters(&packet),
            _ => return Ok(None),
        }
    };
    // AuthenticationCleartextPassword
    client.write_all(b"R\0\0\0\x08\0\0\0\x03").await?;
    let tag = client.read_u8().await?;
    let length = client.read_u32().await?;
    if tag != b'p' || !(5..=1024).contains(&length) {
        return Ok(None);
    }
    let mut shown = vec![0; length as usize - 4];
    client.read_exact(&mut shown).await?;
    let shown = String::from_utf8_lossy(&shown).trim_end_matches('\0').to_owned();
    if !lock(&shared.tokens).contains_key(&shown) {
        client.write_all(&refusal("28P01", "this port is Selvage's own")).await?;
        return Ok(None);
    }
    Ok(Some((shown, parameters)))
}

fn parameters(packet: &[u8]) -> Vec<(String, String)> {
    let words: Vec<String> = packet.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into()).collect();
    let pairs = words.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone()));
    pairs.take_while(|(name, _)| !name.is_empty()).collect()
}

/// `ErrorResponse`
fn refusal(sqlstate: &str, message: &str) -> BytesMut {
    let mut body = BytesMut::new();
    for (field, value) in [(b'S', "FATAL"), (b'V', "FATAL"), (b'C', sqlstate), (b'M', message)] {
        body.put_u8(field);
        body.put_slice(value.replace('\0', " ").as_bytes());
        body.put_u8(0);
    }
    body.put_u8(0);
    let mut answer = BytesMut::new();
    answer.put_u8(b'E');
    answer.put_u32(u32::try_from(body.len() + 4).unwrap_or(u32::MAX));
    answer.extend_from_slice(&body);
    answer
}
