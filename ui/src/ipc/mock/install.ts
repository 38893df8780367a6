// Rust's side of the window, for development and tests: no part of the app's build.
import { mockIPC } from '@tauri-apps/api/mocks';
import type { Channel } from '@tauri-apps/api/core';
import type { Change, Deployment, JobView } from '../bindings';
import { refuse, type Handlers } from './border';
import { at, begun, bytes, jobOf } from './jobs';
import { MARK } from './mark';
import { copyOf, pageOf } from './runs';
import { NOW, when, ZONE } from './time';
import { ACTORS, NEW_SCHEDULE, draftOf, keeps, preview, written, wrongRules, ZONES } from './schedules';
import { PLAN, testHost, testPostgres } from './checks';
import { kitHandlers } from './kits';
import { vaultHandlers } from './vault';
import { vaultOf } from './versions';
import { overview, scenes, world, type Scene, type World } from './world';

export interface Options {
  scene?: Scene;
  /** Milliseconds that a slow answer takes. */
  delay?: number;
}

export interface Mock {
  world: World;
  /** Tells a change to the window. */
  tell: (change: Change) => void;
  /** Every command that was called, in order. */
  calls: string[];
}

/** Answers the window's commands from a world of its own. */
export function install(options: Options = {}): Mock {
  const asked = new URLSearchParams(location.search);
  const scene = options.scene ?? scenes.find((name) => name === asked.get('mock')) ?? 'typical';
  const delay = options.delay ?? Number(asked.get('delay') ?? 120);
  const here = world(scene);
  const theme = asked.get('theme');
  if (theme) here.theme = theme;
  document.documentElement.dataset['ipc'] = MARK;

  const listeners: Channel<Change>[] = [];
  const tell = (change: Change) => {
    if (change.change === 'job') here.jobs = [change.job, ...here.jobs.filter((job) => job.id !== change.job.id)];
    if (change.change === 'activity') here.activity = [change.activity, ...here.activity];
    for (const listener of listeners) listener.onmessage(change);
  };
  const slow = () => new Promise((done) => setTimeout(done, delay));
  const find = (id: string) => here.deployments.find((row) => row.deployment.id === id) ?? refuse({ code: 'no_such_deployment', name: id });
  const runOf = (id: string) => here.runs.find((run) => run.id === id) ?? refuse({ code: 'no_such_run', run: id });

  const scheduleOf = (id: string) => here.schedules.find((row) => row.id === id) ?? refuse({ code: 'schedule_gone' });

  function start(deployment: string, run: string, kind: 'download' | 'verify'): string {
    const row = runOf(run);
    if (here.jobs.some((job) => job.end === null && 'run' in job.kind && job.kind.run === run)) refuse({ code: 'already_running', job: run });
    const total = row.size ?? 0;
    const step = kind === 'download' ? ({ step: 'download', resumed: false } as const) : ({ step: 'read_local_dump' } as const);
    let job: JobView = begun(crypto.randomUUID(), deployment, { kind, run, file: row.file ?? '', at: row.when.utc }, NOW, step);
    tell({ change: 'job', job });
    let parts = 0;
    const timer = setInterval(() => {
      const known = here.jobs.find((other) => other.id === job.id);
      parts++;
      job = at({ ...job, cancelling: known?.cancelling ?? false }, bytes((total * parts) / 20, total, total / 5, (20 - parts) / 4));
      if (job.cancelling || parts === 20) {
        clearInterval(timer);
        job = jobOf({ ...job, endedAt: new Date(NOW).toISOString(), end: { end: job.cancelling ? 'cancelled' : 'done' } });
        if (!job.cancelling) row.copy = copyOf(row, NOW);
      }
      tell({ change: 'job', job });
    }, Math.max(1, delay * 2));
    return job.id;
  }

  const handlers: Handlers = {
    ...vaultHandlers({ here, slow, tell, find: (id) => find(id).deployment }),
    ...kitHandlers({ here, slow, tell, find: (id) => find(id).deployment }),
    appInfo: () => ({ version: '0.1.0', zone: ZONE, theme: here.theme, library: here.library, proposedLibrary: '/home/ada/Selvage', differingKeys: here.differingKeys, checks: PLAN, zoom: 100, newSchedule: NEW_SCHEDULE }),
    watchOpenings: () => null,
    watchClosing: (asked) => {
      here.askToClose = () => asked.onmessage(null);
      return null;
    },
    closeWindow: () => {
      here.closed = true;
      return null;
    },
    keepWindow: () => null,
    setZoom: (percent) => percent,
    setTheme: (theme) => {
      here.theme = theme;
      return null;
    },
    chooseLibrary: () => (here.library = '/home/ada/Dumps'),
    useProposedLibrary: () => (here.library = '/home/ada/Selvage'),
    chooseKeyFile: () => '/home/ada/.ssh/id_ed25519',
    chooseCertificateFile: () => '/home/ada/acme-ca.crt',
    deployments: () => here.deployments,
    addDeployment: (draft) => {
      if (draft.name.trim() === '') refuse({ code: 'fields', fields: [{ field: 'name', reason: '1 to 80 characters' }] });
      if (here.deployments.some((row) => row.deployment.name === draft.name)) refuse({ code: 'fields', fields: [{ field: 'name', reason: 'another deployment already has this name' }] });
      const deployment: Deployment = { id: crypto.randomUUID(), name: draft.name, slug: draft.name.toLowerCase().replace(/[^a-z0-9]+/g, '-'), ssh: draft.ssh?.link ?? null, direct: draft.direct?.link ?? null };
      here.deployments = [...here.deployments, { deployment, verdict: { state: 'at_risk', title: 'At risk. No verified copy outside the host.', body: 'If this host were lost now, nothing on this laptop could bring it back.' } }];
      return deployment;
    },
    relinkDeployment: (id, draft) => {
      const row = find(id);
      row.deployment = { ...row.deployment, ssh: draft.ssh?.link ?? row.deployment.ssh, direct: draft.direct?.link ?? row.deployment.direct };
      return row.deployment;
    },
    removeDeployment: (id, withVault) => {
      const { versions } = vaultOf(here, id);
      if (versions.length > 0 && !withVault) refuse({ code: 'vault_not_empty', versions: versions.length });
      here.deployments = here.deployments.filter((row) => row.deployment.id !== id);
      return null;
    },
    sshAliases: () => here.aliases,
    testConnection: async (draft) => {
      await slow();
      if ((draft.ssh?.link.target.host ?? draft.direct?.link.host) === '') refuse({ code: 'fields', fields: [{ field: 'host', reason: 'a host name, address or SSH alias, without spaces' }] });
      return [...(draft.ssh ? testHost(here, draft.ssh.link) : []), ...(draft.direct ? testPostgres(draft.direct.link) : [])];
    },
    testDeployment: async (id) => {
      await slow();
      const { ssh, direct } = find(id).deployment;
      return [...(ssh ? testHost(here, ssh) : []), ...(direct ? testPostgres(direct) : [])];
    },
    hostKeyDiffers: (fingerprint, differs) => {
      const others = here.differingKeys.filter((known) => known !== fingerprint);
      return (here.differingKeys = differs ? [...others, fingerprint] : others);
    },
    trustHostKey: (key) => {
      here.trusted.add(key.host);
      return null;
    },
    overview: async (id, fresh) => {
      if (fresh) await slow();
      const seen = overview(here, find(id));
      return fresh ? seen : { ...seen, trouble: null };
    },
    schedules: async (id, fresh) => {
      find(id);
      if (fresh) await slow();
      const orphans = scene === 'trouble' ? [{ id: 'backup-config-1387b6dd-0ea2-40d1-a63f-50e751a65901', next: when(NOW + 3_600_000) }] : [];
      return { rows: here.schedules, orphans, otherCronParser: scene === 'trouble' ? '5.4.0' : null, notCheckedSince: null, problem: null };
    },
    actors: () => ({ actors: ACTORS, chosen: here.actor }),
    chooseActor: (_id, actor) => {
      here.actor = actor;
      return null;
    },
    timeZones: () => ZONES,
    previewSchedule: (draft) => preview(draft),
    previewRetention: async (_id, schedule, draft) => {
      await slow();
      if (wrongRules(draft).length > 0) refuse({ code: 'fields', fields: wrongRules(draft) });
      return keeps(schedule === null ? null : scheduleOf(schedule).name, draft);
    },
    createSchedule: async (_id, draft) => {
      await slow();
      const row = written(crypto.randomUUID(), draft);
      here.schedules = [row, ...here.schedules];
      return row;
    },
    editSchedule: async (_id, which, draft) => {
      await slow();
      const before = scheduleOf(which.id);
      // Somebody edits each schedule just before it is saved here.
      if (scene === 'moved' && !before.version.startsWith('moved')) {
        before.version = `moved ${before.version}`;
        before.next = { ...before.next, cron: '15 2 * * *' };
        before.retention = { ...before.retention, daily: 14 };
      }
      if (before.version !== which.version) refuse({ code: 'schedule_moved', theirs: draftOf(before), version: before.version });
      const row = written(which.id, draft);
      here.schedules = here.schedules.map((known) => (known.id === row.id ? row : known));
      return row;
    },
    deleteSchedule: async (_id, which) => {
      await slow();
      scheduleOf(which.id);
      here.schedules = here.schedules.filter((known) => known.id !== which.id);
      return null;
    },
    repairSchedule: (_id, schedule) => {
      const before = scheduleOf(schedule);
      const row = { ...written(schedule, draftOf(before)), version: before.version };
      here.schedules = here.schedules.map((known) => (known.id === schedule ? row : known));
      return row;
    },
    removeOrphan: () => null,
    runNow: (id, schedule) => {
      const { name } = scheduleOf(schedule);
      const job = begun(crypto.randomUUID(), id, { kind: 'run', schedule, name, run: crypto.randomUUID() }, NOW, { step: 'await_worker' });
      tell({ change: 'job', job });
      setTimeout(() => tell({ change: 'job', job: jobOf({ ...job, endedAt: new Date(NOW).toISOString(), end: { end: 'done' } }) }), delay * 20);
      return job.id;
    },
    inspectRun: async () => {
      await slow();
      return { state: 'stuck', holder: null };
    },
    history: async (id, filter, offset, limit) => {
      find(id);
      await slow();
      return pageOf(here.runs, filter, offset, limit);
    },
    download: (id, run) => {
      if (here.library === null) refuse({ code: 'no_library' });
      const latest = here.runs.find((row) => row.onHost === 'there') ?? refuse({ code: 'no_good_run' });
      return start(id, run ?? latest.id, 'download');
    },
    makeDump: (id) => {
      const job = at(begun(crypto.randomUUID(), id, { kind: 'dump', file: 'weavestream-postgres-manual-2026-10-22T07-41-00Z.dump' }, NOW, { step: 'dump' }), bytes(64_000_000, null, 9_000_000, null));
      tell({ change: 'job', job });
      return job.id;
    },
    localDumps: () => [
      ...(scene === 'downloading' ? [{ id: 'b5e0c0de-0000-4000-8000-0000000000ff', when: when(NOW - 86_400_000), oneOff: true, size: 398_000_000, copy: { path: '/home/ada/Dumps/production-acme/weavestream-postgres-production-acme-manual-2026-10-21T07-41-00Z.dump', state: 'complete' as const, checked: when(NOW - 86_400_000), sha256: '51d07ac9'.repeat(8), entries: 412 } }] : []),
      ...here.runs.flatMap((run) => (run.copy ? [{ id: run.id, when: run.when, oneOff: false, size: run.size ?? 0, copy: run.copy }] : [])),
    ],
    verifyLocalDump: (id, run) => start(id, run, 'verify'),
    deleteLocalDump: (_id, run) => {
      runOf(run).copy = null;
      return null;
    },
    showLocalDump: () => null,
    jobs: () => here.jobs,
    watchJobs: (channel) => {
      listeners.push(channel);
      return null;
    },
    jobLog: (id) => {
      const job = here.jobs.find((known) => known.id === id) ?? refuse({ code: 'no_such_job' });
      const steps = ['Looking for the dump on the host', job.step?.words ?? ''];
      return steps.map((text, n) => ({ at: when(NOW + n * 1000).utc, text }));
    },
    activity: () => here.activity,
    resumeJob: (id) => {
      const job = here.jobs.find((known) => known.id === id && known.recovery === 'resume') ?? refuse({ code: 'no_such_job' });
      tell({ change: 'job', job: { ...job, recovery: null } });
      return 'run' in job.kind ? start(job.deployment, job.kind.run, 'download') : id;
    },
    cleanUpJob: (id) => {
      const job = here.jobs.find((known) => known.id === id && known.recovery === 'clean_up') ?? refuse({ code: 'no_such_job' });
      tell({ change: 'job', job: { ...job, recovery: null } });
      return null;
    },
    cancelJob: (id) => {
      const job = here.jobs.find((known) => known.id === id && known.end === null) ?? refuse({ code: 'no_such_job' });
      tell({ change: 'job', job: { ...job, cancelling: true } });
      return null;
    },
    clearJobs: () => {
      const ids = here.jobs.filter((job) => job.end !== null && job.recovery !== 'clean_up').map((job) => job.id);
      here.jobs = here.jobs.filter((job) => !ids.includes(job.id));
      tell({ change: 'removed', ids });
      return null;
    },
  };

  const calls: string[] = [];
  mockIPC(async (command, args) => {
    calls.push(command);
    const name = command.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const handler = (handlers as Record<string, ((...args: unknown[]) => unknown) | undefined>)[name];
    if (!handler) throw new Error(`Command ${command} not found`);
    // What crosses the border is a copy.
    return structuredClone(await handler(...(Object.values(args ?? {}) as unknown[])));
  });
  return { world: here, tell, calls };
}
