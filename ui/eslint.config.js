import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** One of the rules of the folders: who may import what. */
const forbid = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const tauri = { group: ['@tauri-apps/*'], message: 'Only src/ipc speaks to Tauri.' };
const screens = { group: ['**/screens/**', '../*/*.svelte', '!../../**'], message: 'No screen imports another.' };
const mock = { group: ['**/ipc/mock/**', './mock/**'], message: 'The mock is no part of the app.' };

export default ts.config(
  { ignores: ['dist/**', 'test-results/**', 'node_modules/**', 'src/ipc/bindings.ts'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...ts.configs.stylisticTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true, 'ts-ignore': true }],
      'max-lines': ['error', { max: 350 }],
      'svelte/no-navigation-without-resolve': 'off', // SvelteKit's; addresses are hashes here
      'svelte/prefer-svelte-reactivity': 'off', // plain maps that nothing is drawn from
    },
  },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } } },
  {
    // A $derived ends with the screen in which it was made; what outlives that screen then reads an old value.
    files: ['**/*.svelte.ts'],
    rules: {
      'no-restricted-syntax': ['error', { selector: ':matches(CallExpression[callee.name="$derived"], CallExpression[callee.object.name="$derived"])', message: 'State may outlive the screen it was made in, a $derived does not: write a getter.' }],
    },
  },
  { files: ['src/**'], ignores: ['src/ipc/**'], rules: forbid(tauri, mock) },
  { files: ['src/screens/**'], rules: forbid(tauri, mock, screens) },
  {
    files: ['**/*.js', '**/*.mjs', 'vite.config.ts'],
    ...ts.configs.disableTypeChecked,
    languageOptions: { globals: { ...globals.node, ...globals.browser }, parserOptions: { projectService: false } },
  },
);
