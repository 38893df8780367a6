//! What the form for a deployment's links holds, and which secrets go with it.

use serde::Deserialize;
use specta::Type;

use crate::Secret;
use crate::deployment::{Deployment, DirectLink, SshAuth, SshLink};
use crate::link::SecretKind;
use crate::ports::SshSecrets;

/// What the form for a deployment holds. It can be received, never sent.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// As the admin calls it.
    pub name: String,
    /// The link to the Docker host.
    pub ssh: Option<SshDraft>,
    /// The direct link to Postgres.
    pub direct: Option<DirectDraft>,
}

/// A link to the host, with the secret that was just typed.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SshDraft {
    /// Where and as whom.
    pub link: SshLink,
    /// Password of the login, or passphrase of the key file.
    #[serde(default, deserialize_with = "typed")]
    #[specta(type = Option<String>)]
    pub secret: Option<Secret>,
}

/// A direct link to Postgres, with the password that was just typed.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DirectDraft {
    /// Where and as whom.
    pub link: DirectLink,
    /// Password of the role; none where the client certificate is enough.
    #[serde(default, deserialize_with = "typed")]
    #[specta(type = Option<String>)]
    pub password: Option<Secret>,
}

fn typed<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()).map(Secret::new))
}

impl SshDraft {
    pub(super) fn secrets(&self) -> SshSecrets {
        match self.link.target.auth {
            SshAuth::Password => SshSecrets { password: self.secret.clone(), passphrase: None },
            SshAuth::Key { .. } | SshAuth::Automatic => SshSecrets { password: None, passphrase: self.secret.clone() },
            SshAuth::Agent => SshSecrets::default(),
        }
    }
}

impl Draft {
    pub(super) fn links(&self) -> (Option<SshLink>, Option<DirectLink>) {
        (self.ssh.as_ref().map(|ssh| ssh.link.clone()), self.direct.as_ref().map(|direct| direct.link.clone()))
    }

    /// What is to be kept in the keyring.
    pub(super) fn secrets(&self) -> Vec<(SecretKind, Secret)> {
        let SshSecrets { password, passphrase } = self.ssh.as_ref().map(SshDraft::secrets).unwrap_or_default();
        let database = self.direct.as_ref().and_then(|direct| direct.password.clone());
        let all = [
            (SecretKind::Password, password),
            (SecretKind::Passphrase, passphrase),
            (SecretKind::DatabasePassword, database),
        ];
        all.into_iter().filter_map(|(kind, secret)| Some((kind, secret?))).collect()
    }

    /// The deployment with those links of the draft whose secret is in the keyring:
    /// none was typed, and the link leads where it led before. None without any.
    pub(super) fn kept(&self, before: &Deployment) -> Option<Deployment> {
        let ssh = self.ssh.as_ref().filter(|new| new.secret.is_none());
        let ssh = ssh.filter(|new| before.ssh.as_ref().is_some_and(|old| new.link.shares_secret(old)));
        let direct = self.direct.as_ref().filter(|new| new.password.is_none());
        let direct = direct.filter(|new| before.direct.as_ref().is_some_and(|old| new.link.shares_secret(old)));
        let (ssh, direct) = (ssh.map(|ssh| ssh.link.clone()), direct.map(|direct| direct.link.clone()));
        (ssh.is_some() || direct.is_some()).then(|| Deployment { ssh, direct, ..before.clone() })
    }

    /// Secrets of `before` that must not go where the draft's links lead.
    pub(super) fn outdated(&self, before: &Deployment) -> Vec<SecretKind> {
        let ssh = self.ssh.as_ref().zip(before.ssh.as_ref()).filter(|(new, old)| !new.link.shares_secret(old));
        let direct = self.direct.as_ref().zip(before.direct.as_ref()).filter(|(new, old)| !new.link.shares_secret(old));
        let kinds = ssh.and_then(|(_, old)| SecretKind::of(&old.target.auth));
        kinds.into_iter().chain(direct.map(|_| SecretKind::DatabasePassword)).collect()
    }
}
