import type { RunRow } from '../ipc/client';

// Jobs name a run by its id. What was seen of runs gives them a name to read.
let seen = $state.raw(new Map<string, string>());

export function rememberRuns(rows: (RunRow | null)[]): void {
  const news = rows.filter((row) => row !== null).filter((row) => seen.get(row.id) !== row.when.local);
  if (news.length > 0) seen = new Map([...seen, ...news.map((row) => [row.id, row.when.local] as const)]);
}

/** `Wed 21 Oct, 09:00`, when the run was seen. */
export function runName(id: string): string | undefined {
  return seen.get(id);
}
