//! Postgres without a host between.

use selvage_core::Secret;
use selvage_core::ports::{DatabaseError, DirectConnector, DirectRequest};
use selvage_core::weavestream::archive;

/// Lets in whom it should, keeps its lock to one session, and dumps.
/// `request` needs its password.
pub async fn works(connector: &dyn DirectConnector, request: &DirectRequest) {
    let without = DirectRequest { password: None, ..request.clone() };
    let user = request.link.user.clone();
    let refused = connector.connect(&without).await.map(|_| ());
    assert_eq!(refused, Err(DatabaseError::DatabasePasswordNeeded { user }));
    let wrong = DirectRequest { password: Some(Secret::new("not it".into())), ..request.clone() };
    let refused = connector.connect(&wrong).await.map(|_| ());
    assert!(matches!(refused, Err(DatabaseError::DatabaseSignInRefused { .. })), "{refused:?}");

    let postgres = connector.connect(request).await.unwrap();
    let server = postgres.database().server().await.unwrap();
    let rights = postgres.database().rights().await.unwrap();
    assert!(rights.read && rights.change && rights.dump, "{rights:?}");

    let held = postgres.lock("selvage contract one").await.unwrap().expect("nobody holds the lock");
    let holder = postgres.database().lock_holder().await.unwrap().expect("somebody holds the lock");
    assert_eq!(holder.application, "selvage contract one");
    assert!(postgres.lock("selvage contract two").await.unwrap().is_none(), "two hold the lock");
    drop(held);
    let database = postgres.database();
    crate::wait::until_answered("the lock is given back", async || database.lock_holder().await.unwrap().is_none())
        .await;

    let tools = connector.pg_dumps().await;
    let tool = tools.iter().find(|tool| tool.version.major() == server.version.major());
    let tool = tool.unwrap_or_else(|| panic!("no pg_dump for {} among {tools:?}", server.version));
    let mut dump = postgres.dump(tool, "selvage contract dump").await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = dump.next().await.unwrap() {
        bytes.extend_from_slice(&piece);
    }
    let exit = dump.exit().await.unwrap();
    assert_eq!(exit.status, 0, "{}", exit.stderr);
    assert!(archive::contents(std::io::Cursor::new(bytes)).unwrap().entries > 0);
}
