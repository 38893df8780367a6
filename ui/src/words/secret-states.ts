import type { AgainstHost, Fault, FaultKind, KeyProof, KeyTrouble, KeyUse, MissingKey, NameProof, NameRow, Outcome, PassphraseStrength, ProvedKey, ProvedKid, Remark } from '../ipc/client';
import type { State } from './states';
import { listed } from './secrets';
import { plural } from './units';

const state = (tone: State['tone'], icon: State['icon'], word: string): State => ({ tone, icon, word });

/** A state with a few fainter words behind it. */
export interface NameState extends State {
  why?: string;
}

export const proven = state('ok', 'shield', 'Proven');
export const notCaptured = state('warn', 'warn', 'Not captured');
export const otherLayout = state('idle', 'info', 'Same values');
export const keyLost = state('bad', 'bad', 'Old key gone');

/** What a key is for, as the subject of a sentence. */
export const keyUses: Record<KeyUse, string> = {
  password: 'saved passwords',
  mfa: 'MFA of the users',
  integration: 'integration secrets',
  smtp: 'mail settings',
  jwt: 'sessions',
  cookie: 'cookies',
  csrf: 'forms',
};

/** Which list takes older keys; MFA has none. */
const PREVIOUS: Partial<Record<KeyUse, string>> = {
  password: 'PASSWORD_PREVIOUS_KEYS',
  integration: 'INTEGRATION_PREVIOUS_KEYS',
  smtp: 'SMTP_PREVIOUS_KEYS',
};

/** `SMTP_SECRET_KEY (kid 1)` */
export function keyName({ keyUse, name, kids }: MissingKey): string {
  // MFA secrets carry no kid.
  if (keyUse === 'mfa' || kids.length === 0) return name;
  return `${name} (${kids.length === 1 ? 'kid' : 'kids'} ${kids.join(', ')})`;
}

/** The alarm: keys that the host has no more, and where they still are. */
export function lostKeys(keys: MissingKey[], version: number): string {
  return keys.map((key) => lostKey(key, version)).join(' ');
}

function lostKey(key: MissingKey, version: number): string {
  const list = PREVIOUS[key.keyUse];
  const remedy = list === undefined ? 'There is no list of previous keys for it: put it back as the active one.' : `Put it into \`${list}\` on the host.`;
  return `What was encrypted with the old key of \`${keyName(key)}\` cannot be decrypted on the host any more: ${keyUses[key.keyUse]}. Version ${version} still has the key. ${remedy}`;
}

/** A key of the host that a version lacks, when the version is put back. */
export function lostByPutBack(key: MissingKey): string {
  return `What was encrypted with \`${keyName(key)}\` of the host could not be decrypted any more: ${keyUses[key.keyUse]}.`;
}

