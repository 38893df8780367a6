use serde::Serialize;

use crate::base::say;
pub use crate::weavestream::FieldError;

/// Why a field of a deployment's form cannot be used. Its words, what is expected, are
/// in `selvage-words`, under `field-`.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldFault {
    /// It is no full path of the host.
    FullPath,
    /// It contains a NUL character.
    NulCharacter,
    /// It is no host name, address or SSH alias.
    HostOrAlias,
    /// It is no port.
    Port,
    /// It is no login name.
    Login,
    /// No private key file is chosen.
    KeyFile,
    /// They are no jump hosts.
    JumpHosts,
    /// It is no host name or address.
    Host,
    /// It is no name of a role.
    Role,
    /// It is no name of a database.
    Database,
    /// No file of an authority is chosen.
    AuthorityFile,
    /// The key has no certificate.
    ClientCertificate,
    /// The certificate has no key.
    ClientKey,
    /// It is too short or too long.
    NameLength,
    /// It has neither letter nor digit.
    NameWithoutLetter,
    /// Another deployment has it.
    NameTaken,
    /// There is no link at all.
    NoLink,
}

/// The field of a form that is in error.
#[must_use]
pub fn field(field: &str, fault: FieldFault) -> FieldError {
    FieldError { field: field.into(), reason: say("field", "", &fault).title }
}

/// What cannot be a host, a login or an option of a program: empty, with spaces, or
/// read as an option.
pub(super) fn unusable(text: &str) -> bool {
    text.is_empty() || text.starts_with('-') || text.chars().any(|c| c.is_whitespace() || c.is_control())
}
