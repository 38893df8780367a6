import type { ChangeEffect, ClockChange, DeletedDump, Firing } from '../ipc/client';
import { plural, size } from './units';

/** What is said on the schedules' screen. */
export const scheduleWords = {
  countSince: (all: number, since: string) => `${all} in the database, not checked since ${since}`,
  count: (all: number, queued: number | undefined) => `${all} in the database${queued === undefined ? '' : `, ${queued} in the queue`}`,
  list: 'Schedules',
  none: 'No schedules yet',
  noneLead: 'Weavestream makes no dumps by itself until a schedule is switched on.',
  add: 'New schedule',
  unnamed: 'New schedule',
  unsaved: 'Not saved',
  gone: 'Deleted meanwhile',
  next: (when: string) => `Next: ${when}`,
  inZone: (words: string, place: string) => `${words}, ${place}`,
  stillRuns: 'Run now still works',
  willNot: 'Will not fire until registered',

  actor: 'Recorded as',
  nobody: 'nobody',
  actorHint: 'Whom Weavestream’s audit log names for what Selvage does here',

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
  noZone: 'No zone is called that',
  nextFive: 'Next 5 runs',
  ifEnabled: 'Next 5 runs, if it were enabled',
  noRuns: 'No times to show until cron and time zone are right.',
  inSchedule: (place: string) => `${place}, the schedule`,
  inLaptop: (place: string) => `${place}, this laptop`,
  bothZones: (place: string) => `${place}, the schedule and this laptop`,

  keeps: 'Keeps',
  grid: 'Which dumps each rule keeps, oldest first',
  onHost: (dumps: number, bytes: number) => (dumps === 0 ? 'no dump yet' : `${plural(dumps, 'dump')}, ${size(bytes)}`),
  rules: { keepLast: 'Keep last', daily: 'Daily', weekly: 'Weekly', monthly: 'Monthly' },
  ruleHints: {
    keepLast: 'keepLast: the newest, whatever the day. At least one is always kept.',
    daily: 'daily: the newest of each UTC day that has one',
    weekly: 'weekly: the newest of each ISO week in UTC that has one',
    monthly: 'monthly: the newest of each UTC month that has one',
  },
  key: { last: 'newest', day: 'of its day', week: 'of its week', month: 'of its month', next: 'next run', gone: 'deleted by it' },
  cell: {
    keeps: 'Kept',
    next: 'Kept from the next run on',
    ends: 'Kept now, not after the next run',
    gone: 'Kept now, deleted by the next run',
  },
  dumpOf: 'Dump of',
  atNext: 'At the next run',
  deletes: 'Deleted by the next run',
  adds: 'Added by the next run',
  keepsUnknown: 'Which dumps there are could not be read; the rules are as typed.',
  ahead: 'Dumps at the end of each month ahead',
  aheadIn: (dumps: number, bytes: number) => `In 12 months ${plural(dumps, 'dump')}${bytes > 0 ? `, about ${size(bytes)} if they stay as large as today’s` : ''}`,
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
  isChanged: 'Changed here, and not saved yet.',
  isNew: 'Not saved yet; the host knows nothing of it.',
  isGone: 'Somebody deleted it meanwhile. Create makes it anew.',
  toMend: (fields: number) => `Not saved: ${plural(fields, 'field')} to correct.`,
  inQueue: 'Saved to the database and registered in the queue; the host fires it next:',
  isOff: 'Saved. It is switched off and does not fire; Run now still works.',
  notQueued: 'Saved to the database.',
  later: 'Saved to the database; it takes effect when the API next starts.',
  off: 'Switched off',
  moved: 'It was changed elsewhere after you began.',
  compare: 'Compare',

  removeTitle: (name: string) => `Delete the schedule ${name}?`,
  removeBody: 'It stops firing, and leaves the database and the queue. Its runs stay in the history.',
  removeDumps: (dumps: number, bytes: number) =>
    dumps === 0 ? 'It has no dumps on the host.' : `Its ${plural(dumps, 'dump')} (${size(bytes)}) stay on the host. Nothing prunes them any more: delete there by hand what you do not need.`,
  keep: 'Keep it',
  removeNow: 'Delete schedule',
  removedNotTold: 'The schedule is deleted. The queue could not be told, and still has it; it finds nothing to do there.',

  conflictTitle: (name: string) => `${name} was changed elsewhere meanwhile`,
  conflictLead: 'Nothing was written. What differs:',
  field: 'Field',
  mine: 'Yours',
  theirs: 'In the database',
  keepEditing: 'Keep editing',
  takeTheirs: 'Take theirs',
  writeMine: 'Write mine over it',
  fields: { name: 'Name', enabled: 'Enabled', cron: 'Cron', timezone: 'Time zone', notifyEmails: 'Mails to', notifyOnSuccess: 'Mails successes', keepLast: 'Keep last', daily: 'Daily', weekly: 'Weekly', monthly: 'Monthly' },
  yes: 'yes',
  no: 'no',
  empty: 'nothing',

  orphans: 'In the queue, not in the database',
  orphansLead: 'They fire, and the worker finds nothing to do. A schedule that was deleted while Redis was down leaves such a one.',
  fires: (when: string) => `fires ${when}`,
  removeOrphan: 'Remove',
  otherParser: (version: string) =>
    `The host reads cron with cron-parser ${version}, Selvage as its version 4. The times of the queue are the host’s own; those that are computed here may differ.`,
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
    nothing: () => 'nothing changes for it.',
    later: ({ set, comes }) => `${set} does not exist on that day, so it runs at ${comes}.`,
    skipped: ({ set }) => `${set} does not exist on that day, so it does not run.`,
    once: ({ set }) => `${set} comes twice on that day, and it runs the first time only.`,
    twice: ({ set }) => `${set} comes twice on that day, and it runs both times.`,
    here: () => {
      // A clock that is put back shows an earlier hour here, and makes the run there later.
      const earlier = change.minutes < 0 === (change.place !== there);
      return `the run keeps its time in ${there} and comes ${hours(change.minutes)} ${earlier ? 'earlier' : 'later'} here.`;
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
  const lead = `${changed ? 'Once saved, the' : 'The'} next run deletes ${deleted.length === 1 && first ? `the dump of ${day(first)}` : plural(deleted.length, 'dump')}.`;
  const here = deleted.filter((dump) => dump.copied).length;
  const rest = here === deleted.length ? 'A verified copy stays on this laptop.' : here === 0 ? 'No verified copy is on this laptop.' : `${here} of them stay on this laptop, verified.`;
  return { lead, rest };
}
