import { mutate } from '../../app/query.svelte';
import { factsOf, ipc, troubleOf, type Problem, type Deployment, type KitWritten, type PassphraseStrength } from '../../ipc/client';
import { kitWords as w } from '../../words/kit';

/** What protects a kit. */
export type Way = 'words' | 'own';

/** What the form for a kit holds. It goes with its dialog, and the passphrase with it. */
export class KitForm {
  folder = $state<string>();
  way = $state<Way>('words');
  /** Words that Selvage made. */
  words = $state.raw<string>();
  wroteDown = $state(false);
  passphrase = $state('');
  again = $state('');
  strength = $state.raw<PassphraseStrength>();
  /** What Rust said of the passphrase when it refused to write. */
  refused = $state<string>();
  problem = $state.raw<Problem>();
  writing = $state(false);
  result = $state.raw<KitWritten>();
  #turn = 0;

  constructor(readonly deployment: Deployment) {}

  get differs(): boolean {
    return this.again !== '' && this.again !== this.passphrase;
  }

  /** Why the kit cannot be written now. */
  get blocked(): string | undefined {
    const { blocked } = w;
    if (this.folder === undefined) return blocked.folder;
    if (this.way === 'words') {
      if (this.words === undefined) return blocked.generate;
      return this.wroteDown ? undefined : blocked.words;
    }
    if (this.strength?.enough !== true) return blocked.passphrase;
    if (this.again === '') return blocked.again;
    return this.differs ? w.differs : undefined;
  }

  /** The host is in the way, and the kit can do without it. */
  get withoutHost(): boolean {
    return this.problem !== undefined && !this.writing && 'withoutCompose' in this.problem;
  }

  async choose(): Promise<void> {
    await this.#try(async () => {
      this.folder = (await ipc.chooseKitFolder()) ?? this.folder;
    });
  }

  async generate(): Promise<void> {
    await this.#try(async () => {
      this.words = await ipc.generatePassphrase();
      this.wroteDown = false;
    });
  }

  /** How hard what is typed is to guess. */
  async judge(typed: string): Promise<void> {
    const mine = ++this.#turn;
    this.refused = undefined;
    if (typed === '') {
      this.strength = undefined;
      return;
    }
    await this.#try(async () => {
      const strength = await ipc.judgePassphrase(this.deployment.id, typed);
      if (mine === this.#turn) this.strength = strength;
    });
  }

  async write(withoutCompose = this.deployment.ssh === null): Promise<void> {
    const { folder } = this;
    if (this.blocked !== undefined || this.writing || folder === undefined) return;
    const passphrase = this.way === 'words' ? (this.words ?? '') : this.passphrase;
    this.writing = true;
    await this.#try(async () => {
      this.result = await mutate(() => ipc.writeKit(this.deployment.id, folder, passphrase, withoutCompose));
      this.forget();
    });
    this.writing = false;
  }

  /** Nothing of a passphrase stays. */
  forget(): void {
    this.#turn++;
    this.words = undefined;
    this.passphrase = '';
    this.again = '';
    this.strength = undefined;
  }

  async #try(act: () => Promise<void>): Promise<void> {
    this.problem = undefined;
    try {
      await act();
    } catch (thrown) {
      const { problem } = troubleOf(thrown);
      const facts = factsOf(problem);
      if (facts.code === 'passphrase_weak') this.refused = `${problem.words.title}. ${facts.advice}`.trim();
      else this.problem = problem;
    }
  }
}
