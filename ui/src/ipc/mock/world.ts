import type { ActivityView, Deployment, DeploymentRow, DirectLink, JobView, NextRun, Overview, Problem, RunRow, ScheduleRow, Strip, Verdict } from '../bindings';
import { hostOf } from '../../app/links';
import { dumpTitle } from '../../words/units';
import { scheduleRows } from './schedules';
import { manyRuns, SCHEDULES, typicalRuns } from './runs';
import { changed } from './checks';
import { at, begun, bytes, jobOf } from './jobs';
import { ago, day, daysBack, local, when } from './time';
import { problemOf } from './words';
import { finding, keyFindings, vaultOf, vaults, type MockVault } from './versions';

/** Moments to look at. */
export const scenes = ['typical', 'empty', 'trouble', 'downloading', 'risk', 'many', 'changed', 'fresh', 'moved', 'direct', 'crowd'] as const;
export type Scene = (typeof scenes)[number];

export const ACME = 'd3a1c0de-0000-4000-8000-000000000001';

function deployment(n: number, name: string, slug: string, host: string): Deployment {
  const target = { host, port: null, user: 'deploy', auth: { method: 'automatic' }, jump: null } as const;
  return { id: `d3a1c0de-0000-4000-8000-${String(n).padStart(12, '0')}`, name, slug, ssh: { target, folder: '/opt/weavestream' }, direct: null };
}

const DIRECT: DirectLink = { host: 'db.acme.example', port: null, user: 'weavestream', database: 'weavestream', tls: { mode: 'verify-full', ca: '/home/ada/acme-ca.crt', client: null } };

const HELD: Verdict = {
  state: 'saved',
  title: 'Database saved. Verified 15 h 29 min ago.',
  body: 'If this host were lost now, you would rebuild from yesterday’s dump, 09:00, and lose 1 d of changes. Uploaded files are not held here.',
};
const RISK: Verdict = {
  state: 'at_risk',
  title: 'At risk. No verified copy outside the host.',
  body: 'If this host were lost now, nothing on this laptop could bring it back.',
};
const BLIND: Verdict = { state: 'not_observed', title: 'Not checked since Tue 20 Oct, 18:03.', body: HELD.body };

export const timedOut = (host: string): Problem => problemOf({ code: 'timed_out', host, stage: 'connecting', seconds: 15 });

const UNSEEN: Verdict = { state: 'not_observed', title: 'Not checked yet.', body: 'If this host were lost now, nothing on this laptop could bring it back.' };

export interface World {
  scene: Scene;
  deployments: DeploymentRow[];
  runs: RunRow[];
  schedules: ScheduleRow[];
  actor: string | null;
  jobs: JobView[];
  activity: ActivityView[];
  trusted: Set<string>;
  theme: string | null;
  library: string | null;
  differingKeys: string[];
  aliases: string[];
  vaults: Record<string, MockVault>;
  /** Somebody presses the window's own button. */
  askToClose?: () => void;
  closed?: boolean;
}

export function world(scene: Scene): World {
  const verdict = scene === 'risk' ? RISK : scene === 'trouble' ? BLIND : scene === 'fresh' ? UNSEEN : HELD;
  const deployments = [
    { deployment: deployment(1, 'Production – acme', 'production-acme', 'ws1.acme.example'), verdict },
    { deployment: deployment(2, 'Staging', 'staging', 'staging.acme.example'), verdict: RISK },
    { deployment: deployment(3, 'Client – northwind', 'client-northwind', 'ws.northwind.example'), verdict: BLIND },
  ];
  if (scene === 'crowd') deployments.push(...Array.from({ length: 37 }, (_, n) => ({ deployment: deployment(n + 4, `Client ${n + 1}`, `client-${n + 1}`, `ws.client-${n + 1}.example`), verdict: n % 3 ? HELD : RISK })));
  if (scene === 'direct' && deployments[0]) Object.assign(deployments[0].deployment, { ssh: null, direct: DIRECT });
  const runs = scene === 'many' ? manyRuns(100_000) : typicalRuns();
  if (scene === 'risk') for (const row of runs) row.copy = null;
  return {
    scene,
    deployments: scene === 'empty' ? [] : deployments,
    runs,
    schedules: scene === 'empty' ? [] : scheduleRows(nextRuns(scene)),
    actor: null,
    jobs: scene === 'downloading' ? jobsOf(runs) : [],
    activity: [],
    trusted: new Set(['ws1.acme.example', 'staging.acme.example', 'ws.northwind.example']),
    theme: null,
    differingKeys: [],
    library: scene === 'empty' || scene === 'risk' ? null : '/home/ada/Dumps',
    aliases: ['acme-prod', 'acme-staging', 'bastion', 'northwind'],
    vaults: vaults(scene),
  };
}

