// Forty deployments in one window, and its screens as somebody uses them for a day:
// each is left and come back to, at both sizes and in both themes.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Key, Window, hostDown, hostUp, root } from './session.mjs';

const name = `crowd${process.pid}`.slice(0, 16);
const shots = process.env.SELVAGE_SHOTS ?? join(root, 'ui/test-results/window');
const data = mkdtempSync(join(tmpdir(), 'selvage-e2e-'));
const CROWD = 40;
const run = promisify(execFile);
let host;
let window;

const add = (client) =>
  run(process.env.SELVAGE, ['--data-dir', data, 'deployment', 'add', client, '--ssh', `${host.ssh.user}@${host.ssh.host}:${host.ssh.port}`,
    '--key', host.ssh.key, '--dir', host.dir, '--accept-host-key', host.ssh.host_key_sha256]);
const ask = (script, ...given) => window.web.executeScript(script, ...given);

before(async () => {
  host = hostUp(name, ['--runs', '30']);
  const left = Array.from({ length: CROWD }, (_, at) => `Client ${CROWD - at}`);
  const addRest = async () => {
    for (let client = left.shift(); client !== undefined; client = left.shift()) await add(client);
  };
  await Promise.all([addRest(), addRest(), addRest(), addRest()]);
  window = await Window.open({ data, shots });
});

after(async () => {
  await window?.close();
  hostDown(name);
});

/** The names in the sidebar, and whether the chosen one and the sections are in view without the page having moved. */
function sidebar() {
  return ask(`
    const inView = (element) => {
      const [box, area] = [element.getBoundingClientRect(), document.querySelector('.sidebar').getBoundingClientRect()];
      const at = document.elementFromPoint(box.left + 8, box.top + box.height / 2);
      return box.top >= area.top && box.bottom <= area.bottom && (at === element || element.contains(at));
    };
    const chosen = document.querySelector('.deployments [aria-current]');
    return {
      names: [...document.querySelectorAll('.deployments a')].map((one) => one.title),
      chosen: chosen && inView(chosen) ? chosen.title : null,
      sections: [...document.querySelectorAll('.sidebar a[href$="/connection"], .sidebar a[href$="/overview"]')].slice(-2).every(inView),
      moved: [document.scrollingElement, document.body, document.querySelector('.app')].some((one) => one.scrollTop !== 0),
    };`);
}

test('forty deployments are in the order in which people count, and the chosen one is in view', async () => {
  const all = Array.from({ length: CROWD }, (_, at) => `Client ${at + 1}`);
  await window.text('Client 1');
  assert.deepEqual((await sidebar()).names, all);
  for (const visit of ['first', 'second']) {
    await window.press('Client 40');
    await window.text('Evidence');
    await window.until(async () => (await sidebar()).chosen === 'Client 40', 'the chosen one is in view');
    const seen = await sidebar();
    assert.deepEqual([seen.sections, seen.moved], [true, false], visit);
    await window.look(`crowd-${visit}`);
    await window.press('Settings');
    await window.text('Theme');
    assert.equal((await sidebar()).moved, false);
  }
  const search = await window.find("//input[@type='search' and ancestor::nav]");
  await search.sendKeys('client 3');
  await window.until(async () => (await sidebar()).names.length === 11, 'eleven names have a 3 there');
  await window.shot('crowd-searched');
  await search.clear();
  await search.sendKeys(' ', Key.BACK_SPACE);
  await window.until(async () => (await sidebar()).names.length === CROWD, 'all are there again');
});

test('the first download proposes a folder, and makes it for the user alone', async () => {
  await window.press('Client 40');
  await window.press('Download latest dump');
  await window.text('Where should dumps be kept on this laptop?');
  await window.look('crowd-library');
  await window.press('Cancel');
  assert.equal(existsSync(join(homedir(), 'Selvage')), false, 'nothing is made by asking');
  await window.press('Download latest dump');
  await window.press('Use this folder');
  await window.text('Show the newest dump', 90_000);
  const folder = join(homedir(), 'Selvage');
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(readdirSync(join(folder, 'client-40')).filter((file) => file.endsWith('.dump')).length, 1);
  await window.press('Settings');
  await window.text(folder);
});

