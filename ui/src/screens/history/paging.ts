/** Height of a row, and rows asked for at once. */
export const ROW = 30;
export const PAGE = 200;
/** Rows drawn beyond the edges, so that a quick scroll meets no hole. */
const BEYOND = 8;
/** Pages kept; farther ones are asked for again. */
const KEPT = 20;

/** The row that is open, and how high its details are. */
export interface Open {
  index: number;
  height: number;
}

/** What of a long list is drawn, and the empty space before and after it. */
export interface Drawn {
  /** The first row. */
  first: number;
  /** The row after the last. */
  end: number;
  before: number;
  after: number;
}

/** Where a row begins. */
export function top(index: number, open: Open | undefined): number {
  return index * ROW + (open && index > open.index ? open.height : 0);
}

/** The row at a height. */
function rowAt(y: number, open: Open | undefined): number {
  if (!open || y < top(open.index + 1, undefined)) return Math.floor(y / ROW);
  return Math.max(open.index, Math.floor((y - open.height) / ROW));
}

/** What is drawn of `total` rows in a window of `height` that is scrolled to `y`. */
export function drawn(y: number, height: number, total: number, open: Open | undefined): Drawn {
  const first = clamp(rowAt(y, open) - BEYOND, 0, total);
  const end = clamp(rowAt(y + height, open) + 1 + BEYOND, first, total);
  return { first, end, before: top(first, open), after: top(total, open) - top(end, open) };
}

/** The pages on which rows lie. */
export function pagesOf(first: number, end: number): number[] {
  if (end <= first) return [];
  const from = Math.floor(first / PAGE);
  const to = Math.floor((end - 1) / PAGE);
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}

/** Which of the pages at hand to keep when those wanted are in view: the nearest. */
export function keep(atHand: number[], wanted: number[]): number[] {
  const middle = wanted.length === 0 ? 0 : (Math.min(...wanted) + Math.max(...wanted)) / 2;
  return [...atHand].sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle)).slice(0, KEPT);
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
