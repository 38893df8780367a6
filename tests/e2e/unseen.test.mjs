// What the window says when a copy is gone, when Postgres does not answer, and
// when the host does not: each screen is left and come back to.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Line } from './line.mjs';
import { Window, hostDown, hostUp, root } from './session.mjs';

const name = `unseen${process.pid}`.slice(0, 16);
const shots = process.env.SELVAGE_SHOTS ?? join(root, 'ui/test-results/window');
const data = mkdtempSync(join(tmpdir(), 'selvage-e2e-'));
const library = mkdtempSync(join(tmpdir(), 'selvage-library-'));
let host;
let line;
let window;

const headless = (...args) => execFileSync(process.env.SELVAGE, ['--data-dir', data, ...args], { encoding: 'utf8' });
const sound = async (where) => assert.deepEqual(await window.axe(), [], `axe: ${where}`);

before(async () => {
  host = hostUp(name, ['--runs', '20']);
  line = await Line.to(host.ssh);
  headless('deployment', 'add', 'Production – acme', '--ssh', `${host.ssh.user}@127.0.0.1:${line.port}`,
    '--key', host.ssh.key, '--dir', host.dir, '--accept-host-key', host.ssh.host_key_sha256);
  headless('download', 'production-acme', '--to', library);
  window = await Window.open({ data, shots });
});

after(async () => {
  await window?.close();
  await line?.cut();
  hostDown(name);
  rmSync(library, { recursive: true, force: true });
});

test('a schedule is saved as it is shown, on the second visit as on the first', async () => {
  await window.press('Production – acme');
  await window.text('verified on this laptop');
  await window.press('Schedules');
  await window.press('Daily');
  await window.fill('Keep last', '5');
  await window.text('Changed, not saved yet.');
  await window.press('Overview');
  await window.text('Evidence');
  await window.press('Schedules');
  await window.text('Changed, not saved yet.');
  const daily = await window.find("//label[normalize-space(.)='Keep last']/following::input[1]");
  await daily.clear();
  await daily.sendKeys('9');
  await window.shot('unseen-schedule-second-visit');
  await window.press('Save');
  await window.until(() => kept() === '5 9', 'what is shown is what is written');
});

test('a dump that was deleted by hand lowers the verdict, and is told as gone', async () => {
  const [dump] = readdirSync(library, { recursive: true }).filter((file) => file.endsWith('.dump'));
  rmSync(join(library, dump));
  await twice('Overview', 'At risk.');
  assert.equal(await window.shows('verified on this laptop'), false, 'no copy is here');
  await window.text('Download latest dump');
  await window.shot('unseen-copy-gone');
  await sound('overview, the copy is gone');
  await window.press('History');
  await window.find("//summary[starts-with(normalize-space(.), 'Dumps on this laptop')]", { use: (found) => window.click(found) });
  await window.text('File is missing');
  await window.shot('unseen-copies');
  await sound('history, the copy is gone');
  assert.equal(JSON.parse(headless('copies', 'production-acme', '--json')).copies[0].state, 'gone');
  headless('download', 'production-acme', '--to', library);
  await twice('Overview', 'Show the newest dump');
  await window.text('verified on this laptop');
});

test('with Postgres stopped nothing is told as seen now', async () => {
  inContainer('postgres', 'stop');
  await everyScreen('postgres-stopped', 'Postgres does not answer');
  inContainer('postgres', 'start');
});

test('with the host gone its dumps are still found, and nothing is told as seen now', async () => {
  await line.cut();
  await everyScreen('host-gone', 'Not connected');
  await window.press('History');
  await window.find("//summary[starts-with(normalize-space(.), 'Dumps on this laptop')]", { use: (found) => window.click(found) });
  await window.text('SHA-256 verified');
  await window.shot('unseen-host-gone-copies');
});

