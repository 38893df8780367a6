import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyProof, NameProof, NameRow, Outcome } from '../src/ipc/client';
import { install } from '../src/ipc/mock/install';
import { ACME } from '../src/ipc/mock/world';
import { RevealedValue, SHOWN_FOR } from '../src/screens/secrets/revealed-value.svelte';
import { KitForm } from '../src/screens/secrets/kit.svelte';
import { counted, grouped, lineOf, stateOf } from '../src/screens/secrets/names';
import { Proving } from '../src/screens/secrets/proving.svelte';
import { faultLines, kidState, lostByPutBack, lostKeys, proofLine, proofState, proofSum, remarkState, strengthState } from '../src/words/secret-states';
import { changeLine, hintOf, listed, sourceLine } from '../src/words/secrets';

const row = (over: Partial<NameRow> = {}): NameRow => ({ name: 'SMTP_SECRET_KEY', group: 'data', value: { is: 'hidden', characters: 44 }, kids: [], bytes: null, remarks: [], host: null, proof: null, ...over });
const said = (over: Partial<NameRow>) => {
  const state = stateOf(row(over));
  return state && [state.tone, state.word, state.why];
};

describe('the state of a name', () => {
  const proves: NameProof = { outcome: 'proves', opened: 3, tested: 3, failing: [] };

  it('says first what a proof has shown', () => {
    expect(said({ proof: proves, remarks: [{ says: 'weak' }], host: 'same' })).toEqual(['ok', 'Proved: decrypts 3 of 3 kids', undefined]);
    expect(said({ name: 'MFA_ENCRYPTION_KEY', proof: { ...proves, opened: 6, tested: 6 } })?.[1]).toBe('Proved: decrypts 6 of 6 users');
    expect(said({ name: 'SMTP_PREVIOUS_KEYS', proof: { ...proves, opened: 1, tested: 1 } })?.[1]).toBe('Proved: 1 of 1 kid in use');
    expect(said({ proof: { outcome: 'does_not_decrypt', opened: 0, tested: 1, failing: ['a'] } })).toEqual(['bad', 'Does not decrypt: kid a', undefined]);
    expect(said({ proof: { outcome: 'unknown_kid', opened: 0, tested: 2, failing: ['y', 'z'] } })?.[1]).toBe('Unknown kids y and z');
    expect(proofState('MFA_ENCRYPTION_KEY', { outcome: 'does_not_decrypt', opened: 2, tested: 6, failing: [] }).word).toBe('Does not decrypt: 4 of 6 users');
  });

  it('does not hide behind a proof that the host differs', () => {
    expect(said({ proof: proves, host: 'differs' })).toEqual(['ok', 'Proved: decrypts 3 of 3 kids', 'differs']);
    expect(lineOf(row({ proof: proves, host: 'differs' }))).toBe('Proved: decrypts 3 of 3 kids. Differs from host, changed there');
  });

  it('says what is wrong with the value before how the host differs', () => {
    expect(said({ value: { is: 'absent' }, remarks: [{ says: 'required' }], host: 'only_there' })).toEqual(['bad', 'Missing', 'only there']);
    expect(said({ remarks: [{ says: 'no_key', trouble: { is: 'wrong_length', bytes: 16 } }], host: 'same' })).toEqual(['bad', 'Unusable key', 'wrong length, 16 bytes']);
    expect(said({ remarks: [{ says: 'repeated', times: 3 }] })).toEqual(['idle', 'Repeated 3 times', 'the last one counts']);
    expect(said({ value: { is: 'placeholder' }, host: 'same' })).toEqual(['idle', 'Placeholder', 'counts as unset']);
    expect(remarkState({ says: 'required' }, { is: 'placeholder' }).word).toBe('Placeholder');
  });

  it('says last that there was nothing to test', () => {
    const nothing: NameProof = { outcome: 'nothing_to_test', opened: 0, tested: 0, failing: [] };
    expect(said({ proof: nothing, host: 'same' })?.[1]).toBe('Nothing to test');
    expect(said({ proof: nothing, host: 'differs' })?.[1]).toBe('Differs from host');
    expect(said({ proof: nothing, remarks: [{ says: 'not_used' }] })?.[1]).toBe('Not used');
    expect(said({ host: 'only_here' })?.[1]).toBe('Not on host');
    expect(said({})).toBeUndefined();
  });
});

describe('the names', () => {
  const rows = [row(), row({ name: 'SMTP_PREVIOUS_KEYS', value: { is: 'absent' } }), row({ name: 'APP_URL', group: 'setting', value: { is: 'plain', text: 'https://a' } })];

  it('stand under their headings, and are found by a part', () => {
    expect(grouped(rows, '').map(({ group, rows: own }) => [group, own.length])).toEqual([['data', 2], ['setting', 1]]);
    expect(grouped(rows, ' smtp_p').map(({ rows: own }) => own.map(({ name }) => name))).toEqual([['SMTP_PREVIOUS_KEYS']]);
    // What a value holds is never searched.
    expect(grouped(rows, 'https')).toEqual([]);
  });

  it('are counted without those that are not there', () => {
    expect(counted(rows)).toEqual({ names: 2, hidden: 1 });
  });
});

