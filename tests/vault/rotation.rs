use selvage_testing::sections::Sections;

use super::{NEW_PASSWORD, NEW_SMTP, Told};

const CHANGED: [&str; 3] = ["SMTP_PREVIOUS_KEYS", "SMTP_SECRET_KEY", "SMTP_SECRET_KEY_KID"];

/// The value of `name` where it stands last.
fn value(text: &str, name: &str) -> String {
    let line = text.lines().rev().find(|line| line.starts_with(&format!("{name}="))).unwrap();
    line.split_once('=').unwrap().1.to_owned()
}

/// `text` with the last value of `name` replaced.
fn with(text: &str, name: &str, new: &str) -> String {
    let old = format!("{name}={}", value(text, name));
    let at = text.rfind(&old).unwrap();
    format!("{}{name}={new}{}", &text[..at], &text[at + old.len()..])
}

pub fn tell(story: &mut Sections, told: &Told) {
    story.section("a key is rotated as it should be", || {
        told.edit(|text| {
            let (old, kid) = (value(&text, "PASSWORD_ENCRYPTION_KEY"), value(&text, "PASSWORD_ENCRYPTION_KEY_KID"));
            let list = format!("{},{kid}:{old}", value(&text, "PASSWORD_PREVIOUS_KEYS"));
            let text = with(&text, "PASSWORD_PREVIOUS_KEYS", &list);
            with(&with(&text, "PASSWORD_ENCRYPTION_KEY", NEW_PASSWORD), "PASSWORD_ENCRYPTION_KEY_KID", "2026-11")
        });
        let diff = told.secrets_command(&["diff", "acme"]);
        diff.expect_code(4);
        assert_eq!(diff.at("/host/missing"), &serde_json::json!([]), "{}", diff.said);
        assert_eq!(diff.at("/host/uncaptured/0/kids"), &serde_json::json!(["2026-11"]));
        assert_eq!(told.capture(), 2);
        told.secrets_command(&["prove", "acme"]).expect_code(0);
    });
    story.section("a key is rotated and its old value is gone: alarm", || {
        told.edit(|text| {
            let text = with(&text, "SMTP_PREVIOUS_KEYS", "");
            with(&with(&text, "SMTP_SECRET_KEY", NEW_SMTP), "SMTP_SECRET_KEY_KID", "3")
        });
        let diff = told.secrets_command(&["diff", "acme"]);
        diff.expect_code(4);
        assert_eq!(diff.at("/host/missing/0/name"), "SMTP_SECRET_KEY", "{}", diff.said);
        assert_eq!(diff.at("/host/missing/0/kids"), &serde_json::json!(["2", "1"]));
        assert_eq!(diff.at("/host/changes/changed"), &serde_json::json!(CHANGED));
        assert_eq!(told.capture(), 3);
        let proof = told.secrets_command(&["prove", "acme"]);
        proof.expect_code(4);
        assert_eq!(Told::outcome(&proof, "SMTP_SECRET_KEY"), "unknown_kid", "{}", proof.said);
        assert_eq!(Told::outcome(&proof, "PASSWORD_ENCRYPTION_KEY"), "proves");
        let older = told.secrets_command(&["prove", "acme", "--number", "2"]);
        older.expect_code(0);
        assert_eq!(Told::outcome(&older, "SMTP_SECRET_KEY"), "proves", "the older version is the one that opens it");
    });
    story.section("the older version is put back", || {
        let before = told.env();
        let plan = told.secrets_command(&["put", "acme", "--number", "2"]);
        plan.expect_code(0);
        assert_eq!(plan.at("/plan/changes/changed"), &serde_json::json!(CHANGED));
        assert_eq!(plan.at("/plan/uncaptured"), false, "{}", plan.said);
        assert_eq!(told.env(), before, "a plan writes nothing");
        let put = ["put", "acme", "--number", "2", "--yes"];
        assert_eq!(
            plan.at("/plan/missing"),
            &serde_json::json!([]),
            "nothing is encrypted with the new key: {}",
            plan.said
        );
        assert_eq!(plan.at("/plan/notNeeded/0/name"), "SMTP_SECRET_KEY");
        told.host.change("create table beyond (some_ciphertext text)");
        told.secrets_command(&put).expect_problem(3, "put_back_loses");
        assert_eq!(told.env(), before, "what is in a column that nobody knows may stay shut");
        let done = told.secrets_command(&[&put[..], &["--accept-loss"]].concat());
        told.host.change("drop table beyond");
        done.expect_code(0);
        assert_eq!(done.at("/done/mode"), "600");
        let kept = done.at("/done/kept").as_str().unwrap();
        assert_eq!(std::fs::read(kept).unwrap(), before, "what was there is beside it");
        let compared = told.secrets_command(&["prove", "acme", "--host"]);
        compared.expect_code(0);
        assert_eq!(told.capture(), 4, "it is the newest by then");
    });
}
