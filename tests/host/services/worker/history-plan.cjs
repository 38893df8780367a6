'use strict';
// The past of a host: which runs there were, and how each ended. Pure.

const { createHash, randomUUID } = require('node:crypto');
const { stampOf } = require('./dump.cjs');
const { keptRuns } = require('./retention.cjs');

const DAY = 86_400_000;
const LONGEST_PAST = 1000 * DAY;
const ERRORS = [
  'pg_dump exited with code 1: pg_dump: error: connection to server at "postgres" (172.18.0.2), port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?',
  'pg_dump exited with code 1: pg_dump: error: query failed: ERROR:  canceling statement due to lock timeout\npg_dump: detail: Query was: LOCK TABLE public.search_index IN ACCESS SHARE MODE',
  "ENOSPC: no space left on device, write",
  'pg_dump exited with code 1: pg_dump: error: query failed: server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.',
];

/**
 * Runs before the newest one, oldest first: about one a day at 03:00 New York, closer together when there are very many.
 * @param count how many. @param newest when the newest run began. @param schedules `{daily, weekly}` rows.
 * @returns `{id, configId, kind, triggeredBy, startedAt, seconds, error|null, keptFiles}`.
 */
function planPast(count, newest, schedules, operators) {
  const apart = Math.min(DAY, LONGEST_PAST / Math.max(1, count));
  const runs = [];
  for (let back = count; back >= 1; back -= 1) {
    const about = newest.getTime() - back * apart;
    const startedAt = apart === DAY ? nightInNewYork(new Date(about)) : new Date(Math.floor(about / 1000) * 1000);
    const manual = back === 9;
    runs.push({
      id: randomUUID(),
      configId: back % 7 === 3 ? schedules.weekly.id : schedules.daily.id,
      kind: manual ? 'MANUAL' : 'SCHEDULED',
      triggeredBy: manual ? operators[0] : null,
      startedAt,
      seconds: 2 + (back % 5),
      error: endOf(back),
    });
  }
  markKept(runs, schedules, newest);
  return runs;
}

function endOf(back) {
  if (back % 29 === 5) return 'concurrent';
  // Never the last few: a host whose newest backups failed is another story.
  return back % 13 === 4 ? ERRORS[Math.floor(back / 13) % ERRORS.length] : null;
}

/** What the worker's own rule keeps, seen from after the newest run (which is the daily schedule's). */
function markKept(runs, schedules, newest) {
  for (const schedule of Object.values(schedules)) {
    const successes = runs.filter((run) => run.configId === schedule.id && !run.error).sort((a, b) => b.startedAt - a.startedAt);
    const all = schedule === schedules.daily ? [{ id: 'newest', startedAt: newest }, ...successes] : successes;
    const kept = keptRuns(all, schedule.retention);
    for (const run of successes) run.keptFiles = kept.has(run.id);
  }
}

function nightInNewYork(near) {
  // Noon UTC is the same calendar day in New York; its offset there tells where 03:00 lies. Nights of a change are an hour off, which no test needs.
  const noon = new Date(Date.UTC(near.getUTCFullYear(), near.getUTCMonth(), near.getUTCDate(), 12));
  const hour = Number(new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', hour: 'numeric', hourCycle: 'h23' }).format(noon));
  return new Date(noon.getTime() - (hour - 3) * 3_600_000);
}

/** The row of a run whose files are gone or never were: for bulk insertion. */
function rowOf(run, sample) {
  const at = (seconds) => new Date(run.startedAt.getTime() + seconds * 1000).toISOString();
  const row = {
    id: run.id, config_id: run.configId, kind: run.kind, status: run.error ? 'failed' : 'success', started_at: at(0), finished_at: at(run.seconds),
    size_bytes: null, manifest: null, dump_path: null, manifest_path: null, error: run.error, triggered_by: run.triggeredBy, created_at: at(-0.2),
  };
  if (run.error === 'concurrent') return { ...row, started_at: null, finished_at: at(0.1) };
  if (run.error) return row;
  const sizeBytes = sample.sizeBytes - (run.id.charCodeAt(0) * 37 + run.id.charCodeAt(1));
  return {
    ...row,
    size_bytes: sizeBytes,
    manifest: {
      ...sample, generatedAt: at(run.seconds), filename: `weavestream-postgres-${stampOf(run.startedAt)}.dump`, sizeBytes,
      sha256: createHash('sha256').update(run.id).digest('hex'),
    },
  };
}

module.exports = { planPast, rowOf };
