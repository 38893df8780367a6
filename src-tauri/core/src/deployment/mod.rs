//! A deployment, one Weavestream installation: how this laptop reaches it, and
//! what is done with the deployments that it knows.

mod direct;
mod draft;
mod fields;
mod model;
mod registry;
mod ssh;
mod store;

pub use direct::{ClientCertificate, DirectLink, POSTGRES_PORT, Tls, TlsMode};
pub use draft::{DirectDraft, Draft, SshDraft};
pub use fields::{FieldError, FieldFault, field};
pub use model::{Deployment, DeploymentId, slug};
pub use registry::{DeploymentRow, Deployments};
pub use ssh::{SshAuth, SshLink, SshTarget};
pub use store::DeploymentStore;
