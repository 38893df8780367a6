//! The vault with a real host and a real keyring: an admin captures `.env`,
//! somebody rotates a key badly, the host is destroyed, and everything is put
//! back from the vault and from the emergency kit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(target_os = "linux")]

mod vault;

use selvage_testing::laptop::Laptop;
use selvage_testing::real_host::RealHost;
use selvage_testing::secrets::Secrets;
use selvage_testing::sections::Sections;
use vault::Told;

const BINARY: &str = env!("CARGO_BIN_EXE_selvage");

#[test]
fn a_host_is_lost_and_its_keys_are_not() {
    let host = RealHost::up(&["--runs", "20"]);
    let mut laptop = Laptop::with_keyring(BINARY);
    laptop.set("SELVAGE_LOG", "trace");
    laptop.add(&host);
    let told = Told::new(&host, &laptop);
    let mut story = Sections::default();
    let watch = Secrets::new(told.secrets()).without(host.text("/redis/password"));
    let watch = watch.watch(host.text("/ssh/user"), std::process::id());
    vault::capture::tell(&mut story, &told);
    vault::rotation::tell(&mut story, &told);
    vault::odd_files::tell(&mut story, &told);
    vault::kit::tell(&mut story, &told);
    vault::loss::tell(&mut story, &told);
    watch.end();
    story.section("what was planted is nowhere but in keyring and kit", || told.check_nothing_leaked());
    story.end();
}

/// Compose v1 and v2 read most files alike: what both agree on, the vault reads as well.
#[test]
fn what_the_hosts_compose_makes_of_a_file() {
    vault::compose::agrees();
}
