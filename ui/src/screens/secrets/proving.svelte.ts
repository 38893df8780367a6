import { mutate } from '../../app/query.svelte';
import { ipc, troubleOf, type Problem, type DeploymentId, type KeyProof, type ProofSource, type When } from '../../ipc/client';

/** What was tried, and what came of it; neither while it is being tried. */
export interface Proof {
  tried: ProofSource;
  result?: KeyProof;
  /** When an earlier proof was made; none for one that was made just now. */
  when?: When;
  problem?: Problem;
}

/** Trying keys on the database, and the dialog that shows it. */
export class Proving {
  /** What the dialog shows; closed without it. */
  shown = $state.raw<Proof>();
  running = $state.raw<ProofSource>();

  async run(id: DeploymentId, tried: ProofSource): Promise<void> {
    if (this.running) return;
    this.running = tried;
    const begun: Proof = { tried };
    this.shown = begun;
    let ended: Proof;
    try {
      ended = { tried, result: await mutate(() => ipc.proveKeys(id, tried)) };
    } catch (thrown) {
      ended = { tried, problem: troubleOf(thrown).problem };
    }
    this.running = undefined;
    // Closed meanwhile, it stays closed: the page has the result.
    if (this.shown === begun) this.shown = ended;
  }

  /** Shows an earlier proof. */
  recall(version: number, result: KeyProof, when: When): void {
    this.shown = { tried: { which: 'version', version }, result, when };
  }

  close(): void {
    this.shown = undefined;
  }
}
