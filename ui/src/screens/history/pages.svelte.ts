import { rememberRuns } from '../../app/runs.svelte';
import { troubleOf, type HistoryPage, type RunFilter, type RunRow, type Trouble } from '../../ipc/client';
import { keep, PAGE, pagesOf } from './paging';

type Ask = (filter: RunFilter, offset: number, limit: number) => Promise<HistoryPage>;

/** The rows of a history of any length: pages, asked for as they are needed. */
export class RunPages {
  /** Rows that match; none before the first answer. */
  total = $state<number>();
  bytesOnHost = $state(0);
  zone = $state<string>();
  /** When the rows were read, in that zone. */
  readAt = $state<string>();
  trouble = $state.raw<Trouble>();
  #pages = $state.raw(new Map<number, RunRow[]>());
  /** Pages on their way. */
  #asked = new Set<number>();
  #turn = 0;
  #wanted: number[] = [0];
  #ask: Ask;
  #filter: RunFilter = {};

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  row(index: number): RunRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Whether anything at hand is under way and will change by itself. */
  get alive(): boolean {
    return this.#wanted.some((page) => this.#pages.get(page)?.some((row) => row.status === 'running' || row.status === 'queued'));
  }

  /** Begins anew, with another filter. What is shown stays until the answer is here. */
  async restart(filter: RunFilter): Promise<void> {
    this.#filter = filter;
    this.#turn++;
    this.#asked = new Set();
    this.#wanted = [0];
    await this.#fetch([0], true);
  }

  /** Sees to it that rows are at hand, or on their way. */
  async need(first: number, end: number): Promise<void> {
    this.#wanted = pagesOf(first, end);
    if (this.#wanted.length === 0) this.#wanted = [0];
    await this.#fetch(this.#wanted.filter((page) => !this.#pages.has(page) && !this.#asked.has(page)), false);
  }

  /** Asks again for what is in view; other pages may have moved and are dropped. */
  async refresh(): Promise<void> {
    this.#turn++;
    this.#asked = new Set();
    await this.#fetch(this.#wanted, true);
  }

  async #fetch(pages: number[], afresh: boolean): Promise<void> {
    const turn = this.#turn;
    for (const page of pages) this.#asked.add(page);
    try {
      const answers = await Promise.all(pages.map(async (page) => [page, await this.#ask(this.#filter, page * PAGE, PAGE)] as const));
      if (turn !== this.#turn) return;
      const now = new Map(afresh ? [] : this.#pages);
      for (const [page, answer] of answers) {
        now.set(page, answer.rows);
        rememberRuns(answer.rows);
        this.total = answer.total;
        this.bytesOnHost = answer.bytesOnHost;
        this.zone = answer.zone;
        this.readAt = answer.readAt;
      }
      const kept = new Set(keep([...now.keys()], this.#wanted));
      this.#pages = new Map([...now].filter(([page]) => kept.has(page)));
      this.trouble = undefined;
    } catch (thrown) {
      if (turn === this.#turn) this.trouble = troubleOf(thrown);
    } finally {
      if (turn === this.#turn) for (const page of pages) this.#asked.delete(page);
    }
  }
}
