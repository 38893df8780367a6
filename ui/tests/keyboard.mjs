// What only a browser that draws can show: that the keyboard reaches everything,
// that dialogs keep the focus and give it back, and that long lists scroll.
import assert from 'node:assert/strict';
import { check, finish } from './checked.mjs';

/** Presses Tab through everything inside `selector`: what was reached, and whether the focus left. */
async function tabThrough(tab, selector, most = 80) {
  const reached = [];
  let left = false;
  for (let n = 0; n < most; n++) {
    await tab.keyboard.press('Tab');
    const now = await tab.evaluate((inside) => {
      const element = document.activeElement;
      return { inside: element?.closest(inside) !== null, place: [...document.querySelectorAll('*')].indexOf(element) };
    }, selector);
    if (!now.inside) left = true;
    else if (reached.includes(now.place)) break;
    else reached.push(now.place);
  }
  return { reached, left };
}

/** Everything in `selector` that can take the focus and can be seen. */
async function controls(tab, selector) {
  return await tab.evaluate((inside) => {
    const all = [...document.querySelectorAll(`${inside} :is(a[href], button, input, select, textarea, summary, [tabindex="0"])`)];
    // Of radio buttons Tab reaches the chosen one; the arrow keys lead to the others.
    const other = (element) => element.type === 'radio' && !element.checked;
    return all.filter((element) => element.checkVisibility() && !element.closest('[hidden]') && !other(element)).length;
  }, selector);
}

for (const [name, selector] of [
  ['add', '[role=dialog]'],
  ['add-tested', '[role=dialog]'],
  ['link-change', '[role=dialog]'],
  ['host-key', '[role=alertdialog]'],
  ['host-key-changed', '[role=alertdialog]'],
  ['failure', '[role=alertdialog]'],
  ['remove', '[role=alertdialog]'],
  ['history-dump', '[role=dialog]'],
  ['schedules-conflict', '[role=alertdialog]'],
  ['schedules-delete', '[role=alertdialog]'],
  ['secrets-compare', '[role=dialog]'],
  ['secrets-proof', '[role=dialog]'],
  ['secrets-put-back', '[role=alertdialog]'],
  ['secrets-put-back-done', '[role=alertdialog]'],
  ['secrets-delete', '[role=alertdialog]'],
  ['secrets-note', '[role=dialog]'],
  ['kit', '[role=dialog]'],
  ['kit-own', '[role=dialog]'],
  ['kit-without-host', '[role=dialog]'],
  ['kit-done', '[role=dialog]'],
  ['kit-import', '[role=dialog]'],
  ['remove-refused', '[role=alertdialog]'],
]) {
  await check(`${name}: the keyboard reaches every control and stays inside`, name, async (tab) => {
    const { reached, left } = await tabThrough(tab, selector);
    assert.equal(left, false, 'the focus left the dialog');
    assert.equal(reached.length, await controls(tab, selector), 'some control was not reached');
  });
}

await check('Escape gives the focus back to what opened the dialog', 'connection', async (tab) => {
  const opener = tab.getByRole('button', { name: 'Remove deployment…' });
  await opener.focus();
  await tab.keyboard.press('Enter');
  await tab.getByRole('alertdialog').waitFor();
  await tab.waitForFunction(() => document.activeElement?.textContent === 'Keep it');
  await tab.keyboard.press('Escape');
  await tab.waitForFunction(() => document.activeElement?.textContent === 'Remove deployment…');
});

await check('order: skip link, sidebar, toolbar, content, status bar', 'overview', async (tab) => {
  const areas = [];
  for (let n = 0; n < 60; n++) {
    await tab.keyboard.press('Tab');
    const area = await tab.evaluate(() => document.activeElement?.closest('.skip-link, .sidebar, .toolbar, .content, .statusbar')?.classList[0] ?? 'none');
    if (area === 'none') break;
    if (areas.at(-1) !== area) areas.push(area);
    if (area === 'statusbar') break;
  }
  assert.deepEqual(areas, ['skip-link', 'sidebar', 'toolbar', 'content', 'statusbar']);
});

await check('the skip link leads to the content', 'overview', async (tab) => {
  await tab.keyboard.press('Tab');
  await tab.keyboard.press('Enter');
  assert.equal(await tab.evaluate(() => document.activeElement?.id), 'main');
});

await check('arrow keys lead from row to row, beyond what is drawn', 'history-many', async (tab) => {
  await tab.locator('[data-twist="0"]').focus();
  for (let n = 0; n < 120; n++) await tab.keyboard.press('ArrowDown');
  assert.equal(await tab.evaluate(() => document.activeElement?.dataset.twist), '120');
  const inView = await tab.evaluate(() => {
    const [row, area] = [document.activeElement.getBoundingClientRect(), document.querySelector('.scroll').getBoundingClientRect()];
    return row.top >= area.top && row.bottom <= area.bottom;
  });
  assert.equal(inView, true);
  await tab.keyboard.press('Enter');
  await tab.locator('.facts-row').waitFor();
});

await check('the last of 100,000 rows can be scrolled to', 'history-many', async (tab) => {
  await tab.locator('.scroll').evaluate((area) => area.scrollTo({ top: area.scrollHeight }));
  await tab.locator('tr[aria-rowindex="100001"][data-run]').waitFor();
  const rows = await tab.locator('tr[data-run]').count();
  assert.ok(rows > 10 && rows < 80, `${rows} rows are drawn`);
  assert.ok(await tab.locator('tr[aria-rowindex="100001"]').isVisible());
});

