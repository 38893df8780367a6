import type { Actor, Column, FieldError, RetentionCell, RetentionPreview, NextRun, ScheduleDraft, SchedulePreview, ScheduleRow } from '../bindings';
import { ago, day, local, NOW, when, ZONE } from './time';

export const ACTORS: Actor[] = [
  { id: 'a0000000-0000-4000-8000-000000000001', email: 'ada@acme.example' },
  { id: 'a0000000-0000-4000-8000-000000000002', email: 'ops@acme.example' },
];
export const ZONES = ['America/Chicago', 'America/New_York', 'Asia/Kolkata', 'Asia/Tokyo', 'Europe/Berlin', 'Europe/London', 'Etc/UTC', 'Pacific/Auckland', 'UTC'];

/** What a new one begins with. */
export const NEW_SCHEDULE: ScheduleDraft = { name: '', enabled: true, cron: '0 3 * * *', timezone: null, retention: { keepLast: 3, daily: 7, weekly: 4, monthly: 12 }, notifyEmails: [], notifyOnSuccess: false };

const DAY = 86_400_000;
const cityOf = (zone: string): string => (zone.split('/').at(-1) ?? '').replaceAll('_', ' ');

export function draftOf(row: ScheduleRow): ScheduleDraft {
  const { name, enabled, timezone, retention, notifyEmails, notifyOnSuccess } = row;
  return { name, enabled, cron: row.next.cron, timezone, retention: { ...retention }, notifyEmails, notifyOnSuccess };
}

export function scheduleRows(next: NextRun[]): ScheduleRow[] {
  const row = (run: NextRun, enabled: boolean, last: number | null): ScheduleRow => ({
    id: run.id,
    version: '2026-10-01T08:00:00.000000Z',
    timezone: run.zone === 'Etc/UTC' ? null : run.zone,
    name: run.schedule,
    enabled,
    next: run,
    eitherDay: false,
    retention: enabled ? { keepLast: 3, daily: 7, weekly: 4, monthly: 12 } : { keepLast: 0, daily: 0, weekly: 0, monthly: 24 },
    notifyEmails: enabled ? ['ops@acme.example', 'oncall@acme.example'] : [],
    notifyOnSuccess: !enabled,
    lastRun: last === null ? null : when(last),
  });
  const last = [ago(0, 0, 41), ago(4, 0, -49), null];
  return next.map((run, n) => row(run, n < 2, last[n] ?? null));
}

/** A row as Rust gives it back once it is written. */
export function written(id: string, draft: ScheduleDraft): ScheduleRow {
  const at = NOW + 23 * 3_600_000;
  const zone = draft.timezone ?? 'Etc/UTC';
  const next: NextRun = draft.enabled
    ? { id, schedule: draft.name, cron: draft.cron, zone, there: local(at, -4), here: when(at), queue: { state: 'in_queue' } }
    : { id, schedule: draft.name, cron: draft.cron, zone, there: null, here: null, queue: { state: 'disabled' } };
  const { keepLast, daily, weekly, monthly } = draft.retention;
  return {
    id,
    version: new Date().toISOString(),
    timezone: draft.timezone,
    name: draft.name,
    enabled: draft.enabled,
    next,
    eitherDay: false,
    retention: { keepLast: keepLast ?? 0, daily: daily ?? 0, weekly: weekly ?? 0, monthly: monthly ?? 0 },
    notifyEmails: draft.notifyEmails,
    notifyOnSuccess: draft.notifyOnSuccess,
    lastRun: null,
  };
}

const MOST = { keepLast: 100, daily: 365, weekly: 104, monthly: 120 } as const;

export function wrongRules({ retention }: ScheduleDraft): FieldError[] {
  const rules = Object.entries(MOST) as [keyof typeof MOST, number][];
  return rules.flatMap(([field, most]) => {
    const n = retention[field];
    return n !== null && Number.isInteger(n) && n >= 0 && n <= most ? [] : [{ field, reason: `a whole number, 0 to ${most}` }];
  });
}

