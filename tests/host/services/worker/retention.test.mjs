import assert from 'node:assert/strict';
import { test } from 'node:test';
import retention from './retention.cjs';

const { keptRuns, isoWeekOf } = retention;
const runs = (...times) => times.map((time) => ({ id: time, startedAt: new Date(time) }));
const none = { keepLast: 0, daily: 0, weekly: 0, monthly: 0 };

test('the newest run stays when every count is zero', () => {
  const kept = keptRuns(runs('2026-10-03T07:00:00Z', '2026-10-02T07:00:00Z'), none);
  assert.deepEqual([...kept], ['2026-10-03T07:00:00Z']);
});

test('a day keeps its newest run, and UTC decides the day', () => {
  const all = runs('2026-10-03T00:10:00Z', '2026-10-02T23:50:00Z', '2026-10-02T01:00:00Z', '2026-10-01T01:00:00Z');
  const kept = keptRuns(all, { ...none, daily: 2 });
  assert.deepEqual([...kept], ['2026-10-03T00:10:00Z', '2026-10-02T23:50:00Z']);
});

test('weeks are ISO weeks, also around New Year', () => {
  assert.equal(isoWeekOf(new Date('2027-01-03T12:00:00Z')), '2026-W53');
  assert.equal(isoWeekOf(new Date('2027-01-04T00:00:00Z')), '2027-W01');
  assert.equal(isoWeekOf(new Date('2024-12-30T00:00:00Z')), '2025-W01');
});

test('counts above the limit are clamped', () => {
  const many = Array.from({ length: 130 }, (_, n) => ({ id: n, startedAt: new Date(Date.UTC(2026, 0, 1) - n * 1000) }));
  assert.equal(keptRuns(many, { ...none, keepLast: 5000 }).size, 100);
});

test('missing counts take the defaults', () => {
  const daily = Array.from({ length: 20 }, (_, n) => ({ id: n, startedAt: new Date(Date.UTC(2026, 9, 21) - n * 86_400_000) }));
  // Seven days; ISO weeks 43, 42 (Oct 18), 41 (Oct 11), 40 (Oct 4); month October, all seen in those already.
  assert.deepEqual([...keptRuns(daily, {})].sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 10, 17]);
});
