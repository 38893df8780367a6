// The real window under WebDriver, and finding things in it as people do: by
// their names.

import { spawn, spawnSync, execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { By, Capabilities, Key, WebDriver, error } from 'selenium-webdriver';
import { Executor, HttpClient } from 'selenium-webdriver/http/index.js';

const here = dirname(fileURLToPath(import.meta.url));
export const root = dirname(dirname(here));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How long anything in the window may take to appear, in milliseconds. */
const PATIENCE = 60_000;

export { Key };

/** A port that was free a moment ago. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Brings a host up; `options` are those of tests/host/up. */
export function hostUp(name, options = []) {
  const told = execFileSync(join(root, 'tests/host/up'), ['--name', name, ...options], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(told);
}

export function hostDown(name) {
  execFileSync(join(root, 'tests/host/down'), [name], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The app's window over fresh state. */
export class Window {
  static async open({ data = mkdtempSync(join(tmpdir(), 'selvage-e2e-')), shots } = {}) {
    const [port, native] = [await freePort(), await freePort()];
    // What driver, window and app say, read when the session is lost.
    const log = `${data}.log`;
    const said = openSync(log, 'w');
    const driver = spawn(process.env.TAURI_DRIVER, ['--port', String(port), '--native-port', String(native)], { stdio: ['ignore', said, said] });
    closeSync(said);
    const capabilities = new Capabilities();
    capabilities.set('tauri:options', { application: process.env.SELVAGE, args: ['--data-dir', data] });
    const client = new HttpClient(`http://127.0.0.1:${port}/`);
    // The driver says nothing when it is ready, so it is asked until it answers.
    for (let tries = 0; ; tries += 1) {
      try {
        const web = WebDriver.createSession(new Executor(client), capabilities);
        await web.getSession();
        return new Window(web, driver, data, shots, log);
      } catch (refused) {
        if (tries >= 50) {
          driver.kill();
          throw refused;
        }
        await new Promise((again) => setTimeout(again, 200));
      }
    }
  }

  constructor(web, driver, data, shots, log) {
    Object.assign(this, { web, driver, data, shots, log });
    if (shots) mkdirSync(shots, { recursive: true });
  }

  async close() {
    try {
      await this.web.quit();
    } catch (lost) {
      console.error(`${lost.message}. The last that was said:\n${readFileSync(this.log, 'utf8').slice(-8000)}`);
      throw lost;
    } finally {
      this.driver.kill();
      // A window that asks before it closes would stay, and be counted by the next test.
      for (const pid of appsOver(this.data)) try { process.kill(pid); } catch { /* ended meanwhile */ }
      rmSync(this.log, { force: true });
      rmSync(this.data, { recursive: true, force: true });
    }
  }

  /**
   * The first element that is shown for `xpath`, given to `use`. The window
   * draws itself anew at any time, so an element that went away meanwhile, or is
   * still covered or moving, is looked for again.
   */
  find(xpath, { patience = PATIENCE, use = (found) => found } = {}) {
    const look = async () => {
      try {
        for (const found of await this.web.findElements(By.xpath(xpath))) {
          if (await found.isDisplayed()) return (await use(found)) ?? false;
        }
        return false;
      } catch (gone) {
        const later = [error.StaleElementReferenceError, error.ElementClickInterceptedError, error.ElementNotInteractableError];
        if (later.some((kind) => gone instanceof kind)) return false;
        throw gone;
      }
    };
    return this.until(look, `not shown: ${xpath}`, patience);
  }

  /** Waits until `holds`; when it never does, a picture shows what there was instead. */
  async until(holds, what, patience = PATIENCE) {
    try {
      return await this.web.wait(holds, patience, what);
    } catch (never) {
      await this.shot(`failed-${Date.now()}`).catch(() => {});
      throw never;
    }
  }

  /**
   * Whether `text` is shown anywhere in the window now. The page answers in one
   * go: a handle to an element could be gone before it is used.
   */
  shows(text) {
    const script = `
      const found = document.evaluate(arguments[0], document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
      const all = Array.from({ length: found.snapshotLength }, (_, at) => found.snapshotItem(at));
      return all.some((one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility === 'visible');`;
    return this.web.executeScript(script, `//*[text()[contains(normalize-space(.), ${quoted(text)})]]`);
  }

  /** Waits for a text anywhere in the window. */
  text(text, patience = PATIENCE) {
    return this.until(() => this.shows(text), `not shown: ${text}`, patience);
  }

  /** Presses a button, link or choice of a list by its name, or by how its name begins, once it can be pressed. */
  press(name) {
    const says = `(starts-with(normalize-space(.), ${quoted(name)}) or starts-with(@aria-label, ${quoted(name)}))`;
    const use = async (found) => {
      if ((await found.getAttribute('aria-disabled')) === 'true') return false;
      return this.click(found);
    };
    return this.find(`(//button[${says}] | //a[${says}] | //*[@role="option" or @role="menuitem"][${says}])[last()]`, { use });
  }

  /**
   * Clicks on an element. False when the page moved meanwhile and something else
   * got the click: the pointer goes to where the element was a moment ago.
   */
  async click(element) {
    await this.web.executeScript(`
      window.clicked = false;
      for (const kind of ['pointerdown', 'click']) arguments[0].addEventListener(kind, () => (window.clicked = true), { capture: true, once: true });`, element);
    await element.click();
    return this.web.executeScript('return window.clicked');
  }

  /** The field in a label, or under it. */
  async fill(label, value) {
    const named = `//label[normalize-space(.)=${quoted(label)}]`;
    const field = await this.find(`(${named}//input | ${named}/following::*[self::input or self::select])[1]`);
    await field.clear();
    await field.sendKeys(value);
    return field;
  }

  async choose(label, option) {
    const field = await this.find(`//select[@aria-label=${quoted(label)}] | //label[normalize-space(.)=${quoted(label)}]/following::select[1]`);
    const wanted = await field.findElement(By.xpath(`.//option[contains(normalize-space(.), ${quoted(option)})]`));
    await wanted.click();
  }

  keys(...keys) {
    return this.web.actions().sendKeys(...keys).perform();
  }

  /** Keeps `key` pressed with Ctrl, as for a shortcut. */
  control(key) {
    return this.web.actions().keyDown(Key.CONTROL).sendKeys(key).keyUp(Key.CONTROL).perform();
  }

  async resize(width, height) {
    await this.web.manage().window().setRect({ width, height });
    await this.web.wait(async () => (await this.web.executeScript('return innerWidth')) === width, PATIENCE, 'the window keeps its size');
  }

  async theme(theme) {
    await this.web.executeScript('document.documentElement.dataset.theme = arguments[0]', theme);
    const still = () => this.web.executeScript('return document.getAnimations().every((one) => !(one instanceof CSSTransition))');
    await this.web.wait(still, PATIENCE, 'the colours settle');
  }

  /** From here on keeps what Rust answers to the window. */
  overhear() {
    return this.web.executeScript(`
      window.overheard = [];
      const ask = window.fetch;
      window.fetch = async (...request) => {
        const answer = await ask(...request);
        window.overheard.push(await answer.clone().text());
        return answer;
      };`);
  }

  /** What was kept, and what the window holds now. */
  overheard() {
    return this.web.executeScript('return [...window.overheard, document.documentElement.outerHTML].join("\\n")');
  }

  async shot(name) {
    if (!this.shots) return;
    // What was changed last has to be drawn first.
    await this.web.executeAsyncScript('const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))');
    writeFileSync(join(this.shots, `${name}.png`), Buffer.from(await this.web.takeScreenshot(), 'base64'));
  }

  /** The screen at both sizes and in both themes, each without a serious finding. */
  async look(shot) {
    for (const [width, height, theme] of [[1280, 800, 'light'], [960, 640, 'dark']]) {
      await this.resize(width, height);
      await this.theme(theme);
      await this.shot(`${shot}-${theme}`);
      const found = await this.axe();
      if (found.length > 0) throw new Error(`axe: ${shot}, ${theme}: ${found.join('\n')}`);
    }
    await this.resize(1280, 800);
  }

  /** What axe finds serious or critical, as `rule: selector` lines. */
  async axe() {
    await this.web.executeScript(`if (!window.axe) { ${axe} }`);
    const found = await this.web.executeAsyncScript(`
      const done = arguments[arguments.length - 1];
      axe.run(document, { resultTypes: ['violations'] }).then((r) => done(r.violations), (e) => done([{ id: String(e), impact: 'critical', nodes: [] }]));`);
    const grave = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    return grave.flatMap(({ id, nodes }) => (nodes.length ? nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary}`) : [id]));
  }
}

/** The processes of the app over this data folder, which is this test's own. */
function appsOver(data) {
  const found = spawnSync('pgrep', ['-f', '--', `--data-dir ${data}`], { encoding: 'utf8' });
  return found.stdout.split('\n').filter(Boolean).map(Number);
}

/** The notifications that the desktop has shown, oldest first, as `title: body`; they are closed by being read. */
export function notifications() {
  execFileSync('dunstctl', ['close-all']);
  const found = JSON.parse(execFileSync('dunstctl', ['history'], { encoding: 'utf8' })).data.flat();
  return found.sort((a, b) => a.id.data - b.id.data).map(({ summary, body }) => `${summary.data}: ${body.data}`);
}

/** How many notifications are on the desktop now. */
export function displayed() {
  return Number(execFileSync('dunstctl', ['count', 'displayed'], { encoding: 'utf8' }));
}

/** Clicks on the notification that is on the desktop: with dunst the middle button is what a click is elsewhere. */
export function clickNotification() {
  const xdotool = (...args) => execFileSync('xdotool', args, { encoding: 'utf8', timeout: 60_000 });
  const [id] = xdotool('search', '--sync', '--onlyvisible', '--class', '[Dd]unst').trim().split('\n');
  xdotool('mousemove', '--window', id, '20', '15', 'click', '2');
}

/** Another window in front; the returned function closes it. */
export async function otherWindow() {
  const other = spawn('xev', ['-name', 'another window'], { stdio: 'ignore' });
  execFileSync('xdotool', ['search', '--sync', '--onlyvisible', '--name', '^another window$', 'windowfocus', '--sync'], { timeout: 60_000 });
  return () => other.kill();
}

/** An XPath string literal. */
export function quoted(text) {
  return text.includes("'") ? `concat(${text.split("'").map((part) => `'${part}'`).join(`, "'", `)})` : `'${text}'`;
}

/** Answers GTK's dialog `title` with a path: typing `/` opens its location entry. Without a window manager the first keys can be lost, so it is tried until the dialog has gone. */
export function choosePath(title, path) {
  const xdotool = (...args) => execFileSync('xdotool', args, { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'ignore'] });
  const named = ['--onlyvisible', '--name', `^${title}$`];
  const [id] = xdotool('search', '--sync', ...named).trim().split('\n');
  const isOpen = () => {
    try {
      return xdotool('search', ...named).trim() !== '';
    } catch {
      return false;
    }
  };
  for (let tries = 0; tries < 5 && isOpen(); tries += 1) {
    xdotool('windowfocus', '--sync', id);
    // What an earlier try has typed is typed over.
    xdotool('key', '--delay', '100', 'ctrl+a');
    xdotool('type', '--delay', '30', path);
    // The first takes the text, the second the path; one too many would press what has the focus in the window below.
    for (let presses = 0; presses < 2 && isOpen(); presses += 1) {
      xdotool('key', 'Return');
      for (let looks = 0; looks < 10 && isOpen(); looks += 1) execFileSync('sleep', ['0.2']);
    }
  }
  if (isOpen()) throw new Error(`the dialog ${title} did not take ${path}`);
}

/** Answers the desktop's own prompt for a keyring: names of keys are pressed, anything else is typed. */
export function promptFor(answers, { shot } = {}) {
  const xdotool = (...args) => execFileSync('xdotool', args, { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'ignore'] });
  const [id] = xdotool('search', '--sync', '--onlyvisible', '--class', 'gcr-prompter').trim().split('\n');
  execFileSync('sleep', ['1']);
  if (shot) execFileSync('import', ['-window', 'root', shot]);
  xdotool('windowfocus', '--sync', id);
  for (const answer of answers) {
    if (/^(Escape|Return|Tab)$/.test(answer)) xdotool('key', answer);
    else xdotool('type', '--delay', '40', answer);
    execFileSync('sleep', ['0.3']);
  }
}
