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
