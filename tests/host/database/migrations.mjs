// The migration folders: every known name; those that make a table of this host have SQL, the rest a comment.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';

const here = dirname(fileURLToPath(import.meta.url));
const { readMigrations, BOOKKEEPING } = createRequire(import.meta.url)('../services/api/migrations.cjs');

/** Lays the folders out as they are in the api and worker images. */
export function writeMigrationFolders(target) {
  for (const name of readFileSync(join(here, 'migration-names.txt'), 'utf8').split('\n').filter(Boolean)) {
    const written = join(here, 'migrations', `${name}.sql`);
    const sql = existsSync(written) ? readFileSync(written, 'utf8') : `-- ${name}: concerns nothing that the test host has.\n`;
    mkdirSync(join(target, name), { recursive: true });
    writeFileSync(join(target, name, 'migration.sql'), sql);
  }
}

/**
 * All of them as one SQL script with their rows, so that the seed can go in before the api starts for the first time
 * and the api's own boot then registers the schedules.
 * @param firstApplied when the oldest was applied; the rest follow a few days apart. @param uuid makes ids.
 */
export function migrationScript(folder, firstApplied, uuid) {
  writeMigrationFolders(folder);
  const parts = [`${BOOKKEEPING};`];
  readMigrations(folder).forEach(({ name, sql, checksum }, place) => {
    const at = new Date(firstApplied.getTime() + place * 5 * 86_400_000).toISOString();
    parts.push(sql, `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
      VALUES ('${uuid()}', '${checksum}', '${name}', '${at}', '${at}', 1);`);
  });
  return parts.join('\n');
}