test('when the host is back, so is what is seen', async () => {
  await line.restore();
  await window.press('Connection');
  await window.press('Test connection');
  await window.text('5 services running');
  await twice('Overview', 'In the queue');
  assert.equal(await window.shows('not checked since'), false, 'everything is seen again');
  await window.shot('unseen-back');
});

test('a second window brings the first to the front, and ends', async () => {
  const second = spawnSync(process.env.SELVAGE, ['--data-dir', data], { encoding: 'utf8', timeout: 20_000 });
  assert.equal(second.status, 0, second.stderr);
  assert.equal(windows().length, 1, 'there is one window');
  headless('deployment', 'list');
});

test('closing asks while something is not saved, and the size is there again', async () => {
  await window.press('Schedules');
  await window.fill('Name', 'Nightly');
  await window.text('Changed, not saved yet.');
  quit();
  await window.text('Close Selvage?');
  await window.shot('unseen-closing');
  await sound('closing');
  await window.press('Stay');
  await window.press('Discard');
  const width = () => window.web.executeScript('return innerWidth');
  await window.control('+');
  await window.until(async () => (await width()) < 1280, 'it is shown larger');
  await window.shot('unseen-zoomed');
  await window.control('0');
  await window.until(async () => (await width()) === 1280, 'and as before');
  await window.resize(1100, 700);
  quit();
  await window.until(() => windows().length === 0, 'it is closed');
  await window.web.quit().catch(() => {});
  window.driver.kill();
  window = await Window.open({ data, shots });
  await window.until(async () => (await width()) === 1100, 'the window has its size again');
});

/** The app's windows on this display. */
function windows() {
  const found = spawnSync('xdotool', ['search', '--onlyvisible', '--name', 'Selvage$'], { encoding: 'utf8' });
  return found.stdout.trim().split('\n').filter((id) => id !== '');
}

/** What the desktop's own button does. */
function quit() {
  execFileSync('python3', [join(root, 'tests/e2e/quit.py'), windows()[0]]);
}

/** Goes to a screen, away, and back. */
async function twice(screen, text) {
  for (let visits = 0; visits < 2; visits += 1) {
    await leave();
    await window.press(screen);
    await window.text(text);
  }
}

/** Goes out of the deployment and comes back to it. */
async function leave() {
  await window.press('Settings');
  await window.text('Theme');
  await window.press('Production – acme');
}

/** No screen claims in green what cannot be seen now. */
async function everyScreen(why, status) {
  const screens = { Overview: 'Evidence', Schedules: 'not checked since', History: 'Dumps on this laptop', Secrets: 'Secrets', Connection: 'Test connection' };
  await leave();
  await window.text(status, 120_000);
  for (const visit of ['first', 'second']) {
    for (const [screen, text] of Object.entries(screens)) {
      await window.press(screen);
      await window.text(text);
      for (const claim of ['In the queue', 'registered in the queue', 'Nothing needs a decision', 'Database saved']) {
        assert.equal(await window.shows(claim), false, `${why}, ${screen}, ${visit} visit: ${claim}`);
      }
      if (visit === 'second') await window.look(`unseen-${why}-${screen.toLowerCase()}`);
    }
  }
}

/** What the host's `docker` does to the container of a service. */
function inContainer(service, ...command) {
  const where = { ...process.env, DOCKER_HOST: host.docker.host };
  const filters = [`project=${host.project}`, `service=${service}`].flatMap((label) => ['--filter', `label=com.docker.compose.${label}`]);
  const id = execFileSync('docker', ['ps', '-aq', ...filters], { encoding: 'utf8', env: where }).trim();
  return execFileSync('docker', command[0] === 'exec' ? ['exec', id, ...command.slice(1)] : [command[0], id], { encoding: 'utf8', env: where }).trim();
}

/** How many the Daily schedule keeps, in all and of each day. */
function kept() {
  const sql = "SELECT concat(retention->>'keepLast', ' ', retention->>'daily') FROM backup_config WHERE name = 'Daily'";
  return inContainer('postgres', 'exec', 'sh', '-c', 'psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -Atqc "$0"', sql);
}
