//! Envelopes as Weavestream makes them, for proofs of keys.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use selvage_core::weavestream::sealed::{Sealed, SealedColumn, SealedSamples};

/// An envelope of version 2: `text` under `key`, an entry of `.env`, bound to `row`.
#[must_use]
pub fn envelope(kid: &str, key: &str, row: &str, text: &str) -> String {
    let body = body(key, row, text);
    STANDARD.encode([&[2, u8::try_from(kid.len()).unwrap()], kid.as_bytes(), &body].concat())
}

/// The older form without version and kid.
#[must_use]
pub fn without_kid(key: &str, text: &str) -> String {
    STANDARD.encode(body(key, "", text))
}

fn body(key: &str, row: &str, text: &str) -> Vec<u8> {
    let iv: [u8; 12] = rand::random();
    let cipher = Aes256Gcm::new_from_slice(&STANDARD.decode(key).unwrap()).unwrap();
    let payload = Payload { msg: text.as_bytes(), aad: row.as_bytes() };
    let sealed = cipher.encrypt(&Nonce::from(iv), payload).unwrap();
    let (ciphertext, tag) = sealed.split_at(sealed.len() - 16);
    [&iv, tag, ciphertext].concat()
}

/// What a column gave: each envelope with the row that it is bound to, standing for `rows` rows.
#[must_use]
pub fn samples(column: SealedColumn, found: &[(&str, String, u64)]) -> SealedSamples {
    let sealed =
        |(row, text, rows): &(&str, String, u64)| Sealed { row: (*row).into(), text: text.clone(), rows: *rows };
    SealedSamples { column, found: Ok(found.iter().map(sealed).collect()) }
}
