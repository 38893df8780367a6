//! A deployment, one Weavestream installation, and how this laptop reaches it.

mod direct;
mod fields;
mod model;
mod ssh;
mod store;

pub use direct::{ClientCertificate, DirectLink, POSTGRES_PORT, Tls, TlsMode};
pub use fields::{FieldError, FieldFault, field};
pub use model::{Deployment, DeploymentId, link_errors, slug};
pub use ssh::{SshAuth, SshLink, SshTarget};
pub use store::DeploymentStore;
