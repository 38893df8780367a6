//! What the Secret Service of a Linux desktop is able to do now. Its libraries
//! give their reasons as text only; here each of them is asked for.

use secret_service::blocking::SecretService;
use secret_service::{EncryptionType, Error};
use selvage_core::ports::KeyringError;

/// How desktops call the collection that is opened with the login.
const LABEL: &str = "Login";

/// Whether entries can be read and written, or could be once a prompt is answered.
/// May take as long as the desktop takes to start its keyring.
pub(super) fn check() -> Result<(), KeyringError> {
    let service = SecretService::connect(EncryptionType::Plain).map_err(|error| translate(&error))?;
    let collection = service.get_default_collection().map_err(|error| translate(&error))?;
    match collection.is_locked() {
        // Without a display the prompt would be dismissed unseen, or never end.
        Ok(true) if !can_prompt() => Err(KeyringError::KeyringLocked),
        Ok(_) => Ok(()),
        Err(error) => Err(translate(&error)),
    }
}

/// Makes the default collection; the desktop asks for a password for it.
pub(super) fn create_collection() -> Result<(), KeyringError> {
    let service = SecretService::connect(EncryptionType::Plain).map_err(|error| translate(&error))?;
    match service.get_default_collection() {
        Ok(_) => Ok(()),
        Err(Error::NoResult) if !can_prompt() => Err(KeyringError::KeyringNoCollection),
        Err(Error::NoResult) => match service.create_collection(LABEL, "default") {
            Ok(_) => Ok(()),
            Err(Error::Prompt | Error::NoResult) => Err(KeyringError::KeyringDenied),
            Err(error) => Err(translate(&error)),
        },
        Err(error) => Err(translate(&error)),
    }
}

fn can_prompt() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn translate(error: &Error) -> KeyringError {
    match error {
        Error::NoResult => KeyringError::KeyringNoCollection,
        Error::Locked => KeyringError::KeyringLocked,
        Error::Prompt => KeyringError::KeyringDenied,
        other => KeyringError::KeyringAbsent { reason: other.to_string() },
    }
}
