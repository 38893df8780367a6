//! TCP to a name: whichever of its addresses answers first, and every way in
//! which that fails by its own name.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use selvage_core::ports::LinkError;
use tokio::net::TcpStream;

/// How long one address is tried alone before the next is tried beside it:
/// a name whose IPv6 address leads nowhere must not cost the whole patience.
const HEAD_START: Duration = Duration::from_millis(300);

/// A TCP connection to `host`, by whichever of its addresses answers first,
/// given up after `patience`.
pub async fn dial(host: &str, port: u16, patience: Duration) -> Result<TcpStream, LinkError> {
    let stage = async {
        let stream = race(look_up(host, port).await?).await.map_err(|error| told(host, port, &error, patience))?;
        // Without it small packets wait for the answer to the previous one.
        stream.set_nodelay(true).map_err(|error| told(host, port, &error, patience))?;
        Ok(stream)
    };
    tokio::time::timeout(patience, stage).await.unwrap_or_else(|_| Err(timed_out(host, "connecting", patience)))
}

async fn look_up(host: &str, port: u16) -> Result<Vec<SocketAddr>, LinkError> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let not_found = |reason: String| LinkError::NameNotFound { host: host.to_owned(), reason };
    let found: Vec<_> = tokio::net::lookup_host((bare, port))
        .await
        .map_err(|error| {
            not_found(error.to_string().trim_start_matches("failed to lookup address information: ").into())
        })?
        .collect();
    if found.is_empty() { Err(not_found("it has no address".to_owned())) } else { Ok(found) }
}

async fn race(addresses: Vec<SocketAddr>) -> std::io::Result<TcpStream> {
    let start = |(place, address): (u32, SocketAddr)| async move {
        tokio::time::sleep(HEAD_START * place).await;
        TcpStream::connect(address).await
    };
    let mut attempts: FuturesUnordered<_> = (0..).zip(addresses).map(start).collect();
    let mut first_error = None;
    while let Some(attempt) = attempts.next().await {
        match attempt {
            Ok(stream) => return Ok(stream),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(first_error.unwrap_or_else(|| ErrorKind::AddrNotAvailable.into()))
}

fn told(host: &str, port: u16, error: &std::io::Error, patience: Duration) -> LinkError {
    match error.kind() {
        ErrorKind::ConnectionRefused => LinkError::Refused { host: host.to_owned(), port },
        ErrorKind::TimedOut => timed_out(host, "connecting", patience),
        _ => LinkError::Unreachable { host: host.to_owned(), port, reason: error.to_string() },
    }
}

/// No answer within `patience` while `stage`.
#[must_use]
pub fn timed_out(host: &str, stage: &str, patience: Duration) -> LinkError {
    LinkError::TimedOut { host: host.to_owned(), stage: stage.to_owned(), seconds: seconds(patience) }
}

/// Whole seconds, at least one, for people.
#[must_use]
pub fn seconds(patience: Duration) -> u32 {
    u32::try_from(patience.as_secs().max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const SHORT: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn a_name_that_does_not_exist_is_told() {
        let error = dial("no-such-host.invalid", 22, SHORT).await.unwrap_err();
        assert!(matches!(error, LinkError::NameNotFound { host, .. } if host == "no-such-host.invalid"));
    }

    #[tokio::test]
    async fn a_port_where_nothing_listens_is_told() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let refused = LinkError::Refused { host: "127.0.0.1".into(), port };
        assert_eq!(dial("127.0.0.1", port, SHORT).await.unwrap_err(), refused);
    }

    #[tokio::test]
    async fn a_dead_first_address_does_not_hide_a_living_second() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let living = listener.local_addr().unwrap();
        let dead = SocketAddr::from(([127, 0, 0, 1], 1));
        assert_eq!(race(vec![dead, living]).await.unwrap().peer_addr().unwrap(), living);
    }
}
