//! A host in memory: a small deployment whose commands are answered by what
//! they mean, and whose connections break where a test wants them to.

mod answer;
mod connector;
mod env;
mod fake;
mod faults;
mod look;
mod queue;
mod sink;
mod state;
mod stream;

pub use connector::{FakeConnector, SHOWN_KEY};
pub use env::{EnvIs, SimEnv};
pub use fake::FakeHost;
pub use faults::{Faults, StreamFault};
pub use queue::SimQueue;
pub use state::{Compose, Docker, HostState, SimService};
