import { describe, expect, it } from 'vitest';
import { city, clock, exactSize, left, share, size, sizeOf } from '../src/words/units';

describe('units', () => {
  it('carry their unit', () => {
    expect([0, 999, 1000, 412_613_664, 8_200_000_000].map(size)).toEqual(['0 B', '999 B', '1 kB', '412.6 MB', '8.2 GB']);
    expect(exactSize(412_113_664)).toBe('412,113,664 bytes');
    expect(sizeOf(254_800_000, 411_000_000)).toBe('254.8 of 411.0 MB');
    expect(sizeOf(254_800_000, null)).toBe('254.8 MB');
    expect([0.2, 14, 300, 7200].map(left)).toEqual(['1 s left', '14 s left', '5 min left', '2.0 h left']);
  });

  it('never say that something is whole before it is', () => {
    expect(share(999, 1000)).toBe(99);
    expect(share(5, 0)).toBe(0);
  });

  it('tell a zone by its city', () => {
    expect(city('America/New_York')).toBe('New York');
    expect(city('UTC')).toBe('UTC');
    expect(clock('2026-10-22T07:41:05Z', 'Europe/Berlin')).toBe('09:41:05');
  });
});
