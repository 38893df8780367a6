import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, openMfa, seal, sealMfa } from './envelope.mjs';

const key = Buffer.from('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', 'base64');
const iv = Buffer.from('000102030405060708090a0b', 'hex');
const aad = 'password:11111111-1111-4111-8111-111111111111:22222222-2222-4222-8222-222222222222:password';
const version2 = 'AgExAAECAwQFBgcICQoLJyuGH0lF2PpO2nLRo1uGgDQxtWmgkQ==';
const version1 = 'AQcyMDI2LTAxAAECAwQFBgcICQoLJTlhXg9nWTj//3+d+scRQzQxtWmgkQ==';
const mfa = 'AAECAwQFBgcICQoLlyacGMlAIjMMWAXXNqxN6A1AhUyc1oZLyAnHwIK5ID0=';

test('the vectors are made exactly', () => {
  assert.equal(seal('s3cret', { key, kid: '1', aad, iv }), version2);
  assert.equal(seal('s3cret', { key, kid: '2026-01', iv }), version1);
  assert.equal(sealMfa('JBSWY3DPEHPK3PXP', { key, iv }), mfa);
});

test('the vectors open', () => {
  assert.equal(open(version2, () => key, aad), 's3cret');
  assert.equal(open(version1, (kid) => (kid === '2026-01' ? key : null), aad), 's3cret');
  assert.equal(openMfa(mfa, key), 'JBSWY3DPEHPK3PXP');
});

test('another row, key or byte is refused', () => {
  assert.throws(() => open(version2, () => key, aad.replace('password:1', 'password:3')));
  assert.throws(() => open(version2, () => Buffer.alloc(32), aad));
  const bent = Buffer.from(version2, 'base64');
  bent[bent.length - 1] ^= 1;
  assert.throws(() => open(bent.toString('base64'), () => key, aad));
});
