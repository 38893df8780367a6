// The Docker engine: the machine's own when it answers, else one dockerd of ours that all hosts share.

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, hosts, runtime } from './places.mjs';
import { commandLine, endProcess, run, startLasting, succeeds, waitUntil, withLock } from './processes.mjs';

const own = {
  socket: join(runtime, 'docker.sock'),
  pidFile: join(runtime, 'docker.pid'),
  execRoot: join(runtime, 'exec'),
  keepFile: join(runtime, 'keep-engine'),
  dataRoot: join(cache, 'engine'),
  log: join(runtime, 'dockerd.log'),
  forwardingFile: join(runtime, 'forwarding.json'),
};
const FORWARD_SWITCH = '/proc/sys/net/ipv4/ip_forward';

/**
 * Finds or starts an engine.
 * @returns `{kind: 'machine'|'own', socket, group, pid|null, log|null}`; `group` may use the socket.
 */
export async function takeEngine({ keep = false } = {}) {
  const machine = await machineEngine();
  if (machine) return machine;
  return withLock('engine', async () => {
    if (keep) writeFileSync(own.keepFile, '');
    let pid = ownPid();
    if (!pid || !(await answers(own.socket))) pid = await startOwn();
    return { kind: 'own', socket: own.socket, group: groupOf(own.socket), pid, log: own.log };
  });
}

/** Ends our engine when no host uses it any more and nobody asked to keep it. */
export async function releaseEngine(engine) {
  if (engine?.kind !== 'own') return;
  await withLock('engine', async () => {
    if (!existsSync(own.keepFile) && hostsOnOwnEngine() === 0) await stopOwn();
  });
}

/** @returns one line for `engine status`. */
export async function engineStatus() {
  if (await machineEngine()) return "the machine's own engine";
  const pid = ownPid();
  return pid ? `our dockerd, process ${pid}, ${hostsOnOwnEngine()} hosts, unix://${own.socket}` : 'none';
}

/** Ends our engine, unless hosts use it. @returns whether one was running. */
export async function stopEngine() {
  return withLock('engine', async () => {
    const users = hostsOnOwnEngine();
    if (users > 0) throw new Error(`${users} hosts use the engine: end them first with tests/host/down --all`);
    rmSync(own.keepFile, { force: true });
    const wasRunning = ownPid() !== null;
    await stopOwn();
    return wasRunning;
  });
}

async function machineEngine() {
  const named = process.env.DOCKER_HOST;
  if (named && !named.startsWith('unix://')) return null;
  const socket = named ? named.slice('unix://'.length) : '/var/run/docker.sock';
  if (socket === own.socket || !(await answers(socket))) return null;
  return { kind: 'machine', socket, group: groupOf(socket), pid: null, log: null };
}

function answers(socket) {
  return succeeds('docker', ['info', '--format', '{{.ServerVersion}}'], { env: { DOCKER_HOST: `unix://${socket}` } })
    .then((ended) => ended && existsSync(socket));
}

async function startOwn() {
  await stopOwn();
  await rememberForwarding();
  for (const folder of [own.execRoot, own.dataRoot]) mkdirSync(folder, { recursive: true, mode: 0o711 });
  // A group of its own name is what a real host has, and what dockerd gives its socket to.
  if (!(await succeeds('getent', ['group', 'docker']))) await run('groupadd', ['--system', 'docker']);
  rmSync(own.log, { force: true });
  const pid = startLasting('dockerd', [
    '--data-root', own.dataRoot, '--exec-root', own.execRoot, '-H', `unix://${own.socket}`, '--pidfile', own.pidFile,
    '--group', 'docker',
    // Small subnets: the default pools end after about thirty networks, one per host.
    '--default-address-pool', 'base=172.28.0.0/14,size=24',
  ], { log: own.log });
  await waitUntil('dockerd', async () => {
    if (!commandLine(pid)) throw new Error(`dockerd ended at once: ${lastComplaint()}`);
    return answers(own.socket);
  }, { seconds: 60, every: 100 });
  return pid;
}

async function stopOwn() {
  const pid = ownPid();
  if (pid) await endProcess(pid, own.pidFile, { seconds: 60 });
  rmSync(own.pidFile, { force: true });
  await restoreForwarding();
}

/** dockerd lets the machine forward packets and drops by default what it did not ask for; it takes neither back. */
async function rememberForwarding() {
  const policy = /^-P FORWARD (\w+)/m.exec(await run('iptables', ['-w', '-S', 'FORWARD']))[1];
  writeFileSync(own.forwardingFile, JSON.stringify({ policy, forward: readFileSync(FORWARD_SWITCH, 'utf8').trim() }));
}

async function restoreForwarding() {
  if (!existsSync(own.forwardingFile)) return;
  const { policy, forward } = JSON.parse(readFileSync(own.forwardingFile, 'utf8'));
  await run('iptables', ['-w', '-P', 'FORWARD', policy], { whileUndoing: true });
  writeFileSync(FORWARD_SWITCH, forward);
  await run('ip', ['link', 'delete', 'docker0'], { whileUndoing: true, accept: [0, 1] });
  rmSync(own.forwardingFile);
}

function ownPid() {
  if (!existsSync(own.pidFile)) return null;
  const pid = Number(readFileSync(own.pidFile, 'utf8'));
  return commandLine(pid)?.includes(own.pidFile) ? pid : null;
}

function hostsOnOwnEngine() {
  if (!existsSync(hosts)) return 0;
  return readdirSync(hosts).filter((id) => {
    try {
      return JSON.parse(readFileSync(join(hosts, id, 'state.json'), 'utf8')).engine?.kind === 'own';
    } catch {
      return false;
    }
  }).length;
}

function lastComplaint() {
  const lines = readFileSync(own.log, 'utf8').trim().split('\n');
  return (lines.filter((line) => /level=(error|fatal)|failed/.test(line)).at(-1) ?? lines.at(-1)).slice(0, 500);
}

function groupOf(socket) {
  const gid = statSync(socket).gid;
  const line = readFileSync('/etc/group', 'utf8').split('\n').find((entry) => entry.split(':')[2] === String(gid));
  if (!line || gid === 0) throw new Error(`no group but root's may use ${socket}: give it to a group (dockerd --group docker)`);
  return line.split(':')[0];
}