await check('an open row does not move the rows after it out of place', 'history-many', async (tab) => {
  await tab.getByRole('button', { name: /^Details of/ }).nth(2).click();
  await tab.locator('.facts-row').waitFor();
  const [gaps, details] = await tab.evaluate(() => {
    const tops = [...document.querySelectorAll('tr[data-run]')].slice(0, 5).map((row) => Math.round(row.getBoundingClientRect().top));
    return [tops.slice(1).map((top, n) => top - tops[n]), Math.round(document.querySelector('.facts-row').getBoundingClientRect().height)];
  });
  assert.deepEqual(gaps.toSpliced(2, 1), [30, 30, 30]);
  assert.ok(Math.abs(gaps[2] - 30 - details) <= 1, `${gaps[2]} with details of ${details}`);
  const end = await tab.locator('.scroll').evaluate((area) => {
    area.scrollTo({ top: area.scrollHeight });
    return area.scrollHeight;
  });
  await tab.locator('tr[aria-rowindex="100001"][data-run]').waitFor();
  assert.ok(Math.abs((await tab.locator('.scroll').evaluate((area) => area.scrollHeight)) - end) <= 2, 'the list changes its length');
});

await check('a menu of a row works by keyboard', 'history', async (tab) => {
  await tab.getByRole('button', { name: 'More for Yesterday, 09:00' }).focus();
  await tab.keyboard.press('Enter');
  await tab.getByRole('menu').waitFor();
  await tab.getByRole('menuitem', { name: 'Manifest' }).press('Enter');
  await tab.getByRole('dialog', { name: 'Manifest of Yesterday, 09:00' }).waitFor();
});

await check('hosts of the SSH configuration can be chosen inside the dialog', 'add', async (tab) => {
  await tab.getByLabel('Sign in with').selectOption({ label: 'Password' });
  await tab.getByLabel('Password', { exact: true }).fill('hunter2');
  await tab.getByRole('button', { name: 'From ~/.ssh/config' }).click();
  await tab.getByRole('menuitem', { name: 'acme-staging' }).click();
  assert.equal(await tab.getByLabel('Host', { exact: true }).inputValue(), 'acme-staging');
  assert.ok(await tab.getByRole('dialog', { name: 'Add a deployment' }).isVisible());
});

await check('a click beside the form does not lose what was typed', 'add', async (tab) => {
  await tab.getByLabel('Name').fill('typed');
  await tab.mouse.click(5, 400);
  assert.equal(await tab.getByLabel('Name').inputValue(), 'typed');
});

await check('a time zone is found by its city, and taken by keyboard', 'schedules', async (tab) => {
  const zone = tab.getByRole('combobox', { name: 'Time zone' });
  await zone.fill('new y');
  await tab.getByRole('option', { name: 'America/New_York' }).waitFor();
  await tab.keyboard.press('Enter');
  assert.equal(await zone.inputValue(), 'America/New_York');
  await zone.fill('Asia');
  await tab.getByRole('option', { name: 'Asia/Kolkata' }).waitFor();
  await tab.keyboard.press('ArrowDown');
  await tab.keyboard.press('Enter');
  assert.equal(await zone.inputValue(), 'Asia/Tokyo');
});

await check('addresses become chips, and the last one goes with Backspace', 'schedules', async (tab) => {
  const mails = tab.getByRole('textbox', { name: 'The host mails failures to' });
  await mails.fill('new@acme.example');
  await mails.press('Enter');
  await mails.pressSequentially('other@acme.example ');
  assert.equal(await tab.locator('.chip').count(), 4);
  await mails.press('Backspace');
  assert.equal(await tab.locator('.chip').count(), 3);
  await tab.getByRole('button', { name: 'Remove ops@acme.example' }).click();
  assert.equal(await tab.locator('.chip').count(), 2);
});

await check('nothing that was typed is lost by looking elsewhere', 'schedules', async (tab) => {
  await tab.getByLabel('Name', { exact: true }).fill('Every night');
  await tab.getByRole('button', { name: /^Weekly/ }).click();
  await tab.getByRole('link', { name: 'History' }).click();
  await tab.locator('.runs tbody tr th').first().waitFor();
  await tab.getByRole('link', { name: 'Schedules' }).click();
  await tab.getByRole('button', { name: /^Daily.*Not saved/ }).click();
  assert.equal(await tab.getByLabel('Name', { exact: true }).inputValue(), 'Every night');
});

await check('a value is revealed and hidden by the same key', 'secrets', async (tab) => {
  const shown = tab.locator('code.value');
  await tab.getByRole('button', { name: 'Reveal CSRF_SIGNING_KEY' }).focus();
  await tab.keyboard.press('Enter');
  await shown.waitFor();
  assert.equal(await tab.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Hide CSRF_SIGNING_KEY');
  await tab.keyboard.press('Space');
  await shown.waitFor({ state: 'detached' });
});

await check('a dialog that came from a menu gives the focus back to the menu’s button', 'secrets-delete', async (tab) => {
  await tab.waitForFunction(() => document.activeElement?.textContent === 'Keep it');
  await tab.keyboard.press('Escape');
  await tab.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'More for version 7');
});

await check('the way through the secrets: list, kit, notice, title, table', 'secrets', async (tab) => {
  await tab.locator('#main').focus();
  const areas = [];
  for (let n = 0; n < 40; n++) {
    await tab.keyboard.press('Tab');
    const area = await tab.evaluate(() => document.activeElement?.closest('.steps, .foot, .notices, .title, .scroll, .statusbar')?.classList[0] ?? 'none');
    if (areas.at(-1) !== area) areas.push(area);
    if (area === 'scroll') break;
  }
  assert.deepEqual(areas, ['steps', 'foot', 'notices', 'title', 'scroll']);
});

await finish();
