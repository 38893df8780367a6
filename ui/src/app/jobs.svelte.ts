import { ipc, watchJobs, type ActivityView, type Change, type JobView } from '../ipc/client';

/** Every job, and what was done: a snapshot, then changes. */
export class Jobs {
  list = $state.raw<JobView[]>([]);
  /** What was done, newest first. */
  activity = $state.raw<ActivityView[]>([]);
  /** Ids that changed while the snapshot was on its way: the change is newer. */
  #changed: Set<string> | undefined;
  #onEnd: (job: JobView) => void = () => undefined;

  get running(): JobView[] {
    return this.list.filter((job) => job.end === null);
  }

  /** Begins to listen, then takes the snapshot. `onEnd` is told of each end from now on. */
  async start(onEnd: (job: JobView) => void): Promise<void> {
    this.#onEnd = onEnd;
    this.#changed = new Set();
    await watchJobs((change) => this.apply(change));
    const [snapshot, done] = await Promise.all([ipc.jobs(), ipc.activity()]);
    const newer = this.#changed;
    this.#changed = undefined;
    const changed = this.list.filter((job) => newer.has(job.id));
    this.list = sorted([...changed, ...snapshot.filter((job) => !newer.has(job.id))]);
    const known = new Set(this.activity.map((activity) => activity.id));
    this.activity = [...this.activity, ...done.filter((activity) => !known.has(activity.id))];
  }

  apply(change: Change): void {
    switch (change.change) {
      case 'activity':
        this.activity = [change.activity, ...this.activity];
        return;
      case 'removed':
        this.list = this.list.filter((job) => !change.ids.includes(job.id));
        return;
      case 'job': {
        const { job } = change;
        this.#changed?.add(job.id);
        const before = this.list.find((known) => known.id === job.id);
        this.list = before ? this.list.map((known) => (known.id === job.id ? job : known)) : sorted([job, ...this.list]);
        if (job.end !== null && before?.end == null) this.#onEnd(job);
      }
    }
  }

  /** The running job about the dump of a run, if there is one. */
  of(run: string): JobView | undefined {
    return this.running.find(({ kind }) => (kind.kind === 'download' || kind.kind === 'verify') && kind.run === run);
  }
}

/** Newest first; RFC 3339 in UTC sorts as text. */
function sorted(list: JobView[]): JobView[] {
  return [...list].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

export const jobs = new Jobs();
