import type { Check, CheckItem, CheckPlan, DirectLink, HostKey, Problem, SshLink } from '../bindings';
import { problemOf } from './words';
import { timedOut, type World } from './world';

export function hostKey(host: string): HostKey {
  return { host, port: 22, algorithm: 'ED25519', fingerprint: 'SHA256:uNiVmZ4kQ0x7Rf2dGhLs9pYbTwE1oJc3aKq8HnXvU6M', publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample' };
}

export function changed(host: string): Problem {
  return problemOf({ code: 'host_key_changed', key: hostKey(host), expected: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU', file: '~/.ssh/known_hosts', line: 12 }, 'refused');
}

/** As core plans them. */
export const PLAN: CheckPlan = {
  ssh: (['sign_in', 'docker', 'folder', 'services', 'dumps', 'database', 'queue', 'clock'] as const).map((item) => ({ item, needed: ['sign_in', 'docker', 'folder'].includes(item) })),
  direct: (['postgres', 'tables', 'rights', 'pg_dump', 'server_clock'] as const).map((item) => ({ item, needed: ['postgres', 'tables'].includes(item) })),
};
const ITEMS = PLAN.ssh.map(({ item }) => item);

const bad = (item: CheckItem, problem: Problem, detail: string): Check => ({ item, state: 'bad', detail, problem });
const ok = (item: CheckItem, detail: string): Check => ({ item, state: 'ok', detail, problem: null });
const later = (items: CheckItem[]): Check[] => items.map((item) => ({ item, state: 'not_tested', detail: 'not tested yet', problem: null }));

/** A link over SSH as a checklist. Hosts called `changed…`, `slow…` and `refused…` are what they are called. */
export function testHost(world: World, { target, folder }: SshLink): Check[] {
  const { host } = target;
  const signIn = (problem: Problem): Check[] => [bad('sign_in', problem, 'Cannot sign in'), ...later(ITEMS.slice(1))];
  if (host.startsWith('changed')) return signIn(changed(host));
  if (host.startsWith('slow')) return signIn(timedOut(host));
  if (host.startsWith('refused')) return signIn(problemOf({ code: 'sign_in_refused', host, user: 'deploy', tried: 'SSH agent (2 keys), id_ed25519' }));
  if (!world.trusted.has(host)) return signIn(problemOf({ code: 'host_key_unknown', key: hostKey(host) }));
  const begun = [ok('sign_in', `signed in as ${target.user ?? 'deploy'}`), ok('docker', 'Docker 27.3.1, Compose 2.29.7, through sudo')];
  if (folder !== '/opt/weavestream') {
    const late = ITEMS.slice(3).map((item): Check => (item === 'clock' ? ok('clock', 'host and laptop agree') : { item, state: 'not_tested', detail: 'needs Docker and the folder', problem: null }));
    return [...begun, bad('folder', problemOf({ code: 'not_compose', folder, seen: [{ folder: '/opt/weavestream', readable: true }, { folder: '/srv/customers/fabrikam/weavestream', readable: false }] }), 'no Compose file'), ...late];
  }
  return [
    ...begun,
    ok('folder', 'compose.yml in /opt/weavestream'),
    ok('services', 'Weavestream 1.9.11, 5 services running'),
    { item: 'dumps', state: 'warn', detail: 'not readable by this login; read through the worker container', problem: null },
    ok('database', 'Postgres 16.4, 3 schedules'),
    ok('queue', '1 in the queue'),
    ok('clock', 'host and laptop agree'),
  ];
}

const DIRECT = PLAN.direct.map(({ item }) => item);

/** A direct link to Postgres. Hosts called `other…`, `self…` and `plain…` show what they are called. */
export function testPostgres({ host, user, tls }: DirectLink): Check[] {
  const signIn = (problem: Problem): Check[] => [bad('postgres', problem, 'Cannot sign in'), ...later(DIRECT.slice(1))];
  if (tls.mode.startsWith('verify') && host.startsWith('other')) return signIn(problemOf({ code: 'tls_wrong_name', host, names: ['db.acme.example', '10.0.4.7'] }));
  if (tls.mode.startsWith('verify') && host.startsWith('self')) return signIn(problemOf({ code: 'tls_untrusted', host, issuer: `CN=${host}`, selfSigned: true }));
  if (tls.mode !== 'disable' && tls.mode !== 'prefer' && host.startsWith('plain')) return signIn(problemOf({ code: 'tls_not_offered', host }));
  const line = tls.mode.startsWith('verify') ? ok('postgres', 'Postgres 16.4, TLS 1.3, certificate verified') : { ...ok('postgres', 'Postgres 16.4, TLS 1.3, certificate not verified'), state: 'warn' as const };
  const rights = user === 'reader' ? { ...ok('rights', 'may dump, but not change schedules'), state: 'warn' as const } : ok('rights', 'may change schedules, and read everything');
  return [line, ok('tables', '3 schedules'), rights, ok('pg_dump', '16.4 at /usr/lib/postgresql/16/bin/pg_dump'), ok('server_clock', 'server and laptop agree')];
}
