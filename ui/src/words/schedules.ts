import type { ChangeEffect, ClockChange, DeletedDump, Firing } from '../ipc/client';
import { plural, size, theDump } from './units';

/** What is said on the schedules' screen. */
export const scheduleWords = {
  countSince: (all: number, since: string) => `${all} in the database, not checked since ${since}`,
  count: (all: number, queued: number | undefined) => `${all} in the database${queued === undefined ? '' : `, ${queued} in the queue`}`,
  list: 'Schedules',
  none: 'No schedules yet',
  noneLead: 'Weavestream makes no dumps by itself until a schedule is enabled.',
  add: 'New schedule',
  unnamed: 'New schedule',
  unsaved: 'Not saved',
  gone: 'Deleted in the meantime',
  next: (when: string) => `Next: ${when}`,
  inZone: (words: string, place: string) => `${words}, ${place}`,
  stillRuns: 'Run now still works',
  willNot: 'Will not run until registered',

  actor: 'Name in the audit log',
  nobody: 'none',
  actorHint: 'The user that Weavestream’s audit log shows for changes made here',

  form: (name: string) => `Schedule ${name}`,
  when: 'When it runs',
  name: 'Name',
  enabled: 'Enabled',
  repeats: 'Repeats',
  needsMail: '(needs an address)',
  hour: 'Hour',
  minute: 'Minute',
  at: 'At',
  onWeekday: 'On',
  onDay: 'On day',
  lastDay: 'the last',
  weekdays: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
  presets: { daily: 'Daily', weekly: 'Weekly', monthly: 'Monthly', custom: 'Custom' },
  cron: 'Cron',
  zone: 'Time zone',
  noZone: 'No such time zone',
  nextFive: 'Next 5 runs',
  ifEnabled: 'Next 5 runs, if enabled',
  noRuns: 'The next runs are shown once cron and time zone are valid.',
  inSchedule: (place: string) => `${place}, the schedule`,
  inLaptop: (place: string) => `${place}, this laptop`,
  bothZones: (place: string) => `${place}, the schedule and this laptop`,

  keeps: 'Dumps that are kept',
  grid: 'Which dumps each rule keeps, oldest first',
  onHost: (dumps: number, bytes: number) => (dumps === 0 ? 'no dump yet' : `${plural(dumps, 'dump')}, ${size(bytes)}`),
  rules: { keepLast: 'Keep last', daily: 'Daily', weekly: 'Weekly', monthly: 'Monthly' },
  ruleHints: {
    keepLast: 'keepLast: the newest, whatever the day. At least one is always kept.',
    daily: 'daily: the newest of each UTC day that has one',
    weekly: 'weekly: the newest of each ISO week in UTC that has one',
    monthly: 'monthly: the newest of each UTC month that has one',
  },
  key: { last: 'newest', day: 'newest of each day', week: 'newest of each week', month: 'newest of each month', next: 'next run', gone: 'the next run deletes it' },
  cell: {
    kept: 'Kept',
    next: 'Kept from the next run on',
    expires: 'Kept now, not after the next run',
    gone: 'Kept now, deleted by the next run',
  },
  dumpOf: 'Dump of',
  atNext: 'At the next run',
  deletes: 'Deleted by the next run',
  adds: 'Added by the next run',
  retentionUnknown: 'The existing dumps could not be read, so only the rules are shown.',
  ahead: 'Dumps at the end of each coming month',
  aheadIn: (dumps: number, bytes: number) => `In 12 months ${plural(dumps, 'dump')}${bytes > 0 ? `, about ${size(bytes)} at today’s size` : ''}`,
  download: (when: string) => `Download ${when}`,

  mails: 'The host mails failures to',
  addMail: 'Add an address',
  removeMail: (mail: string) => `Remove ${mail}`,
  alsoSuccess: 'Also mail each success',

  more: 'More for this schedule',
  duplicate: 'Duplicate',
  copyOf: (name: string) => `${name} (copy)`.slice(0, 120),
  remove: 'Delete…',
  discard: 'Discard',
  discardNew: 'Discard this schedule',
  runNow: 'Run now',
  dumpInstead: 'Dump to this laptop…',
  dumpInsteadWhy: 'Run now needs the queue on the host.',
  running: 'Running…',
  repair: 'Repair',
  save: 'Save',
  create: 'Create',
  saved: 'Saved',
  saving: 'Saving…',
  isChanged: 'Changed, not saved yet.',
  isNew: 'Not saved yet.',
  isGone: 'Somebody deleted it in the meantime. Create adds it again.',
  toMend: (fields: number) => `Not saved: ${plural(fields, 'field')} to correct.`,
  inQueue: 'Saved and registered in the queue. Next run on the host:',
  isOff: 'Saved. It is disabled and does not run; Run now still works.',
  notQueued: 'Saved to the database.',
  later: 'Saved to the database; it takes effect when the API next starts.',
  off: 'Disabled',
  moved: 'It was changed elsewhere while you were editing.',
  compare: 'Compare',

  removeTitle: (name: string) => `Delete the schedule ${name}?`,
  removeBody: 'It is removed from the database and the queue, and no longer runs. Its past runs stay in the history.',
  removeDumps: (dumps: number, bytes: number) =>
    dumps === 0 ? 'It has no dumps on the host.' : `Its ${plural(dumps, 'dump')} (${size(bytes)}) stay on the host. They are no longer deleted automatically: delete the ones that you do not need by hand, on the host.`,
  keep: 'Keep it',
  removeNow: 'Delete schedule',
  removedNotTold: 'The schedule is deleted. It could not be removed from the queue; when it comes due there, the worker finds nothing to do.',

  conflictTitle: (name: string) => `${name} was changed elsewhere in the meantime`,
  conflictLead: 'Nothing was saved. Differences:',
  field: 'Field',
  mine: 'Yours',
  theirs: 'In the database',
  keepEditing: 'Keep editing',
  takeTheirs: 'Take theirs',
  writeMine: 'Overwrite with mine',
  fields: { name: 'Name', enabled: 'Enabled', cron: 'Cron', timezone: 'Time zone', notifyEmails: 'Mails to', notifyOnSuccess: 'Mails successes', keepLast: 'Keep last', daily: 'Daily', weekly: 'Weekly', monthly: 'Monthly' },
  yes: 'yes',
  no: 'no',
  empty: 'nothing',

  orphans: 'In the queue, not in the database',
  orphansLead: 'They come due, and the worker finds nothing to do. A schedule that was deleted while Redis was down leaves one behind.',
  fires: (when: string) => `next ${when}`,
  removeOrphan: 'Remove',
  otherParser: (version: string) =>
    `The host uses cron-parser ${version}; Selvage computes times like its version 4. Times from the queue are the host’s own; times computed here may differ.`,
} as const;

