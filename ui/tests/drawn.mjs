// What only a browser that draws can show of the pages themselves: nothing is cut off, nothing
// moves under the pointer, nothing that cannot be seen has the focus, and double size stays usable.
import assert from 'node:assert/strict';
import { check, finish } from './checked.mjs';

for (const name of ['overview', 'secrets', 'secrets-trouble', 'secrets-empty']) {
  await check(`nothing is cut off at the smallest size: ${name}`, name, async (tab) => {
    await tab.setViewportSize({ width: 960, height: 640 });
    const over = await tab.evaluate(() => [document.documentElement, document.querySelector('.content')].map((element) => element.scrollWidth - element.clientWidth));
    assert.deepEqual(over, [0, 0]);
  });
}


/** Where every button of the table lies, by what it is called without its state. */
async function buttons(tab) {
  return await tab.evaluate(() => {
    const all = [...document.querySelectorAll('.table.secrets button')];
    return Object.fromEntries(all.map((button) => {
      const { x, y, width, height } = button.getBoundingClientRect();
      return [button.ariaLabel.replace(/^(Reveal|Hide) /, 'Eye '), [x, y, width, height].map(Math.round).join()];
    }));
  });
}

/** Buttons of the table that something lies over, of those that are in view. */
async function covered(tab) {
  return await tab.evaluate(() => {
    const area = document.querySelector('.scroll').getBoundingClientRect();
    return [...document.querySelectorAll('.table.secrets tbody button')].filter((button) => {
      const { left, top, width, height } = button.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      return y > area.top + 28 && y < area.bottom && !button.contains(document.elementFromPoint(x, y));
    }).map((button) => button.ariaLabel);
  });
}

for (const [width, height] of [[1280, 800], [960, 640]]) {
  await check(`a revealed value moves nothing and covers no button at ${width}`, 'secrets', async (tab) => {
    const value = tab.locator('code.value');
    // Of each in turn: what was revealed before is hidden by it.
    for (const name of ['PASSWORD_PREVIOUS_KEYS', 'CSRF_SIGNING_KEY', 'SMTP_SECRET_KEY']) {
      const eye = tab.getByRole('button', { name: `Reveal ${name}` });
      // The heads of the columns stay on top.
      await eye.evaluate((button) => button.scrollIntoView({ block: 'center' }));
      const before = await buttons(tab);
      await eye.click();
      await tab.getByRole('button', { name: `Hide ${name}` }).waitFor();
      assert.deepEqual(await buttons(tab), before);
      assert.deepEqual(await covered(tab), []);
      assert.equal(await value.count(), 1);
    }
    await tab.locator('.scroll').evaluate((area) => area.scrollTo({ top: area.scrollHeight }));
    const last = tab.getByRole('button', { name: /^Reveal / }).last();
    const scrolled = await buttons(tab);
    await last.click();
    assert.deepEqual(await buttons(tab), scrolled);
    const [box, area] = await Promise.all([value.boundingBox(), tab.locator('.scroll').boundingBox()]);
    assert.ok(box.y >= area.y && box.y + box.height <= area.y + area.height, 'the last value can be seen whole');
    assert.deepEqual(await covered(tab), []);
  }, { width, height });
}

const SCREENS = ['empty', 'overview', 'overview-risk', 'schedules', 'history', 'secrets', 'secrets-empty', 'connection', 'settings'];

for (const name of SCREENS) {
  await check(`whatever has the focus can be seen: ${name}`, name, async (tab) => {
    const unseen = [];
    for (let n = 0; n < 90; n++) {
      await tab.keyboard.press('Tab');
      const now = await tab.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return { ended: true };
        // A box that is drawn by its label.
        const drawn = element.matches('input[type=radio], input[type=checkbox]') ? (element.closest('label') ?? element) : element;
        const { left, top, width, height } = drawn.getBoundingClientRect();
        const inside = left + width > 0 && top + height > 0 && left < innerWidth && top < innerHeight;
        const seen = width >= 8 && height >= 8 && inside && drawn.checkVisibility({ opacityProperty: true, visibilityProperty: true });
        return { seen, what: `${element.tagName} ${element.className} ${element.ariaLabel ?? element.textContent.trim().slice(0, 40)}` };
      });
      if (now.ended) break;
      if (!now.seen) unseen.push(now.what);
    }
    assert.deepEqual(unseen, []);
  });
}

// 960x640 at 200 %: the page has half of it.
for (const name of [...SCREENS, 'add', 'host-key', 'failure', 'remove', 'library-dialog', 'kit', 'history-open', 'schedules-new']) {
  await check(`double size stays usable: ${name}`, name, async (tab) => {
    await tab.setViewportSize({ width: 480, height: 320 });
    const trouble = await tab.evaluate(async () => {
      const inside = document.querySelector('[role=dialog], [role=alertdialog]') ?? document;
      const found = [];
      for (const element of inside.querySelectorAll('button, a[href], input, select, textarea')) {
        if (element.closest('.skip-link') || !element.checkVisibility()) continue;
        element.scrollIntoView({ block: 'center', inline: 'nearest' });
        const { left, right, top, bottom } = element.getBoundingClientRect();
        const [x, y] = [(left + right) / 2, (top + bottom) / 2];
        if (!(x >= 0 && x < innerWidth && y >= 0 && y < innerHeight)) found.push(`${element.ariaLabel ?? element.textContent.trim()}: out of reach`);
      }
      return { found, wide: document.documentElement.scrollWidth - innerWidth };
    });
    assert.deepEqual(trouble, { found: [], wide: 0 });
  });
}

await check('at double size a message covers neither the drawer nor the content', 'toast', async (tab) => {
  await tab.setViewportSize({ width: 480, height: 320 });
  for (const open of [false, true]) {
    if (open) await tab.locator('.statusbar button').click();
    const [toast, ...others] = await Promise.all(['.toast', '.content', ...(open ? ['.drawer'] : [])].map((part) => tab.locator(part).first().boundingBox()));
    for (const other of others) assert.ok(other.y + other.height <= toast.y + 1, `${other.y + other.height} is below ${toast.y}`);
  }
});

/** What has the focus, until it is something. */
const focused = (tab) => tab.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.textContent?.trim());

await check('a key that was trusted from the form leaves the focus in the form', 'host-key', async (tab) => {
  const dialog = tab.getByRole('alertdialog');
  await dialog.getByRole('button', { name: 'It matches: trust' }).click();
  await dialog.waitFor({ state: 'detached' });
  await tab.getByText('Sign-in works').or(tab.getByText('signed in')).first().waitFor({ timeout: 3000 }).catch(() => undefined);
  assert.equal(await focused(tab), 'Test connection');
});

await check('also when the key was looked at again first', 'host-key', async (tab) => {
  await tab.getByRole('alertdialog').getByRole('button', { name: 'Not now' }).click();
  await tab.getByRole('button', { name: 'Compare the key…' }).click();
  await tab.getByRole('alertdialog').getByRole('button', { name: 'It matches: trust' }).click();
  await tab.getByRole('alertdialog').waitFor({ state: 'detached' });
  await tab.waitForTimeout(200);
  assert.notEqual(await tab.evaluate(() => document.activeElement?.tagName), 'BODY');
  assert.equal(await focused(tab), 'Test connection');
});

await finish();
