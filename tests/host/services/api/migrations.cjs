'use strict';
// The migration folders of the image, and applying those that the database lacks (`prisma migrate deploy`).

const { createHash, randomUUID } = require('node:crypto');
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

const IN_IMAGE = '/app/packages/db/prisma/migrations';

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
  logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`;

const RECORD = `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
  VALUES ($1, $2, $3, now(), now(), 1)`;

/** @returns `{name, sql, checksum}` in the order of application. */
function readMigrations(folder = IN_IMAGE) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(path.join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/** @returns the names applied now; none when the database has them all. */
async function deployMigrations(database, migrations = readMigrations()) {
  // The same lock as Prisma's, so that two starting api containers do not apply one migration twice.
  await database.query('SELECT pg_advisory_lock(72707369)');
  try {
    await database.query(BOOKKEEPING);
    const done = await database.query('SELECT migration_name FROM _prisma_migrations WHERE rolled_back_at IS NULL');
    const known = new Set(done.rows.map((row) => row.migration_name));
    const missing = migrations.filter((migration) => !known.has(migration.name));
    for (const { name, sql, checksum } of missing) {
      await database.query(sql);
      await database.query(RECORD, [randomUUID(), checksum, name]);
    }
    return missing.map((migration) => migration.name);
  } finally {
    await database.query('SELECT pg_advisory_unlock(72707369)');
  }
}

module.exports = { readMigrations, deployMigrations, BOOKKEEPING };