const hours = (minutes: number): string => {
  const n = Math.abs(minutes);
  return n % 60 === 0 ? plural(n / 60, 'hour') : `${n} minutes`;
};

/** `UTC−4`, `UTC+5:30` */
export function offset(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const n = Math.abs(minutes);
  const rest = n % 60 === 0 ? '' : `:${String(n % 60).padStart(2, '0')}`;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(n / 60)}${rest}`;
}

/** What a zone's clock shows, now and after its next change. */
export function zoneHint(place: string, now: number, next: [number, string] | null): string {
  if (place === '' || (now === 0 && next === null)) return '';
  return next === null ? `${place} is ${offset(now)}.` : `${place} is ${offset(now)} now and ${offset(next[0])} from ${next[1]}.`;
}

/** What a change of the clocks does to the run it stands under. */
export function clockChange(change: ClockChange, there: string): { title: string; text: string } {
  const told: { [E in ChangeEffect['effect']]: (effect: Extract<ChangeEffect, { effect: E }>) => string } = {
    nothing: () => 'this run is not affected.',
    later: ({ set, comes }) => `${set} does not exist on that day, so it runs at ${comes}.`,
    skipped: ({ set }) => `${set} does not exist on that day, so it does not run.`,
    once: ({ set }) => `${set} occurs twice on that day, and it runs the first time only.`,
    twice: ({ set }) => `${set} occurs twice on that day, and it runs both times.`,
    here: () => {
      // A clock that is put back shows an earlier hour here, and makes the run there later.
      const earlier = change.minutes < 0 === (change.place !== there);
      return `the run keeps its time in ${there} and is ${hours(change.minutes)} ${earlier ? 'earlier' : 'later'} here.`;
    },
  };
  const say = told[change.effect.effect] as (effect: ChangeEffect) => string;
  return { title: `Clock change in ${change.place}`, text: `on ${change.at}: ${say(change.effect)}` };
}

/** Whether two zones show the same times. */
export function sameTimes(firings: Firing[]): boolean {
  return firings.every(({ there, here }) => there === here);
}

/** Which dumps go with the next run, and what is left of them. */
export function deletions(deleted: DeletedDump[], changed: boolean): { lead: string; rest: string } {
  const [first] = deleted;
  const day = (dump: DeletedDump) => dump.when.local;
  const lead = `${changed ? 'Once saved, the' : 'The'} next run deletes ${deleted.length === 1 && first ? theDump(day(first)) : plural(deleted.length, 'dump')}.`;
  const here = deleted.filter((dump) => dump.copied).length;
  const rest = here === deleted.length ? 'A verified copy stays on this laptop.' : here === 0 ? 'No verified copy is on this laptop.' : `${here} of them stay on this laptop, verified.`;
  return { lead, rest };
}
