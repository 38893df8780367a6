// What Rust does for times, at the moment of the design's pages: Thu 22 Oct 2026,
// 09:41 in Berlin.
import type { When } from '../bindings';

export const NOW = Date.UTC(2026, 9, 22, 7, 41);
export const ZONE = 'Europe/Berlin';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const names = { days: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'], months: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ') };

/** The clock of a zone so many hours ahead of UTC, as a date whose UTC parts are read. */
const there = (at: number, ahead: number): Date => new Date(at + ahead * HOUR);
const dayOf = (at: number, ahead: number): number => Math.floor((at + ahead * HOUR) / DAY);
const two = (n: number): string => String(n).padStart(2, '0');

export function day(at: number, ahead = 2): string {
  const d = there(at, ahead);
  return `${names.days[d.getUTCDay()] ?? ''} ${d.getUTCDate()} ${names.months[d.getUTCMonth()] ?? ''}`;
}

export function local(at: number, ahead = 2): string {
  const d = there(at, ahead);
  const away = dayOf(at, ahead) - dayOf(NOW, ahead);
  const named = away === 0 ? 'Today' : away === -1 ? 'Yesterday' : away === 1 ? 'Tomorrow' : undefined;
  const year = d.getUTCFullYear();
  const dated = year === 2026 ? day(at, ahead) : `${day(at, ahead).slice(4)} ${year}`;
  return `${named ?? dated}, ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
}

export function when(at: number): When {
  const away = at - NOW;
  const span = spanOf(Math.abs(away));
  const relative = away > 0 ? `in ${span}` : away > -MINUTE ? 'just now' : `${span} ago`;
  return { utc: new Date(at).toISOString().replace('.000', ''), local: local(at), relative };
}

function spanOf(length: number): string {
  const minutes = Math.floor(length / MINUTE);
  const hours = Math.floor(length / HOUR);
  if (minutes < 60) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  if (hours < 24) return minutes % 60 === 0 ? `${hours} hours` : `${hours} h ${minutes % 60} min`;
  if (hours < 48) return hours === 24 ? '1 day' : `1 d ${hours % 24} h`;
  return `${Math.floor(length / DAY)} days`;
}

export const ago = (days: number, hours = 0, minutes = 0): number => NOW - days * DAY - hours * HOUR - minutes * MINUTE;
export const daysBack = (n: number): number => NOW - n * DAY;
