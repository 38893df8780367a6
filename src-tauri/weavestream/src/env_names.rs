//! What the names in Weavestream's `.env` are for (`docs/weavestream.md` section 6).

use serde::{Deserialize, Serialize};
use specta::Type;

use super::env_file::EnvFile;

/// What stored data or sessions are protected with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyUse {
    /// Saved passwords with their notes and one-time codes.
    Password,
    /// One-time codes of the users themselves.
    Mfa,
    /// Secrets of integrations, and the AI provider's.
    Integration,
    /// The mail server's password.
    Smtp,
    /// Sessions.
    Jwt,
    /// Cookies.
    Cookie,
    /// Forms.
    Csrf,
}

impl KeyUse {
    /// Those that stored data depends on: without them it stays shut for ever.
    pub const OF_DATA: [Self; 4] = [Self::Password, Self::Mfa, Self::Integration, Self::Smtp];

    /// The name of the active key.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "PASSWORD_ENCRYPTION_KEY",
            Self::Mfa => "MFA_ENCRYPTION_KEY",
            Self::Integration => "INTEGRATION_SECRET_KEY",
            Self::Smtp => "SMTP_SECRET_KEY",
            Self::Jwt => "JWT_SIGNING_KEY",
            Self::Cookie => "COOKIE_SIGNING_KEY",
            Self::Csrf => "CSRF_SIGNING_KEY",
        }
    }

    /// The name of its kid; none where there is only ever one key.
    #[must_use]
    pub fn kid_name(self) -> Option<String> {
        self.previous_name().map(|_| format!("{}_KID", self.name()))
    }

    /// The name of the list of keys before it.
    #[must_use]
    pub fn previous_name(self) -> Option<&'static str> {
        match self {
            Self::Password => Some("PASSWORD_PREVIOUS_KEYS"),
            Self::Integration => Some("INTEGRATION_PREVIOUS_KEYS"),
            Self::Smtp => Some("SMTP_PREVIOUS_KEYS"),
            Self::Jwt => Some("JWT_PREVIOUS_KEYS"),
            Self::Mfa | Self::Cookie | Self::Csrf => None,
        }
    }

    /// Stored data is encrypted with it.
    #[must_use]
    pub fn opens_data(self) -> bool {
        Self::OF_DATA.contains(&self)
    }

    /// It must have exactly 32 bytes; the others at least that many.
    #[must_use]
    pub fn is_exact(self) -> bool {
        self.opens_data()
    }
}

const USES: [KeyUse; 7] =
    [KeyUse::Password, KeyUse::Mfa, KeyUse::Integration, KeyUse::Smtp, KeyUse::Jwt, KeyUse::Cookie, KeyUse::Csrf];

/// What a name holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRole {
    /// The active key of a use.
    Key(KeyUse),
    /// Keys before it, as `kid:key`, separated by commas.
    PreviousKeys(KeyUse),
    /// The active key's kid.
    Kid(KeyUse),
    /// A password or an address with one in it.
    Access,
    /// A setting that Weavestream documents, and no secret.
    Setting,
    /// A name that Selvage does not know: taken for a secret where it may be one.
    Other {
        /// Its name sounds like a secret's.
        sounds_secret: bool,
    },
}

/// What `name` holds.
#[must_use]
pub fn role_of(name: &str) -> NameRole {
    for of in USES {
        if name == of.name() {
            return NameRole::Key(of);
        }
        if Some(name) == of.previous_name() {
            return NameRole::PreviousKeys(of);
        }
        if of.kid_name().as_deref() == Some(name) {
            return NameRole::Kid(of);
        }
    }
    match name {
        "POSTGRES_PASSWORD" | "REDIS_PASSWORD" | "DATABASE_URL" | "REDIS_URL" => NameRole::Access,
        "POSTGRES_USER"
        | "POSTGRES_DB"
        | "WEAVESTREAM_VERSION"
        | "WEB_HOST_PORT"
        | "DATA_DIR"
        | "APP_URL"
        | "API_URL"
        | "COMPOSE_PROJECT_NAME"
        | "NODE_ENV"
        | "LOG_LEVEL"
        | "FILE_STORAGE_DIR"
        | "BACKUP_STORAGE_DIR"
        | "UPLOAD_REAPER_CRON" => NameRole::Setting,
        _ => NameRole::Other { sounds_secret: sounds_secret(name) },
    }
}

fn sounds_secret(name: &str) -> bool {
    let upper = name.to_uppercase();
    ["SECRET", "PASS", "TOKEN", "KEY", "CREDENTIAL", "PRIVATE", "URL", "DSN", "AUTH"]
        .iter()
        .any(|word| upper.contains(word))
}

