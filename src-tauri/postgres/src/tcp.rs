//! Statements over TCP, by sqlx.

use std::time::Duration;

use async_trait::async_trait;
use selvage_core::ports::{DatabaseCredentials, DatabaseError, Endpoint};
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};

use crate::executor::{Executor, Param, Statement, refused};

/// A few connections to one server.
pub struct Tcp {
    pool: PgPool,
}

impl Tcp {
    /// Connects at first use, to a port of this laptop: a forward, which SSH
    /// encrypts, or the relay, which encrypts by itself.
    pub fn open(at: &Endpoint, credentials: &DatabaseCredentials) -> Self {
        let options = options(at, credentials);
        let pool = PgPoolOptions::new()
            .max_connections(3)
            .acquire_timeout(Duration::from_secs(20))
            .idle_timeout(Duration::from_mins(5))
            .connect_lazy_with(options);
        Self { pool }
    }
}

#[async_trait]
impl Executor for Tcp {
    async fn rows(&self, statement: &Statement) -> Result<Vec<Value>, DatabaseError> {
        let mut query = sqlx::query_scalar::<_, Value>(statement.sql);
        for param in &statement.params {
            query = match param {
                Param::Text(value) => query.bind(value.clone()),
                Param::TextArray(value) => query.bind(value.clone()),
                Param::Int(value) => query.bind(*value),
            };
        }
        query.fetch_all(&self.pool).await.map_err(|error| translate(&error))
    }
}

/// How a session of Selvage's is opened.
pub fn options(at: &Endpoint, credentials: &DatabaseCredentials) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .host(&at.host)
        .port(at.port)
        .username(&credentials.user)
        .password(credentials.password.expose())
        .database(&credentials.database)
        .application_name("selvage")
        .ssl_mode(PgSslMode::Disable)
        .options([("statement_timeout", "60s"), ("lock_timeout", "15s")])
}

/// What went wrong, in the port's words.
pub fn translate(error: &sqlx::Error) -> DatabaseError {
    match error {
        sqlx::Error::Database(said) => refused(&said.code().unwrap_or_default(), said.message()),
        sqlx::Error::PoolTimedOut => DatabaseError::DatabaseUnreachable { reason: "no connection within 20 s".into() },
        sqlx::Error::ColumnDecode { source, .. } => DatabaseError::DatabaseRefused { reason: source.to_string() },
        other => DatabaseError::DatabaseUnreachable { reason: other.to_string() },
    }
}
