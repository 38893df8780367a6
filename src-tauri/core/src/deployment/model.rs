use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use super::direct::DirectLink;
use super::fields::{FieldError, FieldFault, field};
use super::ssh::SshLink;

/// Identifies a deployment for as long as this laptop knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
#[specta(transparent)]
pub struct DeploymentId(#[specta(type = String)] pub Uuid);

impl DeploymentId {
    /// A new, random id.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl std::fmt::Display for DeploymentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// One Weavestream installation, with its link and settings on this laptop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// Stays the same when the name changes.
    pub id: DeploymentId,
    /// As the admin calls it, 1 to 80 characters.
    pub name: String,
    /// Short name: lower-case letters, digits and hyphens; unique on this laptop.
    pub slug: String,
    /// How the Docker host is reached: everything can be done over it.
    pub ssh: Option<SshLink>,
    /// How Postgres is reached without the host. Used alone, or while the host does not answer.
    pub direct: Option<DirectLink>,
}

impl Deployment {
    /// A checked deployment with a new id. Every field in error is named.
    pub fn new(
        name: &str,
        ssh: Option<SshLink>,
        direct: Option<DirectLink>,
        taken: &[Deployment],
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = name.trim();
        let slug = slug(name);
        if name.is_empty() || name.chars().count() > 80 {
            errors.push(field("name", FieldFault::NameLength));
        } else if slug.is_empty() {
            errors.push(field("name", FieldFault::NameWithoutLetter));
        } else if taken.iter().any(|d| d.name.eq_ignore_ascii_case(name) || d.slug == slug) {
            errors.push(field("name", FieldFault::NameTaken));
        }
        errors.extend(link_errors(ssh.as_ref(), direct.as_ref()));
        if errors.is_empty() {
            Ok(Self { id: DeploymentId::random(), name: name.into(), slug, ssh, direct })
        } else {
            Err(errors)
        }
    }

    /// The machine it is called by: the Docker host, else the database's.
    #[must_use]
    pub fn host(&self) -> &str {
        let ssh = self.ssh.as_ref().map(|ssh| ssh.target.host.as_str());
        ssh.or(self.direct.as_ref().map(|direct| direct.host.as_str())).unwrap_or_default()
    }
}

/// Fields of the links that cannot be used; a deployment has one or both.
#[must_use]
pub fn link_errors(ssh: Option<&SshLink>, direct: Option<&DirectLink>) -> Vec<FieldError> {
    if ssh.is_none() && direct.is_none() {
        return vec![field("link", FieldFault::NoLink)];
    }
    ssh.map(SshLink::errors).into_iter().chain(direct.map(DirectLink::errors)).flatten().collect()
}

/// The short name made from a name: `Production – acme` becomes `production-acme`.
#[must_use]
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::{SshAuth, SshTarget};

    fn link() -> SshLink {
        let target = SshTarget { host: "ws1".into(), port: None, user: None, auth: SshAuth::Automatic, jump: None };
        SshLink { target, folder: "/opt/weavestream".into() }
    }

    fn with(name: &str, ssh: SshLink, taken: &[Deployment]) -> Result<Deployment, Vec<FieldError>> {
        Deployment::new(name, Some(ssh), None, taken)
    }

    #[test]
    fn slugs_are_short_and_plain() {
        assert_eq!(slug("Production – acme"), "production-acme");
        assert_eq!(slug("  Ünïcode!! 2 "), "n-code-2");
    }

    #[test]
    fn every_wrong_field_is_named() {
        let target = SshTarget { host: "-oProxyCommand=x".into(), port: Some(0), ..link().target };
        let wrong = SshLink { target, folder: "opt/weavestream".into() };
        let fields = with(" ", wrong, &[]).err().unwrap_or_default();
        let names: Vec<_> = fields.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(names, ["name", "folder", "host", "port"]);
    }

    #[test]
    fn names_are_unique_without_case() {
        let taken: Vec<_> = with("Staging", link(), &[]).into_iter().collect();
        assert!(with("STAGING", link(), &taken).is_err());
    }

    #[test]
    fn a_deployment_has_at_least_one_link() {
        let fields = Deployment::new("Staging", None, None, &[]).err().unwrap_or_default();
        assert_eq!(fields.first().map(|error| error.field.as_str()), Some("link"));
    }
}
