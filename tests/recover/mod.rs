//! The parts of the story, in the order of their telling.

pub mod dumps;
pub mod first_contact;
pub mod keys;
pub mod manifests;
pub mod services;

use selvage_testing::laptop::Laptop;
use selvage_testing::real_host::RealHost;

/// A laptop that knows the host.
pub fn known(host: &RealHost) -> Laptop {
    let laptop = Laptop::new(crate::BINARY);
    laptop.add(host);
    laptop
}

/// Puts a file of the host back as it was, whatever the test did to it.
pub struct Restored {
    path: std::path::PathBuf,
    content: Vec<u8>,
    owner: (u32, u32),
}

impl Restored {
    pub fn of(path: std::path::PathBuf) -> Self {
        use std::os::unix::fs::MetadataExt;
        let found = std::fs::metadata(&path).unwrap();
        Self { content: std::fs::read(&path).unwrap(), owner: (found.uid(), found.gid()), path }
    }

    pub fn content(&self) -> Vec<u8> {
        self.content.clone()
    }

    /// Writes something else in its place, as the same owner.
    pub fn write(&self, content: &[u8]) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::write(&self.path, content).unwrap();
        std::fs::set_permissions(&self.path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::chown(&self.path, Some(self.owner.0), Some(self.owner.1)).unwrap();
    }

    pub fn remove(&self) {
        std::fs::remove_file(&self.path).unwrap();
    }
}

impl Drop for Restored {
    fn drop(&mut self) {
        self.write(&self.content);
    }
}
