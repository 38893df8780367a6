// Our evaluator against the real npm `cron-parser`, through `selvage schedule preview --batch`: the same times, and the same refusals.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import parser from 'cron-parser';
import { Dice, expression, moment, zone } from './cases.mjs';

const CASES = Number(process.env.SELVAGE_CASES ?? 24_000);
const SEED = Number(process.env.SELVAGE_SEED ?? Date.now() % 1_000_000_007);
// The zone in which a schedule without one would run must not be this machine's.
process.env.TZ = 'UTC';

/** What a schedule may hold at all (five fields of these characters), before `cron-parser` sees it. */
const FORM = /^[\d*/,\-?LW#A-Za-z]+(\s+[\d*/,\-?LW#A-Za-z]+){4}$/;

function theirs({ cron, tz, from, count }) {
  if (!FORM.test(cron.trim())) return null;
  try {
    const times = parser.parseExpression(cron, { currentDate: new Date(from), tz });
    return Array.from({ length: count }, () => times.next().toISOString());
  } catch {
    return null;
  }
}

function makeCases() {
  const dice = new Dice(SEED);
  return Array.from({ length: CASES }, () => {
    const tz = zone(dice);
    return { cron: expression(dice), tz, from: new Date(moment(dice, tz)).toISOString(), count: dice.between(1, 6) };
  });
}

async function ours(cases) {
  const child = spawn(process.env.SELVAGE, ['schedule', 'preview', '--batch'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(cases.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const answers = [];
  for await (const line of createInterface({ input: child.stdout })) answers.push(JSON.parse(line));
  return answers;
}

test('every time and every refusal is that of cron-parser', async () => {
  assert.equal(createRequire(import.meta.url)('cron-parser/package.json').version, '4.9.0');
  console.log(`${CASES} cases, SELVAGE_SEED=${SEED}, zones of ${process.versions.tz}`);
  const cases = makeCases();
  const answers = await ours(cases);
  assert.equal(answers.length, cases.length);
  let refused = 0;
  const differ = [];
  cases.forEach((one, n) => {
    const expected = theirs(one)?.map((at) => at.replace('.000Z', 'Z')) ?? null;
    const found = answers[n].next ?? null;
    if (expected === null) refused += 1;
    if (JSON.stringify(found) !== JSON.stringify(expected)) differ.push({ ...one, expected, found: found ?? answers[n].error });
  });
  console.log(`${cases.length - refused} evaluated, ${refused} refused by both, ${differ.length} differ`);
  assert.ok(refused > cases.length / 100 && refused < cases.length / 2, 'the cases hold both kinds');
  assert.deepEqual(differ.slice(0, 10), []);
});
