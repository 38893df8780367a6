import type { JobKind, JobView } from '../ipc/client';
import type { IconName } from '../parts/icons';
import { share } from './units';

/** What each kind of job is shown with. */
export const jobKinds: Record<JobKind['kind'], { icon: IconName; again: string }> = {
  download: { icon: 'download', again: 'Download again' },
  verify: { icon: 'shield', again: 'Verify again' },
  dump: { icon: 'laptop', again: 'Dump again' },
  run: { icon: 'play', again: 'Run again' },
  unreadable: { icon: 'unseen', again: '' },
};

/** What a job is about: a file, or a schedule. */
export function subjectOf({ kind, words }: JobView): string {
  switch (kind.kind) {
    case 'run':
      return kind.name;
    case 'unreadable':
      return words.title;
    default:
      return kind.file;
  }
}

/** How much of its step is done, where that is known. */
export function percentOf(job: JobView): number | undefined {
  const progress = job.step?.progress;
  return progress?.total ? share(progress.done, progress.total) : undefined;
}

/** What came of a job that ended, in one sentence. */
export function outcomeOf({ end, words }: JobView): string {
  return end && 'problem' in end ? end.problem.words.title : words.why || words.kept;
}
