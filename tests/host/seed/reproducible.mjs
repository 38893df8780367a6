// Seeded chance: the same seed gives the same ids, names and files in every host.

import { createCipheriv } from 'node:crypto';

/** mulberry32: small, fast, and good enough to choose names. @returns numbers from 0 up to 1. */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the seed needs from chance. */
export class Dice {
  constructor(seed) {
    this.roll = chance(seed);
  }

  pick(list) {
    return list[Math.floor(this.roll() * list.length)];
  }

  bytes(count) {
    if (count > 4096) return this.stream(count);
    return Buffer.from(Array.from({ length: count }, () => Math.floor(this.roll() * 256)));
  }

  /** Many bytes at once: the key stream of a cipher is as good and a thousand times faster. */
  stream(count) {
    return createCipheriv('aes-128-ctr', this.bytes(16), Buffer.alloc(16)).update(Buffer.alloc(count));
  }

  uuid() {
    const bytes = this.bytes(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  /** Characters of base32, as authenticator secrets have them. */
  base32(count) {
    return Array.from(this.bytes(count), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte & 31]).join('');
  }

  password() {
    return `${this.pick(['Harbor', 'Lumen', 'Cobalt', 'Juniper', 'Granite', 'Velvet'])}-${this.bytes(6).toString('base64url')}-${Math.floor(this.roll() * 900) + 100}`;
  }
}