function jobsOf(runs: RunRow[]): JobView[] {
  const job = (n: number, kind: 'download' | 'verify', row: RunRow | undefined, began: number): JobView =>
    begun(
      `00000000-0000-4000-8000-00000000000${n}`,
      ACME,
      { kind, run: row?.id ?? '', file: row?.file ?? 'weavestream-postgres-2026-10-14T07-00-00Z.dump', at: row?.when.utc ?? null },
      began,
      kind === 'download' ? { step: 'download', resumed: false } : { step: 'read_local_dump' },
    );
  const [, today, yesterday, before, mon] = runs;
  const problem = problemOf({ code: 'checksum_mismatch', expected: '51d07ac9', found: 'b90c14f7', sameOnHost: true, keptAs: `${today?.file ?? ''}.damaged` }, 'unsound');
  return [
    at(job(1, 'download', mon, ago(0, 0, 1)), bytes(254_800_000, 411_000_000, 11_200_000, 14)),
    at({ ...job(2, 'download', before, ago(0, 0, 2)), cancelling: true }, bytes(31_000_000, 411_700_000, null, null)),
    jobOf({ ...job(3, 'verify', yesterday, ago(0, 15, 30)), endedAt: new Date(ago(0, 15, 29)).toISOString(), end: { end: 'done' } }),
    jobOf({ ...job(4, 'download', today, ago(1, 2)), endedAt: new Date(ago(1, 1)).toISOString(), end: { end: 'unsound', problem } }),
    jobOf({ ...job(5, 'download', before, ago(1, 3)), endedAt: new Date(ago(1, 2)).toISOString(), end: { end: 'interrupted' }, recovery: 'resume' }),
  ];
}

const cron: Record<keyof typeof SCHEDULES, string> = { Daily: '0 3 * * *', Weekly: '30 4 * * 0', 'Month end': '0 5 28-31 * *' };

function next(name: keyof typeof SCHEDULES, queue: NextRun['queue'], at?: number): NextRun {
  const zone = name === 'Month end' ? 'UTC' : 'America/New_York';
  const here = at === undefined ? null : when(at);
  return { id: SCHEDULES[name], schedule: name, cron: cron[name], zone, there: at === undefined ? null : local(at, -4), here, queue };
}

export function nextRuns(scene: Scene): NextRun[] {
  if (scene === 'direct') {
    const queue = { state: 'out_of_reach' } as const;
    return [next('Daily', queue, ago(-1, 0, 41)), next('Weekly', queue, ago(-3, 2)), next('Month end', queue)];
  }
  return [next('Daily', { state: 'in_queue' }, ago(-1, 0, 41)), next('Weekly', { state: 'not_in_queue' }), next('Month end', { state: 'disabled' })];
}

function strip(runs: RunRow[]): Strip {
  const states = (of: (back: number) => Strip['rows'][0]['cells'][0]['state']) =>
    Array.from({ length: 30 }, (_, n) => {
      const [state, on] = [of(29 - n), day(daysBack(29 - n))];
      const run = runs.find((row) => row.status === state && day(new Date(row.when.utc).getTime()) === on);
      return { state, day: on, runs: state === 'none' ? 0 : 1, run: run?.id ?? null };
    });
  const weekly: Record<number, 'success' | 'skipped'> = { 25: 'success', 18: 'success', 11: 'skipped', 4: 'success' };
  return {
    rows: [
      { name: 'Daily', cells: states((back) => (back > 27 ? 'none' : back === 8 ? 'failed' : 'success')) },
      { name: 'Weekly', cells: states((back) => weekly[back] ?? 'none') },
    ],
    axis: [
      [6, '28 Sep'],
      [13, '5 Oct'],
      [20, '12 Oct'],
      [27, '19 Oct'],
    ],
    success: 30,
    failed: 1,
    skipped: 1,
  };
}

