import type { MissedWhy } from '../ipc/client';
import { plural, size } from './units';

/** The texts of emergency kits. */
export const kitWords = {
  title: (name: string) => `Emergency kit of ${name}`,
  lead: 'One encrypted file with the newest .env and the files of the Compose project, and a sheet of paper that says how to come back from them. For the day when this laptop is lost as well.',
  folder: 'Folder',
  folderHint: 'A stick that lies in a safe is better than this laptop.',
  choose: 'Choose…',
  noFolder: 'not chosen yet',
  protectedBy: 'Protected by',
  ways: { words: 'Words from Selvage', own: 'My own passphrase' },
  generate: 'Generate words',
  others: 'Other words',
  words: 'The passphrase',
  writeDown: 'Write it down now, apart from the kit. It is kept nowhere: without it nobody opens the kit, not even Selvage.',
  wroteDown: 'I have written the words down',
  passphrase: 'Passphrase',
  again: 'Again',
  differs: 'The two are not the same.',
  strength: 'Strength',
  judging: 'type to see how hard it is to guess',
  ownHint: 'It is kept nowhere: without it nobody opens the kit.',
  blocked: {
    folder: 'Choose a folder first.',
    words: 'Write the words down first.',
    generate: 'Generate the words first.',
    passphrase: 'Type a passphrase that is hard to guess.',
    again: 'Type the passphrase a second time.',
  },
  write: 'Write the kit',
  writing: 'Writing, and opening it again…',
  withoutCompose: 'Write it without the Compose files',
  noHost: 'There is no link to the host: the kit is written without Compose files. The keys are what matters most.',

  doneTitle: 'The emergency kit is written',
  verified: 'Opened again and compared',
  verifiedWith: (version: number, files: number) => `It holds version ${version} of .env and ${files === 0 ? 'no Compose file' : plural(files, 'file')}${files === 0 ? '' : ' of the Compose project'}.`,
  files: 'Compose project',
  missed: (n: number) => `${plural(n, 'file')} that the project names ${n === 1 ? 'is' : 'are'} not in it.`,
  missedNext: 'Each needs a copy of its own. The sheet names them as well.',
  kit: 'Kit',
  sheet: 'Recovery sheet',
  show: (what: string) => `Show in folder: ${what}`,
  next: 'Print the sheet: it holds no secret. Put kit and passphrase into different places, neither of them this laptop.',

  row: 'Emergency kit',
  none: 'None yet',
  noneWhy: 'With this laptop lost as well, nothing opens.',
  current: (version: number) => `Of version ${version}`,
  old: (version: number) => `Of version ${version}: old`,

  importTitle: 'Open an emergency kit',
  importLead: 'Its deployment is added here, and its .env goes to this laptop’s keyring. Nothing is changed on the host.',
  file: 'Kit',
  noFile: 'A file whose name ends in .age',
  name: 'Another name for it',
  nameHint: 'A deployment of this name is here already.',
  open: 'Open the kit',
  opening: 'Opening…',
  importBlocked: { file: 'Choose the kit first.', passphrase: 'Type its passphrase.' },
  imported: (name: string) => `${name} is here`,
  importedKnown: (name: string) => `${name} was known already`,
  importedNew: (version: number) => `Version ${version} of its .env is in the keyring`,
  importedSame: (version: number) => `Version ${version} is the very same .env already`,
} as const;

/** Why a file of the project is not in the kit. */
export function missedBecause(why: MissedWhy): string {
  switch (why.why) {
    case 'not_there':
      return 'not there on the host';
    case 'unreadable':
      return `cannot be read: ${why.said}`;
    case 'folder':
      return 'a folder: only files are taken';
    case 'elsewhere':
      return 'is fetched from elsewhere';
    case 'unresolved':
      return 'a variable in its name has no value';
    case 'too_large':
      return `${size(why.bytes)}: more than a file of a project has`;
    case 'too_many':
      return 'too many others come before it';
    case 'not_compose':
      return `in the kit, but what it refers to is not known: ${why.reason}`;
  }
}
