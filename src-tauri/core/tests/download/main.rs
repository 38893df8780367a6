//! Downloads against fakes: what goes wrong, what is kept, and that nothing
//! unproved is ever called verified.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod copies;
mod faults;
mod manifests;
mod refusals;
mod shared_folder;
mod single;
