import type {
  CellState,
  CheckState,
  LocalDumpState,
  EvidenceKind,
  JobEnd,
  QueueState,
  Remedy,
  RunKind,
  RunStatus,
  SshAuth,
  TlsMode,
  VerdictState,
} from '../ipc/client';
import type { IconName } from '../parts/icons';
import type { Tone } from '../parts/tone';

/** A state as it is shown: an icon and a word, in a tone. */
export interface State {
  tone: Tone;
  icon: IconName;
  word: string;
}

const state = (tone: Tone, icon: IconName, word: string): State => ({ tone, icon, word });

export const runStates: Record<RunStatus, State> = {
  queued: state('run', 'wait', 'Queued'),
  running: state('run', 'run', 'Running'),
  success: state('ok', 'ok', 'Success'),
  failed: state('bad', 'bad', 'Failed'),
  skipped: state('idle', 'skip', 'Skipped'),
  unreadable: state('warn', 'unseen', 'Unreadable'),
};

export const runKinds: Record<RunKind, string> = { scheduled: 'Scheduled', manual: 'Manual' };

export const copyStates: Record<LocalDumpState, State> = {
  verified: state('ok', 'ok', 'SHA-256 verified'),
  complete: state('ok', 'ok', 'Complete and readable'),
  damaged: state('bad', 'bad', 'Damaged'),
  unverified: state('warn', 'warn', 'Not verifiable'),
  gone: state('bad', 'missed', 'File is missing'),
  changed: state('warn', 'warn', 'Changed since checked'),
  unreachable: state('idle', 'unseen', 'Disk does not answer'),
};

export const notVerified = state('idle', 'wait', 'Not verified');
export const prunedOnHost = state('idle', 'trash', 'Deleted on host');
export const unsafeName = state('bad', 'warn', 'Unsafe file name');

export const verdictStates: Record<VerdictState, { tone: Tone; finished: boolean; word: string }> = {
  saved: { tone: 'warn', finished: false, word: 'Database saved' },
  at_risk: { tone: 'bad', finished: false, word: 'At risk' },
  not_observed: { tone: 'idle', finished: false, word: 'Not checked' },
};

export const queueStates: Record<QueueState['state'], State & { remedy: string }> = {
  in_queue: { ...state('ok', 'ok', 'In the queue'), remedy: 'The host will run it at the time shown.' },
  not_in_queue: {
    ...state('warn', 'warn', 'Not in the queue'),
    remedy: 'It is enabled in the database, but BullMQ does not have it: it will not run until it is registered.',
  },
  in_queue_otherwise: {
    ...state('warn', 'warn', 'Different times in the queue'),
    remedy: 'BullMQ has it with different times than the database: it runs at the wrong times until it is registered again.',
  },
  fires_twice: {
    ...state('bad', 'warn', 'Twice in the queue'),
    remedy: 'It is registered twice, once in the way of an older Weavestream: each run comes twice until it is repaired.',
  },
  unusable: {
    ...state('bad', 'bad', 'Never runs'),
    remedy: 'It is enabled, but the queue refuses its cron expression or its time zone. Correct them and save.',
  },
  disabled: { ...state('idle', 'pause', 'Disabled'), remedy: 'It is disabled and does not run. Run now still works.' },
  in_queue_though_disabled: {
    ...state('warn', 'warn', 'Still in the queue'),
    remedy: 'It is disabled in the database, but BullMQ still has it: it will run until it is removed from the queue.',
  },
  not_checked: {
    ...state('idle', 'unseen', 'Not checked'),
    remedy: 'This is the state before the last check, which failed.',
  },
  unknown: {
    ...state('idle', 'unseen', 'Not known'),
    remedy: 'The queue could not be read, so it is not known whether it will run. Test the connection for the reason.',
  },
  out_of_reach: {
    ...state('idle', 'unseen', 'Queue not checked'),
    remedy: 'A direct link to Postgres cannot reach the queue on the host: changes take effect when the API next starts.',
  },
};

export const cellStates: Record<CellState, string> = {
  none: 'No run',
  success: 'Success',
  failed: 'Failed',
  skipped: 'Skipped, another run was in progress',
  running: 'Running',
};

export const evidenceKinds: Record<EvidenceKind, string> = {
  exists: 'Exists on host',
  checksum: 'Checksum verified',
  off_host: 'Off-host copy readable',
  drill: 'Restored in a drill',
  proven: 'App proven',
};

export const remedies: Record<Remedy['action'], string> = {
  download: 'Download',
  history: 'Show the run',
  schedules: 'Schedules',
  connection: 'Test connection',
  secrets: 'Secrets',
  register: 'Register',
  capture: 'Save .env',
};

/** The section where an action is done by hand. */
export const sectionOf = {
  download: 'history',
  history: 'history',
  schedules: 'schedules',
  connection: 'connection',
  secrets: 'secrets',
  register: 'schedules',
  capture: 'secrets',
} as const satisfies Record<Remedy['action'], string>;

export const checkStates: Record<CheckState, State> = {
  ok: state('ok', 'ok', 'Works'),
  warn: state('warn', 'warn', 'Works, with a warning'),
  bad: state('bad', 'bad', 'Does not work'),
  not_tested: state('idle', 'wait', 'Not tested'),
};

export const jobEnds: Record<JobEnd['end'], State> = {
  done: state('ok', 'ok', 'Finished'),
  refused: state('bad', 'bad', 'Refused'),
  failed: state('bad', 'bad', 'Failed'),
  unsound: state('bad', 'warn', 'Not sound'),
  cancelled: state('idle', 'stop', 'Cancelled'),
  interrupted: state('warn', 'missed', 'Interrupted'),
};

export const authMethods: Record<SshAuth['method'], string> = {
  automatic: 'SSH agent and configuration',
  agent: 'SSH agent only',
  key: 'Key file',
  password: 'Password',
};

export const tlsModes: Record<TlsMode, { word: string; hint: string }> = {
  'verify-full': { word: 'verify-full: trusted and for this host', hint: 'The certificate must come from a trusted authority and name this host.' },
  'verify-ca': { word: 'verify-ca: trusted', hint: 'The certificate must come from a trusted authority; the host name in it does not matter.' },
  require: { word: 'require: encrypted only', hint: 'Encrypted, but any certificate is accepted: somebody could intercept the connection with their own.' },
  prefer: { word: 'prefer: encrypted where possible', hint: 'Encrypted if the server offers it, otherwise unencrypted without a warning.' },
  disable: { word: 'disable: not encrypted', hint: 'Everything can be read on the way. Turn TLS off only inside a VPN or on this machine.' },
};
