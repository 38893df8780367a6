// What was made for a host, written down before or as it is made, and how each kind of thing is taken away again.

import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hosts } from './places.mjs';
import { endProcess, endProcessesOf, run, withLock } from './processes.mjs';
import { releaseEngine } from './docker-engine.mjs';

const stateFile = (id) => join(hosts, id, 'state.json');

/** The record of one host. Every change is on disk before the next step, so that `down` works after a crash of `up`. */
export class Record {
  constructor(id, state = { id, made: [] }) {
    this.id = id;
    this.state = state;
  }

  static begin(id) {
    mkdirSync(join(hosts, id), { recursive: true, mode: 0o755 });
    const record = new Record(id);
    record.save();
    return record;
  }

  static open(id) {
    return new Record(id, JSON.parse(readFileSync(stateFile(id), 'utf8')));
  }

  static ids() {
    return existsSync(hosts) ? readdirSync(hosts).filter((id) => existsSync(stateFile(id))) : [];
  }

  made(kind, facts) {
    this.state.made.push({ kind, ...facts });
    this.save();
  }

  keep(facts) {
    Object.assign(this.state, facts);
    this.save();
  }

  save() {
    const file = stateFile(this.id);
    writeFileSync(`${file}.new`, JSON.stringify(this.state, null, 2), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  /** Takes everything away, last made first. What fails is told at the end and does not stop the rest. */
  async undo() {
    const failures = [];
    for (const thing of [...this.state.made].reverse()) {
      await takeAway[thing.kind](thing).catch((error) => failures.push(`${thing.kind}: ${error.message}`));
    }
    // The engine counts hosts by their state files, so the file goes first.
    rmSync(stateFile(this.id), { force: true });
    await releaseEngine(this.state.engine).catch((error) => failures.push(`engine: ${error.message}`));
    rmSync(join(hosts, this.id), { recursive: true, force: true });
    if (failures.length > 0) throw new Error(failures.join('\n'));
  }
}

const quietly = { whileUndoing: true };

const takeAway = {
  async process({ pid, marker }) {
    await endProcess(pid, marker);
  },
  async path({ path }) {
    rmSync(path, { recursive: true, force: true });
  },
  /** A folder that was there before, empty. */
  async contents({ path }) {
    for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true, force: true });
  },
  async user({ name }) {
    const uid = (await run('id', ['-u', name], { ...quietly, accept: [0, 1] })).trim();
    if (uid === '') return;
    await endProcessesOf(Number(uid));
    await withLock('users', () => run('userdel', [name], quietly));
  },
  async project({ project, socket }) {
    const env = { DOCKER_HOST: `unix://${socket}` };
    const label = `label=com.docker.compose.project=${project}`;
    const listed = async (args) => (await run('docker', args, { ...quietly, env })).split('\n').filter(Boolean);
    const containers = await listed(['ps', '-aq', '--filter', label]);
    // One command each, because docker takes the containers of one command in turn.
    await Promise.all(containers.map((container) => run('docker', ['rm', '--force', '--volumes', container], { ...quietly, env })));
    const networks = await listed(['network', 'ls', '-q', '--filter', label]);
    if (networks.length > 0) await run('docker', ['network', 'rm', ...networks], { ...quietly, env });
    const volumes = await listed(['volume', 'ls', '-q', '--filter', label]);
    if (volumes.length > 0) await run('docker', ['volume', 'rm', '--force', ...volumes], { ...quietly, env });
  },
  async namespace({ name }) {
    await run('ip', ['netns', 'delete', name], quietly);
  },
  async firewall({ rule }) {
    await run('iptables', ['-w', '-D', ...rule], quietly);
  },
};
