import { describe, expect, it } from 'vitest';
import { root } from './cell.svelte';
import type { HistoryPage } from '../src/ipc/client';
import { manyRuns, pageOf } from '../src/ipc/mock/runs';
import { RunPages } from '../src/screens/history/pages.svelte';
import { drawn, keep, PAGE, pagesOf, ROW, top } from '../src/screens/history/paging';

describe('what of a long list is drawn', () => {
  it('is what can be seen and a little more, and the space of the rest', () => {
    const slice = drawn(0, 600, 100_000, undefined);
    expect(slice.first).toBe(0);
    expect(slice.end).toBeLessThan(40);
    expect(slice.before).toBe(0);
    expect(slice.before + (slice.end - slice.first) * ROW + slice.after).toBe(100_000 * ROW);
  });

  it.each([0, 29, 30, 299, 300, 1_234, 59_999, 2_999_400])('covers the window at %d, with an open row or without', (y) => {
    for (const open of [undefined, { index: 0, height: 150 }, { index: 10, height: 150 }, { index: 50_000, height: 200 }]) {
      const total = 100_000;
      const slice = drawn(y, 600, total, open);
      const last = top(total, open);
      expect(top(slice.first, open)).toBeLessThanOrEqual(Math.min(y, last));
      expect(top(slice.end, open)).toBeGreaterThanOrEqual(Math.min(y + 600, last));
      expect(slice.end - slice.first).toBeLessThanOrEqual(600 / ROW + 20);
      const drawnHeight = top(slice.end, open) - top(slice.first, open);
      expect(slice.before + drawnHeight + slice.after).toBe(last);
    }
  });

  it('is nothing of nothing, and all of a few', () => {
    expect(drawn(0, 600, 0, undefined)).toEqual({ first: 0, end: 0, before: 0, after: 0 });
    expect(drawn(0, 600, 3, undefined)).toMatchObject({ first: 0, end: 3, after: 0 });
  });
});

describe('pages', () => {
  it('are those on which the rows lie', () => {
    expect(pagesOf(0, 1)).toEqual([0]);
    expect(pagesOf(PAGE - 1, PAGE + 1)).toEqual([0, 1]);
    expect(pagesOf(5, 5)).toEqual([]);
  });

  it('are kept when they are near', () => {
    const kept = keep(Array.from({ length: 100 }, (_, n) => n), [50]);
    expect(kept).toHaveLength(20);
    expect(kept.every((page) => Math.abs(page - 50) <= 10)).toBe(true);
  });
});

describe('a history of 100,000 runs', () => {
  const runs = manyRuns(100_000);

  function made(): { pages: RunPages; asked: number[]; end: () => void; fail: (now: boolean) => void } {
    const asked: number[] = [];
    let failing = false;
    let pages: RunPages | undefined;
    const end = root(() => {
      pages = new RunPages((filter, offset, limit): Promise<HistoryPage> => {
        asked.push(offset / PAGE);
        return failing ? Promise.reject(new Error('gone')) : Promise.resolve(pageOf(runs, filter, offset, limit));
      });
    });
    if (!pages) throw new Error('Nothing was made.');
    return { pages, asked, end, fail: (now) => (failing = now) };
  }

  it('asks only for pages that are seen, and for each once', async () => {
    const { pages, asked, end } = made();
    await pages.restart({});
    expect(pages.total).toBe(100_000);
    await pages.need(0, 40);
    await pages.need(90_150, 90_210);
    await Promise.all([pages.need(90_150, 90_210), pages.need(90_160, 90_220)]);
    expect(asked).toEqual([0, 450, 451]);
    expect(pages.row(90_200)?.id).toBe(runs[90_200]?.id);
    expect(pages.row(50_000)).toBeUndefined();
    end();
  });

  it('keeps what is shown until another filter has answered', async () => {
    const { pages, end } = made();
    await pages.restart({});
    const before = pages.row(0)?.id;
    const answered = pages.restart({ statuses: ['failed'] });
    expect(pages.row(0)?.id).toBe(before);
    await answered;
    expect(pages.row(0)?.status).toBe('failed');
    expect(pages.total).toBe(runs.filter((run) => run.status === 'failed').length);
    end();
  });

  it('does not let an old filter answer late', async () => {
    const { pages, end } = made();
    await Promise.all([pages.restart({}), pages.restart({ statuses: ['failed'] })]);
    expect(pages.row(0)?.status).toBe('failed');
    end();
  });

  it('asks again for what is in view, and drops the rest', async () => {
    const { pages, asked, end } = made();
    await pages.restart({});
    await pages.need(2_000, 2_020);
    await pages.refresh();
    expect(asked).toEqual([0, 10, 10]);
    expect(pages.row(0)).toBeUndefined();
    expect(pages.row(2_001)).toBeDefined();
    end();
  });

  it('keeps its rows when the host is gone, and says why', async () => {
    const { pages, end, fail } = made();
    await pages.restart({});
    fail(true);
    await pages.refresh();
    expect(pages.trouble?.text).toBe('gone');
    expect(pages.row(0)).toBeDefined();
    fail(false);
    await pages.refresh();
    expect(pages.trouble).toBeUndefined();
    end();
  });
});
