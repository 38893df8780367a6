import { svelte } from '@sveltejs/vite-plugin-svelte';
import browserslist from 'browserslist';
import { browserslistToTargets } from 'lightningcss';
import { defineConfig } from 'vitest/config';

// The oldest webviews that the app runs in: WebKitGTK 2.40 and the WebKit of
// Safari 15; WebView2 keeps itself new. `light-dark()`, nesting and prefixes
// are compiled for them.
const webviews = ['safari >= 15', 'chrome >= 105'];

export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  // The mock speaks in the sentences of Rust.
  server: { port: 5173, strictPort: true, fs: { allow: ['.', '../src-tauri/words/en'] } },
  css: {
    transformer: 'lightningcss',
    lightningcss: { targets: browserslistToTargets(browserslist(webviews)) },
  },
  // One file from the disk: there is no network over which to load it in parts.
  build: { target: ['safari15', 'chrome105'], cssMinify: 'lightningcss', assetsInlineLimit: 0, chunkSizeWarningLimit: 1000 },
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  test: {
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'window', environment: 'jsdom', include: ['tests/**/*.test.ts'], exclude: ['tests/build.test.ts'], setupFiles: ['tests/setup.ts'] },
      },
      { extends: true, test: { name: 'build', environment: 'node', include: ['tests/build.test.ts'] } },
    ],
  },
});
