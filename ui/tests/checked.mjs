// Checks on a page that is really drawn: each on its own tab of one browser.
import { open, show, views } from './browser.mjs';

export const view = (name) => views.find((known) => known.name === name);
const browser = await open();
let passed = 0;

/** Brings `name` on the screen, at a size and in a theme, and says whether `act` held. */
export async function check(what, name, act, page = {}) {
  const tab = await show(browser, view(name), page);
  try {
    await act(tab);
    passed++;
    console.log(`ok   ${what}`);
  } catch (error) {
    process.exitCode = 1;
    console.error(`FAIL ${what}\n${error.message}`);
  }
  await tab.context().close();
}

/** Ends the browser. What a page complained of fails too. */
export async function finish() {
  await browser.end();
  for (const trouble of browser.troubles) console.error(trouble);
  if (browser.troubles.length > 0) process.exitCode = 1;
  console.log(`${passed} checks held`);
}
