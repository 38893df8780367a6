import { flushSync } from 'svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { Failed } from '../src/ipc/client';
import { mutate, query, reloadMounted, type Query } from '../src/app/query.svelte';
import { Cell, root } from './cell.svelte';
import { problemOf } from '../src/ipc/mock/words';

let end: (() => void) | undefined;
afterEach(() => end?.());

/** A query as a component would hold it. */
function hold<T>(make: () => Query<T>): Query<T> {
  let made: Query<T> | undefined;
  end = root(() => {
    made = make();
  });
  flushSync();
  if (!made) throw new Error('Nothing was made.');
  return made;
}

/** Promises that are settled by hand. */
class Asked<T> {
  readonly answers: { answer: (value: T) => void; fail: (reason: unknown) => void }[] = [];
  readonly ask = () => new Promise<T>((answer, fail) => this.answers.push({ answer, fail }));
  async answer(n: number, value: T): Promise<void> {
    this.answers[n]?.answer(value);
    await settle();
  }
}
const settle = async () => {
  for (let n = 0; n < 5; n++) await Promise.resolve();
};
const failed = (code: 'no_library') => new Failed({ class: 'refused', problem: problemOf({ code }), text: code });

describe('a query', () => {
  it('shows what is known at once, then what is true now', async () => {
    const [known, now] = [new Asked<string>(), new Asked<string>()];
    const held = hold(() => query(known.ask, now.ask));
    expect([held.data, held.loading, held.settled]).toEqual([undefined, true, false]);
    await known.answer(0, 'yesterday');
    expect([held.data, held.loading, held.settled]).toEqual(['yesterday', true, false]);
    await now.answer(0, 'today');
    expect([held.data, held.loading, held.settled]).toEqual(['today', false, true]);
  });

  it('keeps what it has when a newer look fails, and says why', async () => {
    const asked = new Asked<string>();
    const held = hold(() => query(asked.ask));
    await asked.answer(0, 'seen');
    void held.reload();
    asked.answers[1]?.fail(failed('no_library'));
    await settle();
    expect(held.data).toBe('seen');
    expect(held.trouble?.problem.code).toBe('no_library');
    void held.reload();
    await asked.answer(2, 'again');
    expect([held.data, held.trouble]).toEqual(['again', undefined]);
  });

  it('lets only the newest question answer', async () => {
    const asked = new Asked<string>();
    const held = hold(() => query(asked.ask));
    void held.reload();
    await asked.answer(1, 'new');
    await asked.answer(0, 'old');
    expect(held.data).toBe('new');
  });

  it('begins anew when what it depends on changes', async () => {
    const id = new Cell('a');
    const asked = new Asked<string>();
    const seen: string[] = [];
    const held = hold(() =>
      query(() => {
        seen.push(id.value);
        return asked.ask();
      }),
    );
    await asked.answer(0, 'of a');
    id.value = 'b';
    flushSync();
    expect(seen).toEqual(['a', 'b']);
    expect(held.data).toBeUndefined();
  });

  it('is asked again after a mutation for as long as it is mounted', async () => {
    const asked = new Asked<string>();
    hold(() => query(asked.ask));
    await asked.answer(0, 'before');
    await mutate(() => Promise.resolve('done'));
    expect(asked.answers).toHaveLength(2);
    end?.();
    end = undefined;
    void reloadMounted();
    expect(asked.answers).toHaveLength(2);
  });
});
