use serde_json::json;

use super::session::Ended;
use crate::base;
use crate::link::HostLink;
use crate::ports::{ByteSource, Exit, LinkError};
use crate::shell::Command;
use crate::weavestream::manifest::Sha256;

/// What the script says on standard error when somebody else holds the lock.
const BUSY: &str = "selvage:busy";
/// What is said when `pg_dump` did not end well.
const FAILED: &str = "selvage:failed";
/// What is said when `pg_dump` ended well, and when all it wrote was passed on. A
/// stage that is killed says nothing, so only these words count, never their lack.
const DUMPED: &str = "selvage:dumped";
const SENT: &str = "selvage:sent";

/// As `pg_dump` is called by the worker (`docs/weavestream.md` section 4).
const PG_DUMP: &str = "pg_dump --format=custom --no-owner --no-acl";

/// Whom `psql` and `pg_dump` sign in as: the image's own variables.
const AS_WHOM: &str = r#"-U "${POSTGRES_USER:-postgres}" -d "${POSTGRES_DB:-${POSTGRES_USER:-postgres}}""#;

/// Starts `pg_dump` in the postgres container. With `lock`, one session of `psql`
/// takes the advisory lock of backups and keeps it while `pg_dump` runs below
/// it, so that the lock ends with the dump however that ends. Both sessions call
/// themselves `application`.
pub async fn dump(at: &HostLink, application: &str, lock: bool) -> Result<Box<dyn ByteSource>, LinkError> {
    at.host.stream(&command(at, application, lock)).await
}

fn command(at: &HostLink, application: &str, lock: bool) -> Command {
    let set = format!("export PGAPPNAME='{application}'");
    if lock {
        let psql = format!("{set}; exec psql -X -q -A -t -v ON_ERROR_STOP=1 {AS_WHOM}");
        return at.project.exec("postgres", ["sh", "-c", &psql]).stdin(script());
    }
    at.project.exec("postgres", ["sh", "-c", &format!("{set}; {}", pipeline())])
}

/// `\!` hands the rest of its line to `sh` as it is, and what that prints goes
/// out as it comes.
fn script() -> String {
    format!(
        "select pg_try_advisory_lock(hashtext('weavestream:backup')) as held \\gset\n\
         \\if :held\n\
         \\! {}\n\
         \\else\n\
         \\! echo {BUSY} >&2\n\
         \\endif\n",
        pipeline()
    )
}

/// What `pg_dump` writes goes to standard output and to `sha256sum`, which says
/// on standard error what was sent. Each stage says there that it ended well; the
/// status of a pipeline is that of its last stage alone.
fn pipeline() -> String {
    stages(&format!("{PG_DUMP} {AS_WHOM}"))
}

fn stages(dump: &str) -> String {
    format!(
        "( {{ if {dump}; then echo {DUMPED} >&2; else echo {FAILED} >&2; fi; }} | \
         {{ tee /dev/fd/3 && echo {SENT} >&2; }} | sha256sum >&2 ) 3>&1"
    )
}

/// How it ended, by the exit status and what was said on standard error.
pub fn ended(exit: &Exit) -> Ended {
    let said = |mark: &str| exit.stderr.lines().any(|line| line.trim() == mark);
    if said(BUSY) {
        return Ended::Busy;
    }
    if exit.status != 0 || said(FAILED) {
        return Ended::Failed(reason(exit));
    }
    let digest = exit.stderr.lines().find_map(|line| Sha256::parse(line.strip_suffix("  -")?));
    match digest {
        Some(digest) if said(DUMPED) && said(SENT) => Ended::Well(Some(digest)),
        _ => {
            let stages = [("pg_dump", said(DUMPED)), ("tee", said(SENT)), ("sha256sum", digest.is_some())];
            let missing: Vec<&str> = stages.iter().filter(|(_, ended)| !ended).map(|(name, _)| *name).collect();
            Ended::Failed(base::reason("stages", json!({ "stages": missing })))
        }
    }
}

/// What went wrong, in the words of `psql` and `pg_dump`.
pub fn reason(exit: &Exit) -> String {
    let ours = |line: &str| line.is_empty() || [FAILED, DUMPED, SENT].contains(&line) || line.ends_with("  -");
    let words: Vec<&str> = exit.stderr.lines().map(str::trim).filter(|line| !ours(line)).take(4).collect();
    if words.is_empty() { base::reason("exit-status", json!({ "status": exit.status })) } else { words.join("; ") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::process::{Command as Process, Stdio};

    /// Runs the pipeline over `dump`, with `tee` and `sha256sum` replaced where a script is given.
    fn run(dump: &str, tee: Option<&str>, sha256sum: Option<&str>) -> (Vec<u8>, Ended) {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        for (name, script) in [("tee", tee), ("sha256sum", sha256sum)] {
            let Some(script) = script else { continue };
            let path = folder.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
        let mut shell = Process::new("sh");
        shell.args(["-c", &stages(dump)]).env("PATH", path).stdin(Stdio::null());
        let output = shell.output().unwrap();
        let status = output.status.code().unwrap_or(137).try_into().unwrap();
        let exit = Exit { status, stderr: String::from_utf8(output.stderr).unwrap() };
        (output.stdout, ended(&exit))
    }

    #[test]
    fn a_dump_that_every_stage_passed_on_ended_well_with_its_digest() {
        let (bytes, ended) = run("printf hello", None, None);
        assert_eq!(bytes, b"hello");
        let digest = Sha256::parse("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        assert!(matches!(ended, Ended::Well(found) if found == digest));
    }

    /// Name, what dumps, scripts in place of `tee` and `sha256sum`, and words of the reason.
    type Case<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>, &'a str);

    #[test]
    fn a_dump_that_a_stage_cut_did_not_end_well() {
        let all = "cat >/dev/null";
        let cases: [Case; 5] = [
            ("pg_dump fails", "{ printf hello; false; }", None, None, ""),
            ("pg_dump is killed", "sh -c 'printf hello; kill -9 $$'", None, None, ""),
            ("tee is killed", "printf hello", Some("head -c 2 >&3; cat >/dev/null; kill -9 $$"), None, "tee did not"),
            ("tee fails", "printf hello", Some("head -c 2 >&3; exit 1"), None, "tee did not"),
            ("sha256sum is killed", "printf hello", None, Some(&format!("{all}; kill -9 $$")), ""),
        ];
        for (name, dump, tee, sha256sum, says) in cases {
            let (_, ended) = run(dump, tee, sha256sum);
            assert!(matches!(&ended, Ended::Failed(reason) if reason.contains(says)), "{name}: {ended:?}");
        }
    }
}
