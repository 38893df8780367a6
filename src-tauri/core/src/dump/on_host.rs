use crate::link::HostLink;
use crate::ports::{ByteSource, Exit, LinkError};
use crate::shell::Command;
use crate::weavestream::manifest::Sha256;

/// What the script says on standard error when somebody else holds the lock.
pub const BUSY: &str = "selvage:busy";
/// What it says when `pg_dump` did not end well.
pub const FAILED: &str = "selvage:failed";

/// As `pg_dump` is called by the worker (`WEAVESTREAM.md` section 4).
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
/// on standard error what was sent.
fn pipeline() -> String {
    format!("( {{ {PG_DUMP} {AS_WHOM} || echo {FAILED} >&2; }} | tee /dev/fd/3 | sha256sum >&2 ) 3>&1")
}

/// The digest among the lines of standard error.
pub fn sent(stderr: &str) -> Option<Sha256> {
    stderr.lines().find_map(|line| Sha256::parse(line.strip_suffix("  -")?))
}

/// What went wrong, in the words of `psql` and `pg_dump`.
pub fn reason(exit: &Exit) -> String {
    let ours = |line: &str| line.is_empty() || line == FAILED || line.ends_with("  -");
    let words: Vec<&str> = exit.stderr.lines().map(str::trim).filter(|line| !ours(line)).take(4).collect();
    if words.is_empty() { format!("exit status {}", exit.status) } else { words.join("; ") }
}