describe('the words for secrets', () => {
  it('raise the alarm with key, kid, what cannot be decrypted and where the old key is', () => {
    const text = lostKeys([{ keyUse: 'smtp', name: 'SMTP_SECRET_KEY', kids: ['1'] }], 7);
    expect(text).toBe('What was encrypted with the old key of `SMTP_SECRET_KEY (kid 1)` cannot be decrypted on the host any more: mail settings. Version 7 still has the key. Put it into `SMTP_PREVIOUS_KEYS` on the host.');
    const mfa = lostKeys([{ keyUse: 'mfa', name: 'MFA_ENCRYPTION_KEY', kids: ['1'] }], 7);
    expect(mfa).toContain('`MFA_ENCRYPTION_KEY`');
    expect(mfa).toContain('no list of previous keys');
    expect(lostByPutBack({ keyUse: 'password', name: 'PASSWORD_ENCRYPTION_KEY', kids: ['a', 'b'] })).toContain('PASSWORD_ENCRYPTION_KEY (kids a, b)');
  });

  it('tell what may be told of a value', () => {
    expect(hintOf(row({ kids: ['2026-10'], bytes: 32 }))).toBe('kid 2026-10');
    expect(hintOf(row({ kids: ['a', 'b'] }))).toBe('kids a, b');
    expect(hintOf(row({ bytes: 32 }))).toBe('32 bytes');
    expect(hintOf(row({ value: { is: 'hidden', characters: 28 } }))).toBe('28 characters');
  });

  it('list names, changes, sources and faults', () => {
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c', 'd', 'e'])]).toEqual(['', 'a', 'a and b', 'a, b, c and 2 more']);
    expect(changeLine({ added: ['B'], changed: ['A'], removed: ['C'] }, false)).toBe('A, B, C');
    expect([changeLine(null, true), changeLine(null, false)]).toEqual(['The first version', 'Changes not known']);
    expect(sourceLine({ from: 'kit', path: 'a.age' }, 'Today, 09:00')).toBe('From a kit, Today, 09:00');
    expect(faultLines([{ line: 12, kind: 'unterminated' }, { line: 31, kind: 'no_name' }])).toBe('Line 12: an unclosed quote; line 31: a value without a name.');
  });

  it('tell what was opened with each key id', () => {
    const kid = { kid: 'a', trouble: null, tried: 2, opened: 2, rows: 9 };
    expect(kidState(kid).word).toBe('Decrypts');
    expect([kidState({ ...kid, opened: 1 }).tone, kidState({ ...kid, opened: 0 }).word]).toEqual(['warn', 'Does not decrypt']);
    expect(kidState({ ...kid, opened: 0, trouble: { is: 'missing' } }).word).toBe('Key is missing');
    expect(kidState({ ...kid, opened: 0, trouble: { is: 'not_base64' } }).word).toBe('Unusable: not base64');
  });

  it('tell a proof as a whole, and never as more than it showed', () => {
    const of = (...came: Outcome[]): KeyProof => ({ at: '', direct: false, keys: came.map((outcome) => ({ keyUse: 'smtp', name: 'SMTP_SECRET_KEY', outcome, kids: [], malformed: 0, unread: [], nowhere: false })) });
    const told = (proof: KeyProof) => [proofLine(proof, 'today'), proofSum(proof).tone];
    expect(told(of('proves', 'nothing_to_test'))).toEqual(['Last proved today', 'ok']);
    expect(told(of('nothing_to_test'))).toEqual(['Tested today: nothing to test', 'idle']);
    expect(told(of('proves', 'not_allowed'))).toEqual(['Tested today: in part', 'warn']);
    expect(told(of('proves', 'no_tables', 'does_not_decrypt'))).toEqual(['Tested today: not all keys fit', 'bad']);
    expect(proofSum(of('proves', 'malformed')).word).toBe('1 of 2 keys decrypts everything encrypted with it.');
  });

  it('never call a passphrase enough that Rust would refuse', () => {
    const steps = [0, 1, 2, 3, 4].map((score) => strengthState({ score, enough: score >= 3, advice: '' }).word);
    expect(new Set(steps).size).toBe(5);
    expect(strengthState({ score: 4, enough: false, advice: '' }).tone).toBe('warn');
  });
});

