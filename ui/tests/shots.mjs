// Pictures of every screen in both themes and both sizes, to be looked at.
// Names of views may follow, to take only those.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { open, show, views } from './browser.mjs';

const into = join(import.meta.dirname, '../test-results/shots');
const wanted = process.argv.slice(2);
await mkdir(into, { recursive: true });

const browser = await open();
for (const view of views) {
  if (wanted.length > 0 && !wanted.includes(view.name)) continue;
  for (const theme of ['light', 'dark']) {
    for (const [width, height] of [[1280, 800], [960, 640]]) {
      const tab = await show(browser, view, { theme, width, height });
      await tab.screenshot({ path: join(into, `${view.name}-${theme}-${width}.png`) });
      await tab.context().close();
    }
  }
}
await browser.end();
for (const trouble of browser.troubles) console.error(trouble);
process.exitCode = browser.troubles.length > 0 ? 1 : 0;
