//! One statement on its way to the server, and its answer: a JSON value a row.

use async_trait::async_trait;
use selvage_core::ports::DatabaseError;
use serde_json::Value;

/// A statement whose rows are one JSON value each. The text is a constant;
/// everything that varies is a parameter.
#[derive(Clone, Debug)]
pub struct Statement {
    /// SQL with `$1`, `$2`, ...
    pub sql: &'static str,
    /// What they stand for.
    pub params: Vec<Param>,
}

/// A value for a statement. Null where there is none.
#[derive(Clone, Debug)]
pub enum Param {
    /// `text`; cast in the SQL where another type is meant.
    Text(Option<String>),
    /// `text[]`
    TextArray(Option<Vec<String>>),
    /// `bigint`
    Int(Option<i64>),
}

/// Carries statements to a server.
#[async_trait]
pub trait Executor: Send + Sync {
    /// The rows of `statement`.
    async fn rows(&self, statement: &Statement) -> Result<Vec<Value>, DatabaseError>;
}

/// What a refusal of the server means, by its SQLSTATE.
pub fn refused(sqlstate: &str, message: &str) -> DatabaseError {
    let reason = message.to_owned();
    match sqlstate {
        // undefined_table, undefined_column, undefined_object (an enum type)
        "42P01" | "42703" | "42704" => DatabaseError::NotWeavestream { missing: quoted(message) },
        // invalid_authorization, invalid_password, invalid_catalog_name
        "28000" | "28P01" | "3D000" => DatabaseError::DatabaseSignInRefused { reason },
        // connection exceptions, admin_shutdown and its like: starting up, shutting down
        code if code.starts_with("08") || code.starts_with("57P") => DatabaseError::DatabaseUnreachable { reason },
        _ => DatabaseError::DatabaseRefused { reason },
    }
}

/// The name that a message gives in double quotes, else the message.
fn quoted(message: &str) -> String {
    message.split('"').nth(1).unwrap_or(message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_table_is_named() {
        let error = refused("42P01", r#"relation "backup_run" does not exist"#);
        assert_eq!(error, DatabaseError::NotWeavestream { missing: "backup_run".into() });
    }
}
