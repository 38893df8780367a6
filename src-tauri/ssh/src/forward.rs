use std::sync::Arc;

use selvage_core::ports::{Endpoint, Forward, LinkError};
use tokio::io::copy_bidirectional_with_sizes;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use crate::link::Link;

const BUFFER: usize = 64 * 1024;

/// Opens a loopback port that leads to `to` as the host sees it, over a link
/// of its own: what is slow in one forward holds up nothing else.
pub(crate) async fn open(link: Link, to: &Endpoint) -> Result<Forward, LinkError> {
    // A first channel shows whether this login may forward and whether anything
    // listens; it is closed at once.
    let (connection, channel) = link.tunnel(to).await?;
    let _ = channel.close().await;
    let here = |error: std::io::Error| LinkError::ForwardRefused {
        address: shown(to),
        reason: format!("no port could be opened on this laptop: {error}"),
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(here)?;
    let local = listener.local_addr().map_err(here)?;
    tracing::info!(host = connection.host(), to = shown(to), %local, "forwarding");
    let accepting = tokio::spawn(accept(listener, Arc::new(link), to.clone()));
    Ok(Forward { local, guard: Box::new(AbortOnDropHandle::new(accepting)) })
}

fn shown(to: &Endpoint) -> String {
    format!("{}:{}", to.host, to.port)
}

/// Serves until it is dropped, and with it everything that it serves.
async fn accept(listener: TcpListener, link: Arc<Link>, to: Endpoint) {
    let mut served = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => drop(served.spawn(serve(socket, Arc::clone(&link), to.clone()))),
                Err(error) => {
                    // Out of descriptors, for instance: it may pass.
                    tracing::warn!(%error, "a forwarded connection was not accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            },
            Some(_) = served.join_next() => {}
        }
    }
}

async fn serve(mut socket: TcpStream, link: Arc<Link>, to: Endpoint) {
    let _ = socket.set_nodelay(true);
    // Kept as long as the channel is used, also when the link has a newer one.
    let (_connection, channel) = match link.tunnel(&to).await {
        Ok(opened) => opened,
        Err(error) => {
            tracing::warn!(%error, "a forwarded connection found no way");
            return;
        }
    };
    let mut channel = channel.into_stream();
    if let Err(error) = copy_bidirectional_with_sizes(&mut socket, &mut channel, BUFFER, BUFFER).await {
        tracing::debug!(%error, "a forwarded connection broke");
    }
}
