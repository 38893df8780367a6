use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::env::SimEnv;
use super::queue::SimQueue;

/// What the simulated host is.
#[derive(Clone, Debug)]
pub struct HostState {
    /// The login.
    pub login: String,
    /// `sudo -n` works.
    pub sudo: bool,
    /// Who may use Docker.
    pub docker: Docker,
    /// Which Compose there is.
    pub compose: Compose,
    /// The folder with `compose.yml`.
    pub folder: String,
    /// Files of the project by their whole paths; a name that ends in `/` is a folder.
    pub project_files: BTreeMap<String, String>,
    /// Labels that Compose gave to the containers, without `com.docker.compose.project.`.
    pub project_labels: BTreeMap<String, String>,
    /// Containers by service.
    pub services: BTreeMap<String, SimService>,
    /// Environment of the postgres container.
    pub environment: Vec<String>,
    /// The backup folder on the host.
    pub backup_folder: String,
    /// The login itself can read it.
    pub dumps_readable: bool,
    /// Files there. Shared, so that a change does not disturb who reads.
    pub files: BTreeMap<String, Arc<Vec<u8>>>,
    /// Its `.env`.
    pub env: SimEnv,
    /// The BullMQ queue of this host.
    pub queue: SimQueue,
    /// The host's clock.
    pub now: DateTime<Utc>,
    /// sshd lets this login forward.
    pub forwarding: bool,
}

/// Who may use Docker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Docker {
    /// The login.
    Login,
    /// Only root, through sudo.
    Root,
    /// Nobody that can be had.
    Nobody,
    /// There is none.
    Missing,
}

/// Which Compose there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compose {
    /// `docker compose`
    V2,
    /// `docker-compose`
    V1,
    /// Neither.
    Missing,
}

/// One container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimService {
    /// Unique id.
    pub id: String,
    /// Docker's word.
    pub state: String,
    /// Address in the container network.
    pub address: String,
}

impl HostState {
    /// A healthy deployment whose dumps only the containers can read.
    #[must_use]
    pub fn healthy(now: DateTime<Utc>) -> Self {
        let service = |(n, name): (usize, &&str)| {
            let running = SimService {
                id: format!("{n:x}{}", "c0ffee".repeat(10)),
                state: "running".into(),
                address: format!("172.18.0.{}", n + 2),
            };
            ((*name).to_owned(), running)
        };
        Self {
            login: "deploy".into(),
            sudo: false,
            docker: Docker::Login,
            compose: Compose::V2,
            folder: "/opt/weavestream".into(),
            project_files: BTreeMap::from([("/opt/weavestream/compose.yml".into(), "services: {}\n".into())]),
            project_labels: BTreeMap::new(),
            services: ["postgres", "redis", "api", "worker", "web"].iter().enumerate().map(service).collect(),
            environment: vec![
                "POSTGRES_USER=weavestream".into(),
                "POSTGRES_PASSWORD=planted-in-postgres".into(),
                "POSTGRES_DB=weavestream".into(),
            ],
            backup_folder: "/opt/weavestream/data/backup".into(),
            dumps_readable: false,
            files: BTreeMap::new(),
            env: SimEnv::default(),
            queue: SimQueue::default(),
            now,
            forwarding: true,
        }
    }

    /// Puts a file into the backup folder.
    pub fn put(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.files.insert(name.to_owned(), Arc::new(bytes.into()));
    }

    /// Stops a container.
    pub fn stop(&mut self, service: &str) {
        self.services.get_mut(service).unwrap().state = "exited".into();
    }

    /// Starts it again; it gets another id and address.
    pub fn start_anew(&mut self, service: &str) {
        let service = self.services.get_mut(service).unwrap();
        "running".clone_into(&mut service.state);
        service.id = format!("f{}", &service.id[..service.id.len() - 1]);
        service.address.push('7');
    }

    pub(super) fn bytes(&self, name: &str) -> Option<Bytes> {
        self.files.get(name).map(|bytes| Bytes::from(bytes.as_ref().clone()))
    }
}
