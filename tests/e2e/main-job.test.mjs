// The main job as a new user does it: from an empty window to a verified dump.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Key, Window, hostDown, hostUp, notifications, otherWindow, quoted, root } from './session.mjs';

const name = `e2e${process.pid}`.slice(0, 16);
const shots = process.env.SELVAGE_SHOTS ?? join(root, 'ui/test-results/window');
const library = mkdtempSync(join(tmpdir(), 'selvage-library-'));
let host;
let window;

before(async () => {
  host = hostUp(name);
  window = await Window.open({ shots });
  await window.overhear();
});

after(async () => {
  await window?.close();
  hostDown(name);
  rmSync(library, { recursive: true, force: true });
});

const sound = async (where) => assert.deepEqual(await window.axe(), [], `axe: ${where}`);

test('an empty window says what will be here', async () => {
  await window.text('Nothing to unravel yet');
  await window.shot('empty');
  await sound('empty');
});

test('a deployment is added after its host key was compared', async () => {
  await window.press('Add a deployment');
  await window.fill('Name', 'Production – acme');
  await window.fill('Host', host.ssh.host);
  await window.fill('Port', String(host.ssh.port));
  await window.fill('Login', host.ssh.user);
  await window.choose('Sign in with', 'Key file');
  await window.fill('Key file', host.ssh.key);
  await window.fill('Folder with compose.yml', '/opt/weavestrem');
  await sound('add, before the test');
  await window.press('Test connection');
  await window.text(`Is this ${host.ssh.host}?`);
  await window.shot('host-key');
  await sound('host key');
  const shown = await window.find(`//*[contains(translate(normalize-space(.), ' ', ''), ${quoted(host.ssh.host_key_sha256)})]`);
  assert.ok(shown, 'the fingerprint is the host’s own');
  await window.press('It is the same: trust');
});

test('a mistyped folder is told, and the one that was found is offered', async () => {
  await window.text('Found one in');
  await window.shot('add-wrong-folder');
  await window.press(host.dir);
  await window.press('Test connection');
  await window.text('5 services running');
  await window.text('in the queue');
  await window.shot('add-tested');
  await sound('add, tested');
  await window.press('Add deployment');
});

test('the overview tells how it stands', async () => {
  await window.text('At risk.');
  await window.text('Exists on host');
  await window.text('in New York');
  await window.shot('overview-at-risk');
  await sound('overview');
});

test('the dump is downloaded into a folder from the native dialog, and verified', async () => {
  await window.press('Download latest dump');
  chooseFolder(library);
  await window.text('verified', 90_000);
  const folder = join(library, 'production-acme');
  const file = join(folder, host.runs.latest.filename);
  await window.web.wait(() => existsSync(file), 60_000, 'the dump is in the library');
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  assert.equal(sha256, host.runs.latest.sha256);
  assert.deepEqual(readdirSync(folder).filter((f) => f.endsWith('.part')), []);
  await window.text('Database held.');
  await window.shot('overview-verified');
  await sound('overview, verified');
});

test('a download that ends while another window is in front is told by the desktop', async () => {
  const before = notifications().length;
  const close = await otherWindow();
  try {
    await window.press('History');
    await window.press('Download the dump of ');
    await window.web.wait(() => notifications().length > before, 60_000, 'the desktop tells it');
  } finally {
    close();
  }
  const [told, ...more] = notifications().slice(before);
  assert.match(told, /^Production – acme: dump verified: .*\.dump equals its manifest\.$/);
  assert.deepEqual(more, [], 'it is told once');
});

test('a schedule is switched, run and repaired', async () => {
  await window.press('Schedules');
  await window.text('America/New_York');
  await window.press('Run now');
  await window.text('Daily has run');
  await window.press('Switch off');
  await window.text('It is switched off, and does not fire.');
  await window.shot('schedule-off');
  await sound('schedule, switched off');
  await window.press('Switch on');
  await window.find('//button[normalize-space(.)="Switch off"]');
  forget(host.schedules.daily);
  await window.control('k');
  await window.keys('overview', Key.ENTER);
  await window.text('Evidence');
  await window.press('Schedules');
  await window.text('Not in the queue');
  await window.press('Daily');
  await window.shot('schedule-not-in-queue');
  await sound('schedule, not in the queue');
  await window.press('Repair');
  await window.until(async () => !(await window.has('//button[normalize-space(.)="Repair"]')), 'it is in the queue again');
});

test('every other screen, in both themes and both sizes', async () => {
  const screens = { Overview: 'Evidence', History: 'SHA-256 verified', Schedules: 'America/New_York', Connection: 'Test connection', Settings: 'Theme' };
  for (const [screen, text] of Object.entries(screens)) {
    await window.press(screen);
    await window.text(text);
    for (const [width, height] of [[1280, 800], [960, 640]]) {
      await window.resize(width, height);
      for (const theme of ['light', 'dark']) {
        await window.theme(theme);
        await window.shot(`${screen.toLowerCase()}-${theme}-${width}`);
        await sound(`${screen}, ${theme}, ${width}`);
      }
    }
    await window.resize(1280, 800);
  }
});

test('no secret of the host reached the window, or a file of Selvage', async () => {
  await window.control('j');
  await window.text('Activity');
  const said = await window.overheard();
  assert.ok(said.includes(host.runs.latest.sha256), 'something was overheard');
  const files = readdirSync(window.data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.length > 2, 'there are files to look into');
  for (const secret of host.planted) {
    assert.ok(!said.includes(secret), 'a secret was sent to the window');
    for (const { parentPath, name: file } of files) assert.ok(!readFileSync(join(parentPath, file)).includes(secret), `a secret is in ${file}`);
  }
});

/** Removes a schedule from the queue, as an old Weavestream or an emptied Redis leaves it. */
function forget(schedule) {
  const env = { ...process.env, DOCKER_HOST: host.docker.host };
  const filters = [`project=${host.project}`, 'service=redis'].flatMap((label) => ['--filter', `label=com.docker.compose.${label}`]);
  const redis = execFileSync('docker', ['ps', '-q', ...filters], { encoding: 'utf8', env }).trim();
  const script = 'redis.call("del", "bull:backup:repeat:backup-config-" .. ARGV[1]); return redis.call("zrem", "bull:backup:repeat", "backup-config-" .. ARGV[1])';
  const told = execFileSync('docker', ['exec', '-e', `REDISCLI_AUTH=${host.redis.password}`, redis, 'redis-cli', 'eval', script, '0', schedule], { encoding: 'utf8', env });
  assert.equal(told.trim(), '1', 'it was in the queue');
}

/** Answers GTK's folder dialog: typing `/` opens its location entry. */
function chooseFolder(folder) {
  const xdotool = (...args) => execFileSync('xdotool', args, { encoding: 'utf8', timeout: 60_000 });
  const id = xdotool('search', '--sync', '--onlyvisible', '--name', '^Folder for dumps$').trim().split('\n')[0];
  xdotool('windowfocus', '--sync', id);
  xdotool('type', '--delay', '30', folder);
  xdotool('key', '--delay', '200', 'Return', 'Return');
}
