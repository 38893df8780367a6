import type { Job, JobKind, SecretAct } from '../ipc/client';
import type { IconName } from '../parts/icons';
import { theDump } from './units';

interface Words {
  icon: IconName;
  /** What its bar is called. */
  name: string;
  doing: (what: string | undefined, percent: string) => string;
  done: (what: string) => string;
  doneDetail: string;
  cancelled: (what: string) => string;
  cancelledDetail: string;
  again: string;
}

const ofDump = (what: string | undefined) => (what === undefined ? 'a dump' : theDump(what));

/** What is said of each kind of job. */
export const jobKinds: Record<JobKind['kind'], Words> = {
  download: {
    icon: 'download',
    name: 'Download',
    doing: (what, percent) => `Downloading ${ofDump(what)}, ${percent}`,
    done: (what) => `Verified: ${theDump(what)}`,
    doneDetail: 'Checksum matches the manifest',
    cancelled: (what) => `Download of ${what} cancelled`,
    cancelledDetail: 'What has arrived is kept; the next download resumes from there',
    again: 'Download again',
  },
  verify: {
    icon: 'shield',
    name: 'Verification',
    doing: (what, percent) => `Verifying ${ofDump(what)}, ${percent}`,
    done: (what) => `Verified: ${theDump(what)}`,
    doneDetail: 'Checksum matches the manifest',
    cancelled: (what) => `Verification of ${what} cancelled`,
    cancelledDetail: 'The file was not fully compared',
    again: 'Verify again',
  },
  dump: {
    icon: 'laptop',
    name: 'One-off dump',
    doing: () => 'Making a dump to this laptop',
    done: () => 'One-off dump finished',
    doneDetail: 'Complete and readable',
    cancelled: () => 'One-off dump cancelled',
    cancelledDetail: 'Nothing is kept',
    again: 'Dump again',
  },
  run: {
    icon: 'play',
    name: 'Run on the host',
    doing: (what) => `${what ?? 'A run'} on the host`,
    done: (what) => `${what} has run`,
    doneDetail: 'The dump is on the host',
    cancelled: (what) => `${what} is no longer followed`,
    cancelledDetail: 'The run continues on the host',
    again: 'Run again',
  },
  unreadable: {
    icon: 'unseen',
    name: 'Unreadable entry',
    doing: () => 'Unreadable entry',
    done: (what) => what,
    doneDetail: '',
    cancelled: (what) => what,
    cancelledDetail: '',
    again: '',
  },
  // Written down when it has been done: it never runs, and what it was is said by doneDetailOf.
  secret: {
    icon: 'key',
    name: 'Secrets',
    doing: () => 'Secrets',
    done: (what) => what,
    doneDetail: '',
    cancelled: (what) => what,
    cancelledDetail: '',
    again: '',
  },
};

/** What was done with secrets, as the activity lists it. */
const secretActs: Record<SecretAct, string> = {
  captured: 'Captured from the host into the keyring',
  imported: 'Imported into the keyring',
  deleted: 'Deleted from the keyring',
  revealed: 'Shown in the window',
  copied: 'Copied to the clipboard',
  put_back: 'Put back on the host',
  kit_written: 'Written to an emergency kit',
};

/** What a job is about: a file, a schedule, or a version of secrets. */
export function subjectOf(kind: Job['kind']): string {
  switch (kind.kind) {
    case 'run':
      return kind.name;
    case 'unreadable':
      return `Unreadable entry: ${kind.reason}`;
    case 'secret':
      return kind.name === null ? `Version ${kind.version} of .env` : `${kind.name} of version ${kind.version}`;
    default:
      return kind.file;
  }
}

/** What came of a job that is done. */
export function doneDetailOf(kind: Job['kind']): string {
  return kind.kind === 'secret' ? secretActs[kind.act] : jobKinds[kind.kind].doneDetail;
}
