import type { EnvSource, NameChanges, NameGroup, NameRow } from '../ipc/client';
import { exactSize, plural } from './units';

/** The texts of the secrets' screen. */
export const secretWords = {
  where: (host: string, folder: string) => `.env of ${host}:${folder}`,
  looked: (where: string, when: string) => `${where}, checked ${when}`,
  lookedBefore: (where: string, since: string) => `${where}, not checked since ${since}`,
  export: 'Export emergency kit…',

  list: 'Versions of .env',
  listLead: 'Versions of .env, newest first',
  onHost: 'On the host',
  version: (n: number) => `Version ${n}`,
  written: (when: string) => `Changed ${when}`,
  captured: (when: string) => `Captured ${when}`,
  imported: (when: string) => `Imported ${when}`,
  fromKit: (when: string) => `From a kit, ${when}`,
  first: 'The first version',
  unknownChanges: 'Changes not known',
  sameValues: 'Same values, different layout',
  sameHere: 'Same as on the host',
  kept: 'Stored in this laptop’s keyring.',
  keptWhere: 'Values are never written to a log or a database.',

  caption: (n: number) => `Secrets in version ${n}`,
  counts: (names: number, hidden: number) => `${plural(names, 'name')}, ${hidden} hidden.`,
  neverProved: 'Its keys have not been tested yet',
  prove: 'Prove',
  proveAgain: 'Prove again',
  proving: 'Proving…',
  more: (n: number) => `More for version ${n}`,
  search: 'Filter names',
  searchShort: 'Filter',
  noneMatch: 'No name matches',
  noneMatchLead: 'Names are searched, never values.',
  clear: 'Clear the filter',
  columns: { name: 'Name', value: 'Value', acts: 'Reveal or copy', state: 'State' },
  groups: {
    data: 'Keys that decrypt stored data',
    signing: 'Keys that sign',
    access: 'Services',
    setting: 'Settings',
    other: 'Other names',
  } satisfies Record<NameGroup, string>,

  hidden: 'Hidden',
  reveal: (name: string) => `Reveal ${name}`,
  hide: (name: string) => `Hide ${name}`,
  copy: (name: string) => `Copy ${name}`,
  copiedFor: (seconds: number) => `Copied for ${seconds} s`,
  hidesIn: (seconds: number) => `Hides in ${seconds} s`,
  isShown: (name: string) => `${name} is shown`,
  isCopied: (name: string) => `${name} is on the clipboard, and will be cleared from it`,
  placeholder: 'REPLACEME…',
  empty: 'empty',
  bare: 'taken from the environment of Compose',
  absent: 'not in this version',

  putBack: 'Put back on the host…',
  note: 'Note…',
  delete: 'Delete…',
  importFile: 'Import a .env file…',
  proveHost: 'Prove the keys on the host',
  lastProof: 'Show the last proof',

  capture: 'Capture now',
  capturing: 'Capturing…',
  compare: 'Compare',
  capturedTitle: (n: number) => `Version ${n} is in the keyring`,
  capturedDetail: 'Read back and compared',
  leftTitle: (n: number) => `Version ${n} is in the keyring, and lacks an older key`,
  leftDetail: (name: string, version: number) => `${name}: version ${version} still has the old one`,
  sameTitle: (n: number) => `The file is the same as version ${n}`,
  sameDetail: 'No new version was needed',

  differs: 'The host’s .env differs from the vault.',
  namesChanged: (names: string, when: string | undefined) => `${names} changed${when === undefined ? '' : ` ${when}`}.`,
  uncaptured: (names: string) => `If the host were lost, what ${names} decrypts now could not be decrypted any more.`,
  lostTitle: (names: string, one: boolean) => `${names} ${one ? 'was' : 'were'} changed on the host, and the old ${one ? 'key is' : 'keys are'} gone there.`,
  faulty: (n: number) => `Compose cannot read ${plural(n, 'line')} of the host’s file.`,
  layout: 'The host’s .env has a different layout than the newest version.',
  layoutDetail: 'Every value is the same. Nothing needs to be done.',
  unread: 'The host’s .env cannot be compared.',
  outOfReach: 'The host’s .env cannot be reached.',
  outOfReachDetail: 'This deployment has only a direct link to Postgres, and .env is on the Docker host. Import a copy of the file when it has changed there, or add a link over SSH.',
  vaultUnread: (n: number) => `Version ${n} cannot be read from the keyring, so the host’s .env cannot be compared.`,
  notChecked: (since: string) => `The host’s .env has not been checked since ${since}.`,
  lastKnown: (when: string) => `This is the state of ${when}.`,
  faults: (n: number) => `Compose cannot read ${plural(n, 'line')} of this version.`,
  troubleLead: 'The other versions are not affected.',
  gone: 'This version no longer exists.',
  newest: 'Show the newest',

  emptyTitle: 'Nothing is captured yet',
  emptyLead: 'A dump contains saved passwords, MFA and integration secrets in encrypted form. Without the keys in .env the dump can be restored, but these can never be decrypted.',
  emptyPoints: ['Reading .env changes nothing on the host', 'Values are stored only in this laptop’s keyring', 'Then the keys can be tested against the database'],
  emptyDirect: 'The file is on the Docker host, and this deployment has only a direct link to Postgres: import a copy of it.',
  captureEnv: 'Capture .env',
  importInstead: 'Import a file…',

  compareTitle: 'The host’s .env compared with the vault',
  compareLead: (n: number) => `The host’s file compared with version ${n}. Names only; no value is shown.`,
  added: 'Only on the host',
  changed: 'Different value on the host',
  removed: 'Not on the host',
  layoutBody: 'Every value is the same; comments, quotes or the order differ. Capture it to have the exact file.',

  proofTitle: { version: (n: number) => `Proof of the keys of version ${n}`, host: 'Proof of the keys on the host' },
  proofRunning: 'One value of each key id is read from the database and decrypted on this laptop.',
  proofAt: (when: string) => `Tested ${when}.`,
  proofNow: 'Tested just now.',
  proofDirect: 'Over the direct link to Postgres.',
  proofForgotten: 'The decrypted values are discarded at once.',
  proofCaption: 'Keys and what they decrypt',
  proofColumns: { kid: 'Key id', tried: 'Tested', rows: 'Rows', says: 'State' },
  noKid: 'no key id',
  opened: (opened: number, tried: number) => (opened === tried ? `${tried} tested; all decrypt` : `${tried} tested; ${opened} decrypt`),
  malformed: (n: number) => `${plural(n, 'value')} in the database ${n === 1 ? 'is' : 'are'} damaged: no key can decrypt ${n === 1 ? 'it' : 'them'}.`,
  notReadable: (columns: string) => `Not tested, because the role may not read it: ${columns}.`,
  notTested: (columns: string) => `Not tested, because this version of Selvage does not know it: ${columns}.`,
  listFault: (kid: string, why: string) => `The list of previous keys cannot be used: entry ${kid === '' ? 'without a kid' : kid}: ${why}.`,
  tryAnotherVersion: 'An older version may have the missing key: test that one as well.',

  planTitle: (n: number) => `Put version ${n} back on the host?`,
  planning: 'Reading the host’s file…',
  planWrites: (n: number, path: string) => `Version ${n} is written to \`${path}\`, byte for byte, readable by its owner only.`,
  planOwner: (owner: string, mode: string) => (mode === '600' ? `Owner ${owner} and mode 600 stay.` : `Owner ${owner} stays; mode ${mode} becomes 600.`),
  planKeeps: 'The current file is kept beside it, as `.env.before-` and the time.',
  planNoFile: 'There is no .env there now: a new host, or one that lost it.',
  planSame: (path: string, n: number) => `\`${path}\` is version ${n} already. There is nothing to do.`,
  planNoEnv: 'The current file is not an .env file, so the changes cannot be listed.',
  planNothing: 'No value changes; only comments, quotes or the order.',
  planChanges: 'What changes on the host',
  planChanged: 'Changes',
  planAdded: 'Added',
  planRemoved: 'Removed',
  planLost: (n: number) => `Version ${n} lacks a key that the host has.`,
  planLostMeant: 'I understand, and want to put it back anyway',
  planLostBlocked: 'Confirm the loss first.',
  planUncaptured: 'The host’s current file is not in the vault.',
  planUncapturedDetail: 'Capture it first, so that this can be undone.',
  captureFirst: 'Capture first',
  planRunning: (services: string) => `${services} keep running with their current values. The file takes effect when the containers are recreated: \`docker compose up -d\`.`,
  planNotRunning: 'Nothing runs there. The file takes effect with `docker compose up -d`.',
  planNow: 'Put back on the host',
  putting: 'Writing…',
  lookAgain: 'Check again',
  putTitle: (n: number) => `Version ${n} is back on the host`,
  putFile: 'File',
  putOwner: 'Owner and mode',
  putKept: 'What was there',
  putNothingKept: 'there was no file',
  putSudo: 'through sudo',
  putNext: 'It takes effect when the containers are recreated. On the host, in its folder:',
  copyCommand: 'Copy the command',

  deleteTitle: (n: number) => `Delete version ${n} permanently?`,
  deleteBody: 'It is deleted from this laptop’s keyring. This cannot be undone, neither from a dump nor from the host.',
  deleteOnly: 'It is the only version: the vault will have no key of this deployment any more.',
  deleteNewest: (before: number) => `It is the newest. The host will then be compared with version ${before}, and keys that only this version has are lost.`,
  deleteKit: 'The newest emergency kit contains this version; the kit stays where it is.',
  keep: 'Keep it',
  deleteNow: 'Delete permanently',

  noteTitle: (n: number) => `Note for version ${n}`,
  noteLabel: 'Note',
  noteHint: 'Shown in the list; do not put secrets here. A version with a note is kept when there are more than 100 versions.',
  notePlaceholder: 'Before the rotation of October',
  saveNote: 'Save note',
} as const;

