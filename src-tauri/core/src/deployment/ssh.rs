use serde::{Deserialize, Serialize};
use specta::Type;

use super::fields::{FieldError, FieldFault, field, unusable};

/// The link to the Docker host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SshLink {
    /// Where and as whom.
    pub target: SshTarget,
    /// Folder with `compose.yml` on the host (`docs/weavestream.md` section 1).
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

impl SshLink {
    /// A secret of `other` is for this link as well: a passphrase opens the same
    /// file, a password goes to the same login of the same machine.
    #[must_use]
    pub fn shares_secret(&self, other: &Self) -> bool {
        let (this, that) = (&self.target, &other.target);
        let same_login = (&this.host, this.port, &this.user) == (&that.host, that.port, &that.user);
        this.auth == that.auth && (this.auth != SshAuth::Password || same_login)
    }

    /// Fields that cannot be used, with the reason.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if !self.folder.starts_with('/') {
            errors.push(field("folder", FieldFault::FullPath));
        } else if self.folder.contains('\0') {
            errors.push(field("folder", FieldFault::NulCharacter));
        }
        errors.extend(self.target.errors());
        errors
    }
}

impl SshTarget {
    /// Fields that cannot be used, with the reason.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if unusable(&self.host) {
            errors.push(field("host", FieldFault::HostOrAlias));
        }
        if self.port == Some(0) {
            errors.push(field("port", FieldFault::Port));
        }
        if self.user.as_deref().is_some_and(unusable) {
            errors.push(field("user", FieldFault::Login));
        }
        if matches!(&self.auth, SshAuth::Key { file } if file.trim().is_empty()) {
            errors.push(field("key", FieldFault::KeyFile));
        }
        if self.jump.as_deref().is_some_and(unusable) {
            errors.push(field("jump", FieldFault::JumpHosts));
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(host: &str, auth: SshAuth) -> SshLink {
        let target = SshTarget { host: host.into(), port: None, user: Some("deploy".into()), auth, jump: None };
        SshLink { target, folder: "/opt/weavestream".into() }
    }

    #[test]
    fn a_password_is_for_one_login_and_a_passphrase_for_one_file() {
        let password = |host| link(host, SshAuth::Password);
        assert!(password("ws1").shares_secret(&SshLink { folder: "/srv/ws".into(), ..password("ws1") }));
        assert!(!password("ws2").shares_secret(&password("ws1")));
        let (mut as_root, mut elsewhere) = (password("ws1"), password("ws1"));
        (as_root.target.user, elsewhere.target.port) = (Some("root".into()), Some(2222));
        assert!(!as_root.shares_secret(&password("ws1")) && !elsewhere.shares_secret(&password("ws1")));
        let key = |host, file: &str| link(host, SshAuth::Key { file: file.into() });
        assert!(key("ws2", "~/.ssh/id").shares_secret(&key("ws1", "~/.ssh/id")), "it never leaves this laptop");
        assert!(!key("ws1", "~/.ssh/other").shares_secret(&key("ws1", "~/.ssh/id")));
        assert!(!key("ws1", "~/.ssh/id").shares_secret(&password("ws1")));
    }
}
