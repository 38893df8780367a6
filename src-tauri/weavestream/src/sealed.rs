//! Where Weavestream keeps what it encrypts (`docs/weavestream.md` section 7).

use serde::{Deserialize, Serialize};
use specta::Type;

use super::env_names::KeyUse;

/// A column whose values are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SealedColumn {
    /// `passwords.password_ciphertext`
    Password,
    /// `passwords.totp_secret_ciphertext`
    PasswordTotp,
    /// `passwords.notes_ciphertext`
    PasswordNotes,
    /// `password_versions.password_ciphertext`
    OldPassword,
    /// `password_versions.totp_secret_ciphertext`
    OldPasswordTotp,
    /// `password_versions.notes_ciphertext`
    OldPasswordNotes,
    /// `integration_secrets.ciphertext`
    Integration,
    /// `ai_settings.api_key_ciphertext`
    AiProvider,
    /// `email_settings.password_ciphertext`
    Email,
    /// `integration_oauth_apps.secret_ciphertext`, newer than 1.9.11
    OauthApp,
    /// `users.mfa_secret_encrypted`
    Mfa,
}

impl SealedColumn {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Password,
        Self::PasswordTotp,
        Self::PasswordNotes,
        Self::OldPassword,
        Self::OldPasswordTotp,
        Self::OldPasswordNotes,
        Self::Integration,
        Self::AiProvider,
        Self::Email,
        Self::OauthApp,
        Self::Mfa,
    ];

    /// Table and column.
    #[must_use]
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Password => ("passwords", "password_ciphertext"),
            Self::PasswordTotp => ("passwords", "totp_secret_ciphertext"),
            Self::PasswordNotes => ("passwords", "notes_ciphertext"),
            Self::OldPassword => ("password_versions", "password_ciphertext"),
            Self::OldPasswordTotp => ("password_versions", "totp_secret_ciphertext"),
            Self::OldPasswordNotes => ("password_versions", "notes_ciphertext"),
            Self::Integration => ("integration_secrets", "ciphertext"),
            Self::AiProvider => ("ai_settings", "api_key_ciphertext"),
            Self::Email => ("email_settings", "password_ciphertext"),
            Self::OauthApp => ("integration_oauth_apps", "secret_ciphertext"),
            Self::Mfa => ("users", "mfa_secret_encrypted"),
        }
    }

    /// What its values are encrypted with.
    #[must_use]
    pub fn key(self) -> KeyUse {
        match self {
            Self::Integration | Self::AiProvider | Self::OauthApp => KeyUse::Integration,
            Self::Email => KeyUse::Smtp,
            Self::Mfa => KeyUse::Mfa,
            _ => KeyUse::Password,
        }
    }
}

/// Everything encrypted that was found in a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedData {
    /// Each column of [`SealedColumn::ALL`].
    pub samples: Vec<SealedSamples>,
    /// `table.column` of every other column that is named like an encrypted one: a
    /// newer Weavestream's. What they hold, and with which key, is not known.
    pub unknown: Vec<String>,
}

/// What was found in one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSamples {
    /// The encrypted column.
    pub column: SealedColumn,
    /// The samples, or why there are none.
    pub found: Result<Vec<Sealed>, NotSampled>,
}

/// One encrypted value: of each version and kid in a column up to three, of MFA secrets each.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Sealed {
    /// What it is bound to, should it be bound.
    pub row: String,
    /// The envelope.
    pub text: String,
    /// Rows of the column like it; 0 for all but the first of its kind.
    pub rows: u64,
}

/// Why a column gave no samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "not", rename_all = "snake_case")]
pub enum NotSampled {
    /// This Weavestream has no such table or column.
    Missing,
    /// The role may not read it.
    Forbidden,
}
