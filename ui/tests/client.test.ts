import { mockIPC } from '@tauri-apps/api/mocks';
import { beforeEach, describe, expect, it } from 'vitest';
import { Failed, ipc, troubleOf, type Failure } from '../src/ipc/client';
import { problemOf } from '../src/ipc/mock/words';

let answer: () => unknown;

beforeEach(() => mockIPC(() => answer()));

async function failureOf(asked: Promise<unknown>): Promise<Failed> {
  const caught: unknown = await asked.catch((thrown: unknown) => thrown);
  if (!(caught instanceof Failed)) throw new Error('It did not fail.');
  return caught;
}

function failing(thrown: unknown): () => never {
  return () => {
    throw thrown;
  };
}

describe('the client', () => {
  it('hands on what a command answers', async () => {
    answer = () => ['acme-prod'];
    await expect(ipc.sshAliases()).resolves.toEqual(['acme-prod']);
  });

  it('throws a refusal with its class, code and facts', async () => {
    const failure: Failure = { class: 'refused', problem: problemOf({ code: 'no_library' }, 'refused'), text: 'no folder for dumps has been chosen' };
    answer = failing(failure);
    const failed = await failureOf(ipc.download('d', null));
    expect(failed.trouble).toEqual(failure);
    expect(failed.message).toBe(failure.text);
  });

  it('makes a trouble of what is no failure: an unknown command, a broken bridge', async () => {
    answer = failing('Command overview not found');
    const unknown = await failureOf(ipc.overview('d', true));
    expect(unknown.trouble.problem).toMatchObject({ code: 'bridge', words: { why: 'Command overview not found' } });
    answer = failing(new Error('the bridge is gone'));
    const thrown: unknown = await ipc.appInfo().catch((error: unknown) => error);
    expect(troubleOf(thrown)).toMatchObject({ class: 'failed', problem: { code: 'bridge', words: { why: 'the bridge is gone' } }, text: 'the bridge is gone' });
  });
});
