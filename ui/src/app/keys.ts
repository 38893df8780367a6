const mac = navigator.platform.includes('Mac');
const key = (letter: string) => ({
  text: mac ? `⌘${letter}` : `Ctrl ${letter}`,
  aria: `${mac ? 'Meta' : 'Control'}+${letter}`,
});

/** The shortcuts, as they are printed on their buttons. */
export const keys = { palette: key('K'), download: key('D'), activity: key('J') };

export type Shortcut = keyof typeof keys;

/** Which shortcut an event is; none with other modifiers. */
export function shortcut(event: KeyboardEvent): Shortcut | undefined {
  if (event.altKey || event.shiftKey || !(mac ? event.metaKey : event.ctrlKey)) return undefined;
  const letter = event.key.toLowerCase();
  return letter === 'k' ? 'palette' : letter === 'd' ? 'download' : letter === 'j' ? 'activity' : undefined;
}

/** How the window may be shown, in hundredths: the steps of browsers. */
const STEPS = [50, 67, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300];

/** What Ctrl and +, - or 0 make of `percent`; none for other keys. */
export function zoom(event: KeyboardEvent, percent: number): number | undefined {
  // On many keyboards + needs the shift key.
  if (event.altKey || !(mac ? event.metaKey : event.ctrlKey)) return undefined;
  if (event.key === '0') return 100;
  if (event.key === '+' || event.key === '=') return STEPS.find((step) => step > percent) ?? percent;
  if (event.key === '-' || event.key === '_') return STEPS.findLast((step) => step < percent) ?? percent;
  return undefined;
}
