// An account whose keyring has no collection yet: the window offers to make one, the
// desktop asks for its password, and what was wanted goes on by itself.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Window, hostDown, hostUp, promptFor, root } from './session.mjs';

const name = `keyring${process.pid}`.slice(0, 16);
const shots = process.env.SELVAGE_SHOTS ?? join(root, 'ui/test-results/window');
const data = mkdtempSync(join(tmpdir(), 'selvage-e2e-'));
const account = mkdtempSync(join(tmpdir(), 'selvage-account-'));
let host;
let window;
let processes = [];

const headless = (...args) => execFileSync(process.env.SELVAGE, ['--data-dir', data, ...args], { encoding: 'utf8' });
const sound = async (where) => assert.deepEqual(await window.axe(), [], `axe: ${where}`);

before(async () => {
  host = hostUp(name, ['--runs', '20']);
  headless('deployment', 'add', 'Production – acme', '--ssh', `${host.ssh.user}@${host.ssh.host}:${host.ssh.port}`,
    '--key', host.ssh.key, '--dir', host.dir, '--accept-host-key', host.ssh.host_key_sha256);
  await signInForTheFirstTime();
  window = await Window.open({ data, shots });
});

after(async () => {
  await window?.close();
  for (const child of processes) child.kill();
  hostDown(name);
  rmSync(account, { recursive: true, force: true });
});

/** A bus of its own with a keyring that holds nothing; it asks through the desktop's own prompter. */
async function signInForTheFirstTime() {
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], { stdio: ['ignore', 'pipe', 'ignore'] });
  processes.push(bus);
  const address = await new Promise((resolve) => bus.stdout.once('data', (line) => resolve(String(line).trim())));
  process.env.DBUS_SESSION_BUS_ADDRESS = address;
  mkdirSync(join(account, 'run'), { mode: 0o700 });
  processes.push(spawn('gnome-keyring-daemon', ['--foreground', '--components=secrets'], {
    env: { ...process.env, XDG_RUNTIME_DIR: join(account, 'run'), XDG_DATA_HOME: join(account, 'share') }, stdio: 'ignore',
  }));
}

test('the missing collection is told as that, and a closed prompt changes nothing', async () => {
  await window.press('Production – acme');
  await window.press('Secrets');
  await window.press('Capture .env');
  await window.text('Make the collection');
  await window.shot('keyring-no-collection');
  await sound('no collection');
  await window.press('Make the collection');
  promptFor(['Escape']);
  await window.text('Try again');
  await window.shot('keyring-prompt-closed');
  await sound('prompt closed');
  await window.press('Close');
});

test('the collection is made with the password of the prompt, and .env is captured', async () => {
  await window.press('Overview');
  await window.press('Secrets');
  await window.press('Capture .env');
  await window.press('Make the collection');
  promptFor(['a password of Ada', 'Tab', 'a password of Ada', 'Return'], { shot: join(shots, 'keyring-prompt.png') });
  await window.text('Version 1');
  await window.shot('keyring-made');
  assert.match(headless('secrets', 'list', 'production-acme'), /^1  Today/);
});
