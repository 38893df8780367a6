/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
  // Accessibility warnings are errors: here in the build, in `npm run check` as well.
  onwarn(warning, handle) {
    if (warning.code.startsWith('a11y')) throw new Error(`${warning.filename ?? ''}: ${warning.message}`);
    handle(warning);
  },
};
