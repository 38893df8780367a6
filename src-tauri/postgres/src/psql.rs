//! Statements through `psql` in the postgres container, for hosts whose sshd
//! forbids forwards. The SQL travels on standard input.

use std::sync::Arc;

use async_trait::async_trait;
use selvage_core::ports::{DatabaseCredentials, DatabaseError, Host};
use selvage_core::shell::Command;
use selvage_core::weavestream::compose::Project;
use serde_json::Value;

use crate::executor::{Executor, Param, Statement, refused};

/// `psql` on one host.
pub struct Psql {
    host: Arc<dyn Host>,
    command: Command,
}

impl Psql {
    /// The image's local socket trusts its users, so no password is needed.
    pub fn new(host: Arc<dyn Host>, project: &Project, credentials: &DatabaseCredentials) -> Self {
        let psql = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"];
        let as_whom = ["-U", &credentials.user, "-d", &credentials.database];
        Self { host, command: project.exec("postgres", psql).args(as_whom) }
    }
}

#[async_trait]
impl Executor for Psql {
    async fn rows(&self, statement: &Statement) -> Result<Vec<Value>, DatabaseError> {
        let output = self.host.run(&self.command.clone().stdin(script(statement)?)).await?;
        if output.exit != 0 {
            return Err(said(&String::from_utf8_lossy(&output.stderr), &output.error_summary()));
        }
        let text = output.stdout_text();
        let row = |line: &str| {
            serde_json::from_str(line)
                .map_err(|e| DatabaseError::DatabaseRefused { reason: format!("psql answered no JSON: {e}") })
        };
        text.lines().filter(|line| !line.is_empty()).map(row).collect()
    }
}

/// The statement with its parameters written as literals.
fn script(statement: &Statement) -> Result<String, DatabaseError> {
    // Said explicitly, because the literals rest on it.
    let mut script = String::from(
        "set standard_conforming_strings = on; set statement_timeout = '60s'; set lock_timeout = '15s';\n",
    );
    let mut rest = statement.sql;
    while let Some(at) = rest.find('$') {
        let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            // As in a pattern: no parameter.
            script.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            continue;
        }
        let number: Option<usize> = rest[at + 1..at + 1 + digits].parse().ok();
        let param = number.and_then(|n| statement.params.get(n.checked_sub(1)?));
        let param = param.ok_or_else(|| DatabaseError::DatabaseRefused {
            reason: format!("parameter missing at {}", &rest[at..]),
        })?;
        script.push_str(&rest[..at]);
        script.push_str(&literal(param)?);
        rest = &rest[at + 1 + digits..];
    }
    script.push_str(rest);
    script.push_str(";\n");
    Ok(script)
}

fn literal(param: &Param) -> Result<String, DatabaseError> {
    Ok(match param {
        Param::Text(Some(text)) => format!("{}::text", string(text)?),
        Param::Text(None) => "null::text".into(),
        Param::TextArray(Some(items)) => {
            let items = items.iter().map(|item| string(item)).collect::<Result<Vec<_>, _>>()?;
            format!("array[{}]::text[]", items.join(", "))
        }
        Param::TextArray(None) => "null::text[]".into(),
        Param::Int(Some(number)) => format!("({number})::bigint"),
        Param::Int(None) => "null::bigint".into(),
    })
}

fn string(text: &str) -> Result<String, DatabaseError> {
    if text.contains('\0') {
        return Err(DatabaseError::DatabaseRefused { reason: "text with a NUL character".into() });
    }
    Ok(format!("'{}'", text.replace('\'', "''")))
}

/// `ERROR:  42P01: relation "x" does not exist`, or what Compose or psql say
/// when there is no server to speak to.
fn said(stderr: &str, error_summary: &str) -> DatabaseError {
    for line in stderr.lines() {
        for mark in ["ERROR:  ", "FATAL:  "] {
            let Some((_, rest)) = line.split_once(mark) else { continue };
            return match rest.split_once(": ") {
                Some((code, message)) if code.len() == 5 => refused(code, message),
                // psql's own connection errors carry no code.
                _ if rest.contains("does not exist") || rest.contains("authentication") => {
                    DatabaseError::DatabaseSignInRefused { reason: rest.to_owned() }
                }
                _ => DatabaseError::DatabaseUnreachable { reason: rest.to_owned() },
            };
        }
    }
    DatabaseError::DatabaseUnreachable { reason: error_summary.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_literals_that_cannot_break_out() {
        let statement = Statement {
            sql: "select $1, $2, $3, $1",
            params: vec![
                Param::Text(Some("it's \\ $2; drop".into())),
                Param::TextArray(Some(vec!["a'b".into(), "c,d".into()])),
                Param::Int(Some(-1)),
            ],
        };
        let script = script(&statement).unwrap_or_default();
        let body = script.lines().nth(1).unwrap_or_default();
        assert_eq!(
            body,
            r"select 'it''s \ $2; drop'::text, array['a''b', 'c,d']::text[], (-1)::bigint, 'it''s \ $2; drop'::text;"
        );
    }

    #[test]
    fn a_dollar_alone_is_a_dollar() {
        let statement = Statement { sql: "select $1 where a ~ 'x$'", params: vec![Param::Int(Some(7))] };
        assert!(script(&statement).unwrap_or_default().ends_with("\nselect (7)::bigint where a ~ 'x$';\n"));
        assert!(script(&Statement { sql: "select $2", params: vec![Param::Int(Some(7))] }).is_err());
    }

    #[test]
    fn a_nul_is_refused() {
        assert!(script(&Statement { sql: "$1", params: vec![Param::Text(Some("a\0b".into()))] }).is_err());
    }

    #[test]
    fn what_psql_says_is_told_apart() {
        let missing = said("ERROR:  42P01: relation \"backup_run\" does not exist\nLINE 1: ...", "");
        assert_eq!(missing, DatabaseError::NotWeavestream { missing: "backup_run".into() });
        let role = said("psql: error: connection to server on socket failed: FATAL:  role \"x\" does not exist", "");
        assert!(matches!(role, DatabaseError::DatabaseSignInRefused { .. }));
        let down = said("service \"postgres\" is not running", "service \"postgres\" is not running");
        assert!(matches!(down, DatabaseError::DatabaseUnreachable { .. }));
    }
}
