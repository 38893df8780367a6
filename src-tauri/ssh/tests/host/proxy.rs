//! A TCP proxy that cuts or stalls what passes through it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    /// Nothing passes on any connection up to this one.
    Stalled(u64),
    /// Every connection up to this one is cut.
    Cut(u64),
}

pub struct Proxy {
    pub port: u16,
    way: watch::Sender<Way>,
    taken: Arc<AtomicU64>,
    _serving: tokio_util::task::AbortOnDropHandle<()>,
}

impl Proxy {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (way, seen) = watch::channel(Way::Open);
        let taken = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&taken);
        let serving = tokio::spawn(async move {
            let mut served = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                let seen = seen.clone();
                served.spawn(async move {
                    let far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                    let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
                    tokio::select! {
                        () = pump(near_read, far_write, seen.clone(), number) => {}
                        () = pump(far_read, near_write, seen.clone(), number) => {}
                        () = cut(seen.clone(), number) => {}
                    }
                });
            }
        });
        Self { port: own, way, taken, _serving: tokio_util::task::AbortOnDropHandle::new(serving) }
    }

    /// Nothing passes any more on the connections that there are, and nobody
    /// is told; new ones pass.
    pub fn stall(&self) {
        self.way.send_replace(Way::Stalled(self.connections()));
    }

    /// Ends every connection that there is; new ones pass.
    pub fn cut(&self) {
        self.way.send_replace(Way::Cut(self.connections()));
    }

    /// How many connections there have been.
    pub fn connections(&self) -> u64 {
        self.taken.load(Ordering::SeqCst)
    }
}

async fn cut(mut seen: watch::Receiver<Way>, number: u64) {
    let cut = |way: &Way| matches!(way, Way::Cut(last) if number <= *last);
    if seen.wait_for(cut).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn pump(
    mut read: tokio::net::tcp::OwnedReadHalf,
    mut write: tokio::net::tcp::OwnedWriteHalf,
    mut seen: watch::Receiver<Way>,
    number: u64,
) {
    let passes = |way: &Way| !matches!(way, Way::Stalled(last) if number <= *last);
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = read.read(&mut buffer).await {
        if seen.wait_for(passes).await.is_err() || write.write_all(&buffer[..n]).await.is_err() {
            break;
        }
    }
    let _ = write.shutdown().await;
}
