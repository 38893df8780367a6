//! What may be wrong with a dump on the host.

use selvage_testing::fault_proxy::{Act, FaultProxy};
use selvage_testing::laptop::part_in;
use selvage_testing::real_host::RealHost;
use selvage_testing::sections::Sections;
use selvage_testing::wait::until_true;

use super::{Restored, known};

pub fn tell(story: &mut Sections, host: &RealHost) {
    let laptop = known(host);
    let id = host.text("/runs/latest/id");
    let run_where = |condition: &str| {
        let id = host.sql(&format!("select id from backup_run where {condition} order by created_at desc limit 1"));
        assert!(!id.is_empty(), "the host has no run where {condition}");
        id
    };
    story.section("runs without a file say why", || {
        laptop.new_library();
        laptop.download(&run_where("status = 'success' and dump_path is null")).expect_problem(3, "pruned");
        let failed = laptop.download(&run_where("status = 'failed' and error <> 'concurrent'"));
        failed.expect_problem(3, "run_has_no_dump");
        assert!(failed.at("/error/problem/reason").is_string(), "{}", failed.said);
        laptop.download("00000000-0000-4000-8000-000000000000").expect_problem(3, "no_such_run");
        assert!(laptop.files().is_empty());
    });
    story.section("a dump that is gone on the host is found wanting", || {
        laptop.new_library();
        let dump = Restored::of(host.latest_dump());
        dump.remove();
        laptop.download("latest").expect_problem(4, "dump_gone");
    });
    story.section("a shortened dump is told by its size", || {
        laptop.new_library();
        let dump = Restored::of(host.latest_dump());
        dump.write(&dump.content()[..5_000]);
        laptop.download("latest").expect_problem(4, "size_mismatch");
        assert!(laptop.files().is_empty());
    });
    story.section("an altered dump is kept as damaged, and the damage is on the host", || {
        laptop.new_library();
        let dump = Restored::of(host.latest_dump());
        let mut altered = dump.content();
        let last = altered.len() - 1;
        altered[last] ^= 0x80;
        dump.write(&altered);
        let answer = laptop.download("latest");
        answer.expect_problem(4, "checksum_mismatch");
        assert_eq!(answer.at("/error/problem/sameOnHost"), true);
        let damaged = format!("{}.damaged", laptop.name_of_latest(host));
        assert_eq!(laptop.files(), std::slice::from_ref(&damaged));
        assert_eq!(std::fs::read(laptop.library().join(&damaged)).unwrap(), altered);
        drop(dump);
        laptop.download("latest").expect_code(0);
        laptop.check_held(host);
        assert!(laptop.library().join(damaged).exists(), "the evidence is gone");
    });
    story.section("names that leave the folder are refused", || {
        laptop.new_library();
        let path = host.sql(&format!("select dump_path from backup_run where id = '{id}'"));
        for unsafe_path in [
            "/var/lib/weavestream/backup/../weavestream-postgres-2026-01-01T00-00-00Z.dump",
            "/etc/weavestream-postgres-2026-01-01T00-00-00Z.dump",
            "/var/lib/weavestream/backup/weavestream-postgres-$(id).dump",
        ] {
            host.change(&format!("update backup_run set dump_path = '{unsafe_path}' where id = '{id}'"));
            laptop.download(id).expect_problem(3, "unsafe_dump_name");
        }
        host.change(&format!("update backup_run set dump_path = '{path}' where id = '{id}'"));
        assert!(laptop.files().is_empty());
    });
    story.section("two processes that bring the same dump do not disturb each other", || {
        laptop.new_library();
        let proxy = FaultProxy::to(host.sshd());
        let through = host.address_through(proxy.port());
        let args = [
            "deployment",
            "add",
            "slow",
            "--ssh",
            &through,
            "--key",
            host.text("/ssh/key"),
            "--dir",
            host.text("/dir"),
        ];
        laptop.run(&[&args[..], &["--accept-host-key", host.text("/ssh/host_key_sha256")]].concat()).expect_code(0);
        proxy.set_rate(Some(3_000));
        let library = laptop.library().display().to_string();
        let first = laptop.start(&["download", "slow", "latest", "--to", &library], "");
        let grown = || part_in(&laptop.library()).is_some_and(|part| part.metadata().is_ok_and(|part| part.len() > 0));
        until_true("the first writes", grown);
        // It stands still until the second has come and gone.
        proxy.now(Act::Stall);
        let second = laptop.run(&["download", "slow", "latest", "--to", &library]);
        second.expect_problem(3, "already_running");
        proxy.set_rate(None);
        proxy.now(Act::Cut);
        first.wait().expect_code(0);
        laptop.check_held(host);
    });
}
