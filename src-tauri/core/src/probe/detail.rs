use serde::Serialize;

use crate::base::say;
use crate::ports::LineProtection;

/// What a line of a connection test found. Its words are in `selvage-words`, under
/// `detail-`.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "detail", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Detail {
    /// Another line has to work first: Docker and the folder.
    NeedsDocker,
    /// Another line has to work first: the api or the worker.
    NeedsService,
    /// No earlier line reached it.
    NotTested,
    /// Compose did not answer.
    ComposeNotAsked,
    /// The login was accepted.
    SignedIn {
        /// As whom.
        login: String,
    },
    /// Docker and Compose.
    Docker {
        /// Version of the engine.
        engine: String,
        /// Version of Compose.
        compose: String,
        /// It is the first Compose, `docker-compose`.
        v1: bool,
        /// Through sudo.
        sudo: bool,
    },
    /// The folder has a Compose file.
    ComposeFile {
        /// Its name.
        file: String,
        /// Full path.
        folder: String,
    },
    /// The services.
    Services {
        /// Version of Weavestream, where it is known.
        version: Option<String>,
        /// How many run.
        count: usize,
        /// Those that Docker calls unhealthy.
        unhealthy: Vec<String>,
    },
    /// Dumps are read by the login itself.
    DumpsDirect,
    /// Dumps are read through sudo.
    DumpsSudo,
    /// Dumps are read in a container.
    DumpsContainer {
        /// Which.
        service: String,
    },
    /// Dumps cannot be read.
    DumpsUnreadable,
    /// Two clocks.
    Clocks {
        /// Whose the other is.
        whose: Whose,
        /// How they differ.
        they: Clocks,
        /// Seconds between them.
        seconds: u64,
    },
    /// Postgres answers over a direct link.
    Postgres {
        /// Its version.
        version: String,
        /// What protects the connection.
        line: LineProtection,
    },
    /// Weavestream's tables.
    Schedules {
        /// Schedules in them.
        count: usize,
    },
    /// What the role may do.
    Rights {
        /// It may change schedules.
        change: bool,
        /// It may read everything, as a dump does.
        dump: bool,
    },
    /// The laptop's `pg_dump`.
    PgDump {
        /// Its version.
        version: String,
        /// Full path.
        path: String,
    },
    /// The laptop's `pg_dump` is newer than the server.
    NewerPgDump {
        /// Its version.
        version: String,
        /// Its major version.
        major: u32,
    },
    /// Postgres answers over SSH.
    Database {
        /// Major version of the server.
        major: u32,
        /// Schedules in its tables.
        schedules: usize,
        /// Over a forward; else through `psql` in the container.
        forwarded: bool,
    },
    /// The queue.
    Queue {
        /// Schedules in it.
        count: usize,
    },
}

/// Whose clock is compared with the laptop's.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The Docker host's.
    Host,
    /// The Postgres server's.
    Server,
}

/// How a clock differs from the laptop's.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Clocks {
    /// By half a minute at most.
    Agree,
    /// It is ahead.
    Ahead,
    /// It is behind.
    Behind,
}

impl Detail {
    /// In a few words.
    #[must_use]
    pub fn words(&self) -> String {
        say("detail", "detail", self).title
    }
}
