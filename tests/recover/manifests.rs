//! Manifests that are missing, torn or lie, in the row and in the folder.

use selvage_testing::real_host::RealHost;
use selvage_testing::sections::Sections;

use super::{Restored, known};

pub fn tell(story: &mut Sections, host: &RealHost) {
    let laptop = known(host);
    let id = host.text("/runs/latest/id");
    let sidecar =
        || Restored::of(host.backups().join(host.text("/runs/latest/filename").replace(".dump", ".manifest.json")));
    let row = |manifest: &str| host.change(&format!("update backup_run set manifest = {manifest} where id = '{id}'"));
    let right = format!("'{}'", host.sql(&format!("select manifest from backup_run where id = '{id}'")));
    let digest = host.text("/runs/latest/sha256");
    let other = "cd".repeat(32);
    let unverified = || {
        let answer = laptop.download("latest");
        answer.expect_problem(4, "no_usable_manifest");
        let name = format!("{}.unverified", laptop.name_of_latest(host));
        assert_eq!(laptop.files(), [name], "an unverified dump is named so");
        answer
    };
    story.section("no manifest at all", || {
        laptop.new_library();
        let sidecar = sidecar();
        sidecar.remove();
        row("null");
        let answer = unverified();
        row(&right);
        assert_eq!(answer.at("/error/problem/error/why"), "missing", "{}", answer.said);
    });
    story.section("the row alone, then the folder alone, are enough", || {
        laptop.new_library();
        let sidecar = sidecar();
        sidecar.remove();
        laptop.download("latest").expect_code(0);
        drop(sidecar);
        row("null");
        laptop.new_library();
        let answer = laptop.download("latest");
        row(&right);
        answer.expect_code(0);
        laptop.check_held(host);
    });
    story.section("a torn manifest in either place", || {
        let torn = sidecar();
        torn.write(&torn.content()[..40]);
        laptop.new_library();
        unverified();
        drop(torn);
        row("'{\"sha256\": 12}'");
        laptop.new_library();
        let answer = laptop.download("latest");
        row(&right);
        answer.expect_problem(4, "no_usable_manifest");
        assert_eq!(answer.at("/error/problem/error/why"), "malformed", "{}", answer.said);
    });
    story.section("a manifest that lies in one place contradicts the other", || {
        laptop.new_library();
        let lying = sidecar();
        lying.write(String::from_utf8(lying.content()).unwrap().replace(digest, &other).as_bytes());
        let answer = unverified();
        assert_eq!(answer.at("/error/problem/error/why"), "contradiction", "{}", answer.said);
    });
    story.section("a manifest that lies in both places makes the dump damaged, never verified", || {
        laptop.new_library();
        let lying = sidecar();
        lying.write(String::from_utf8(lying.content()).unwrap().replace(digest, &other).as_bytes());
        row(&right.replace(digest, &other));
        let answer = laptop.download("latest");
        row(&right);
        answer.expect_problem(4, "checksum_mismatch");
        assert!(!laptop.library().join(laptop.name_of_latest(host)).exists());
    });
    story.section("a verified copy outlives a host whose manifest lies", || {
        laptop.new_library();
        laptop.download("latest").expect_code(0);
        let lying = sidecar();
        lying.write(String::from_utf8(lying.content()).unwrap().replace(digest, &other).as_bytes());
        row(&right.replace(digest, &other));
        let answer = laptop.download("latest");
        row(&right);
        answer.expect_problem(4, "checksum_mismatch");
        laptop.check_held(host);
    });
}
