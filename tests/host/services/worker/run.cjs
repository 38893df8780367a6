'use strict';
// One backup run from queued to settled, and the prune that follows a good one.

const { promises: fs } = require('node:fs');
const path = require('node:path');
const { Pool } = require('pg');
const { databaseUrl } = require('../../packages/connections.cjs');
const { writeDump, stampOf } = require('./dump.cjs');
const { manifestOf } = require('./manifest.cjs');
const { keptRuns } = require('./retention.cjs');

const STORAGE = process.env.BACKUP_STORAGE_DIR ?? '/var/lib/weavestream/backup';
const LOCK = "hashtext('weavestream:backup')";

/**
 * Opens the pool that a run works with. As in Weavestream the advisory lock is taken
 * and given back through it: by whichever of its sessions is free at that moment.
 */
async function openDatabase({ sessions = 3 } = {}) {
  // Timestamps are stored without zone and hold UTC.
  const pool = new Pool({ connectionString: databaseUrl(), application_name: 'weavestream-worker', options: '-c TimeZone=UTC', max: sessions });
  // A free session that breaks is told here; one at work tells whoever uses it.
  pool.on('error', (error) => console.error(`worker: ${error.message}`));
  return pool;
}

/** The row that the web app already made for a manual run, or a new one for a scheduled run; null when it is gone. */
async function claimRun(database, { configId, backupRunId, createdAt = new Date(), id }) {
  if (backupRunId) {
    const found = await database.query('SELECT id FROM backup_run WHERE id = $1', [backupRunId]);
    return found.rows[0]?.id ?? null;
  }
  const made = await database.query(
    `INSERT INTO backup_run (id, config_id, kind, status, created_at)
     VALUES (coalesce($1::uuid, gen_random_uuid()), $2, 'SCHEDULED', 'queued', $3) RETURNING id`,
    [id ?? null, configId, utc(createdAt)],
  );
  return made.rows[0].id;
}

/**
 * @param clock gives the present time; history injects one of the past.
 * @returns the manifest, or null when the run failed (the row says why).
 */
async function performRun(database, { runId, configId, clock = () => new Date(), pgDumpOptions, kid, log = console.log }) {
  const locked = await database.query(`SELECT pg_try_advisory_lock(${LOCK}) AS got`);
  if (!locked.rows[0].got) {
    await markFailed(database, runId, configId, 'concurrent', clock(), 'Another backup is already running.');
    return null;
  }
  let written = [];
  try {
    const startedAt = clock();
    await database.query("UPDATE backup_run SET status = 'running', started_at = $2 WHERE id = $1", [runId, utc(startedAt)]);
    const stamp = stampOf(clock());
    const dump = await writeDump({ storageDir: STORAGE, stamp, databaseUrl: databaseUrl(), pgDumpOptions });
    written = [dump.dumpPath];
    const manifest = await manifestOf(dump, clock(), databaseUrl(), kid);
    const manifestPath = path.join(STORAGE, `weavestream-postgres-${stamp}.manifest.json`);
    await fs.writeFile(manifestPath, JSON.stringify(manifest, null, 2));
    written.push(manifestPath);
    await database.query(
      `UPDATE backup_run SET status = 'success', finished_at = $2, size_bytes = $3, manifest = $4, dump_path = $5, manifest_path = $6
       WHERE id = $1`,
      [runId, utc(clock()), dump.sizeBytes, manifest, dump.dumpPath, manifestPath],
    );
    await database.query('UPDATE backup_config SET last_run_at = $2 WHERE id = $1', [configId, utc(clock())]);
    await recordAudit(database, 'backup.run.completed', runId, { configId, sizeBytes: dump.sizeBytes, filename: dump.filename }, clock());
    return manifest;
  } catch (error) {
    log(`run ${runId} failed: ${error.message}`);
    await Promise.all(written.map((file) => fs.rm(file, { force: true })));
    await markFailed(database, runId, configId, error.message, clock(), error.message);
    return null;
  } finally {
    await database.query(`SELECT pg_advisory_unlock(${LOCK})`);
  }
}

async function markFailed(database, runId, configId, error, at, auditText) {
  await database.query("UPDATE backup_run SET status = 'failed', finished_at = $2, error = $3 WHERE id = $1", [runId, utc(at), error]);
  await recordAudit(database, 'backup.run.failed', runId, { configId, error: auditText }, at);
}

async function recordAudit(database, action, runId, after, at) {
  await database.query(
    `INSERT INTO audit_log (id, action, entity_type, entity_id, ip, user_agent, after, created_at)
     VALUES (gen_random_uuid(), $1, 'BackupRun', $2, '127.0.0.1', 'weavestream-worker/backup', $3, $4)`,
    [action, runId, after, utc(at)],
  );
}

/** Takes the files of the runs that retention no longer keeps; their rows stay. @returns how many lost their files. */
async function prune(database, configId) {
  const config = await database.query('SELECT retention FROM backup_config WHERE id = $1', [configId]);
  if (config.rows.length === 0) return 0;
  const successes = await database.query(
    `SELECT id, started_at AT TIME ZONE 'UTC' AS "startedAt", dump_path, manifest_path FROM backup_run
     WHERE config_id = $1 AND status = 'success' ORDER BY started_at DESC`,
    [configId],
  );
  const kept = keptRuns(successes.rows, config.rows[0].retention);
  const dropped = successes.rows.filter((run) => !kept.has(run.id) && (run.dump_path || run.manifest_path));
  for (const run of dropped) {
    for (const file of [run.dump_path, run.manifest_path].filter(Boolean)) {
      // As in Weavestream: what could not be deleted loses its pointer all the same, and stays on disk without one.
      await fs.rm(file, { force: true }).catch((error) => console.error(`worker: ${file} stays: ${error.message}`));
    }
  }
  await database.query('UPDATE backup_run SET dump_path = NULL, manifest_path = NULL WHERE id = ANY($1)', [dropped.map((run) => run.id)]);
  return dropped.length;
}

/** Text for a `timestamp(3)` column, which would otherwise be read in the session's zone. */
function utc(date) {
  return date.toISOString().replace('T', ' ').replace('Z', '');
}

module.exports = { openDatabase, claimRun, performRun, prune, utc, STORAGE };
