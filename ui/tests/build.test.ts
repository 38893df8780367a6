import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MARK } from '../src/ipc/mock/mark';

let into: string;
let files: Map<string, string>;

beforeAll(async () => {
  into = await mkdtemp(join(tmpdir(), 'selvage-ui-'));
  await build({ root: join(import.meta.dirname, '..'), mode: 'production', logLevel: 'silent', build: { outDir: into, emptyOutDir: true } });
  const names = (await readdir(into, { recursive: true })).filter((name) => /\.(js|css|html)$/.test(name));
  files = new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(into, name), 'utf8')] as const)));
}, 120_000);
afterAll(() => rm(into, { recursive: true, force: true }));

describe('the build of the app', () => {
  it('holds nothing of the mock', () => {
    expect([...files.keys()].some((name) => name.endsWith('.js'))).toBe(true);
    for (const [name, text] of files) {
      expect(text.includes(MARK), name).toBe(false);
      expect(text.includes('acme-recovery') || text.includes('production-acme'), name).toBe(false);
    }
  });

  it('holds no style that the oldest webview does not know', () => {
    const css = [...files].filter(([name]) => name.endsWith('.css')).map(([, text]) => text).join('\n');
    expect(css).toContain('[data-theme=dark]');
    expect(css).toContain('prefers-color-scheme:dark');
    for (const word of ['light-dark(', 'color-mix(', ':has(', 'oklch(', '@container', '@layer', '@scope']) expect(css.includes(word), word).toBe(false);
  });

  it('has no script in its page: the content policy allows none', () => {
    expect(files.get('index.html')).not.toMatch(/<script(?![^>]*\bsrc=)/);
  });
});
