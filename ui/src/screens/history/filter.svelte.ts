import type { RunFilter, RunKind, RunStatus } from '../../ipc/client';

const PAUSE = 200;

/** What the filters over the history hold. */
export class Filter {
  schedule = $state('');
  status = $state<RunStatus | ''>('');
  kind = $state<RunKind | ''>('');
  days = $state(0);
  /** As typed; {@link search} follows when the typing pauses. */
  typed = $state('');
  search = $state('');

  get asked(): RunFilter {
    return {
      statuses: this.status === '' ? [] : [this.status],
      kind: this.kind || null,
      schedule: this.schedule || null,
      days: this.days || null,
      search: this.search.trim() || null,
    };
  }

  get isSet(): boolean {
    return Boolean(this.schedule || this.status || this.kind || this.days || this.search.trim());
  }

  clear(): void {
    this.schedule = '';
    this.status = '';
    this.kind = '';
    this.days = 0;
    this.look('');
  }

  /** Searches at once, without waiting for a pause. */
  look(text: string): void {
    this.typed = text;
    this.search = text;
  }

  /** To be called where a component is made. */
  followTyping(): void {
    $effect(() => {
      const { typed } = this;
      const timer = setTimeout(() => (this.search = typed), PAUSE);
      return () => clearTimeout(timer);
    });
  }
}
