//! How a version lies in the keyring: base64 text, in as many entries as the
//! system needs. The first begins with the key of the fingerprints.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::error::VaultError;
use super::fingerprint::FingerprintKey;
use super::version::EnvVersion;
use crate::Secret;
use crate::base::Problem;
use crate::deployment::DeploymentId;
use crate::ports::{Keyring, KeyringError};
use crate::weavestream::env_file::EnvFile;

/// Between the key and the text of the first entry; in neither alphabet.
const MARK: char = '.';

/// The entry of the keyring that holds piece `piece` of a version, both counted from 1.
fn entry(version: &EnvVersion, piece: usize) -> String {
    entry_of(version.deployment, version.number, piece)
}

fn entry_of(deployment: DeploymentId, number: u32, piece: usize) -> String {
    format!("env:{deployment}:{number}:{piece}")
}

/// Whether the keyring has a version of that number already: of another data
/// folder of this login, or of one that was lost.
pub(super) async fn taken(keyring: &dyn Keyring, deployment: DeploymentId, number: u32) -> Result<bool, Problem> {
    Ok(keyring.get(&entry_of(deployment, number, 1)).await?.is_some())
}

/// What is stored for `bytes`, each within `limit` characters.
pub(super) fn pieces(bytes: &[u8], marks: &FingerprintKey, limit: Option<usize>) -> Vec<Secret> {
    let text = Zeroizing::new(format!("{}{MARK}{}", *marks.text(), *Zeroizing::new(STANDARD.encode(bytes))));
    // ASCII throughout, so bytes are characters.
    let size = limit.unwrap_or(text.len()).max(1);
    let pieces = text.as_bytes().chunks(size);
    pieces.map(|piece| Secret::new(String::from_utf8_lossy(piece).into_owned())).collect()
}

/// Why pieces were not stored.
pub(super) struct NotKept {
    pub problem: Problem,
    /// Some of them may be in the keyring all the same.
    pub left: bool,
}

/// Stores the pieces of `version`. What was stored of them goes again when one
/// cannot be.
pub(super) async fn keep(keyring: &dyn Keyring, version: &EnvVersion, pieces: &[Secret]) -> Result<(), NotKept> {
    for (at, piece) in pieces.iter().enumerate() {
        if let Err(error) = keyring.set(&entry(version, at + 1), piece).await {
            // A keyring that was not waited for any longer may store it yet.
            let late = matches!(error, KeyringError::KeyringTimedOut { .. });
            let left = late || (at > 0 && discard(keyring, version).await.is_err());
            return Err(NotKept { problem: error.into(), left });
        }
    }
    Ok(())
}

/// Reads `version` back, and compares every piece and the whole with the index.
pub(super) async fn fetch(keyring: &dyn Keyring, version: &EnvVersion) -> Result<(EnvFile, FingerprintKey), Problem> {
    let number = version.number;
    let altered = |piece: usize| VaultError::EntryAltered { version: number, entry: entry(version, piece) };
    let mut text = Zeroizing::new(String::new());
    let mut found = Vec::new();
    for piece in 1..=version.pieces.len() {
        let name = entry(version, piece);
        let part = keyring.get(&name).await?.ok_or(VaultError::EntryMissing { version: number, entry: name })?;
        text.push_str(part.expose());
        found.push(part);
    }
    let (key, body) = text.split_once(MARK).ok_or_else(|| altered(1))?;
    let marks = FingerprintKey::from_text(key).ok_or_else(|| altered(1))?;
    for (at, (part, expected)) in found.iter().zip(&version.pieces).enumerate() {
        if marks.of_piece(at + 1, part.expose()) != *expected {
            return Err(altered(at + 1).into());
        }
    }
    let bytes = STANDARD.decode(body).map_err(|_| altered(1))?;
    if marks.of_file(&bytes) != version.fingerprint {
        return Err(altered(1).into());
    }
    Ok((EnvFile::parse(bytes)?, marks))
}

/// Removes every entry of `version`; those that are gone already are fine.
pub(super) async fn discard(keyring: &dyn Keyring, version: &EnvVersion) -> Result<(), Problem> {
    for piece in 1..=version.pieces.len() {
        keyring.delete(&entry(version, piece)).await?;
    }
    Ok(())
}
