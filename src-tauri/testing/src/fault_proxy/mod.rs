//! A TCP proxy on loopback that slows, cuts, stalls and refuses, and can be
//! told so while it runs. It alters no byte: SSH would notice.

mod control;
mod pump;

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub use control::Act;
use control::Control;

/// Runs until it is dropped.
pub struct FaultProxy {
    port: u16,
    control: Arc<Control>,
    accepting: Option<JoinHandle<()>>,
}

impl FaultProxy {
    /// A proxy in front of `to`, such as `127.0.0.1:2222`.
    #[must_use]
    pub fn to(to: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let control = Arc::new(Control::default());
        let shared = Arc::clone(&control);
        let accepting = std::thread::spawn(move || accept(listener, port, to, &shared));
        Self { port, control, accepting: Some(accepting) }
    }

    /// The port that leads through it.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Every byte takes so long, each way; half of a round trip.
    pub fn set_delay(&self, delay: Duration) {
        self.control.with(|state| state.delay = delay);
    }

    /// So many bytes a second come from the host at most.
    pub fn set_rate(&self, bytes_per_second: Option<u64>) {
        self.control.with(|state| state.rate = bytes_per_second);
    }

    /// When `bytes` more have come from the host, does `act` to every
    /// connection that there is then; new ones pass.
    pub fn after(&self, bytes: u64, act: Act) {
        self.control.with(|state| state.armed = Some((state.passed + bytes, act)));
    }

    /// Does `act` to every connection that there is; new ones pass.
    pub fn now(&self, act: Act) {
        self.control.with(|state| state.act(act));
    }

    /// Takes no new connections, as if nothing listened; or takes them again.
    pub fn refuse(&self, refuse: bool) {
        self.control.with(|state| state.refusing = refuse);
    }

    /// Bytes that came from the host so far.
    #[must_use]
    pub fn passed(&self) -> u64 {
        self.control.with(|state| state.passed)
    }

    /// Connections that were taken so far.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.control.with(|state| state.taken)
    }

    /// Whether what [`Self::after`] was told is still to come.
    #[must_use]
    pub fn is_armed(&self) -> bool {
        self.control.with(|state| state.armed.is_some())
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.control.with(|state| {
            state.ended = true;
            state.act(Act::Cut);
        });
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn accept(listener: TcpListener, port: u16, to: SocketAddr, control: &Arc<Control>) {
    let mut listener = Some(listener);
    loop {
        let (ended, refusing) = control.with(|state| (state.ended, state.refusing));
        if ended {
            return;
        }
        match (&listener, refusing) {
            (Some(_), true) => listener = None,
            (None, false) => listener = TcpListener::bind(("127.0.0.1", port)).ok(),
            _ => {}
        }
        let taken = listener.as_ref().map(|listener| {
            listener.set_nonblocking(true).unwrap();
            listener.accept()
        });
        match taken {
            Some(Ok((near, _))) => {
                near.set_nonblocking(false).unwrap();
                if let Ok(far) = TcpStream::connect(to) {
                    pump::connect(near, far, control);
                }
            }
            Some(Err(error)) if error.kind() != ErrorKind::WouldBlock => {}
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}
