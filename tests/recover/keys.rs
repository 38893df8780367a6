//! An encrypted key, with a keyring and without; and what may be seen of secrets.

use selvage_testing::laptop::Laptop;
use selvage_testing::real_host::RealHost;
use selvage_testing::secrets::Secrets;
use selvage_testing::sections::Sections;

pub fn tell(story: &mut Sections, host: &RealHost) {
    let (address, dir) = (host.address(), host.text("/dir"));
    let add = [
        "deployment",
        "add",
        "acme",
        "--ssh",
        &address,
        "--key",
        host.text("/ssh/key_encrypted"),
        "--dir",
        dir,
        "--accept-host-key",
        host.text("/ssh/host_key_sha256"),
    ];
    let with_secret = [&add[..], &["--secret-stdin"]].concat();
    let passphrase = format!("{}\n", host.text("/ssh/key_passphrase"));
    story.section("an encrypted key without its passphrase says what it needs", || {
        Laptop::new(crate::BINARY).run(&add).expect_problem(1, "passphrase_needed");
    });
    story.section("a wrong passphrase is told apart", || {
        let laptop = Laptop::new(crate::BINARY);
        laptop.run_with(&with_secret, "not it\n").expect_problem(1, "passphrase_wrong");
    });
    story.section("a laptop without a keyring keeps no secret anywhere", || {
        let laptop = Laptop::new(crate::BINARY);
        laptop.run_with(&with_secret, &passphrase).expect_problem(1, "keyring_absent");
        let list = laptop.run(&["deployment", "list"]);
        assert_eq!(list.at("/deployments").as_array().map(Vec::len), Some(0), "half added: {}", list.said);
        Secrets::new([host.text("/ssh/key_passphrase").to_owned()]).not_below(&laptop.data(), 1);
    });
    story.section("with a keyring the passphrase is kept there and nowhere else", || {
        let mut laptop = Laptop::with_keyring(crate::BINARY);
        laptop.set("SELVAGE_LOG", "trace");
        laptop.run_with(&with_secret, &passphrase).expect_code(0);
        let secrets = Secrets::new(host.planted().into_iter().chain([host.text("/ssh/key_passphrase").to_owned()]));
        let running = laptop.start_download("latest");
        // The host's own health check shows this one to everybody there.
        let watch = secrets.without(host.text("/redis/password")).watch(host.text("/ssh/user"), running.id());
        running.wait().expect_code(0);
        laptop.run(&["deployment", "probe", "acme"]).expect_code(0);
        laptop.run(&["schedules", "acme"]).expect_code(0);
        laptop.run(&["runs", "acme"]).expect_code(0);
        watch.end();
        laptop.check_held(host);
        secrets.not_in("what was printed", laptop.transcript().as_bytes());
        secrets.not_below(&laptop.data(), 3);
        let logs = std::fs::read_dir(laptop.data().join("logs")).unwrap().count();
        assert!(logs > 0, "nothing was logged");
    });
    story.section("a removed deployment leaves no secret behind", || {
        let laptop = Laptop::with_keyring(crate::BINARY);
        laptop.run_with(&with_secret, &passphrase).expect_code(0);
        laptop.run(&["deployment", "remove", "acme"]).expect_code(0);
        laptop.run(&add).expect_problem(1, "passphrase_needed");
    });
}