describe('a revealedValue at a value', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const settle = async (asked: Promise<void>) => {
    await vi.advanceTimersByTimeAsync(1);
    await asked;
  };

  it('shows it for a while, and then hides it', async () => {
    install({ scene: 'typical', delay: 0 });
    const revealedValue = new RevealedValue(ACME, 7);
    await settle(revealedValue.toggle('JWT_SIGNING_KEY'));
    expect([revealedValue.name, revealedValue.hidesIn]).toEqual(['JWT_SIGNING_KEY', SHOWN_FOR]);
    expect(revealedValue.value).toBeTruthy();
    await vi.advanceTimersByTimeAsync((SHOWN_FOR - 1) * 1000);
    expect([revealedValue.name, revealedValue.hidesIn]).toEqual(['JWT_SIGNING_KEY', 1]);
    await vi.advanceTimersByTimeAsync(1000);
    expect([revealedValue.name, revealedValue.value, revealedValue.hidesIn]).toEqual([undefined, undefined, 0]);
  });

  it('hides it when it is asked again, and one at a time is shown', async () => {
    const { calls } = install({ scene: 'typical', delay: 0 });
    const revealedValue = new RevealedValue(ACME, 7);
    await settle(revealedValue.toggle('JWT_SIGNING_KEY'));
    await settle(revealedValue.toggle('CSRF_SIGNING_KEY'));
    expect(revealedValue.name).toBe('CSRF_SIGNING_KEY');
    await settle(revealedValue.toggle('CSRF_SIGNING_KEY'));
    expect([revealedValue.name, revealedValue.value]).toEqual([undefined, undefined]);
    expect(calls.filter((call) => call === 'reveal_secret')).toHaveLength(2);
  });

  it('does not show what arrives after it was left', async () => {
    install({ scene: 'typical', delay: 50 });
    const revealedValue = new RevealedValue(ACME, 7);
    const asked = revealedValue.toggle('JWT_SIGNING_KEY');
    revealedValue.end();
    await vi.advanceTimersByTimeAsync(100);
    await asked;
    expect([revealedValue.name, revealedValue.value]).toEqual([undefined, undefined]);
  });

  it('copies without ever having the value, and counts down', async () => {
    const { calls } = install({ scene: 'typical', delay: 0 });
    const revealedValue = new RevealedValue(ACME, 7);
    await settle(revealedValue.copy('JWT_SIGNING_KEY'));
    expect([revealedValue.copied, revealedValue.value, revealedValue.clearsIn]).toEqual(['JWT_SIGNING_KEY', undefined, 30]);
    expect(calls).not.toContain('reveal_secret');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(revealedValue.copied).toBeUndefined();
  });
});

describe('a kit', () => {
  const open = (scene: 'typical' | 'trouble') => {
    const { world } = install({ scene, delay: 0 });
    const [first] = world.deployments;
    if (!first) throw new Error('there is a deployment');
    return { world, form: new KitForm(first.deployment) };
  };

  it('asks for folder, words, and that they were written down', async () => {
    const { form, world } = open('typical');
    expect(form.blocked).toBe('Choose a folder first.');
    await form.choose();
    expect(form.blocked).toBe('Generate the words first.');
    await form.generate();
    expect(form.blocked).toBe('Write the words down first.');
    form.wroteDown = true;
    await form.write();
    expect([form.result?.compose, form.result?.version, world.vaults[ACME]?.kit?.path]).toEqual([true, 7, form.result?.kit]);
    // Nothing of the passphrase is left in the form.
    expect([form.words, form.passphrase, form.again]).toEqual([undefined, '', '']);
  });

  it('asks twice for an own passphrase that is hard to guess', async () => {
    const { form } = open('typical');
    await form.choose();
    form.way = 'own';
    form.passphrase = 'short';
    await form.judge('short');
    expect([form.strength?.enough, form.blocked]).toEqual([false, 'Enter a passphrase that is hard to guess.']);
    form.passphrase = 'a much longer passphrase';
    await form.judge(form.passphrase);
    expect(form.blocked).toBe('Enter the passphrase a second time.');
    form.again = 'a much longer passphrasf';
    expect([form.differs, form.blocked]).toEqual([true, 'The two do not match.']);
    form.again = form.passphrase;
    expect(form.blocked).toBeUndefined();
  });

  it('can do without the host when the host is in the way', async () => {
    const { form } = open('trouble');
    await form.choose();
    await form.generate();
    form.wroteDown = true;
    await form.write();
    expect([form.problem?.code, form.withoutHost, form.result]).toEqual(['timed_out', true, undefined]);
    await form.write(true);
    expect(form.result?.compose).toBe(false);
  });
});

it('a proof that was closed while it ran stays closed', async () => {
  install({ scene: 'typical', delay: 0 });
  const proving = new Proving();
  const run = proving.run(ACME, { which: 'version', version: 7 });
  expect([proving.shown?.tried.which, proving.shown?.result]).toEqual(['version', undefined]);
  proving.close();
  await run;
  expect([proving.shown, proving.running]).toEqual([undefined, undefined]);
});
