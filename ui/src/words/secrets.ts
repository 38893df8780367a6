import type { EnvSource, NameChanges, NameGroup, NameRow } from '../ipc/client';
import { exactSize, plural } from './units';

/** The texts of the secrets' screen. */
export const secretWords = {
  where: (host: string, folder: string) => `.env of ${host}:${folder}`,
  looked: (where: string, when: string) => `${where}, looked at ${when}`,
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
  unknownChanges: 'What it changed is not known',
  sameValues: 'Same values, written otherwise',
  sameHere: 'As on the host',
  kept: 'Kept in this laptop’s keyring.',
  keptWhere: 'Values never reach a log or the database.',

  caption: (n: number) => `Secrets in version ${n}`,
  counts: (names: number, hidden: number) => `${plural(names, 'name')}, ${hidden} hidden.`,
  neverProved: 'Its keys were not tried yet',
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
    data: 'Keys that open the dump',
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
  isCopied: (name: string) => `${name} is on the clipboard, and is cleared away later`,
  placeholder: 'REPLACEME…',
  empty: 'empty',
  bare: 'from the environment of whoever runs Compose',
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
  capturedDetail: 'Read back from there, and compared',
  leftTitle: (n: number) => `Version ${n} is in the keyring, and lacks an older key`,
  leftDetail: (name: string, version: number) => `${name}: version ${version} still has the old one`,
  sameTitle: (n: number) => `Version ${n} is this very file`,
  sameDetail: 'Nothing had to be captured',

  differs: '.env on the host is not the one in the vault.',
  namesChanged: (names: string, when: string | undefined) => `${names} changed${when === undefined ? '' : ` ${when}`}.`,
  uncaptured: (names: string) => `What ${names} opens now would stay shut, were the host lost.`,
  lostTitle: (names: string, one: boolean) => `${names} ${one ? 'was' : 'were'} changed on the host, and the old ${one ? 'key is' : 'keys are'} gone there.`,
  faulty: (n: number) => `Compose cannot read ${plural(n, 'line')} of the host’s file.`,
  layout: 'The host’s .env is written otherwise than the newest version.',
  layoutDetail: 'Every value is the same: nothing has to be done.',
  unread: 'The host’s .env cannot be compared.',
  outOfReach: 'The host’s .env is out of reach.',
  outOfReachDetail: 'This deployment is reached straight to Postgres, and .env lies on the Docker host. Import a copy of the file when it was changed there, or add a link over SSH.',
  vaultUnread: (n: number) => `The keyring does not give version ${n}, so the host’s .env cannot be compared.`,
  notChecked: (since: string) => `The host’s .env is not checked since ${since}.`,
  lastKnown: (when: string) => `What is shown was seen ${when}.`,
  faults: (n: number) => `Compose cannot read ${plural(n, 'line')} of this version.`,
  troubleLead: 'The other versions are not touched by this.',
  gone: 'This version is not there any more.',
  newest: 'Show the newest',

  emptyTitle: 'Nothing is captured yet',
  emptyLead: 'A dump holds saved passwords, MFA and integrations encrypted. Without the keys of .env it opens, and they stay shut for ever.',
  emptyPoints: ['It reads .env, and changes nothing on the host', 'Values go to this laptop’s keyring only', 'Then the keys can be tried on the database'],
  emptyDirect: 'The file is on the Docker host, and this deployment is reached straight to Postgres: import a copy of it.',
  captureEnv: 'Capture .env',
  importInstead: 'Import a file…',

  compareTitle: 'The host’s .env against the vault',
  compareLead: (n: number) => `What the host has, against version ${n}. Names only; no value is shown.`,
  added: 'Only on the host',
  changed: 'Another value on the host',
  removed: 'Not on the host',
  layoutBody: 'The bytes differ and every value is the same: other comments, quotes or order. Capture it to have the file as it lies there.',

  proofTitle: { version: (n: number) => `Proof of the keys of version ${n}`, host: 'Proof of the keys on the host' },
  proofRunning: 'One value of each key id is fetched from the database, and tried on this laptop.',
  proofAt: (when: string) => `Tried ${when}.`,
  proofNow: 'Tried just now.',
  proofDirect: 'Over the link straight to Postgres.',
  proofForgotten: 'What was inside is forgotten again at once.',
  proofCaption: 'Keys, and what they open',
  proofColumns: { kid: 'Key id', tried: 'Opened', rows: 'Rows', says: 'State' },
  noKid: 'no key id',
  opened: (opened: number, tried: number) => `${opened} of ${tried}`,
  malformed: (n: number) => `${plural(n, 'value')} in the database ${n === 1 ? 'is' : 'are'} damaged: no key can open ${n === 1 ? 'it' : 'them'}.`,
  notReadable: (columns: string) => `Not looked at, because the role may not read it: ${columns}.`,
  notTested: (columns: string) => `Not tested, because this Selvage does not know what is in it: ${columns}.`,
  listFault: (kid: string, why: string) => `The list of previous keys cannot be used: entry ${kid === '' ? 'without a kid' : kid}: ${why}.`,
  tryAnotherVersion: 'An older version may have the key that is missing: prove that one as well.',

  planTitle: (n: number) => `Put version ${n} back on the host?`,
  planning: 'Looking at the host’s file…',
  planWrites: (n: number, path: string) => `Version ${n} becomes \`${path}\`, byte for byte, readable by its owner only.`,
  planOwner: (owner: string, mode: string) => (mode === '600' ? `Owner ${owner} and mode 600 stay.` : `Owner ${owner} stays; mode ${mode} becomes 600.`),
  planKeeps: 'The file that lies there now stays beside it, as `.env.before-` and the time.',
  planNoFile: 'There is no file there now: a new host, or one that lost it.',
  planSame: (path: string, n: number) => `\`${path}\` is version ${n} already. There is nothing to do.`,
  planNoEnv: 'What lies there now is no .env: what changes cannot be listed.',
  planNothing: 'No value changes: comments, quotes or order do.',
  planChanges: 'What changes on the host',
  planChanged: 'Gets another value',
  planAdded: 'Is new there',
  planRemoved: 'Goes away there',
  planLost: (n: number) => `Version ${n} lacks a key that the host has.`,
  planLostMeant: 'I know this, and put it back all the same',
  planLostBlocked: 'Say first that the loss is meant.',
  planUncaptured: 'The host’s file is in no version of the vault.',
  planUncapturedDetail: 'Capture it first, and there is a way back from here as well.',
  captureFirst: 'Capture first',
  planRunning: (services: string) => `${services} run, and go on with the values that they have. The file takes effect when the containers are made anew: \`docker compose up -d\`.`,
  planNotRunning: 'Nothing runs there. The file takes effect with `docker compose up -d`.',
  planNow: 'Put back on the host',
  putting: 'Writing…',
  lookAgain: 'Look again',
  putTitle: (n: number) => `Version ${n} is back on the host`,
  putFile: 'File',
  putOwner: 'Owner and mode',
  putKept: 'What was there',
  putNothingKept: 'nothing: there was no file',
  putSudo: 'through sudo',
  putNext: 'It takes effect when the containers are made anew. On the host, in its folder:',
  copyCommand: 'Copy the command',

  deleteTitle: (n: number) => `Delete version ${n} for ever?`,
  deleteBody: 'It is removed from this laptop’s keyring. There is no way back: not from a dump, not from the host.',
  deleteOnly: 'It is the only version: after this no key of this deployment is in the vault.',
  deleteNewest: (before: number) => `It is the newest. After this the host is compared with version ${before}, and keys that only this one holds are gone.`,
  deleteKit: 'The newest emergency kit holds this very version; the kit stays where it lies.',
  keep: 'Keep it',
  deleteNow: 'Delete for ever',

  noteTitle: (n: number) => `Note beside version ${n}`,
  noteLabel: 'Note',
  noteHint: 'Shown in the list, never secret. A version with a note is not cleared away when there are more than 100.',
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