/// Compose sets its own for api and worker, so what `.env` says does not matter there (section 1).
#[must_use]
pub fn compose_sets_its_own(name: &str) -> bool {
    ["DATABASE_URL", "REDIS_URL", "FILE_STORAGE_DIR", "BACKUP_STORAGE_DIR"].contains(&name)
}

/// Without these Weavestream does not start, or Compose cannot make its containers.
#[must_use]
pub fn required() -> Vec<&'static str> {
    let rest = ["POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "REDIS_PASSWORD", "APP_URL", "API_URL"];
    USES.iter().map(|of| of.name()).chain(rest).collect()
}

/// A value of the template that nobody has replaced counts as unset.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    value.trim_start().to_ascii_uppercase().starts_with("REPLACEME")
}

/// A name of `file` as it may be stored and shown. A key that stands on a line of
/// its own reads as a name without a value, whatever it is written in: unless
/// Weavestream knows the name, such a one is told by its length only.
#[must_use]
pub fn redacted_name_in(file: &EnvFile, name: &str) -> String {
    let known = !matches!(role_of(name), NameRole::Other { .. });
    if known || file.occurrences(name) > 0 { redacted_name(name) } else { by_length(name) }
}

fn by_length(name: &str) -> String {
    format!("(a name of {} characters)", name.chars().count())
}

/// Long, of hexadecimal digits and hyphens alone: a key or a UUID.
fn is_hexadecimal(name: &str) -> bool {
    name.len() >= 16
        && name.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
        && name.contains(|c: char| c.is_ascii_digit())
}

/// A name that has a value, as it may be stored and shown. One that looks like a
/// key that was wrapped is told by its length only.
#[must_use]
pub fn redacted_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let has = |of: fn(&char) -> bool| name.chars().any(|c| of(&c));
    let mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit);
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_key = is_hexadecimal(name) || mixed && name.len() > 16;
    if begins && name.chars().all(plain) && name.len() <= 64 && !is_key { name.to_owned() } else { by_length(name) }
}

/// A kid as it may be stored and shown: a key in its place is told by its length only.
#[must_use]
pub fn redacted_kid(kid: &str) -> String {
    let length = kid.chars().count();
    if length <= 32 { kid.to_owned() } else { format!("(a kid of {length} characters)") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        assert_eq!(role_of("SMTP_SECRET_KEY"), NameRole::Key(KeyUse::Smtp));
        assert_eq!(role_of("SMTP_SECRET_KEY_KID"), NameRole::Kid(KeyUse::Smtp));
        assert_eq!(role_of("JWT_PREVIOUS_KEYS"), NameRole::PreviousKeys(KeyUse::Jwt));
        // There is no list of MFA keys, so no kid either.
        assert_eq!(role_of("MFA_ENCRYPTION_KEY_KID"), NameRole::Other { sounds_secret: true });
        assert_eq!(role_of("COMPANY_BANNER"), NameRole::Other { sounds_secret: false });
        assert_eq!(role_of("OIDC_CLIENT_SECRET"), NameRole::Other { sounds_secret: true });
        assert!(required().contains(&"CSRF_SIGNING_KEY"));
        for name in ["PASSWORD_ENCRYPTION_KEY", "http_proxy", "A", "oidc.client-id", "S3_Bucket2"] {
            assert_eq!(redacted_name(name), name);
        }
        for material in [
            "a1b2c3d4e5f60718293a4b5c6d7e8f90",
            "f47ac10b-58cc-4372-a567-0e02b2c3d479",
            "Q3xA9fKdLm2PqRsTuVwXyZ0123456789abcdefGHIJ",
            "9A",
            "ümläut",
            "a b",
        ] {
            assert!(redacted_name(material).starts_with("(a name of "), "{material}");
        }
        assert_eq!(
            (redacted_kid("2026-01"), redacted_kid(&"k".repeat(44)).as_str()),
            ("2026-01".to_owned(), "(a kid of 44 characters)")
        );
        let hex = "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90";
        let bare = format!(
            "APP_URL=x\n{hex}\nf47ac10b-58cc-4372-a567-0e02b2c3d479\nabcdefghijklmnop\nPOSTGRES_PASSWORD\nHOME_MADE=1\n"
        );
        let file = EnvFile::parse(bare.into_bytes()).unwrap_or_else(|error| unreachable!("{error}"));
        let names: Vec<_> = file.names().into_iter().map(|name| redacted_name_in(&file, name)).collect();
        let expected = [
            "APP_URL",
            "(a name of 64 characters)",
            "(a name of 36 characters)",
            "(a name of 16 characters)",
            "POSTGRES_PASSWORD",
            "HOME_MADE",
        ];
        assert_eq!(names, expected, "what is no assignment is told by its length only");
        assert!(is_placeholder("REPLACEME_32_BYTES_BASE64") && !is_placeholder("x REPLACEME"));
    }
}
