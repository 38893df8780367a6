import type { scheduleWords } from '../../words/schedules';

export type Preset = keyof typeof scheduleWords.presets;
export const presets: Preset[] = ['daily', 'weekly', 'monthly', 'custom'];

const SHAPES: [Exclude<Preset, 'custom'>, RegExp][] = [
  ['daily', /^(\d+) (\d+) \* \* \*$/],
  ['weekly', /^(\d+) (\d+) \* \* \d$/],
  ['monthly', /^(\d+) (\d+) \d+ \* \*$/],
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
