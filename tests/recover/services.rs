//! Services of the host that do not run.

use selvage_testing::laptop::Answer;
use selvage_testing::real_host::RealHost;
use selvage_testing::sections::Sections;

use super::known;

/// State of one line of the connection test.
fn line<'a>(probe: &'a Answer, item: &str) -> &'a str {
    let checks = probe.at("/checks").as_array().unwrap_or_else(|| panic!("{}", probe.said));
    checks.iter().find(|check| check["item"] == item).expect(item)["state"].as_str().unwrap()
}

pub fn tell(story: &mut Sections, host: &RealHost) {
    let laptop = known(host);
    story.section("without the worker the dump is read through the api", || {
        laptop.new_library();
        host.stop(&["worker"]);
        laptop.download("latest").expect_code(0);
        laptop.check_held(host);
        let probe = laptop.run(&["deployment", "probe", "acme"]);
        probe.expect_problem(1, "service_down");
        assert_eq!((line(&probe, "services"), line(&probe, "dumps")), ("bad", "ok"), "{}", probe.said);
    });
    story.section("without both, the dump is there and cannot be read", || {
        laptop.new_library();
        host.stop(&["api"]);
        let answer = laptop.download("latest");
        answer.expect_problem(3, "not_readable");
        assert!(answer.at("/error/problem/tried").as_str().unwrap().contains("as this login"), "{}", answer.said);
        let probe = laptop.run(&["deployment", "probe", "acme"]);
        assert_eq!((line(&probe, "dumps"), line(&probe, "queue")), ("bad", "not_tested"), "{}", probe.said);
        host.start(&["api", "worker"]);
        laptop.download("latest").expect_code(0);
    });
    story.section("a stopped Postgres is named", || {
        laptop.new_library();
        host.stop(&["postgres"]);
        let answer = laptop.download("latest");
        let runs = laptop.run(&["runs", "acme"]);
        host.start(&["postgres"]);
        answer.expect_problem(1, "service_down");
        assert_eq!(answer.at("/error/problem/service"), "postgres");
        runs.expect_problem(1, "service_down");
        laptop.download("latest").expect_code(0);
    });
}