export function preview(draft: ScheduleDraft): SchedulePreview {
  const errors: FieldError[] = [];
  const zone = draft.timezone ?? 'Etc/UTC';
  const known = ZONES.includes(zone);
  const fields = draft.cron.trim().split(/\s+/);
  if (draft.name.trim() === '') errors.push({ field: 'name', reason: 'a schedule needs a name' });
  if (!known) errors.push({ field: 'timezone', reason: `there is no time zone ${zone}; write it as in Europe/Berlin` });
  if (fields.length !== 5) errors.push({ field: 'cron', reason: `five fields are needed, these are ${fields.length}` });
  const mail = draft.notifyEmails.find((email) => !/^\S+@\S+\.\S+$/.test(email));
  if (mail !== undefined) errors.push({ field: 'notifyEmails', reason: `"${mail}" is no mail address` });
  errors.push(...wrongRules(draft));
  const there = zone === 'America/New_York';
  const dated = (at: number, ahead: number) => local(at, ahead).replace('Today', day(at, ahead)).replace('Tomorrow', day(at, ahead));
  const firings = known && fields.length === 5
    ? Array.from({ length: 5 }, (_, n) => {
        const at = Date.UTC(2026, 9, 23 + n, there ? 7 : 1);
        const changes = n === 2 && there ? [{ place: 'Berlin', at: '25 Oct, 03:00', minutes: -60, effect: { effect: 'here' as const } }] : [];
        return { there: dated(at, there ? -4 : 2), here: dated(at, n > 1 ? 1 : 2), changes };
      })
    : [];
  const hint = there ? { offset: -240, nextOffset: [-300, '1 Nov'] as [number, string] } : { offset: zone === ZONE ? 120 : 0, nextOffset: zone === ZONE ? ([60, '25 Oct'] as [number, string]) : null };
  return { errors, firings, eitherDay: fields.length === 5 && fields[2] !== '*' && fields[4] !== '*', place: known ? cityOf(zone) : '', ...hint };
}

const no: RetentionCell = { state: 'no', dumps: 0 };
const cell = (letter: string | undefined): RetentionCell =>
  letter === 'k' ? { state: 'kept', dumps: 1 } : letter === 'n' ? { state: 'next', dumps: 1 } : letter === 'e' ? { state: 'expires', dumps: 0 } : no;

// The same moment as the design's page: rows are the rules, columns the dumps.
const GRID = ['..................ekkn', '.............ekkkkkkn', '...........kk..k...kn', 'kkkkkkkkkkk........kn'].map((row) => row.padStart(21, '.').slice(-21));
const TIMES = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => Date.UTC(2025, 10 + n, 0, 7)),
  Date.UTC(2026, 9, 4, 7),
  Date.UTC(2026, 9, 11, 7),
  ...[16, 17, 18, 19, 20, 21, 22, 23].map((date) => Date.UTC(2026, 9, date, 7)),
];

export function keeps(name: string | null, draft: ScheduleDraft): RetentionPreview {
  const months = Array.from({ length: 12 }, (_, n) => new Date(NOW + (n + 1) * 30.4 * DAY));
  const ahead = months.map((at) => ({ month: at.toUTCString().slice(8, 11), year: at.getUTCFullYear(), dumps: 21, bytes: 21 * 412_000_000 }));
  const column = (n: number, at: number): Column => {
    const cells = GRID.map((row) => cell(row[n]));
    const label: [string, string] = [String(new Date(at).getUTCDate()), new Date(at).toUTCString().slice(8, 11)];
    return { label, when: when(at), dumps: 1, coming: n === TIMES.length - 1, cells, deleted: cells.every(({ state }) => state === 'no' || state === 'expires') ? 1 : 0 };
  };
  const all = TIMES.map((at, n) => column(n, at));
  if (name === null) return { columns: draft.enabled ? all.slice(-1) : [], dumps: 0, bytes: 0, deleted: [], ahead: ahead.map((row) => ({ ...row, bytes: 0 })) };
  if (!draft.enabled) return { columns: all.slice(0, -1), dumps: 20, bytes: 7.4e9, deleted: [], ahead: [] };
  return { columns: all, dumps: 20, bytes: 7.4e9, deleted: [{ run: 'none', when: when(TIMES[13] ?? NOW), copied: false }], ahead };
}
