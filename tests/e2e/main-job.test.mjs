// The main job as a new user does it: from an empty window to a verified dump.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Key, Window, choosePath, clickNotification, displayed, hostDown, hostUp, notifications, otherWindow, quoted, root } from './session.mjs';

const name = `e2e${process.pid}`.slice(0, 16);
const shots = process.env.SELVAGE_SHOTS ?? join(root, 'ui/test-results/window');
const library = mkdtempSync(join(tmpdir(), 'selvage-library-'));
const folder = join(library, 'production-acme');
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
  await window.text('No deployments yet');
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
  await window.press('It matches: trust');
});

test('a mistyped folder is told, and the one that was found is offered', async () => {
  await window.text('Found ');
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
  // Which schedule runs next depends on the day.
  await window.text('the schedule’s zone');
  await window.shot('overview-at-risk');
  await sound('overview');
});

test('the dump is downloaded into a folder from the native dialog, and verified', async () => {
  await window.press('Download latest dump');
  await window.text('Where should dumps be kept on this laptop?');
  await window.shot('library-dialog');
  await sound('folder for dumps');
  await window.press('Choose another…');
  choosePath('Folder for dumps', library);
  await window.text('verified', 90_000);
  const file = join(folder, host.runs.latest.filename.replace('weavestream-postgres-', 'weavestream-postgres-production-acme-'));
  await window.until(() => existsSync(file), 'the dump is in the library');
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  assert.equal(sha256, host.runs.latest.sha256);
  assert.deepEqual(readdirSync(folder).filter((f) => f.endsWith('.part')), []);
  await window.text('The keys that decrypt its data are not in the vault.');
  await window.shot('overview-verified');
  await sound('overview, verified');
});

test('a download that ends while another window is in front is told by the desktop', async () => {
  const before = notifications().length;
  const close = await otherWindow();
  try {
    await window.press('History');
    await window.press('Download the dump of ');
    await window.until(() => notifications().length > before, 'the desktop tells it');
  } finally {
    close();
  }
  const [told, ...more] = notifications().slice(before);
  assert.match(told, /^Production – acme: Verified (the|today’s|yesterday’s) dump.*: Its checksum matches the manifest\.$/);
  assert.deepEqual(more, [], 'it is told once');
});

test('a dump is made directly to the laptop', async () => {
  await window.press('History');
  await window.press('Dump to this laptop…');
  await window.text('If a backup is running on the host');
  await sound('one-off dump, dialog');
  await window.press('Dump now');
  await window.text('One-off dump finished');
  await window.text('Dumps on this laptop: 3');
  const [made, ...more] = readdirSync(folder).filter((file) => /^weavestream-postgres-production-acme-manual-.*\.dump$/.test(file));
  assert.deepEqual(more, []);
  const manifest = JSON.parse(readFileSync(join(folder, made.replace(/\.dump$/, '.manifest.json')), 'utf8'));
  assert.equal(createHash('sha256').update(readFileSync(join(folder, made))).digest('hex'), manifest.sha256);
});

