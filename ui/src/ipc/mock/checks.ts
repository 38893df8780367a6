import type { Check, CheckItem, CheckPlan, CheckState, DirectLink, HostKey, Problem, SshLink } from '../bindings';
import { checkTitle, detailWords, problemOf } from './words';
import { timedOut, type World } from './world';

export function hostKey(host: string): HostKey {
  return { host, port: 22, algorithm: 'ED25519', fingerprint: 'SHA256:uNiVmZ4kQ0x7Rf2dGhLs9pYbTwE1oJc3aKq8HnXvU6M', publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample' };
}

export function changed(host: string): Problem {
  return problemOf({ code: 'host_key_changed', key: hostKey(host), expected: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU', file: '~/.ssh/known_hosts', line: 12 }, 'refused');
}

const planned = (items: readonly CheckItem[], needed: readonly CheckItem[]) => items.map((item) => ({ item, needed: needed.includes(item), title: checkTitle(item, 'not_tested') }));

/** As core plans them. */
export const PLAN: CheckPlan = {
  ssh: planned(['sign_in', 'docker', 'folder', 'services', 'dumps', 'database', 'queue', 'clock'], ['sign_in', 'docker', 'folder']),
  direct: planned(['postgres', 'tables', 'rights', 'pg_dump', 'server_clock'], ['postgres', 'tables']),
};
const ITEMS = PLAN.ssh.map(({ item }) => item);

const check = (item: CheckItem, state: CheckState, found: string, facts: object = {}): Check => ({ item, state, title: checkTitle(item, state), detail: detailWords(found, facts), problem: null });
const bad = (item: CheckItem, problem: Problem): Check => ({ item, state: 'bad', title: problem.words.title, detail: problem.words.title, problem });
const ok = (item: CheckItem, found: string, facts: object = {}): Check => check(item, 'ok', found, facts);
const later = (items: CheckItem[]): Check[] => items.map((item) => check(item, 'not_tested', 'not_tested'));

/** A link over SSH as a checklist. Hosts called `changed…`, `slow…` and `refused…` are what they are called. */
export function testHost(world: World, { target, folder }: SshLink): Check[] {
  const { host } = target;
  const signIn = (problem: Problem): Check[] => [bad('sign_in', problem), ...later(ITEMS.slice(1))];
  if (host.startsWith('changed')) return signIn(changed(host));
  if (host.startsWith('slow')) return signIn(timedOut(host));
  if (host.startsWith('refused')) return signIn(problemOf({ code: 'sign_in_refused', host, user: 'deploy', tried: 'SSH agent (2 keys), id_ed25519' }));
  if (!world.trusted.has(host)) return signIn(problemOf({ code: 'host_key_unknown', key: hostKey(host) }));
  const begun = [ok('sign_in', 'signed_in', { login: target.user ?? 'deploy' }), ok('docker', 'docker', { engine: '27.3.1', compose: '2.29.7', v1: false, sudo: true })];
  if (folder !== '/opt/weavestream') {
    const late = ITEMS.slice(3).map((item): Check => (item === 'clock' ? ok('clock', 'clocks', { whose: 'host', they: 'agree' }) : check(item, 'not_tested', 'needs_docker')));
    return [...begun, bad('folder', problemOf({ code: 'not_compose', folder, seen: [{ folder: '/opt/weavestream', readable: true }, { folder: '/srv/customers/fabrikam/weavestream', readable: false }] })), ...late];
  }
  return [
    ...begun,
    ok('folder', 'compose_file', { file: 'compose.yml', folder: '/opt/weavestream' }),
    ok('services', 'services', { version: '1.9.11', count: 5, unhealthy: [] }),
    check('dumps', 'warn', 'dumps_container', { service: 'worker' }),
    ok('database', 'database', { major: 16, schedules: 3, forwarded: true }),
    ok('queue', 'queue', { count: 1 }),
    ok('clock', 'clocks', { whose: 'host', they: 'agree' }),
  ];
}

const DIRECT = PLAN.direct.map(({ item }) => item);

/** A direct link to Postgres. Hosts called `other…`, `self…` and `plain…` show what they are called. */
export function testPostgres({ host, user, tls }: DirectLink): Check[] {
  const signIn = (problem: Problem): Check[] => [bad('postgres', problem), ...later(DIRECT.slice(1))];
  if (tls.mode.startsWith('verify') && host.startsWith('other')) return signIn(problemOf({ code: 'tls_wrong_name', host, names: ['db.acme.example', '10.0.4.7'] }));
  if (tls.mode.startsWith('verify') && host.startsWith('self')) return signIn(problemOf({ code: 'tls_untrusted', host, issuer: `CN=${host}`, selfSigned: true }));
  if (tls.mode !== 'disable' && tls.mode !== 'prefer' && host.startsWith('plain')) return signIn(problemOf({ code: 'tls_not_offered', host }));
  const verified = tls.mode.startsWith('verify');
  const mayChange = user !== 'reader';
  return [
    check('postgres', verified ? 'ok' : 'warn', 'postgres', { version: '16.4', line: { tls: 'TLS 1.3', verified } }),
    ok('tables', 'schedules', { count: 3 }),
    check('rights', mayChange ? 'ok' : 'warn', 'rights', { change: mayChange, dump: true }),
    ok('pg_dump', 'pg_dump', { version: '16.4', path: '/usr/lib/postgresql/16/bin/pg_dump' }),
    ok('server_clock', 'clocks', { whose: 'server', they: 'agree' }),
  ];
}
