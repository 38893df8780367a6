'use strict';
// Which successful runs of one schedule keep their files. Pure: it gets the runs newest first and returns the kept ids.

const LIMITS = { keepLast: 100, daily: 365, weekly: 104, monthly: 120 };
const DEFAULTS = { keepLast: 3, daily: 7, weekly: 4, monthly: 12 };

/** @param runs `{id, startedAt: Date}` newest first. @param retention the schedule's jsonb. @returns Set of ids. */
function keptRuns(runs, retention) {
  const count = (name) => clamp((retention ?? {})[name] ?? DEFAULTS[name], LIMITS[name]);
  const kept = new Set();
  // The newest stays whatever the numbers say: a schedule never loses its last way back.
  if (runs.length > 0) kept.add(runs[0].id);
  for (const run of runs.slice(0, count('keepLast'))) kept.add(run.id);
  keepOnePer(dayOf, count('daily'), runs, kept);
  keepOnePer(isoWeekOf, count('weekly'), runs, kept);
  keepOnePer(monthOf, count('monthly'), runs, kept);
  return kept;
}

function keepOnePer(bucketOf, buckets, runs, kept) {
  const seen = new Set();
  for (const run of runs) {
    if (seen.size >= buckets) return;
    if (!run.startedAt) continue;
    const bucket = bucketOf(run.startedAt);
    if (seen.has(bucket)) continue;
    seen.add(bucket);
    kept.add(run.id);
  }
}

const dayOf = (date) => date.toISOString().slice(0, 10);
const monthOf = (date) => date.toISOString().slice(0, 7);

function isoWeekOf(date) {
  // A week belongs to the year that holds its Thursday, so the Thursday's year and day number name it.
  const thursday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
  const weekday = thursday.getUTCDay() || 7;
  thursday.setUTCDate(thursday.getUTCDate() + 4 - weekday);
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - newYear) / 86_400_000 / 7) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}

function clamp(value, highest) {
  return Math.max(0, Math.min(highest, Math.floor(value)));
}

module.exports = { keptRuns, isoWeekOf };
