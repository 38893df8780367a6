const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

function scaled(bytes: number): { power: number; value: number } {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3 + 1e-9));
  return { power, value: bytes / 1000 ** power };
}

function digits(value: number, power: number): string {
  return power < 2 ? value.toFixed(0) : value.toFixed(1);
}

/** `412.6 MB` */
export function size(bytes: number): string {
  const { power, value } = scaled(bytes);
  return `${digits(value, power)} ${UNITS[power] ?? ''}`;
}

/** `412,113,664 bytes` */
export function exactSize(bytes: number): string {
  return `${count(bytes)} bytes`;
}

/** `254.8 of 411.0 MB` */
export function sizeOf(done: number, total: number | null): string {
  if (total === null) return size(done);
  const { power } = scaled(total);
  return `${digits(done / 1000 ** power, power)} of ${size(total)}`;
}

/** `11.2 MB/s` */
export function speed(bytesPerSecond: number): string {
  return `${size(bytesPerSecond)}/s`;
}

/** `14 s left`, `3 min left` */
export function left(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s left`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min left`;
  return `${(seconds / 3600).toFixed(1)} h left`;
}

/** `62 %` of a whole, never 100 before the end. */
export function share(done: number, total: number): number {
  return total <= 0 ? 0 : Math.max(0, Math.min(100, Math.floor((done / total) * 100)));
}

/** `100,000` */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** `1 run`, `34 runs` */
export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** `today’s dump, 09:00`, `the dump of Wed 21 Oct, 09:00`: a dump by the time of its run. */
export function theDump(when: string): string {
  const [, day, time] = /^(Today|Yesterday), (.+)$/.exec(when) ?? [];
  return day === undefined ? `the dump of ${when}` : `${day.toLowerCase()}’s dump, ${time ?? ''}`;
}

/** The same at the beginning of a sentence. */
export function dumpTitle(when: string): string {
  return theDump(when).replace(/^the dump/, 'Dump').replace(/^./, (letter) => letter.toUpperCase());
}

/** The city of an IANA zone: `New York` of `America/New_York`. */
export function city(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** A moment of a log, told in a zone: `09:12:03`. */
export function clock(utc: string, zone: string): string {
  const format = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat('en-GB', { ...format, timeZone: zone }).format(new Date(utc));
}
