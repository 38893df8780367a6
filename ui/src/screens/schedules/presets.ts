import type { scheduleWords } from '../../words/schedules';

export type Preset = keyof typeof scheduleWords.presets;
export const presets: Preset[] = ['daily', 'weekly', 'monthly', 'custom'];

const SHAPES: [Exclude<Preset, 'custom'>, RegExp][] = [
  ['daily', /^(\d+) (\d+) \* \* \*$/],
  ['weekly', /^(\d+) (\d+) \* \* ([0-7])$/],
  ['monthly', /^(\d+) (\d+) (\d+|L) \* \*$/],
];

const tidy = (cron: string): string => cron.trim().split(/\s+/).join(' ');

/** Which preset an expression is of, whatever its time of day. */
export function presetOf(cron: string): Preset {
  return SHAPES.find(([, shape]) => shape.test(tidy(cron)))?.[0] ?? 'custom';
}

/** The expression of a preset, as the web app has it, at the time of day that was set before. */
export function withPreset(cron: string, preset: Exclude<Preset, 'custom'>): string {
  const found = SHAPES.map(([, shape]) => shape.exec(tidy(cron))).find((match) => match !== null);
  const time = `${found?.[1] ?? '0'} ${found?.[2] ?? '3'}`;
  return { daily: `${time} * * *`, weekly: `${time} * * 0`, monthly: `${time} 1 * *` }[preset];
}

/** Time of day, and the weekday (0 is Sunday) or the day of the month (`L` is the last), of a preset's expression. */
export interface Parts {
  minute: number;
  hour: number;
  day: string;
}

/** The parts of an expression that is a preset's; none of a custom one. */
export function partsOf(cron: string): Parts | undefined {
  const match = SHAPES.map(([, shape]) => shape.exec(tidy(cron))).find((found) => found !== null);
  if (!match) return undefined;
  const [, minute, hour, day = ''] = match;
  const parts = { minute: Number(minute), hour: Number(hour), day: day === '7' ? '0' : day };
  return parts.minute < 60 && parts.hour < 24 ? parts : undefined;
}

/** The expression of a preset with these parts. */
export function expressionOf(preset: Exclude<Preset, 'custom'>, { minute, hour, day }: Parts): string {
  const time = `${String(minute)} ${String(hour)}`;
  return { daily: `${time} * * *`, weekly: `${time} * * ${day}`, monthly: `${time} ${day} * *` }[preset];
}
