import type { SizeTrend } from '../../ipc/client';
import { words } from '../../words/words';

const WIDTH = 324;
const TOP = 10;
const FLOOR = 76;

/** A size trend as lines on a field of 330 by 76. */
export interface Trend {
  line: string;
  area: string;
  end: string;
  first: number;
  last: number;
  change: string;
}

export function trend({ points, firstDay }: SizeTrend): Trend | undefined {
  const [from, to] = [points[0], points.at(-1)];
  if (!from || !to || points.length < 2) return undefined;
  // From zero: a small change looks small.
  const most = Math.max(...points.map(([, bytes]) => bytes), 1);
  const y = (bytes: number) => (FLOOR - (bytes / most) * (FLOOR - TOP)).toFixed(1);
  const x = (share: number) => (share * WIDTH).toFixed(1);
  const drawn = points.map(([share, bytes]) => `${x(share)},${y(bytes)}`);
  return {
    line: drawn.join(' '),
    area: `M${x(from[0])},${FLOOR} L${drawn.join(' L')} L${x(to[0])},${FLOOR}z`,
    end: drawn.at(-1) ?? '',
    first: from[1],
    last: to[1],
    change: words.overview.sinceDay(change(from[1], to[1]), firstDay),
  };
}

function change(first: number, last: number): string {
  const percent = first > 0 ? ((last - first) / first) * 100 : 0;
  if (Math.abs(percent) < 0.05) return words.overview.steady;
  return percent > 0 ? words.overview.up(percent.toFixed(1)) : words.overview.down((-percent).toFixed(1));
}