test('a new schedule begins at its name; its presets ask hour, weekday and day, and nothing is lost by leaving', async () => {
  await window.press('Client 40');
  await window.press('Schedules');
  await window.press('New schedule');
  await window.until(() => ask("return document.activeElement?.labels?.[0]?.textContent.trim() === 'Name'"), 'the name has the focus');
  await window.keys('Sundays');
  const asks = () => ask("return [...document.querySelectorAll('.when select')].map((one) => one.ariaLabel)");
  for (const [preset, asked] of [['Daily', 2], ['Weekly', 3], ['Monthly', 3]]) {
    await window.find(`//label[normalize-space(.)='${preset}']`, { use: (found) => window.click(found) });
    await window.until(async () => (await asks()).length === asked, `${preset} asks ${asked} things`);
  }
  const cron = await window.find("//label[starts-with(normalize-space(.), 'Cron')]/following::input[1]");
  await cron.clear();
  await cron.sendKeys('0,15,30,45 1,3,5,7,9,11 1,15 1,4,7,10 1-5');
  await window.resize(960, 640);
  const [text, room] = await ask('return [arguments[0].scrollWidth, arguments[0].clientWidth]', cron);
  assert.ok(text <= room, `forty characters need ${text} of ${room}`);
  await window.look('crowd-schedule');
  await window.press('Overview');
  await window.text('Evidence');
  await window.press('Schedules');
  await window.press('Sundays');
  await window.until(() => ask("return [...document.querySelectorAll('input')].some((one) => one.value === '0,15,30,45 1,3,5,7,9,11 1,15 1,4,7,10 1-5')"), 'it is still there');
  await window.look('crowd-schedule-again');
  await window.press('More for this schedule');
  await window.press('Discard this schedule');
});

test('a revealed value moves nothing, twice', async () => {
  await window.press('Secrets');
  await window.press('Capture .env');
  await window.text('Version 1');
  const eyes = () => ask(`return JSON.stringify([...document.querySelectorAll('.table.secrets button')].map((one) => {
    const { left, top } = one.getBoundingClientRect();
    return [one.ariaLabel.replace(/^(Reveal|Hide) /, ''), Math.round(left), Math.round(top)];
  }));`);
  for (const visit of ['first', 'second']) {
    await window.until(async () => (await eyes()) !== '[]', 'the names are there');
    const before = await eyes();
    for (const key of ['MFA_ENCRYPTION_KEY', 'PASSWORD_PREVIOUS_KEYS']) {
      await window.press(`Reveal ${key}`);
      await window.find("//code[contains(@class, 'value')]");
      assert.equal(await eyes(), before, `${visit}: ${key}`);
    }
    await window.look(`crowd-revealed-${visit}`);
    await window.press('Hide PASSWORD_PREVIOUS_KEYS');
    await window.press('Overview');
    await window.text('Evidence');
    await window.press('Secrets');
    await window.text('Version 1');
  }
});

test('the activity tells time, duration and deployment, and a day of the strip opens its run', async () => {
  await window.press('Activity');
  await window.text('Client 40');
  await window.press('Log');
  await window.look('crowd-activity');
  const log = await ask("return document.querySelector('.drawer').innerText");
  assert.doesNotMatch(log, /::|Some\(|Err\(|DownloadError|src-tauri|\{ /, 'no Rust');
  await window.press('Activity');
  await window.press('Overview');
  await window.text('Evidence');
  const day = await window.find("(//li[contains(@class, 'cell')]/a)[last()]", { use: (found) => window.click(found) });
  assert.ok(day);
  await window.until(() => ask("return location.hash.includes('/history/')"), 'the history shows it');
  await window.find("//tr[contains(@class, 'facts-row')]");
  await window.look('crowd-run');
});

test('at double size every screen is reachable', async () => {
  await window.press('Overview');
  for (let steps = 0; steps < 5; steps += 1) await window.control('+');
  await window.until(async () => (await ask('return innerWidth')) <= 640, 'it is shown at 200 %');
  for (const screen of ['Overview', 'Schedules', 'History', 'Secrets', 'Connection']) {
    // With a zoom the driver clicks elsewhere.
    await ask("location.hash = location.hash.replace(/[^/]*$/, arguments[0].toLowerCase())", screen);
    await window.find(`//h1[starts-with(normalize-space(.), '${screen === 'Overview' ? 'Client' : screen}')]`);
    const { wide, unreachable } = await ask(`
      const unreachable = [...document.querySelectorAll('main button, .toolbar button, .sidebar a')].filter((one) => one.checkVisibility()).filter((one) => {
        one.scrollIntoView({ block: 'center', inline: 'nearest' });
        const { left, right, top, bottom } = one.getBoundingClientRect();
        const [x, y] = [(left + right) / 2, (top + bottom) / 2];
        return x < 0 || y < 0 || x >= innerWidth || y >= innerHeight;
      });
      return { wide: document.documentElement.scrollWidth - innerWidth, unreachable: unreachable.map((one) => one.textContent) };`);
    assert.deepEqual([wide, unreachable], [0, []], screen);
    await window.shot(`crowd-double-${screen.toLowerCase()}`);
  }
  await window.control('0');
});
