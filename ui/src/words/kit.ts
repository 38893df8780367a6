import type { MissedWhy } from '../ipc/client';
import { plural, size } from './units';

/** The texts of emergency kits. */
export const kitWords = {
  title: (name: string) => `Emergency kit of ${name}`,
  lead: 'One encrypted file with the newest .env and the files of the Compose project, and a printable sheet with the steps of a recovery. For the day when you lose this laptop as well.',
  folder: 'Folder',
  folderHint: 'A USB stick kept in a safe is better than this laptop.',
  choose: 'Choose…',
  noFolder: 'not chosen yet',
  protectedBy: 'Protected by',
  ways: { words: 'Words from Selvage', own: 'My own passphrase' },
  generate: 'Generate words',
  others: 'Generate new words',
  words: 'The passphrase',
  writeDown: 'Write it down now, and keep it apart from the kit. It is not stored anywhere: without it nobody can open the kit, not even Selvage.',
  wroteDown: 'I have written the words down',
  passphrase: 'Passphrase',
  again: 'Again',
  differs: 'The two do not match.',
  strength: 'Strength',
  judging: 'shown as you type',
  ownHint: 'It is not stored anywhere: without it nobody can open the kit.',
  blocked: {
    folder: 'Choose a folder first.',
    words: 'Write the words down first.',
    generate: 'Generate the words first.',
    passphrase: 'Enter a passphrase that is hard to guess.',
    again: 'Enter the passphrase a second time.',
  },
  write: 'Write the kit',
  writing: 'Writing and verifying…',
  withoutCompose: 'Write it without the Compose files',
  noHost: 'There is no link to the host, so the kit is written without Compose files. The keys matter most.',

  doneTitle: 'The emergency kit is written',
  verified: 'Opened again and compared',
  verifiedWith: (version: number, files: number) => `It contains version ${version} of .env and ${files === 0 ? 'no Compose file' : plural(files, 'file')}${files === 0 ? '' : ' of the Compose project'}.`,
  files: 'Compose project',
  missed: (n: number) => `${plural(n, 'file')} that the project refers to ${n === 1 ? 'is' : 'are'} not in it.`,
  missedNext: 'Make your own copy of each. The sheet lists them as well.',
  kit: 'Kit',
  sheet: 'Recovery sheet',
  show: (what: string) => `Show in folder: ${what}`,
  next: 'Print the sheet: it contains no secrets. Keep the kit and the passphrase in different places, neither of them this laptop.',

  row: 'Emergency kit',
  none: 'None yet',
  noneWhy: 'If you also lose this laptop, the keys are gone.',
  current: (version: number) => `Version ${version}`,
  old: (version: number) => `Version ${version}: outdated`,

  importTitle: 'Open an emergency kit',
  importLead: 'Its deployment is added to Selvage, and its .env to this laptop’s keyring. Nothing is changed on the host.',
  file: 'Kit',
  noFile: 'A file whose name ends in .age',
  name: 'Another name',
  nameHint: 'There is already a deployment with this name.',
  open: 'Open the kit',
  opening: 'Opening…',
  importBlocked: { file: 'Choose the kit first.', passphrase: 'Enter its passphrase.' },
  imported: (name: string) => `${name} was added`,
  importedKnown: (name: string) => `${name} already exists`,
  importedNew: (version: number) => `Version ${version} of its .env is in the keyring`,
  importedSame: (version: number) => `Version ${version} already has the same .env`,
} as const;

/** Why a file of the project is not in the kit. */
export function missedBecause(why: MissedWhy): string {
  switch (why.why) {
    case 'not_there':
      return 'not found on the host';
    case 'unreadable':
      return `cannot be read: ${why.said}`;
    case 'folder':
      return 'a folder: only files are taken';
    case 'elsewhere':
      return 'is fetched from another place';
    case 'unresolved':
      return 'a variable in its name has no value';
    case 'too_large':
      return `${size(why.bytes)}: too large for a file of a Compose project`;
    case 'too_many':
      return 'the project has too many files';
    case 'not_compose':
      return `in the kit, but the files it refers to are not known: ${why.reason}`;
  }
}
