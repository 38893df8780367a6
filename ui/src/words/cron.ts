import cronstrue from 'cronstrue';

const say = (expression: string): string => cronstrue.toString(expression, { use24HourTimeFormat: true });

/**
 * A cron expression in plain words: `At 03:00, every day`. The expression itself
 * where there are none. `eitherDay`: day of month and day of week are both set,
 * and either of them is enough for the host.
 */
export function cronWords(cron: string, eitherDay: boolean): string {
  const [minute = '', hour = '', date = '', month = '', weekday = '', ...more] = cron.trim().split(/\s+/);
  if (weekday === '' || more.length > 0) return cron;
  try {
    if (eitherDay) return either(`${minute} ${hour}`, date, month, weekday);
    const words = say(cron);
    const everyDay = [date, month, weekday].every((field) => field === '*' || field === '?');
    return everyDay && /^At \d\d:\d\d/.test(words) ? `${words}, every day` : words;
  } catch {
    return cron;
  }
}

function either(time: string, date: string, month: string, weekday: string): string {
  const at = say(`${time} * * *`);
  const part = (expression: string): string => {
    const words = say(expression);
    if (!words.startsWith(`${at}, `)) throw new Error(words);
    return words.slice(at.length + 2);
  };
  const dates = part(`${time} ${date} * *`);
  const days = part(`${time} * * ${weekday}`).replace(/^only /, '');
  const months = month === '*' ? '' : `, ${part(`${time} * ${month} *`)}`;
  return `${at}, ${dates} or ${days}, whichever comes${months}`;
}