export function overview(world: World, row: DeploymentRow): Overview {
  const { deployment, verdict } = row;
  const host = hostOf(deployment);
  const latest = world.runs.find((run) => run.onHost === 'there') ?? null;
  const copy = world.runs.find((run) => run.copy?.state === 'verified');
  const trouble = world.scene === 'trouble' || verdict === BLIND ? timedOut(host) : world.scene === 'changed' ? changed(host) : null;
  const none = (kind: Overview['evidence'][0]['kind']) => ({ kind, shown: null, current: false, what: '', place: '' });
  if (world.scene === 'fresh') return unseen(deployment, verdict);
  const seen = trouble ? ago(1, 15, 38) : ago(0);
  return {
    deployment,
    verdict,
    latest,
    evidence: [
      latest ? { kind: 'exists', shown: when(seen), current: !trouble, what: dumpTitle(latest.when.local), place: host } : none('exists'),
      copy?.copy ? { kind: 'checksum', shown: copy.copy.checked, current: true, what: dumpTitle(copy.when.local), place: 'On this laptop, SHA-256' } : none('checksum'),
      none('off_host'),
      none('drill'),
      none('proven'),
    ],
    findings: [
      ...(deployment.ssh ? [finding('schedule_not_queued', true, 'Weekly is in the database but not in the queue', 'It will not run until it is registered.', { action: 'register', schedule: SCHEDULES.Weekly })] : []),
      ...(latest?.copy ? [] : [finding('dump_on_host_only', false, `${dumpTitle(latest?.when.local ?? '')} is on the host only`, copy ? 'An older dump is verified on this laptop.' : 'No dump has been downloaded to this laptop.', { action: 'download' })]),
      ...keyFindings(vaultOf(world, deployment.id)),
      ...(deployment.ssh ? [finding('clock_skew', false, 'The host’s clock differs by 42 s', 'Ages and next runs may be wrong.', { action: 'connection' })] : []),
    ].sort((a, b) => a.severity.localeCompare(b.severity)),
    next: trouble ? nextRuns(world.scene).map((run) => ({ ...run, queue: { state: 'not_checked' as const, since: local(seen) } })) : nextRuns(world.scene),
    strip: strip(world.runs),
    sizes: { points: Array.from({ length: 28 }, (_, n): [number, number] => [(n + 2.3) / 30, 391_200_000 + n * 760_000 + Math.sin(n) * 900_000]), firstDay: '25 Sep', lastDay: '22 Oct' },
    observed: when(seen),
    checked: { database: part(seen, trouble), host: deployment.ssh ? part(seen, trouble) : null },
    version: deployment.ssh ? '1.9.11' : null,
    reached: deployment.ssh ? `deploy@${host} over SSH` : `weavestream@${host}:5432/weavestream over a direct link`,
    trouble,
  };
}

function part(at: number | null, problem: Overview['trouble']): Overview['checked']['database'] {
  return { at: at === null ? null : when(at), current: at !== null && problem === null, problem };
}

function unseen(deployment: Deployment, verdict: Verdict): Overview {
  const kinds = ['exists', 'checksum', 'off_host', 'drill', 'proven'] as const;
  return {
    deployment,
    verdict,
    latest: null,
    evidence: kinds.map((kind) => ({ kind, shown: null, current: false, what: '', place: '' })),
    findings: [],
    next: [],
    strip: { rows: [], axis: [], success: 0, failed: 0, skipped: 0 },
    sizes: null,
    observed: null,
    checked: { database: part(null, null), host: part(null, null) },
    version: null,
    reached: `${hostOf(deployment)} over SSH`,
    trouble: timedOut(hostOf(deployment)),
  };
}
