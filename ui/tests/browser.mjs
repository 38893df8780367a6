// A real Chromium over the mock build, served with the app's own content policy.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';
import { connectionViews } from './connection-views.mjs';
import { secretViews } from './secret-views.mjs';
import { addressOf as at, fill, fillDirect, openAdd } from './steps.mjs';

const root = join(import.meta.dirname, '../test-results/mock');
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const config = JSON.parse(await readFile(join(import.meta.dirname, '../../tauri.conf.json'), 'utf8'));

/** Serves the build; resolves to its address and a function that ends it. */
async function serve() {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    const file = join(root, path === '/' ? 'index.html' : path);
    try {
      const body = await readFile(file);
      response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
      response.setHeader('content-security-policy', config.app.security.csp);
      response.end(body);
    } catch {
      // A page without an icon of its own is asked for one all the same.
      response.statusCode = path === '/favicon.ico' ? 204 : 404;
      response.end();
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { address: `http://127.0.0.1:${server.address().port}/`, end: () => server.close() };
}

/** Opens a browser; `page` gives a page at a scene, a route, a theme and a size. */
export async function open() {
  const server = await serve();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  const troubles = [];
  async function page({ scene = 'typical', hash = '', theme = 'light', width = 1280, height = 800 } = {}) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' });
    const tab = await context.newPage();
    tab.on('pageerror', (error) => troubles.push(`${scene} ${hash}: ${error.message}`));
    tab.on('console', (message) => message.type() === 'error' && troubles.push(`${scene} ${hash}: ${message.text()}`));
    await tab.goto(`${server.address}?mock=${scene}&delay=1${hash}`);
    await tab.locator('.sidebar').waitFor();
    await tab.waitForLoadState('networkidle');
    return tab;
  }
  async function end() {
    await browser.close();
    server.end();
  }
  return { page, end, troubles };
}

