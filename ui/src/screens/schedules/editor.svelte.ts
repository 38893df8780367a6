import { attempt } from '../../app/actions';
import { reloadMounted } from '../../app/query.svelte';
import { ui } from '../../app/window.svelte';
import {
  factsOf,
  ipc,
  troubleOf,
  type Problem,
  type DeploymentId,
  type FieldError,
  type RetentionPreview,
  type RetentionDraft,
  type ScheduleDraft,
  type SchedulePreview,
  type ScheduleRow,
} from '../../ipc/client';
import { scheduleWords } from '../../words/schedules';
import { words } from '../../words/words';

/** Fields as Rust names them. */
export type FieldName = 'name' | 'cron' | 'timezone' | 'notifyEmails' | keyof RetentionDraft;

/** A schedule that is being filled in: what was typed, what it would do, and how it was saved. */
export class Editor {
  /** What it was made from; none while the host knows nothing of it. */
  row = $state.raw<ScheduleRow>();
  /** The row of another version, seen while this one was being changed. */
  moved = $state.raw<{ theirs: ScheduleDraft; version: string }>();
  /** Whether the two versions are being compared. */
  comparing = $state(false);
  /** Somebody deleted the row under what was typed. */
  gone = $state(false);

  name = $state('');
  enabled = $state(true);
  cron = $state('');
  timezone = $state('');
  retention = $state<RetentionDraft>({ keepLast: null, daily: null, weekly: null, monthly: null });
  emails = $state.raw<string[]>([]);
  onSuccess = $state(false);

  preview = $state.raw<SchedulePreview>();
  retentionPreview = $state.raw<RetentionPreview>();
  retentionTrouble = $state.raw<Problem>();
  saving = $state(false);
  /** Fields that were left, or all after a try to save: a form does not scold before. */
  touched = $state.raw<ReadonlySet<FieldName>>(new Set());
  tried = $state(false);
  #base = $state.raw('');
  #previews = 0;
  #counts = 0;

  /** What the fields hold now: what is on the screen is what is written. */
  get draft(): ScheduleDraft {
    return {
      name: this.name,
      enabled: this.enabled,
      cron: this.cron,
      // An empty zone in the database means this one.
      timezone: this.timezone === 'Etc/UTC' && this.row?.timezone === null ? null : this.timezone,
      retention: $state.snapshot(this.retention),
      notifyEmails: this.emails,
      notifyOnSuccess: this.onSuccess,
    };
  }

  get dirty(): boolean {
    return JSON.stringify(this.draft) !== this.#base;
  }

  get errors(): FieldError[] {
    return this.preview?.errors ?? [];
  }

  constructor(
    readonly deployment: DeploymentId,
    from: { row: ScheduleRow } | { draft: ScheduleDraft },
  ) {
    if ('row' in from) {
      this.#take(from.row);
    } else {
      this.#fill(from.draft);
    }
  }

  static blank(deployment: DeploymentId): Editor {
    return new Editor(deployment, { draft: { ...ui.info.newSchedule, timezone: ui.info.zone } });
  }

  /** Another one with the same values, that the host does not know yet. */
  duplicate(): Editor {
    return new Editor(this.deployment, { draft: { ...this.draft, name: scheduleWords.copyOf(this.name) } });
  }

  error(field: FieldName): string | undefined {
    const heard = this.tried || this.touched.has(field) || (field !== 'name' && this.dirty);
    return heard ? this.errors.find((error) => error.field === field)?.reason : undefined;
  }

  touch(field: FieldName): void {
    if (!this.touched.has(field)) this.touched = new Set([...this.touched, field]);
  }

  /** The row as the host has it now. What was typed stays. */
  seen(row: ScheduleRow): void {
    if (row.version === this.row?.version || !this.dirty) {
      if (this.dirty) this.row = row;
      else this.#take(row);
      return;
    }
    this.moved = { theirs: draftOf(row), version: row.version };
  }

