import type { ActivityView, JobKind, JobView, Progress, SecretAct, Step } from '../bindings';
import type { Here } from './border';
import { NOW } from './time';
import { activityWords, jobWords, stepWords } from './words';

/** A job as Rust sends it, with its words. */
export function jobOf(job: Omit<JobView, 'words'>): JobView {
  return { ...job, words: jobWords(job.kind, job.end) };
}

/** One that began at `at` and is at its first step. */
export function begun(id: string, deployment: string, kind: JobKind, at: number, step: Step): JobView {
  const startedAt = new Date(at).toISOString();
  return jobOf({ id, deployment, kind, startedAt, endedAt: null, step: { step, words: stepWords(step), progress: null }, cancelling: false, end: null, result: null, recovery: null });
}

/** The same, so far. */
export function at(job: JobView, progress: Progress | null): JobView {
  return { ...job, step: job.step && { ...job.step, progress } };
}

export const bytes = (done: number, total: number | null, rate: number | null, secondsLeft: number | null): Progress => ({ unit: 'bytes', done, total, rate, secondsLeft, stillFor: null });

/** Written down at once, as Rust does it. */
export function writeDown({ tell }: Here, deployment: string, act: SecretAct, version: number, name: string | null = null): void {
  const kind: ActivityView['kind'] = { kind: 'secret', act, version, name };
  const activity: ActivityView = { id: crypto.randomUUID(), at: new Date(NOW).toISOString(), deployment, kind, words: activityWords(kind) };
  tell({ change: 'activity', activity });
}
