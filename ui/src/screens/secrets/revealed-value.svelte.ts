import { ipc, type DeploymentId } from '../../ipc/client';

/** How long a value is shown. */
export const SHOWN_FOR = 20;

/** Seconds that run down to nothing. */
class Countdown {
  left = $state(0);
  #timer: ReturnType<typeof setInterval> | undefined;

  run(seconds: number, ended: () => void): void {
    this.stop();
    const until = performance.now() + seconds * 1000;
    this.left = seconds;
    this.#timer = setInterval(() => {
      this.left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
      if (this.left > 0) return;
      this.stop();
      ended();
    }, 250);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.left = 0;
  }
}

/**
 * The one value of a version that is shown, and the one that is on the
 * clipboard. A value lives here alone, and only while it is shown.
 */
export class RevealedValue {
  /** Which name is shown. */
  name = $state<string>();
  value = $state.raw<string>();
  /** Which name is on the clipboard. Its value never comes here. */
  copied = $state<string>();
  readonly #shown = new Countdown();
  readonly #lent = new Countdown();
  #turn = 0;

  constructor(
    readonly deployment: DeploymentId,
    readonly version: number,
  ) {}

  /** Seconds until the value is hidden again. */
  get hidesIn(): number {
    return this.#shown.left;
  }

  /** Seconds until the clipboard is cleared. */
  get clearsIn(): number {
    return this.#lent.left;
  }

  /** Shows a value, or hides it when it is shown. */
  async toggle(name: string): Promise<void> {
    const again = this.name === name;
    this.hide();
    if (again) return;
    const mine = this.#turn;
    const value = await ipc.revealSecret(this.deployment, this.version, name);
    // Whoever looked away meanwhile is not shown it later.
    if (mine !== this.#turn) return;
    this.name = name;
    this.value = value;
    this.#shown.run(SHOWN_FOR, () => this.hide());
  }

  hide(): void {
    this.#turn++;
    this.#shown.stop();
    this.name = undefined;
    this.value = undefined;
  }

  async copy(name: string): Promise<void> {
    const seconds = await ipc.copySecret(this.deployment, this.version, name);
    this.copied = name;
    this.#lent.run(seconds, () => (this.copied = undefined));
  }

  /** The version is left. */
  end(): void {
    this.hide();
    this.#lent.stop();
    this.copied = undefined;
  }
}
