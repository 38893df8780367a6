//! An admin adds a deployment, looks around and brings the newest dump home;
//! then everything goes wrong that can go wrong with a dump.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

mod recover;

use selvage_testing::laptop::Laptop;
use selvage_testing::real_host::RealHost;
use selvage_testing::sections::Sections;

const BINARY: &str = env!("CARGO_BIN_EXE_selvage");

#[test]
fn an_admin_recovers_a_dump_from_a_plain_host() {
    let host = RealHost::up(&[]);
    let laptop = Laptop::new(BINARY);
    let mut story = Sections::default();
    recover::first_contact::tell(&mut story, &host, &laptop);
    recover::keys::tell(&mut story, &host);
    recover::dumps::tell(&mut story, &host);
    recover::manifests::tell(&mut story, &host);
    recover::services::tell(&mut story, &host);
    story.end();
}