/** Every screen, with what to do to reach it. */
export const views = [
  { name: 'empty', scene: 'empty' },
  { name: 'overview', scene: 'typical', ready: '#verdict' },
  { name: 'overview-downloading', scene: 'downloading', ready: '#verdict' },
  { name: 'overview-risk', scene: 'risk', ready: '#verdict' },
  {
    name: 'library-dialog',
    scene: 'risk',
    ready: '#verdict',
    act: async (tab) => {
      await tab.getByRole('button', { name: 'Download latest dump' }).click();
      await tab.getByRole('dialog').waitFor();
    },
  },
  { name: 'overview-trouble', scene: 'trouble', ready: '.notice' },
  { name: 'overview-fresh', scene: 'fresh', ready: '.notice' },
  { name: 'crowd', scene: 'crowd', ready: '#verdict', hash: `#/deployments/d3a1c0de-0000-4000-8000-000000000040/overview` },
  { name: 'add', scene: 'typical', ready: '#verdict', act: openAdd },
  {
    name: 'add-tested',
    scene: 'typical',
    ready: '#verdict',
    act: async (tab) => {
      await openAdd(tab);
      await fill(tab, 'staging.acme.example', '/opt/weavestrem');
      await tab.getByRole('button', { name: 'Test connection' }).click();
      await tab.locator('[data-item=folder][data-state=bad]').waitFor();
    },
  },
  {
    name: 'host-key',
    scene: 'typical',
    ready: '#verdict',
    act: async (tab) => {
      await openAdd(tab);
      await fill(tab, 'ws.fabrikam.example', '/opt/weavestream');
      await tab.getByRole('button', { name: 'Test connection' }).click();
      await tab.getByTestId('fingerprint').waitFor();
    },
  },
  {
    name: 'host-key-changed',
    scene: 'typical',
    ready: '#verdict',
    act: async (tab) => {
      await openAdd(tab);
      await fill(tab, 'changed.example', '/opt/weavestream');
      await tab.getByRole('button', { name: 'Test connection' }).click();
      await tab.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'add-direct',
    scene: 'typical',
    ready: '#verdict',
    act: async (tab) => {
      await openAdd(tab);
      await tab.getByRole('radio', { name: 'Direct to Postgres' }).check();
      await fillDirect(tab, 'db.acme.example');
      await tab.getByRole('button', { name: 'Test connection' }).click();
      await tab.locator('[data-item=server_clock][data-state=ok]').waitFor();
    },
  },
  {
    name: 'add-direct-untrusted',
    scene: 'typical',
    ready: '#verdict',
    act: async (tab) => {
      await openAdd(tab);
      await tab.getByRole('radio', { name: 'Direct to Postgres' }).check();
      await fillDirect(tab, 'self.acme.example');
      await tab.getByText('Client certificate').click();
      await tab.getByRole('button', { name: 'Test connection' }).click();
      await tab.locator('[data-item=postgres][data-state=bad]').waitFor();
    },
  },
  { name: 'direct-overview', scene: 'direct', ready: '#verdict' },
  { name: 'direct-schedules', scene: 'direct', hash: at('schedules'), ready: '.editor' },
  {
    name: 'direct-history',
    scene: 'direct',
    hash: at('history'),
    ready: '.runs tbody tr th',
    act: async (tab) => {
      await tab.getByRole('button', { name: 'Details of Yesterday, 09:00' }).click();
    },
  },
  { name: 'history', scene: 'typical', hash: at('history'), ready: '.runs tbody tr th' },
  {
    name: 'history-open',
    scene: 'downloading',
    hash: at('history'),
    ready: '.runs tbody tr th',
    act: async (tab) => {
      await tab.getByRole('button', { name: 'Details of Yesterday, 09:00' }).click();
      await tab.keyboard.press('Control+j');
      await tab.locator('.drawer .job').first().waitFor();
    },
  },
  {
    name: 'history-menu',
    scene: 'typical',
    hash: at('history'),
    ready: '.runs tbody tr th',
    act: async (tab) => {
      await tab.getByRole('button', { name: 'More for Yesterday, 09:00' }).click();
      await tab.getByRole('menuitem', { name: 'Manifest' }).waitFor();
    },
  },
  {
    name: 'history-failed',
    scene: 'typical',
    hash: at('history'),
    ready: '.runs tbody tr th',
    act: async (tab) => {
      await tab.getByRole('button', { name: 'Details of Wed 14 Oct, 09:00' }).click();
    },
  },
  {
    name: 'history-dump',
    scene: 'typical',
    hash: at('history'),
    ready: '.runs tbody tr th',
    act: async (tab) => {
      await tab.getByRole('button', { name: 'Dump to this laptop…' }).click();
      await tab.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'history-one-off',
    scene: 'downloading',
    hash: at('history'),
    ready: '.runs tbody tr th',
    act: async (tab) => {
      await tab.locator('summary').click();
    },
  },
  {
    name: 'history-stuck',
    scene: 'typical',
    hash: at('history'),
    ready: '.runs tbody tr th',
    act: async (tab) => {
      await tab.getByRole('button', { name: /^Details of/ }).first().click();
      await tab.getByText('Nothing is running it any more').waitFor();
    },
  },
  { name: 'history-many', scene: 'many', hash: at('history'), ready: '.runs tbody tr th' },
  { name: 'schedules', scene: 'typical', hash: at('schedules'), ready: '.retention-grid' },
  {
    name: 'schedules-not-queued',
    scene: 'trouble',
    hash: at('schedules'),
    ready: '.retention-grid',
    act: async (tab) => {
      await tab.getByRole('button', { name: /^Weekly/ }).click();
      await tab.getByRole('button', { name: 'Repair' }).waitFor();
    },
  },
  {
    name: 'schedules-new',
    scene: 'typical',
    hash: at('schedules'),
    ready: '.retention-grid',
    act: async (tab) => {
      await tab.getByRole('button', { name: 'New schedule' }).first().click();
      await tab.getByLabel('Cron').fill('0 3 * *');
      await tab.getByLabel('Time zone', { exact: true }).first().fill('Europe/Berlinn');
      await tab.getByLabel('Keep last').fill('101');
      await tab.getByRole('button', { name: 'Create' }).click();
      await tab.locator('#retention-error').waitFor();
    },
  },
  {
    name: 'schedules-zones',
    scene: 'typical',
    hash: at('schedules'),
    ready: '.retention-grid',
    act: async (tab) => {
      await tab.getByRole('combobox', { name: 'Time zone' }).fill('eu');
      await tab.getByRole('option', { name: 'Europe/Berlin' }).waitFor();
    },
  },
  {
    name: 'schedules-conflict',
    scene: 'moved',
    hash: at('schedules'),
    ready: '.retention-grid',
    act: async (tab) => {
      await tab.getByLabel('Name', { exact: true }).fill('Every night');
      await tab.getByLabel('Cron').fill('30 3 * * *');
      await tab.getByRole('button', { name: 'Save', exact: true }).click();
      await tab.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'schedules-delete',
    scene: 'typical',
    hash: at('schedules'),
    ready: '.retention-grid',
    act: async (tab) => {
      await tab.getByRole('button', { name: 'More for this schedule' }).click();
      await tab.getByRole('menuitem', { name: 'Delete…' }).click();
      await tab.getByRole('alertdialog').waitFor();
    },
  },
  ...secretViews,
  ...connectionViews,
  { name: 'settings', scene: 'typical', hash: '#/settings', ready: '#library' },
  {
    name: 'palette',
    scene: 'typical',
    ready: '#verdict',
    act: async (tab) => {
      await tab.keyboard.press('Control+k');
      await tab.getByRole('combobox').waitFor();
    },
  },
  {
    name: 'failure',
    scene: 'downloading',
    ready: '#verdict',
    act: async (tab) => {
      await tab.keyboard.press('Control+j');
      await tab.locator('.drawer').getByRole('button', { name: 'Why?' }).click();
      await tab.getByText('Details for a report').click();
    },
  },
  {
    name: 'toast',
    scene: 'typical',
    ready: '#verdict',
    act: async (tab) => {
      await tab.keyboard.press('Control+d');
      await tab.locator('.toast').waitFor();
    },
  },
];

/** Opens a view in a theme and a size. */
export async function show(browser, view, look) {
  const tab = await browser.page({ scene: view.scene, hash: view.hash ?? '', ...look });
  if (view.ready) await tab.locator(view.ready).first().waitFor();
  await view.act?.(tab);
  return tab;
}
