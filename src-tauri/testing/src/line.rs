//! One real host behind a fault proxy, and a laptop that knows it.

use std::path::PathBuf;

use crate::fault_proxy::FaultProxy;
use crate::laptop::{Laptop, part_in};
use crate::real_host::RealHost;
use crate::wait::until_true;

/// The host, the line to it and the laptop.
pub struct Line {
    /// The laptop; it knows the host as `acme`, through the proxy.
    pub laptop: Laptop,
    /// What all its connections pass.
    pub proxy: FaultProxy,
    /// Bytes of the newest dump.
    pub size: u64,
    /// The host; last, so that nothing of the above outlives it.
    pub host: RealHost,
}

impl Line {
    /// A line to `host` for a laptop with `binary`.
    #[must_use]
    pub fn to(host: RealHost, binary: &str) -> Self {
        let proxy = FaultProxy::to(host.sshd());
        let laptop = Laptop::new(binary);
        laptop.add_at(&host, &host.address_through(proxy.port()));
        let size = host.fact("/runs/latest/size").as_u64().unwrap();
        Self { laptop, proxy, size, host }
    }

    /// The verified dump, when it is here.
    #[must_use]
    pub fn dump(&self) -> PathBuf {
        self.laptop.library().join(self.laptop.name_of_latest(&self.host))
    }

    /// The part file, or where none is a path that leads nowhere.
    #[must_use]
    pub fn part(&self) -> PathBuf {
        part_in(&self.laptop.library()).unwrap_or_else(|| self.laptop.library().join("no.part"))
    }

    /// Bytes in the part file.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.part().metadata().map_or(0, |part| part.len())
    }

    /// Waits until the part file holds `bytes`.
    pub fn until_kept(&self, bytes: u64) {
        until_true("the part grows", || self.kept() >= bytes);
    }

    /// Fails unless what is kept is the beginning of the dump.
    pub fn check_kept(&self) {
        let (kept, dump) = (std::fs::read(self.part()).unwrap(), std::fs::read(self.host.latest_dump()).unwrap());
        assert!(dump.starts_with(&kept), "what is kept is not the beginning of the dump");
    }

    /// Fails unless the dump is here, whole, and no part is left.
    pub fn check_held(&self) {
        self.laptop.check_held(&self.host);
        assert!(!self.part().exists(), "the part file is still there");
    }
}
