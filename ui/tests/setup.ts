import { cleanup, configure } from '@testing-library/svelte';
import { afterEach } from 'vitest';
import { ui } from '../src/app/window.svelte';
import { toasts } from '../src/app/toasts.svelte';

// A page that is not as expected is not printed whole.
// A busy machine is given time; what is waited for ends the waiting.
configure({ getElementError: (message) => new Error(message ?? 'not found'), asyncUtilTimeout: 10_000 });

// jsdom draws nothing, and so has none of these.
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.scrollTo = () => undefined;
class Unseeing implements ResizeObserver {
  observe(): void {
    return;
  }
  unobserve(): void {
    return;
  }
  disconnect(): void {
    return;
  }
}
const matchMedia = (media: string): MediaQueryList =>
  Object.assign(new EventTarget(), { media, matches: false, onchange: null, addListener: () => undefined, removeListener: () => undefined });
Object.assign(globalThis, { ResizeObserver: Unseeing, matchMedia });

afterEach(() => {
  cleanup();
  Object.assign(ui, { failure: undefined, hostKey: undefined, linking: undefined, dumping: undefined, kit: false, drawer: false, palette: false });
  toasts.list = [];
  location.hash = '';
});

// A value of a screen that was left is stale: what reads one writes what nobody sees.
const warn = console.warn;
console.warn = (...said: unknown[]) => {
  warn(...said);
  if (String(said[0]).includes('derived_inert')) throw new Error(String(said[0]));
};
