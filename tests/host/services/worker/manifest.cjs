'use strict';
// The JSON sidecar of a dump.

const { createHash } = require('node:crypto');
const { promises: fs } = require('node:fs');
const path = require('node:path');

const MIGRATIONS = '/app/packages/db/prisma/migrations';

/** @param dump what `writeDump` returned. @param kid the raw environment value, null when unset although rows carry `1`. */
async function manifestOf(dump, generatedAt, databaseUrl, kid = process.env.PASSWORD_ENCRYPTION_KEY_KID ?? null) {
  return {
    weavestreamVersion: process.env.WEAVESTREAM_VERSION ?? 'dev',
    prismaMigrationHash: await migrationHash(),
    passwordEncryptionKid: kid,
    databaseUrlHostname: new URL(databaseUrl).hostname,
    generatedAt: generatedAt.toISOString(),
    filename: dump.filename,
    sizeBytes: dump.sizeBytes,
    sha256: dump.sha256,
  };
}

/** Describes the image's migration files, not the database. */
async function migrationHash() {
  try {
    const entries = await fs.readdir(MIGRATIONS, { withFileTypes: true });
    const hash = createHash('sha256');
    for (const name of entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort()) {
      hash.update(`${name}\n`).update(await fs.readFile(path.join(MIGRATIONS, name, 'migration.sql')));
    }
    return `sha256:${hash.digest('hex')}`;
  } catch (error) {
    return `unknown:${error.message}`;
  }
}

module.exports = { manifestOf, migrationHash };
