import { ipc, watchJobs, type Job, type JobChange } from '../ipc/client';

/** Every job: a snapshot, then changes. */
export class Jobs {
  list = $state.raw<Job[]>([]);
  /** Ids that changed while the snapshot was on its way: the change is newer. */
  #changed: Set<string> | undefined;
  #onEnd: (job: Job) => void = () => undefined;

  get running(): Job[] {
    return this.list.filter((job) => job.end === null);
  }

  /** Begins to listen, then takes the snapshot. `onEnd` is told of each end from now on. */
  async start(onEnd: (job: Job) => void): Promise<void> {
    this.#onEnd = onEnd;
    this.#changed = new Set();
    await watchJobs((change) => this.apply(change));
    const snapshot = await ipc.jobs();
    const newer = this.#changed;
    this.#changed = undefined;
    const changed = this.list.filter((job) => newer.has(job.id));
    this.list = sorted([...changed, ...snapshot.filter((job) => !newer.has(job.id))]);
  }

  apply(change: JobChange): void {
    if (change.change === 'cleared') {
      // What was done with secrets is never cleared away.
      this.list = this.list.filter((job) => job.end === null || job.kind.kind === 'secret');
      return;
    }
    const { job } = change;
    this.#changed?.add(job.id);
    const before = this.list.find((known) => known.id === job.id);
    this.list = before ? this.list.map((known) => (known.id === job.id ? job : known)) : sorted([job, ...this.list]);
    if (job.end !== null && before?.end == null) this.#onEnd(job);
  }

  /** The running job about the dump of a run, if there is one. */
  of(run: string): Job | undefined {
    return this.running.find(({ kind }) => (kind.kind === 'download' || kind.kind === 'verify') && kind.run === run);
  }
}

/** Newest first; RFC 3339 in UTC sorts as text. */
function sorted(list: Job[]): Job[] {
  return [...list].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

export const jobs = new Jobs();
