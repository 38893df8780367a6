// The vault as an admin uses it: captured, proved, a key rotated badly on the
// host, put back, and an emergency kit that the stock `age` opens.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Window, choosePath, clickNotification, displayed, hostDown, hostUp, notifications, root } from './session.mjs';

const name = `vault${process.pid}`.slice(0, 16);
const shots = process.env.SELVAGE_SHOTS ?? join(root, 'ui/test-results/window');
const usb = mkdtempSync(join(tmpdir(), 'selvage-usb-'));
const data = mkdtempSync(join(tmpdir(), 'selvage-e2e-'));
let host;
let window;
/** The words of the kit that was written. */
let words;

const headless = (...args) => execFileSync(process.env.SELVAGE, ['--data-dir', data, ...args], { encoding: 'utf8' });
const sound = async (where) => assert.deepEqual(await window.axe(), [], `axe: ${where}`);
const env = () => readFileSync(host.env_file);
const planted = (wanted) => env().toString().split('\n').findLast((line) => line.startsWith(`${wanted}=`)).slice(wanted.length + 1);
const original = () => headless('secrets', 'list', 'production-acme').trim().split('\n').length;

before(async () => {
  host = hostUp(name, ['--runs', '20']);
  headless('deployment', 'add', 'Production – acme', '--ssh', `${host.ssh.user}@${host.ssh.host}:${host.ssh.port}`,
    '--key', host.ssh.key, '--dir', host.dir, '--accept-host-key', host.ssh.host_key_sha256);
  window = await Window.open({ data, shots });
  await window.overhear();
});

after(async () => {
  await window?.close();
  hostDown(name);
  rmSync(usb, { recursive: true, force: true });
});

test('without its keys a deployment is at risk, and the overview leads to them', async () => {
  await window.press('Production – acme');
  await window.text('The keys in .env are not in the vault');
  await window.press('Secrets');
  await window.text('Nothing is captured yet');
  await window.shot('secrets-empty');
  await sound('secrets, nothing captured');
});

test('one press captures .env, and every name has its state', async () => {
  await window.press('Capture .env');
  await window.text('Version 1 is in the keyring');
  await window.text('Keys that decrypt stored data');
  await window.text('PASSWORD_ENCRYPTION_KEY');
  await window.shot('secrets-captured');
  await sound('secrets, captured');
});

test('its keys are proved on the database', async () => {
  await window.press('Prove');
  await window.text('Proof of the keys of version 1');
  await window.text('2025-06');
  await window.shot('secrets-proof');
  await sound('secrets, proof');
  await window.press('Close');
  await window.text('Proven');
});

test('a value is shown for seconds, and copied without being shown', async () => {
  await window.press('Reveal POSTGRES_PASSWORD');
  await window.text(host.database.password);
  await window.shot('secrets-revealed');
  await window.press('Hide POSTGRES_PASSWORD');
  await window.until(async () => !(await window.shows(host.database.password)), 'it is hidden again');
  await window.press('Reveal POSTGRES_PASSWORD');
  await window.text(host.database.password);
  await window.until(async () => !(await window.shows(host.database.password)), 'it hides itself');
  await window.press('Copy REDIS_PASSWORD');
  await window.text('Copied for ');
  const clipboard = () => spawnSync('xclip', ['-o', '-selection', 'clipboard'], { encoding: 'utf8', timeout: 10_000 }).stdout;
  assert.equal(clipboard(), host.redis.password);
  await window.until(() => clipboard() !== host.redis.password, 'the clipboard is cleared');
});

test('a key that is rotated without its old value is an alarm, told by the desktop', async () => {
  const before = notifications().length;
  const text = env().toString();
  const rotated = text.replace(/^SMTP_PREVIOUS_KEYS=.*$/m, 'SMTP_PREVIOUS_KEYS=').replace(/^SMTP_SECRET_KEY_KID=.*$/m, 'SMTP_SECRET_KEY_KID=3')
    .replace(`SMTP_SECRET_KEY=${planted('SMTP_SECRET_KEY')}`, 'SMTP_SECRET_KEY=b3R0ZXIgcGxhemEgbWFuZ28gcXVpbHQgc2V2ZW4gZHI=');
  writeFileSync(host.env_file, rotated);
  await window.press('Settings');
  await window.text('Theme');
  await window.press('Production – acme');
  await window.text('SMTP_SECRET_KEY was changed on the host, and the old key is gone there');
  await window.shot('overview-key-lost');
  await window.until(() => displayed() > 0, 'the desktop tells it', 120_000);
  await window.press('Settings');
  clickNotification();
  await window.text('the old key is gone there');
  await window.text('Version 1');
  await window.shot('secrets-key-lost');
  await sound('secrets, a key lost');
  const told = notifications().slice(before);
  assert.ok(told.some((one) => one.includes('SMTP_SECRET_KEY was changed on the host, and the old key is gone there')), told.join('\n'));
  await window.press('Compare');
  await window.text('Different value on the host');
  await window.text('SMTP_PREVIOUS_KEYS');
  await window.shot('secrets-compare');
  await sound('secrets, compared');
  await window.press('Capture now');
  await window.text('Version 2 is in the keyring');
});

test('the older version is put back, and what was there stays beside it', async () => {
  const before = env();
  await window.find("//ol//*[self::a or self::button][starts-with(normalize-space(.), 'Version 1')]", { use: (found) => window.click(found) });
  await window.text('Secrets in version 1');
  await window.press('More for version 1');
  await window.press('Put back on the host…');
  await window.text('What changes on the host');
  await window.shot('secrets-put-back');
  await sound('secrets, put back');
  // Version 1 was proved to open everything: no alarm over the host's new key.
  await window.text('but nothing in the database needs it');
  await window.press('Put back on the host');
  await window.text('Version 1 is back on the host');
  await window.shot('secrets-put-done');
  await sound('secrets, put back and done');
  const [kept] = readdirSync(host.dir).filter((file) => file.startsWith('.env.before-'));
  assert.deepEqual(readFileSync(join(host.dir, kept)), before);
  assert.notDeepEqual(env(), before);
  await window.press('Close');
});

