// axe over every screen in both themes: nothing serious or critical is let through.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { open, show, views } from './browser.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const wanted = process.argv.slice(2);
const browser = await open();
let looked = 0;
const found = [];

for (const view of views) {
  if (wanted.length > 0 && !wanted.includes(view.name)) continue;
  for (const theme of ['light', 'dark']) {
    const tab = await show(browser, view, { theme });
    // The content policy forbids added scripts; an evaluated one is the browser's own.
    await tab.evaluate(axe);
    const { violations } = await tab.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    looked++;
    for (const { id, impact, help, nodes } of violations) {
      const grave = impact === 'serious' || impact === 'critical';
      const where = nodes.slice(0, 4).map((node) => `    ${node.target.join(' ')}\n      ${node.failureSummary?.split('\n').slice(1, 3).join(' ').trim() ?? ''}`);
      found.push({ grave, text: `${view.name}, ${theme}: ${impact} ${id}: ${help} (${nodes.length})\n${where.join('\n')}` });
    }
    await tab.context().close();
  }
}
await browser.end();

for (const { text } of found) console.log(text);
for (const trouble of browser.troubles) console.error(trouble);
const grave = found.filter((violation) => violation.grave).length;
console.log(`${looked} looks, ${grave} serious or critical, ${found.length - grave} lesser`);
process.exitCode = looked === 0 || grave > 0 || browser.troubles.length > 0 ? 1 : 0;