/** Keys of the host that a version lacks and that nothing stored needs. */
export function notNeeded(keys: MissingKey[]): string {
  return `${keys.map((key) => `\`${keyName(key)}\``).join(', ')} of the host ${keys.length === 1 ? 'is' : 'are'} not in this version, but nothing in the database needs ${keys.length === 1 ? 'it' : 'them'} (tested just now).`;
}

export const outcomes: Record<Outcome, State> = {
  proves: state('ok', 'shield', 'Proved'),
  nothing_to_test: state('idle', 'missed', 'Nothing to test'),
  not_allowed: state('idle', 'unseen', 'Role may not read it'),
  no_tables: state('warn', 'unseen', 'Tables not found'),
  malformed: state('warn', 'warn', 'Values are damaged'),
  unknown_kid: state('bad', 'bad', 'Unknown key id'),
  key_unusable: state('bad', 'bad', 'Key is unusable'),
  does_not_decrypt: state('bad', 'bad', 'Does not decrypt'),
};

/** What an outcome means, in a sentence; empty where the word is enough. */
export const outcomeMeans: Record<Outcome, string> = {
  proves: '',
  nothing_to_test: 'Nothing in the database is encrypted with it.',
  not_allowed: '',
  no_tables: 'Its tables are not in this database, or are in another schema: nothing was tested.',
  malformed: '',
  unknown_kid: 'Rows have a key id whose key is missing in this file.',
  key_unusable: 'The value under this name is not a usable key.',
  does_not_decrypt: 'These rows were encrypted with another key.',
};

export const keyTroubles: Record<KeyTrouble['is'], string> = {
  missing: 'missing',
  placeholder: 'a placeholder',
  not_base64: 'not base64',
  wrong_length: 'wrong length',
  guessable: 'guessable: all bytes are the same',
  no_kid: 'an entry without a kid',
  repeats_active: 'repeats the active kid: Weavestream refuses the list',
};

/** What a proof came to as a whole. */
type Sum = 'proved' | 'nothing' | 'failed' | 'partly';

function sumOf({ keys, notTested }: KeyProof): Sum {
  const outcome = (...of: Outcome[]) => (key: ProvedKey): boolean => of.includes(key.outcome);
  if (keys.some((key) => outcomes[key.outcome].tone === 'bad')) return 'failed';
  if (keys.every(outcome('nothing_to_test')) && (notTested ?? []).length === 0) return 'nothing';
  return keys.every(outcome('proves', 'nothing_to_test')) && (notTested ?? []).length === 0 ? 'proved' : 'partly';
}

/** How a proof is told beside its version. */
export function proofLine(proof: KeyProof, when: string): string {
  const after: Record<Exclude<Sum, 'proved'>, string> = { nothing: 'nothing to test', failed: 'not all keys fit', partly: 'in part' };
  const sum = sumOf(proof);
  return sum === 'proved' ? `Last proved ${when}` : `Tested ${when}: ${after[sum]}`;
}

/** The same as a sentence, above what came of each key. */
export function proofSum(proof: KeyProof): State {
  const fitting = proof.keys.filter((key) => key.outcome === 'proves' || key.outcome === 'nothing_to_test').length;
  const some = `${fitting} of ${plural(proof.keys.length, 'key')} ${fitting === 1 ? 'decrypts' : 'decrypt'} everything encrypted with ${fitting === 1 ? 'it' : 'them'}.`;
  const told: Record<Sum, State> = {
    proved: state('ok', 'shield', 'Every key decrypts everything encrypted with it.'),
    nothing: state('idle', 'missed', 'Nothing is encrypted with these keys: there was nothing to test.'),
    failed: state('bad', 'bad', some),
    partly: state('warn', 'warn', some),
  };
  return told[sumOf(proof)];
}

/** Why a value is no key: `wrong length, 16 bytes`. */
export function keyTrouble(trouble: KeyTrouble): string {
  return trouble.is === 'wrong_length' ? `${keyTroubles.wrong_length}, ${plural(trouble.bytes, 'byte')}` : keyTroubles[trouble.is];
}

/** What came of one kid. */
export function kidState({ trouble, opened, tried }: ProvedKid): State {
  if (trouble?.is === 'missing') return state('bad', 'bad', 'Key is missing');
  if (trouble) return state('bad', 'bad', `Unusable: ${keyTrouble(trouble)}`);
  if (opened === tried) return state('ok', 'ok', 'Decrypts');
  return opened === 0 ? state('bad', 'bad', 'Does not decrypt') : state('warn', 'warn', 'Decrypts some');
}

const isList = (name: string): boolean => name.endsWith('_PREVIOUS_KEYS');
const isMfa = (name: string): boolean => name === 'MFA_ENCRYPTION_KEY';

/** What the last proof said of a name. */
export function proofState(name: string, { outcome, opened, tested, failing }: NameProof): State {
  const { tone, icon, word } = outcomes[outcome];
  const kid = failing.length === 1 ? 'kid' : 'kids';
  switch (outcome) {
    case 'proves':
      if (isMfa(name)) return state(tone, icon, `Proved: decrypts ${opened} of ${plural(tested, 'user')}`);
      return state(tone, icon, isList(name) ? `Proved: ${opened} of ${plural(tested, 'kid')} in use` : `Proved: decrypts ${opened} of ${plural(tested, 'kid')}`);
    case 'unknown_kid':
      return state(tone, icon, failing.length === 0 ? word : `Unknown ${kid} ${listed(failing)}`);
    case 'does_not_decrypt':
      if (isMfa(name)) return state(tone, icon, `Does not decrypt: ${tested - opened} of ${plural(tested, 'user')}`);
      return state(tone, icon, failing.length === 0 ? word : `Does not decrypt: ${kid} ${listed(failing)}`);
    default:
      return state(tone, icon, word);
  }
}

/** What is to be said of a name by itself. */
export function remarkState(remark: Remark, value: NameRow['value']): NameState {
  switch (remark.says) {
    case 'required':
      return { ...state('bad', 'bad', value.is === 'placeholder' ? 'Placeholder' : 'Missing'), why: 'Weavestream needs it' };
    case 'no_key':
      if (remark.trouble.is === 'placeholder') return { ...state('idle', 'missed', 'Placeholder'), why: 'counts as unset' };
      return { ...state('bad', 'bad', 'Unusable key'), why: keyTrouble(remark.trouble) };
    case 'weak':
      return { ...state('warn', 'warn', 'Weak'), why: 'easy to guess' };
    case 'repeated':
      // The documented set-up appends keys to a template, so this is as it should be.
      return { ...state('idle', 'info', `Repeated ${remark.times} times`), why: 'the last one counts' };
    case 'not_used':
      return { ...state('idle', 'info', 'Not used'), why: 'Compose sets its own' };
  }
}

export const hostStates: Record<AgainstHost, NameState> = {
  same: state('ok', 'ok', 'Matches host'),
  differs: { ...state('warn', 'warn', 'Differs from host'), why: 'changed there' },
  only_here: { ...state('warn', 'warn', 'Not on host'), why: 'removed there' },
  only_there: { ...state('warn', 'warn', 'Only on host'), why: 'new there' },
};

/** The same in a word, behind something that weighs more. */
export const hostShort: Record<AgainstHost, string> = { same: 'matches', differs: 'differs', only_here: 'not there', only_there: 'only there' };

const faultKinds: Record<FaultKind, string> = {
  bad_name: 'an invalid character in a name',
  space_in_name: 'a space in a name',
  no_name: 'a value without a name',
  unterminated: 'an unclosed quote',
  bad_reference: 'an invalid $ reference',
  required_missing: 'a reference to an undefined name',
};

/** `Line 12: a quote that is never closed; line 31: …`, the first few. */
export function faultLines(faults: Fault[], most = 3): string {
  const lines = faults.slice(0, most).map(({ line, kind }) => `line ${line}: ${faultKinds[kind]}`);
  return `${lines.join('; ').replace(/^l/, 'L')}${faults.length > most ? '; …' : '.'}`;
}

/** Five steps of a passphrase, as the score counts them. */
const steps: readonly State[] = [
  state('bad', 'bad', 'Very weak'),
  state('bad', 'bad', 'Weak'),
  state('warn', 'warn', 'Not enough yet'),
  state('ok', 'ok', 'Enough'),
  state('ok', 'shield', 'Strong'),
];

export function strengthState({ score, enough }: PassphraseStrength): State {
  const step = steps[Math.max(0, Math.min(steps.length - 1, score))] ?? state('idle', 'wait', '');
  // Rust says what is enough; the word never promises more.
  return enough || step.tone !== 'ok' ? step : state('warn', 'warn', 'Not enough yet');
}
