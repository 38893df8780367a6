import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeEnvFile } from './env-file.mjs';
import { open } from './envelope.mjs';
import { makePeople } from './people.mjs';
import { Dice } from './reproducible.mjs';
import { makeSeed } from './seed.mjs';
import { makeFolders } from './content.mjs';
import { makePasswords } from './vault-rows.mjs';

const now = new Date('2026-10-15T12:00:00Z');
const envFile = () => makeEnvFile({ version: '1.9.11', webPort: 3000, dataDir: null, project: null });

test('two hosts have the same ids and files, and different keys', () => {
  const [one, other] = [envFile(), envFile()];
  const [a, b] = [makeSeed(now, one.keyrings), makeSeed(now, other.keyrings)];
  assert.equal(a.schedules.daily.id, b.schedules.daily.id);
  assert.deepEqual(a.files.map((file) => file.path), b.files.map((file) => file.path));
  assert.notEqual(a.sql, b.sql);
  assert.ok(one.secrets.every((secret) => !other.secrets.includes(secret)));
});

test('every password opens with the key of its kid; both versions and all kids occur in every column', () => {
  const dice = new Dice(1);
  const { keyrings } = envFile();
  const people = makePeople(dice, now, keyrings.mfa);
  const { passwords, versions, plaintexts } = makePasswords(dice, now, people, keyrings.password, makeFolders(dice, now, people.companies, { slugs: false }));
  const forms = new Set();
  for (const row of [...passwords, ...versions]) {
    for (const [column, field] of [['password_ciphertext', 'password'], ['totp_secret_ciphertext', 'totp'], ['notes_ciphertext', 'notes']]) {
      if (row[column] === null) continue;
      const bytes = Buffer.from(row[column], 'base64');
      forms.add(`${column} ${bytes[0]} ${bytes.subarray(2, 2 + bytes[1])}`);
      const aad = `password:${row.company_id}:${row.password_id ?? row.id}:${field}`;
      assert.ok(plaintexts.includes(open(row[column], (kid) => keyrings.password.keys[kid], aad)));
    }
  }
  assert.equal(forms.size, 3 * 2 * 3);
});

test('every table of the 52 gets rows', () => {
  const folder = join(import.meta.dirname, '../database/migrations');
  const made = readdirSync(folder).flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/^CREATE TABLE (\w+)/gm)].map(([, table]) => table));
  const { sql } = makeSeed(now, envFile().keyrings);
  const elsewhere = { search_index: 'triggers', backup_run: 'the history', system_settings: 'its migration' };
  assert.equal(made.length + 1, 52, 'with that of the migrations themselves');
  assert.deepEqual(made.filter((table) => !sql.includes(`INSERT INTO ${table} (`) && !(table in elsewhere)), []);
});

test('a name may occur twice in .env and the last is the real one', () => {
  const { text, values } = envFile();
  const lines = text.split('\n').filter((line) => line.startsWith('PASSWORD_ENCRYPTION_KEY='));
  assert.equal(lines.length, 2);
  assert.match(lines[0], /REPLACEME/);
  assert.equal(lines[1], `PASSWORD_ENCRYPTION_KEY=${values.PASSWORD_ENCRYPTION_KEY}`);
});