test('an emergency kit is written, and the stock age opens it', async () => {
  // The admin has a file of their own beside compose.yml, and mounts what is no file.
  const override = "services:\n  web:\n    volumes: ['./proxy/Caddyfile:/etc/caddy/Caddyfile:ro', './certs:/certs:ro']\n";
  writeFileSync(join(host.dir, 'compose.override.yml'), override);
  for (const folder of ['proxy', 'certs']) mkdirSync(join(host.dir, folder));
  writeFileSync(join(host.dir, 'proxy/Caddyfile'), ':80\n');
  await window.press('Export emergency kit…');
  await window.text('Protected by');
  await window.shot('kit');
  await sound('kit');
  await window.press('Choose…');
  choosePath('Folder for the emergency kit', usb);
  // Words are made as soon as the dialog is open.
  const made = async (found) => /^[a-z]+(-[a-z]+){5}$/.exec(await found.getText())?.[0];
  words = await window.find("//output[@aria-label='The passphrase']", { use: made });
  await window.find("//label[normalize-space(.)='I have written the words down']", { use: (found) => window.click(found) });
  await window.shot('kit-words');
  await window.press('Write the kit');
  await window.text('Opened again and compared');
  await window.text('3 files of the Compose project');
  await window.text(join(host.dir, 'certs'));
  await window.shot('kit-written');
  await sound('kit, written');
  const [kit] = readdirSync(usb).filter((file) => file.endsWith('.age'));
  const out = mkdtempSync(join(tmpdir(), 'selvage-kit-'));
  const opened = spawnSync('script', ['-qec', `age --decrypt -o ${join(out, 'kit.tar')} ${join(usb, kit)}`, '/dev/null'], { input: `${words}\n`, encoding: 'utf8' });
  assert.equal(opened.status, 0, opened.stdout);
  execFileSync('tar', ['--extract', '--file', join(out, 'kit.tar')], { cwd: out });
  const [newest] = readdirSync(host.dir).filter((file) => file.startsWith('.env.before-'));
  assert.deepEqual(readFileSync(join(out, '.env')), readFileSync(join(host.dir, newest)), 'version 2, byte for byte');
  assert.equal(readFileSync(join(out, 'compose.override.yml'), 'utf8'), override);
  assert.deepEqual(readFileSync(join(out, 'compose.yml')), readFileSync(join(host.dir, 'compose.yml')));
  assert.equal(readFileSync(join(out, 'proxy/Caddyfile'), 'utf8'), ':80\n');
  assert.equal(original(), 2, 'two versions are in the vault');
  rmSync(out, { recursive: true, force: true });
  await window.press('Close');
});

test('the page in both themes and both sizes', async () => {
  for (const [width, height] of [[1280, 800], [960, 640]]) {
    await window.resize(width, height);
    for (const theme of ['light', 'dark']) {
      await window.theme(theme);
      await window.shot(`secrets-${theme}-${width}`);
      await sound(`secrets, ${theme}, ${width}`);
    }
  }
  await window.resize(1280, 800);
});

test('no value reached the window but the one that was shown, and none a file of Selvage', async () => {
  await window.control('j');
  await window.text('POSTGRES_PASSWORD');
  await window.shot('activity-secrets');
  const said = await window.overheard();
  assert.ok(said.includes('PASSWORD_PREVIOUS_KEYS'), 'something was overheard');
  assert.ok(said.includes(host.database.password), 'what was shown was shown');
  const files = [data, usb].flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  assert.ok(files.length > 4, 'there are files to look into');
  for (const secret of host.planted) {
    if (secret !== host.database.password) assert.ok(!said.includes(secret), `a secret was sent to the window: ${secret.slice(0, 3)}…`);
    for (const { parentPath, name: file } of files) assert.ok(!readFileSync(join(parentPath, file)).includes(secret), `a secret is in ${file}`);
  }
});

test('on a new laptop the kit alone brings the deployment and its keys back', async () => {
  await window.close();
  window = undefined;
  window = await Window.open({ shots });
  await window.text('No deployments yet');
  await window.press('I have an emergency kit');
  await window.text('its .env to this laptop’s keyring');
  await window.press('Choose: Kit');
  choosePath('Emergency kit', join(usb, readdirSync(usb).find((file) => file.endsWith('.age'))));
  await window.fill('Passphrase', 'not-the-words-of-this-kit');
  await window.press('Open the kit');
  await window.text('The passphrase does not decrypt the kit');
  await window.shot('kit-import-wrong');
  await sound('kit import, refused');
  await window.fill('Passphrase', words);
  await window.press('Open the kit');
  await window.text('Production – acme was added');
  await window.text('SMTP_PREVIOUS_KEYS');
  await window.shot('kit-imported');
  await sound('kit imported');
  // The link came with the kit; what this laptop lacks for it is given anew.
  await window.press('Connection');
  await window.press('Change the link over SSH');
  await window.text('How to reach Production – acme');
  await window.press('Test connection');
  await window.text(`Is this ${host.ssh.host}?`);
  await window.press('It matches: trust');
  await window.text('5 services running');
  await window.shot('link-changed');
  await sound('link changed');
  await window.press('Save link');
  await window.press('Secrets');
  await window.press('Prove');
  await window.text('Proof of the keys of version');
});
