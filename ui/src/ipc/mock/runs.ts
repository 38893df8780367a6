import type { LocalDumpStatus, HistoryPage, RunFilter, RunRow } from '../bindings';
import { ago, local, NOW, when, ZONE } from './time';

/** Three schedules, by name. */
export const SCHEDULES = {
  Daily: '7c1f5a52-0d5e-4f5e-9d0a-52a7b8f20a01',
  Weekly: '7c1f5a52-0d5e-4f5e-9d0a-52a7b8f20a02',
  'Month end': '7c1f5a52-0d5e-4f5e-9d0a-52a7b8f20a03',
} as const;

const HEX = '9f2c61d04be7a85e3b7714c0de55a1920f6e8d3a7b21c9e4c41b7e03a6d91f58';

export function sha(seed: number): string {
  const turn = (seed * 7) % 64;
  return HEX.slice(turn) + HEX.slice(0, turn);
}

export function copyOf(run: RunRow, at: number, state: LocalDumpStatus['state'] = 'verified'): LocalDumpStatus {
  const suffix = state === 'damaged' ? '.damaged' : '';
  return { path: `/home/ada/Dumps/production-acme/${run.file ?? 'dump'}${suffix}`, state, checked: when(at), sha256: run.manifest?.sha256 ?? sha(1), entries: 612 };
}

interface Made {
  n: number;
  at: number;
  schedule?: keyof typeof SCHEDULES;
  kind?: RunRow['kind'];
  status?: RunRow['status'];
  error?: string;
  size?: number;
  pruned?: boolean;
  duration?: string;
}

export function run({ n, at, schedule = 'Daily', kind = 'scheduled', status = 'success', error, size, pruned, duration }: Made): RunRow {
  const good = status === 'success';
  const bytes = good ? (size ?? 412_613_664 - (n % 400) * 510_000 - ((n * 7919) % 90_000)) : null;
  const file = `weavestream-postgres-${new Date(at).toISOString().slice(0, 19).replaceAll(':', '-')}Z.dump`;
  const manifest = {
    filename: file,
    sizeBytes: bytes,
    sha256: sha(n),
    weavestreamVersion: n < 2 ? '1.9.11' : '1.9.10',
    prismaMigrationHash: `sha256:${sha(3)}`,
    passwordEncryptionKid: '2026-10',
    databaseUrlHostname: 'postgres',
    generatedAt: new Date(at + 110_000).toISOString(),
  };
  return {
    id: `b5e0c0de-0000-4000-8000-${String(n).padStart(12, '0')}`,
    when: when(at),
    schedule,
    kind,
    status,
    duration: duration ?? (status === 'queued' ? null : good ? `1:${String(52 - (n % 7)).padStart(2, '0')}` : status === 'skipped' ? '0:00' : '0:37'),
    size: bytes,
    version: good ? manifest.weavestreamVersion : null,
    error: error ?? null,
    file: good && !pruned ? file : null,
    onHost: good ? (pruned ? 'pruned' : 'there') : 'never',
    copy: null,
    manifest: good
      ? {
          sha256: manifest.sha256,
          size: bytes ?? 0,
          kid: manifest.passwordEncryptionKid,
          databaseHost: 'postgres',
          migrationHash: manifest.prismaMigrationHash,
          generatedAt: manifest.generatedAt,
          document: JSON.stringify(manifest, null, 2),
        }
      : null,
    manifestProblem: null,
    manifestWords: null,
  };
}

/** The 34 runs of the thirty days before the moment, newest first. */
export function typicalRuns(): RunRow[] {
  const rows = [run({ n: 100, at: ago(0, 0, 1), kind: 'manual', status: 'running', duration: '0:58' })];
  for (let n = 0; n < 30; n++) {
    const at = ago(n, 0, 41);
    if (n === 4) rows.push(run({ n: 204, at: ago(4, 0, -49), schedule: 'Weekly' }));
    if (n === 11) rows.push(run({ n: 211, at: ago(11, 0, -49), schedule: 'Weekly', status: 'skipped', error: 'concurrent' }));
    if (n === 18) rows.push(run({ n: 218, at: ago(18, 0, -49), schedule: 'Weekly', pruned: true }));
    const failed = n === 8;
    rows.push(
      run({ n, at, pruned: n > 6 && n % 7 !== 4, ...(failed ? { status: 'failed', error: 'pg_dump: error: could not write to output file: No space left on device' } : {}) }),
    );
  }
  const [, , yesterday, , sunday] = rows;
  if (yesterday) yesterday.copy = copyOf(yesterday, ago(0, 15, 29));
  if (sunday) sunday.copy = null;
  const odd = rows.find((row) => row.when.local === local(ago(16, 0, 41)));
  if (odd) Object.assign(odd, { onHost: 'unsafe', file: null });
  const blind = rows.find((row) => row.when.local === local(ago(17, 0, 41)));
  if (blind) Object.assign(blind, { manifest: null, version: null, manifestProblem: { why: 'missing' }, manifestWords: 'The run has no manifest to compare with.' });
  return rows;
}

/** So many runs, one an hour. */
export function manyRuns(count: number): RunRow[] {
  return Array.from({ length: count }, (_, n) =>
    run({ n, at: ago(0, n, 41), pruned: n > 30, ...(n % 97 === 13 ? { status: 'failed', error: 'pg_dump: error: connection lost' } : {}) }),
  );
}

export function pageOf(runs: RunRow[], filter: RunFilter, offset: number, limit: number): HistoryPage {
  const names = Object.entries(SCHEDULES);
  const name = names.find(([, id]) => id === filter.schedule)?.[0];
  const since = filter.days ? new Date(ago(filter.days)).toISOString() : '';
  const search = filter.search?.toLowerCase();
  const found = runs.filter(
    (row) =>
      (!filter.statuses?.length || filter.statuses.includes(row.status)) &&
      (!filter.kind || row.kind === filter.kind) &&
      (!filter.schedule || row.schedule === name) &&
      row.when.utc >= since &&
      (!search || [row.version, row.error, row.file, row.id].some((text) => text?.toLowerCase().includes(search))),
  );
  const bytes = found.reduce((sum, row) => sum + (row.onHost === 'there' ? (row.size ?? 0) : 0), 0);
  return { rows: found.slice(offset, offset + limit), total: found.length, bytesOnHost: bytes, zone: ZONE, readAt: local(NOW) };
}
