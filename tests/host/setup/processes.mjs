// Running commands, starting processes that outlive us, waiting for conditions, and locks between several `up`s.

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runtime } from './places.mjs';

const running = new Set();
let interrupted = false;

/** After this, every further command is refused, so that a failing `up` cannot make anything while it is being undone. */
export async function interruptCommands() {
  interrupted = true;
  await Promise.all([...running].map((child) => {
    child.kill('SIGTERM');
    return new Promise((resolve) => child.once('close', resolve));
  }));
}

/**
 * Runs a command to its end and returns its stdout.
 * @param options `input` for stdin, `cwd`, `env` (added to ours), `whileUndoing` to run although interrupted,
 *   `accept` a list of exit codes that are no failure (default [0]).
 */
export function run(command, args, { input, cwd, env, whileUndoing = false, accept = [0] } = {}) {
  if (interrupted && !whileUndoing) return Promise.reject(new Error('interrupted'));
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    if (!whileUndoing) running.add(child);
    const out = [];
    const complaints = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => complaints.push(chunk));
    child.on('error', (error) => { running.delete(child); reject(error); });
    child.on('close', (code, signal) => {
      running.delete(child);
      const stdout = Buffer.concat(out).toString();
      if (accept.includes(code)) return resolve(stdout);
      const stderr = Buffer.concat(complaints).toString().trim();
      const shown = [command, ...args].join(' ').slice(0, 300);
      reject(new Error(`${shown}: ${signal ?? `exit code ${code}`}: ${(stderr || stdout).slice(-2000)}`));
    });
    if (input !== undefined) {
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    }
  });
}

/** Whether a command ends well; its output does not matter. */
export async function succeeds(command, args, options) {
  return run(command, args, options).then(() => true, () => false);
}

/** Starts a process that lives on when we end. @returns its pid. */
export function startLasting(command, args, { log, env, cwd } = {}) {
  if (interrupted) throw new Error('interrupted');
  const output = log ? openSync(log, 'a', 0o644) : 'ignore';
  const child = spawn(command, args, { detached: true, cwd, env: { ...process.env, ...env }, stdio: ['ignore', output, output] });
  child.on('error', () => undefined);
  child.unref();
  if (log) closeSync(output);
  return child.pid;
}

/** Asks `probe` until it answers something truthy, and returns that. */
export async function waitUntil(what, probe, { seconds = 30, every = 50, whileUndoing = false } = {}) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (interrupted && !whileUndoing) throw new Error('interrupted');
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/**
 * The command line of a live process, or null. A zombie has none and counts as ended. For an instant of its exec a live
 * process shows none either, so an empty one is read again while the process is neither gone nor a zombie.
 */
export function commandLine(pid) {
  try {
    for (const end = Date.now() + 1000; Date.now() < end;) {
      const shown = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      if (shown) return shown;
      // After the name in parentheses, which may hold anything, comes the state: Z is a zombie, X is dead.
      if (/\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return null;
    }
  } catch { /* gone */ }
  return null;
}

/** Ends one process, but only while its command line still holds `marker`: a pid may have been given to another. */
export async function endProcess(pid, marker, { seconds = 20 } = {}) {
  const ours = () => commandLine(pid)?.includes(marker);
  if (!ours()) return;
  process.kill(pid, 'SIGTERM');
  await waitUntil(`end of process ${pid}`, () => !ours(), { seconds, whileUndoing: true })
    .catch(() => { if (ours()) process.kill(pid, 'SIGKILL'); });
}

/** Ends what a user of ours still runs (sessions of its login), by pid. */
export async function endProcessesOf(uid) {
  const pids = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && uidOf(name) === uid && commandLine(name));
  for (const pid of pids()) try { process.kill(Number(pid), 'SIGKILL'); } catch { /* ended meanwhile */ }
  await waitUntil(`end of the processes of uid ${uid}`, () => pids().length === 0, { seconds: 10, whileUndoing: true });
}

function uidOf(pid) {
  try {
    return Number(/^Uid:\s+(\d+)/m.exec(readFileSync(join('/proc', pid, 'status'), 'utf8'))?.[1]);
  } catch {
    return null;
  }
}

/** Runs `work` while no other process of these scripts holds the lock of that name. The lock falls when we die. */
export async function withLock(name, work) {
  mkdirSync(runtime, { recursive: true, mode: 0o755 });
  const holder = spawn('flock', ['--exclusive', join(runtime, `${name}.lock`), 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Its own group: a Ctrl-C must not take the lock from us while we clean up.
    detached: true,
  });
  const ended = new Promise((resolve) => holder.once('close', resolve));
  await new Promise((resolve, reject) => {
    holder.once('error', reject);
    holder.stdout.once('data', resolve);
    holder.once('close', () => reject(new Error(`no lock ${name}`)));
  });
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}

/** Both to their end, so that nothing is still being made when one has failed and the undoing begins. */
export async function bothEnded(...promises) {
  const ended = await Promise.allSettled(promises);
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return ended.map((one) => one.value);
}

/** Says on stderr what is being done and how long it took. */
export async function step(name, work) {
  const begun = Date.now();
  const result = await work();
  process.stderr.write(`  ${name.padEnd(34)} ${((Date.now() - begun) / 1000).toFixed(1)} s\n`);
  return result;
}
