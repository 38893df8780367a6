//! The Database port: Weavestream's Postgres, over TCP or through `psql` in
//! the postgres container, or reached directly. All ways run the same statements ([`queries`]) and
//! differ only in how one statement travels ([`executor`]).

mod direct;
mod executor;
mod pg_dump;
mod psql;
mod queries;
mod rows;
mod sealed;
mod tcp;
mod writes;

use std::sync::Arc;

use async_trait::async_trait;
use selvage_core::ports::{Database, DatabaseConnector, DatabaseCredentials, DatabaseError, Endpoint, Host};
use selvage_core::weavestream::compose::Project;

use crate::psql::Psql;
use crate::queries::Queries;
use crate::tcp::Tcp;

/// Opens databases for real.
#[derive(Clone, Copy, Debug, Default)]
pub struct PostgresConnector;

#[async_trait]
impl DatabaseConnector for PostgresConnector {
    async fn over_tcp(
        &self,
        at: &Endpoint,
        credentials: &DatabaseCredentials,
    ) -> Result<Arc<dyn Database>, DatabaseError> {
        Ok(Arc::new(Queries::new(Tcp::open(at, credentials))))
    }

    async fn over_psql(
        &self,
        host: Arc<dyn Host>,
        project: &Project,
        credentials: &DatabaseCredentials,
    ) -> Result<Arc<dyn Database>, DatabaseError> {
        Ok(Arc::new(Queries::new(Psql::new(host, project, credentials))))
    }
}
