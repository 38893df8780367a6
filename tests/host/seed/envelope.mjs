// Weavestream's AES-256-GCM envelopes, to plant rows that a key can be proved against.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Base64 of version byte, kid length, kid, IV, tag, ciphertext.
 * @param aad text bound to the row: version 2 when given, version 1 when null.
 */
export function seal(plaintext, { key, kid, aad = null, iv = randomBytes(IV_BYTES) }) {
  const { tag, ciphertext } = encrypt(plaintext, key, iv, aad);
  const name = Buffer.from(kid);
  return Buffer.concat([Buffer.from([aad === null ? 1 : 2, name.length]), name, iv, tag, ciphertext]).toString('base64');
}

/** @param keyOf gives the key of a kid. @returns the plaintext; throws when the tag does not verify. */
export function open(envelope, keyOf, aad) {
  const bytes = Buffer.from(envelope, 'base64');
  const [version, kidLength] = bytes;
  const kid = bytes.subarray(2, 2 + kidLength).toString();
  return decrypt(bytes.subarray(2 + kidLength), keyOf(kid), version === 2 ? aad : null);
}

/** The older form of `users.mfa_secret_encrypted`: neither version nor kid. */
export function sealMfa(plaintext, { key, iv = randomBytes(IV_BYTES) }) {
  const { tag, ciphertext } = encrypt(plaintext, key, iv, null);
  return Buffer.concat([iv, tag, ciphertext]).toString('base64');
}

export function openMfa(envelope, key) {
  return decrypt(Buffer.from(envelope, 'base64'), key, null);
}

function encrypt(plaintext, key, iv, aad) {
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  if (aad !== null) cipher.setAAD(Buffer.from(aad));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return { tag: cipher.getAuthTag(), ciphertext };
}

function decrypt(bytes, key, aad) {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  if (aad !== null) decipher.setAAD(Buffer.from(aad));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString();
}