/** `SMTP_SECRET_KEY, APP_URL and 3 more` */
export function listed(names: readonly string[], most = 3): string {
  if (names.length > most) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** Every name that differs. */
export function namesOf(changes: NameChanges): string[] {
  return [...changes.changed, ...changes.added, ...changes.removed];
}

/** What a version changed against the one before it, in one line. */
export function changeLine(changes: NameChanges | null, first: boolean): string {
  if (first) return secretWords.first;
  if (changes === null) return secretWords.unknownChanges;
  const names = namesOf(changes);
  return names.length === 0 ? secretWords.sameValues : names.join(', ');
}

/** `kid 2026-10`, `kids a, b`, `32 bytes`, `28 characters`: what is told of a value that is hidden. */
export function hintOf({ kids, bytes, value }: Pick<NameRow, 'kids' | 'bytes' | 'value'>): string {
  if (kids.length > 0) return `${kids.length === 1 ? 'kid' : 'kids'} ${kids.join(', ')}`;
  if (bytes !== null) return exactSize(bytes);
  return value.is === 'hidden' ? plural(value.characters, 'character') : '';
}

/** How a version came here, and when. */
export function sourceLine(source: EnvSource, when: string): string {
  const say = { host: secretWords.captured, file: secretWords.imported, kit: secretWords.fromKit }[source.from];
  return say(when);
}