  /** The row is not there any more: what was typed can be made anew. */
  lost(): void {
    this.gone = true;
    this.moved = undefined;
    this.row = undefined;
  }

  discard(): void {
    if (this.moved) this.takeTheirs();
    else if (this.row) this.#take(this.row);
  }

  takeTheirs(): void {
    if (!this.moved || !this.row) return;
    const { theirs, version } = this.moved;
    this.row = { ...this.row, version, timezone: theirs.timezone };
    this.#fill(theirs);
    this.#base = JSON.stringify(this.draft);
    this.moved = undefined;
    this.comparing = false;
  }

  /** Writes it. False when it was refused, or failed; why is ui. */
  async save(over?: string): Promise<boolean> {
    if (this.saving) return false;
    this.tried = true;
    this.saving = true;
    try {
      // What was said of it may be of a moment before the last key.
      await this.look(this.draft);
      if (this.errors.length > 0) return false;
      const version = over ?? this.row?.version;
      const row =
        this.row && version !== undefined
          ? await ipc.editSchedule(this.deployment, { id: this.row.id, version }, this.draft)
          : await ipc.createSchedule(this.deployment, this.draft);
      this.#take(row);
      void reloadMounted();
      return true;
    } catch (thrown) {
      this.#refused(troubleOf(thrown).problem);
      return false;
    } finally {
      this.saving = false;
    }
  }

  #refused(problem: Problem): void {
    const facts = factsOf(problem);
    switch (facts.code) {
      case 'fields':
        if (this.preview) this.preview = { ...this.preview, errors: facts.fields };
        return;
      case 'schedule_moved':
        this.moved = { theirs: facts.theirs, version: facts.version };
        this.comparing = true;
        // What is on its way now was asked before.
        void reloadMounted();
        return;
      case 'schedule_gone':
        this.lost();
        void reloadMounted();
        return;
      default:
        ui.tell(problem, { label: words.tryAgain, run: () => void this.save() });
        void reloadMounted();
    }
  }

  async look(draft: ScheduleDraft): Promise<void> {
    const mine = ++this.#previews;
    await attempt(async () => {
      const found = await ipc.previewSchedule(draft);
      if (mine === this.#previews) this.preview = found;
    });
  }

  /** What the rules keep. `fresh` asks the host which dumps there are. */
  async count(draft: ScheduleDraft, fresh: boolean): Promise<void> {
    const mine = ++this.#counts;
    try {
      const found = await ipc.previewRetention(this.deployment, this.row?.id ?? null, draft, fresh);
      if (mine !== this.#counts) return;
      this.retentionPreview = found;
      this.retentionTrouble = undefined;
    } catch (thrown) {
      const { problem } = troubleOf(thrown);
      // A number that is out of its limits stands under its field.
      if (mine === this.#counts && problem.code !== 'fields') this.retentionTrouble = problem;
    }
  }

  #take(row: ScheduleRow): void {
    this.row = row;
    this.moved = undefined;
    this.gone = false;
    this.comparing = false;
    this.tried = false;
    this.touched = new Set();
    this.#fill(draftOf(row));
    this.#base = JSON.stringify(this.draft);
  }

  #fill(draft: ScheduleDraft): void {
    this.name = draft.name;
    this.enabled = draft.enabled;
    this.cron = draft.cron;
    this.timezone = draft.timezone ?? 'Etc/UTC';
    this.retention = { ...draft.retention };
    this.emails = draft.notifyEmails;
    this.onSuccess = draft.notifyOnSuccess;
  }
}

function draftOf(row: ScheduleRow): ScheduleDraft {
  return {
    name: row.name,
    enabled: row.enabled,
    cron: row.next.cron,
    timezone: row.timezone,
    retention: { ...row.retention },
    notifyEmails: row.notifyEmails,
    notifyOnSuccess: row.notifyOnSuccess,
  };
}
