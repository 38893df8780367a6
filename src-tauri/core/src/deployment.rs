//! A deployment: one Weavestream installation and how this laptop reaches it.

use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

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
    /// How the Docker host is reached.
    pub ssh: SshTarget,
    /// Folder with `compose.yml` on the host (`WEAVESTREAM.md` section 1).
    pub folder: String,
}

/// Where and as whom to sign in over SSH.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SshTarget {
    /// Host name, address, or an alias of the user's SSH configuration.
    pub host: String,
    /// `None`: what the SSH configuration says, else 22.
    pub port: Option<u16>,
    /// `None`: what the SSH configuration says, else the local user.
    pub user: Option<String>,
    /// How to prove who we are.
    pub auth: SshAuth,
    /// `ProxyJump` in OpenSSH's notation (`user@host:port`, comma separated);
    /// `None`: what the SSH configuration says.
    pub jump: Option<String>,
}

/// How to sign in. Secrets themselves are in the OS keyring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "method", rename_all = "camelCase")]
pub enum SshAuth {
    /// Agent first, then the identity files of the SSH configuration.
    Automatic,
    /// Keys that the SSH agent holds.
    Agent,
    /// One private key file; its passphrase, if any, is in the keyring.
    Key {
        /// Path on this laptop; a leading `~/` is the home folder.
        file: String,
    },
    /// A password, kept in the keyring; also answers keyboard-interactive.
    Password,
}

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{field}: {reason}")]
#[serde(rename_all = "camelCase")]
pub struct FieldError {
    /// The field's name as in the form.
    pub field: String,
    /// What was found and what is expected.
    pub reason: String,
}

fn field(field: &str, reason: &str) -> FieldError {
    FieldError { field: field.into(), reason: reason.into() }
}

impl Deployment {
    /// A checked deployment with a new id. Every field in error is named.
    pub fn new(name: &str, ssh: SshTarget, folder: &str, taken: &[Deployment]) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = name.trim();
        let slug = slug(name);
        if name.is_empty() || name.chars().count() > 80 {
            errors.push(field("name", "1 to 80 characters"));
        } else if slug.is_empty() {
            errors.push(field("name", "needs at least one letter or digit"));
        } else if taken.iter().any(|d| d.name.eq_ignore_ascii_case(name) || d.slug == slug) {
            errors.push(field("name", "another deployment already has this name"));
        }
        if !folder.starts_with('/') {
            errors.push(field("folder", "a full path on the host, beginning with /"));
        } else if folder.contains('\0') {
            errors.push(field("folder", "cannot contain a NUL character"));
        }
        errors.extend(ssh.errors());
        if errors.is_empty() {
            Ok(Self { id: DeploymentId::random(), name: name.into(), slug, ssh, folder: folder.into() })
        } else {
            Err(errors)
        }
    }
}

impl SshTarget {
    /// Fields that cannot be used, with the reason.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let unusable = |text: &str| {
            text.is_empty() || text.starts_with('-') || text.chars().any(|c| c.is_whitespace() || c.is_control())
        };
        if unusable(&self.host) {
            errors.push(field("host", "a host name, address or SSH alias, without spaces"));
        }
        if self.port == Some(0) {
            errors.push(field("port", "1 to 65535"));
        }
        if self.user.as_deref().is_some_and(unusable) {
            errors.push(field("user", "a login name, without spaces"));
        }
        if matches!(&self.auth, SshAuth::Key { file } if file.trim().is_empty()) {
            errors.push(field("key", "choose the private key file"));
        }
        if self.jump.as_deref().is_some_and(unusable) {
            errors.push(field("jump", "user@host:port, comma separated"));
        }
        errors
    }
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

    fn target() -> SshTarget {
        SshTarget { host: "ws1".into(), port: None, user: None, auth: SshAuth::Automatic, jump: None }
    }

    #[test]
    fn slugs_are_short_and_plain() {
        assert_eq!(slug("Production – acme"), "production-acme");
        assert_eq!(slug("  Ünïcode!! 2 "), "n-code-2");
    }

    #[test]
    fn every_wrong_field_is_named() {
        let ssh = SshTarget { host: "-oProxyCommand=x".into(), port: Some(0), ..target() };
        let fields = Deployment::new(" ", ssh, "opt/weavestream", &[]).err().unwrap_or_default();
        let names: Vec<_> = fields.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(names, ["name", "folder", "host", "port"]);
    }

    #[test]
    fn names_are_unique_without_case() {
        let first = Deployment::new("Staging", target(), "/opt/weavestream", &[]);
        let taken: Vec<_> = first.into_iter().collect();
        assert!(Deployment::new("STAGING", target(), "/opt/weavestream", &taken).is_err());
    }
}
