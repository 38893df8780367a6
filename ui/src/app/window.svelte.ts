import { ipc, type Problem, type AppInfo, type Deployment, type HostKey, type Remedy } from '../ipc/client';
import type { sectionOf } from '../words/states';

/** A failure on the screen, with the button that does the next thing. */
export interface Told {
  problem: Problem;
  again?: { label: string; run: () => void };
}

/** What is open over the window, and what the window knows from its start. */
class Window {
  info = $state.raw<AppInfo>({ version: '', zone: 'UTC', theme: null, library: null, proposedLibrary: null, differingKeys: [], checks: { ssh: [], direct: [] }, zoom: 100, newSchedule: { name: '', enabled: true, cron: '', timezone: null, retention: { keepLast: null, daily: null, weekly: null, monthly: null }, notifyEmails: [], notifyOnSuccess: false } });
  failure = $state.raw<Told>();
  /** A host key to be compared; `trusted` goes on with what needed it. */
  hostKey = $state.raw<{ key: HostKey; trusted: () => void }>();
  /** How many things need attention, by the section that shows them. */
  attention = $state.raw<Partial<Record<(typeof sectionOf)[Remedy['action']], number>>>({});
  /** A deployment is being added, or a link to one that is known, or that link `changed`. */
  linking = $state.raw<{ to?: Deployment; changed?: 'ssh' | 'direct' }>();
  /** A one-off dump of this deployment is about to be made. */
  dumping = $state.raw<Deployment>();
  /** Where dumps lie is asked for the first time; `chosen` goes on with what needed it. */
  library = $state.raw<{ proposed: string; chosen: () => void }>();
  /** An emergency kit is about to be opened. */
  kit = $state(false);
  drawer = $state(false);
  palette = $state(false);

  tell(problem: Problem, again?: { label: string; run: () => void }): void {
    this.failure = again ? { problem, again } : { problem };
  }

  async setTheme(theme: 'light' | 'dark' | null): Promise<void> {
    this.info = { ...this.info, theme };
    this.showTheme();
    await ipc.setTheme(theme);
  }

  async setZoom(percent: number): Promise<void> {
    // The next press counts from here, however quickly it follows.
    this.info = { ...this.info, zoom: percent };
    const kept = await ipc.setZoom(percent);
    if (this.info.zoom === percent) this.info = { ...this.info, zoom: kept };
  }

  /** Keeps that a host key differs from what the host prints, or that it is to be compared again. */
  async setKeyDiffers(key: HostKey, differs: boolean): Promise<void> {
    this.info = { ...this.info, differingKeys: await ipc.hostKeyDiffers(key.fingerprint, differs) };
  }

  /** Makes the chosen theme the page's; without one it follows the system. */
  showTheme(): void {
    const { theme } = this.info;
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
    else delete document.documentElement.dataset['theme'];
  }

  get isDark(): boolean {
    return this.info.theme === null ? matchMedia('(prefers-color-scheme: dark)').matches : this.info.theme === 'dark';
  }

  /** Asks for the folder for dumps. False when the dialog was closed. */
  async chooseLibrary(): Promise<boolean> {
    return this.keepLibrary(await ipc.chooseLibrary());
  }

  /** Takes the proposed folder for dumps. */
  async useProposedLibrary(): Promise<boolean> {
    return this.keepLibrary(await ipc.useProposedLibrary());
  }

  private keepLibrary(library: string | null): boolean {
    if (library === null) return false;
    this.info = { ...this.info, library };
    return true;
  }
}

export const ui = new Window();

/** Whether a dialog has the keyboard: shortcuts wait until it is closed. */
export function dialogIsOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"]') !== null;
}