test('a schedule is made, changed, run and deleted', async () => {
  await window.press('Schedules');
  await window.text('At 03:00, every day');
  await window.choose('Name in the audit log', 'example.test');
  await window.press('New schedule');
  await window.fill('Name', 'Hourly');
  await window.fill('Cron', '15 * * *');
  await window.press('Create');
  await window.text('Not saved: 1 field to correct.');
  await window.shot('schedule-wrong');
  await sound('schedule, a field in error');
  await window.fill('Cron', '15 * * * *');
  // With its complaint gone, what lies below stays where it is.
  await window.until(() => window.web.executeScript("return document.querySelector('[aria-invalid=true]') === null"), 'cron is right');
  await window.fill('Time zone', 'Lord How');
  await window.press('Australia/Lord_Howe');
  await window.fill('Keep last', '48');
  await window.press('Create');
  await window.text('registered in the queue');
  await window.shot('schedule-made');
  const made = inDatabase("SELECT id || '|' || cron || '|' || timezone || '|' || (retention->>'keepLast') FROM backup_config WHERE name = 'Hourly'");
  assert.match(made, /\|15 \* \* \* \*\|Australia\/Lord_Howe\|48$/);
  const [hourly] = made.split('|');
  assert.match(inDatabase(`SELECT action || ' ' || (actor_id IS NOT NULL) || ' ' || user_agent FROM audit_log WHERE entity_id = '${hourly}'`), /^backup\.config\.create true selvage\//);

  await window.press('Run now');
  await window.text('Hourly has run');
  await window.find('//label[normalize-space(.)="Enabled"]/input', { use: (found) => window.click(found) });
  await window.text('Changed, not saved yet.');
  await window.press('Save');
  await window.text('It is disabled and does not run');
  assert.equal(inDatabase("SELECT enabled FROM backup_config WHERE name = 'Hourly'"), 'f');

  // Somebody edits it in the web app meanwhile.
  await window.fill('Name', 'Each hour');
  inDatabase(`UPDATE backup_config SET cron = '45 * * * *', updated_at = now() WHERE id = '${hourly}'`);
  await window.press('Save');
  await window.text('was changed elsewhere in the meantime');
  await window.shot('schedule-conflict');
  await sound('schedule, conflict');
  await window.press('Take theirs');
  assert.equal(inDatabase(`SELECT name || cron FROM backup_config WHERE id = '${hourly}'`), 'Hourly45 * * * *');

  await window.press('More for this schedule');
  await window.press('Delete…');
  await window.text('stay on the host');
  await window.press('Delete schedule');
  await window.until(() => inDatabase(`SELECT count(*) FROM backup_config WHERE id = '${hourly}'`) === '0', 'it is deleted');
  await window.text('3 in the database');
  assert.equal(inDatabase(`SELECT count(*) FROM backup_run WHERE dump_path IS NOT NULL AND triggered_by IS NOT NULL AND created_at > now() - interval '10 minutes'`) === '0', false, 'its dump stays');
});

test('a schedule that the queue has lost is told, and repaired', async () => {
  forget(host.schedules.daily);
  await window.control('k');
  await window.keys('overview', Key.ENTER);
  await window.text('Evidence');
  await window.press('Schedules');
  await window.text('Will not run until registered');
  await window.press('Daily');
  await window.shot('schedule-not-in-queue');
  await sound('schedule, not in the queue');
  await window.press('Repair');
  await window.text('registered in the queue');
});

test('a run that fails is told once by the desktop, and a click opens it', async () => {
  await window.press('Settings');
  await window.text('Theme');
  const before = notifications().length;
  inDatabase(`INSERT INTO backup_run (config_id, kind, status, started_at, finished_at, error)
    SELECT '${host.schedules.daily}', 'SCHEDULED', 'failed', at, at, 'pg_dump: error: by the <b>test</b> & no more' FROM (SELECT now() AT TIME ZONE 'UTC' AS at) clock`);
  // Selvage looks every few minutes by itself, wherever the window is, and at once when it is asked.
  await window.press('Production – acme');
  await window.until(() => displayed() > 0, 'the desktop tells it', 120_000);
  await window.press('Settings');
  clickNotification();
  await window.text('pg_dump: error: by the <b>test</b> & no more');
  await window.shot('history-failed');
  await sound('history, opened by a notification');
  const [told, ...more] = notifications().slice(before);
  assert.match(told, /^Production – acme: Daily failed \(.*\): pg_dump: error: by the &lt;b&gt;test&lt;\/b&gt; &amp; no more$/);
  assert.deepEqual(more, [], 'it is told once');
});

test('every other screen, in both themes and both sizes', async () => {
  const screens = { Overview: 'Evidence', History: 'SHA-256 verified', Schedules: 'At 03:00, every day', Connection: 'Test connection', Settings: 'Theme' };
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

test('a deployment is added with a direct link to Postgres, and dumped with the laptop’s own pg_dump', async () => {
  await window.press('Add a deployment');
  await window.fill('Name', 'Branch');
  await window.find("//label[normalize-space(.)='Direct to Postgres']", { use: (way) => window.click(way) });
  const { host: address, user, name: database, password } = host.database;
  await window.fill('Host', address);
  await window.fill('Role', user);
  await window.fill('Database', database);
  await window.fill('Password', password);
  // verify-full unless the admin says otherwise; this server has no TLS.
  await window.press('Test connection');
  await window.text('The server does not offer TLS');
  await window.shot('direct-no-tls');
  await window.choose('TLS', 'disable');
  await window.press('Test connection');
  await window.text('not encrypted');
  await window.text('May change schedules');
  await window.shot('direct-tested');
  await sound('add, direct link');
  await window.press('Add deployment');
  await window.text('over a direct link');
  await window.text('Queue not checked');
  await window.shot('direct-overview');
  await sound('overview, direct link');
  await window.press('Dump to this laptop');
  await window.text('This laptop’s own pg_dump');
  await window.press('Dump now');
  await window.text('One-off dump finished');
  const made = readdirSync(join(library, 'branch')).filter((file) => file.endsWith('.dump'));
  assert.equal(made.length, 1, 'one dump is here');
  await window.text('The keys that decrypt its data are not in the vault.');
  await window.press('Schedules');
  await window.text('takes effect when the API next starts');
  await window.shot('direct-schedules');
  await sound('schedules, direct link');
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

/** What the host's `docker` prints in the container of a service. */
function inService(service, env, ...command) {
  const where = { ...process.env, DOCKER_HOST: host.docker.host };
  const filters = [`project=${host.project}`, `service=${service}`].flatMap((label) => ['--filter', `label=com.docker.compose.${label}`]);
  const id = execFileSync('docker', ['ps', '-q', ...filters], { encoding: 'utf8', env: where }).trim();
  return execFileSync('docker', ['exec', ...env.flatMap((pair) => ['-e', pair]), id, ...command], { encoding: 'utf8', env: where }).trim();
}

/** Asks the host's own Postgres, past Selvage. */
function inDatabase(sql) {
  return inService('postgres', [], 'sh', '-c', 'psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -Atqc "$0"', sql);
}

/** Removes a schedule from the queue, as an old Weavestream or an emptied Redis leaves it. */
function forget(schedule) {
  const script = 'redis.call("del", "bull:backup:repeat:backup-config-" .. ARGV[1]); return redis.call("zrem", "bull:backup:repeat", "backup-config-" .. ARGV[1])';
  assert.equal(inService('redis', [`REDISCLI_AUTH=${host.redis.password}`], 'redis-cli', 'eval', script, '0', schedule), '1', 'it was in the queue');
}
