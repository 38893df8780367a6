'use strict';
// Gives a new host a past. Reads `{runs, now, schedules, operators, dumpSize}` from stdin, prints the newest run as JSON.
// Runs that retention still keeps are made by the worker's own code with a clock of the past; the rest are rows only.

const { promises: fs, readFileSync } = require('node:fs');
const path = require('node:path');
const { claimRun, openDatabase, performRun, prune, utc, STORAGE } = require('./run.cjs');
const { planPast, rowOf } = require('./history-plan.cjs');
const { withPadding } = require('./padding.cjs');

const BATCH = 5000;
/** The newest run began this long ago, so that its end lies in the past too. */
const NEWEST_AGO = 7 * 60_000;
const KEY_CHANGED_AGO = 20 * 86_400_000;

async function main() {
  const order = JSON.parse(readFileSync(0, 'utf8'));
  const newest = new Date(Math.floor((Date.parse(order.now) - NEWEST_AGO) / 1000) * 1000);
  const past = planPast(order.runs - 1, newest, order.schedules, order.operators);
  const database = await openDatabase({ sessions: 1 });
  await database.query('SET synchronous_commit = off');
  // Files first, while the table is small: every dump holds the table as it was.
  const withFiles = past.filter((run) => run.keptFiles);
  let sample = { sizeBytes: 60_000 };
  for (const run of withFiles) sample = (await perform(database, run, { kid: kidAt(run, newest) })).manifest;
  const last = { kind: 'MANUAL', triggeredBy: order.operators[0], startedAt: newest, seconds: 4, configId: order.schedules.daily.id };
  await insertRows(database, past.filter((run) => !run.keptFiles), sample);
  const latest = order.dumpSize > 0
    ? await withPadding(database, order.dumpSize, () => perform(database, last, { pgDumpOptions: ['--compress=0'] }))
    : await perform(database, last, {});
  // The rule itself has the last word: were the plan wrong, files would vanish here and the check would see it.
  for (const schedule of Object.values(order.schedules)) await prune(database, schedule.id);
  await database.end();
  const { manifest, ...told } = latest;
  process.stdout.write(JSON.stringify({ ...told, generatedAt: manifest.generatedAt }));
}

/** Carries one run out at its own time. @returns `{id, filename, sha256, size}`. */
async function perform(database, run, options) {
  const id = await claimRun(database, { id: run.id, configId: run.configId, createdAt: new Date(run.startedAt.getTime() - 200) });
  if (run.kind === 'MANUAL') await database.query("UPDATE backup_run SET kind = 'MANUAL', triggered_by = $2 WHERE id = $1", [id, run.triggeredBy]);
  const manifest = await performRun(database, { runId: id, configId: run.configId, clock: clockFrom(run), ...options });
  if (!manifest) throw new Error(`run ${id} failed: see backup_run.error`);
  await setTimes(manifest.filename, run);
  return { id, filename: manifest.filename, sha256: manifest.sha256, size: manifest.sizeBytes, manifest };
}

/** Stands still at the start for the row and the file's name, then shows the end. */
function clockFrom(run) {
  let asked = 0;
  return () => {
    asked += 1;
    return new Date(run.startedAt.getTime() + (asked <= 2 ? 0 : run.seconds * 1000));
  };
}

async function setTimes(filename, run) {
  const at = new Date(run.startedAt.getTime() + run.seconds * 1000);
  for (const name of [filename, filename.replace(/\.dump$/, '.manifest.json')]) await fs.utimes(path.join(STORAGE, name), at, at);
}

/** Before the password key was changed its kid was not set, although rows carried `1`. */
function kidAt(run, newest) {
  return newest - run.startedAt > KEY_CHANGED_AGO ? null : undefined;
}

async function insertRows(database, runs, sample) {
  const columns = 'id, config_id, kind, status, started_at, finished_at, size_bytes, manifest, dump_path, manifest_path, error, triggered_by, created_at';
  for (let from = 0; from < runs.length; from += BATCH) {
    const rows = runs.slice(from, from + BATCH).map((run) => rowOf(run, sample));
    await database.query(
      `INSERT INTO backup_run (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::backup_run, $1)`,
      [JSON.stringify(rows)],
    );
  }
  // The web app's list of activity shows the last few; a row per run would drown everything else.
  for (const run of runs.slice(-20)) {
    await database.query(
      `INSERT INTO audit_log (id, action, entity_type, entity_id, ip, user_agent, after, created_at)
       VALUES (gen_random_uuid(), $1, 'BackupRun', $2, '127.0.0.1', 'weavestream-worker/backup', $3, $4)`,
      [run.error ? 'backup.run.failed' : 'backup.run.completed', run.id, { configId: run.configId, error: run.error ?? undefined }, utc(run.startedAt)],
    );
  }
}

main().catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
