use std::time::Duration;

use async_trait::async_trait;
use selvage_core::ports::{DatabaseCredentials, DatabaseError, Endpoint, HeldLock};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use crate::tcp::{options, translate};

/// How often the session is looked at, and how long an answer may take.
const LOOK_EVERY: Duration = Duration::from_secs(10);
const LOCK_TIMEOUT: Duration = Duration::from_secs(20);

/// The advisory lock of backups, held by a session of its own.
pub struct SessionLock {
    session: PgConnection,
}

impl SessionLock {
    /// Takes the lock; none when somebody else holds it.
    pub async fn take(
        at: &Endpoint,
        credentials: &DatabaseCredentials,
        application: &str,
    ) -> Result<Option<Self>, DatabaseError> {
        let options = options(at, credentials).application_name(application);
        let mut session = options.connect().await.map_err(|error| translate(&error))?;
        let tried = sqlx::query_scalar("select pg_try_advisory_lock(hashtext('weavestream:backup'))");
        let held: bool = tried.fetch_one(&mut session).await.map_err(|error| translate(&error))?;
        Ok(held.then_some(Self { session }))
    }
}

#[async_trait]
impl HeldLock for SessionLock {
    async fn lost(&mut self) -> DatabaseError {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            match tokio::time::timeout(LOCK_TIMEOUT, self.session.ping()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return translate(&error),
                Err(_) => {
                    let reason = "the session that holds the lock does not answer".to_owned();
                    return DatabaseError::DatabaseUnreachable { reason };
                }
            }
        }
    }
}
