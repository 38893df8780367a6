// Expressions, zones and moments to compare on: a few thousand of each kind of
// oddity, from a seed.

const NAMES = {
  month: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' '),
  dayOfWeek: 'sun mon tue wed thu fri sat'.split(' '),
};
const FIELDS = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'dayOfMonth', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12 },
  { name: 'dayOfWeek', least: 0, most: 7 },
];
// Zones whose clock changes are unusual: at midnight, by half an hour, by two hours, twice a year around Ramadan, or with a day left out.
const ODD_ZONES = [
  'America/New_York', 'Europe/Berlin', 'Europe/Dublin', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kathmandu', 'Africa/Cairo', 'America/Santiago',
  'America/Havana', 'Asia/Beirut', 'Pacific/Chatham', 'Africa/Casablanca', 'Antarctica/Troll', 'Asia/Gaza', 'America/Nuuk', 'Atlantic/Azores', 'Pacific/Apia',
  'Pacific/Kwajalein', 'America/Sao_Paulo', 'America/Asuncion', 'Asia/Tehran', 'Australia/Eucla', 'Pacific/Easter',
];
const NO_ZONES = ['Mars/Olympus', 'Europe/Berlinn', 'America', 'EU', 'UTC+', 'UTC+5:3', 'utc5', 'New York', '12'];
const MORE_ZONES = ['UTC', 'gmt', 'Etc/UTC', 'Etc/GMT+5', 'UTC+5:30', 'utc-3', 'UTC+14', 'US/Eastern', 'europe/berlin', 'AMERICA/NEW_YORK', 'EST5EDT', 'Asia/Calcutta'];

/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Dice {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  between(least, most) {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  of(items) {
    return items[this.between(0, items.length - 1)];
  }

  chance(share) {
    return this.next() < share;
  }
}

function value(dice, field) {
  const number = dice.between(field.least, field.most);
  const names = NAMES[field.name];
  if (names && dice.chance(0.3)) {
    const name = names[(number - field.least) % names.length];
    return dice.chance(0.3) ? name.toUpperCase() : name;
  }
  return dice.chance(0.05) ? String(number).padStart(2, '0') : String(number);
}

function range(dice, field) {
  const [a, b] = [dice.between(field.least, field.most), dice.between(field.least, field.most)].sort((x, y) => x - y);
  const names = NAMES[field.name];
  const write = (number) => (names && dice.chance(0.2) ? names[(number - field.least) % names.length] : String(number));
  return dice.chance(0.04) ? `${b}-${a}` : `${write(a)}-${write(b)}`;
}

function odd(dice, field) {
  return dice.of([
    String(field.most + 1), '-1', '-0', '0-', '-', '/5', '5/', '*/0', '*/*', '5*', '*5', '**', '1-2-3', '1,,2', ',1', '1,', '15W', 'LW', 'L', '5L', 'L5', 'LL', '5L/2', '1-5L', '5L,3',
    '?', '?/2', '?,1', '*,?', '#2', '5#2', '5#6', '5#0', '5#', '5#1e0', '5#0x2', '1,5#2', '1-5#2', 'mon#1', 'xyz', 'monday', 'montue', 'a', '1a', '00007', '99999999999999999999',
    '0/99999999999', '1-1', '*/1', '0-7', '0-6', '7', '5-7', '7-7', '*/2', '*/100', '1-31', '1-30', '0x5', '1e1',
  ]);
}

function item(dice, field) {
  const roll = dice.next();
  if (roll < 0.4) return value(dice, field);
  if (roll < 0.6) return range(dice, field);
  if (roll < 0.75) return `${range(dice, field)}/${dice.between(1, dice.chance(0.1) ? 70 : 8)}`;
  if (roll < 0.85) return `*/${dice.between(1, Math.ceil(field.most / 2))}`;
  return `${value(dice, field)}/${dice.between(1, 12)}`;
}

function fieldText(dice, field, open) {
  if (dice.chance(0.03)) return odd(dice, field);
  if (dice.chance(open)) return '*';
  if (field.name === 'dayOfMonth' && dice.chance(0.12)) return dice.of(['L', 'L', '15,L', 'L,31', '?']);
  if (field.name === 'dayOfWeek' && dice.chance(0.2)) return dice.of([`${dice.between(0, 7)}L`, `${value(dice, field)}#${dice.between(1, 5)}`, 'friL', '5L,1', '?', '7', '0']);
  const items = dice.chance(0.25) ? dice.between(2, 4) : 1;
  return Array.from({ length: items }, () => item(dice, field)).join(',');
}

/** What an admin would write, for the greater part. */
export function expression(dice) {
  if (dice.chance(0.01)) return dice.of(['', '* * * *', '0 0 3 * * *', '* * * * * *', '@daily', '0  3\t* *  *', ' 0 3 * * * ', '0 3 * * * x', '0 0 30 2 *', '0 0 31 2,4,6 *', '0 0 29 2 *', '0 0 29 2 mon#5', '0 0 31 2,4 mon']);
  const usual = dice.chance(0.5);
  const [minute, hour, ...days] = FIELDS;
  const start = usual ? [String(dice.of([0, 15, 30, 45, 59])), dice.of(['0', '1', '2', '3', '23', '1,2', '2,3', '0-3', '*/2', '*'])] : [fieldText(dice, minute, 0.2), fieldText(dice, hour, 0.3)];
  return [...start, ...days.map((field) => fieldText(dice, field, 0.6))].join(' ');
}

const all = Intl.supportedValuesOf('timeZone');

export function zone(dice) {
  const roll = dice.next();
  if (roll < 0.5) return dice.of(ODD_ZONES);
  if (roll < 0.9) return dice.of(all);
  return roll < 0.98 ? dice.of(MORE_ZONES) : dice.of(NO_ZONES);
}

const changes = new Map();

/** Moments between 2024 and 2033 at which the clocks of a zone change. */
function changesOf(name) {
  const known = changes.get(name);
  if (known) return known;
  const found = [];
  changes.set(name, found);
  let format;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch {
    return found;
  }
  const offset = (at) => format.formatToParts(at).find((part) => part.type === 'timeZoneName').value;
  const DAY = 86_400_000;
  let before = null;
  for (let at = Date.UTC(2024, 0, 1); at < Date.UTC(2033, 0, 1); at += DAY) {
    const now = offset(at);
    if (before !== null && now !== before) {
      let [low, high] = [at - DAY, at];
      while (high - low > 60_000) {
        const middle = Math.floor((low + high) / 2);
        if (offset(middle) === before) low = middle;
        else high = middle;
      }
      found.push(Math.ceil(low / 60_000) * 60_000);
    }
    before = now;
  }
  return found;
}

export function moment(dice, name) {
  const roll = dice.next();
  const found = roll < 0.5 ? changesOf(name) : [];
  if (found.length > 0) return dice.of(found) + dice.between(-36 * 3_600_000, 3 * 3_600_000);
  if (roll < 0.6) return Date.UTC(dice.of([2024, 2027, 2028, 2032]), 1, dice.between(26, 29), dice.between(0, 23), dice.between(0, 59));
  if (roll < 0.65) return Date.UTC(dice.of([2011, 2026]), 11, dice.between(28, 31), dice.between(0, 23), dice.between(0, 59), 59, 999);
  if (roll < 0.75) return Date.UTC(2026, dice.between(0, 11), dice.between(1, 28), dice.between(0, 23), 0);
  return Date.UTC(2024, 0, 1) + Math.floor(dice.next() * 9 * 365 * 86_400_000);
}
