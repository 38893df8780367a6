// tests/host/up: brings one host up and prints what a test needs to know as one JSON object.

import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { takeEngine } from './docker-engine.mjs';
import { provideImages } from './images.mjs';
import { parseOptions, USAGE } from './options.mjs';
import { hosts, sources } from './places.mjs';
import { bothEnded, interruptCommands, run, step, succeeds } from './processes.mjs';
import { freePort, layOutProject } from './project.mjs';
import { startStack } from './stack.mjs';
import { makeLogin } from './login.mjs';
import { makeKey, newPassphrase, publicKey, startAgent, startSshd } from './sshd.mjs';
import { closeDirectWay, makeNetwork, startBastion } from './bastion.mjs';
import { Record } from './undo.mjs';

async function bringUp(options, record) {
  // Counted as a user of our engine before there is one, so that another host's `down` does not end it under us.
  record.keep({ engine: { kind: 'own' } });
  const engine = await step('docker engine', () => takeEngine({ keep: options.keepEngine }));
  record.keep({ engine });
  const password = ['password', 'keyboard-interactive'].includes(options.auth) ? newPassphrase() : null;
  const login = await makeLogin(options, record, engine, password);
  const [entrance, { project, stack }] = await bothEnded(
    step('keys and sshd', () => makeEntrance(options, record, login)),
    makeServices(options, record, engine, login),
  );
  return report(options, record, engine, { ...entrance, password }, project, stack);
}

async function makeServices(options, record, engine, login) {
  const images = await step('images', () => provideImages({ DOCKER_HOST: `unix://${engine.socket}` }));
  const project = await layOutProject(options, record, engine, images, options.docker === 'sudo' ? { uid: 0, gid: 0 } : login);
  return { project, stack: await startStack(options, project, engine) };
}

/** The keys, the sshd, and the bastion where one is asked for. */
async function makeEntrance(options, record, login) {
  const keys = join(hosts, record.id, 'keys');
  mkdirSync(keys, { mode: 0o700 });
  const passphrase = newPassphrase();
  const [key, encrypted] = await Promise.all([makeKey(join(keys, 'id_ed25519')), makeKey(join(keys, 'id_ed25519_encrypted'), { passphrase })]);
  const authorized = [key, encrypted].map(publicKey);
  const network = options.jump ? await makeNetwork(record) : null;
  const address = network?.near ?? '127.0.0.1';
  const port = await freePort(address);
  if (network) await closeDirectWay(record, network, port);
  const sshd = await startSshd(record, {
    part: 'sshd', address, port, login, keys: authorized, auth: options.auth, forwarding: options.forwarding,
    environment: login.environment, allowFrom: network?.far, reachable: !network,
  });
  const jump = network ? await startBastion(record, network) : null;
  const agent = options.auth === 'agent' ? await startAgent(record, key) : null;
  return { sshd, jump, agent, passphrase, key: agent ? null : key, encrypted };
}

async function report(options, record, engine, entrance, project, stack) {
  const { values } = project.env;
  const { pid: sshdPid, ...ssh } = entrance.sshd;
  const { pid: bastionPid, ...jump } = entrance.jump ?? {};
  return {
    id: record.id,
    ssh: {
      ...ssh,
      ...(entrance.password && { password: entrance.password }),
      key: entrance.key,
      key_encrypted: entrance.encrypted,
      key_passphrase: entrance.passphrase,
      ...(entrance.agent && { agent: entrance.agent.socket }),
    },
    ...(entrance.jump && { jump }),
    dir: project.dir,
    data_dir: project.dataDir,
    project: project.project,
    database: { host: stack.addresses.postgres, port: 5432, user: values.POSTGRES_USER, password: values.POSTGRES_PASSWORD, name: values.POSTGRES_DB },
    redis: { host: stack.addresses.redis, port: 6379, password: values.REDIS_PASSWORD },
    web: { host: '127.0.0.1', port: project.webPort },
    compose: await composeOfLogin(options),
    docker: { host: `unix://${engine.socket}`, socket: engine.socket, engine: engine.kind, access: options.docker },
    env_file: join(project.dir, '.env'),
    schedules: Object.fromEntries(Object.entries(stack.seed.schedules).map(([name, { id }]) => [name, id])),
    planted: [...new Set([
      ...project.env.secrets, ...stack.seed.secrets, entrance.passphrase, ...(entrance.password ? [entrance.password] : []),
    ])],
    runs: { total: options.runs, latest: stack.latest },
    pids: {
      sshd: sshdPid, ...(entrance.jump && { bastion: bastionPid }), ...(entrance.agent && { agent: entrance.agent.pid }), ...(engine.pid && { dockerd: engine.pid }),
    },
    state_dir: join(hosts, record.id),
    stop: `${join(sources, 'down')} ${record.id}`,
  };
}

async function composeOfLogin(options) {
  if (options.compose === 'none') return null;
  const v1 = await succeeds('docker-compose', ['version']);
  const version = (await run(...(v1 ? ['docker-compose', ['version', '--short']] : ['docker', ['compose', 'version', '--short']]))).trim();
  return { command: options.compose === 'v1' ? ['docker-compose'] : ['docker', 'compose'], version };
}

function newId() {
  return randomBytes(3).toString('hex');
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return writeFileSync(1, `${USAGE}\n`);
  const id = options.id ?? newId();
  if (Record.ids().includes(id)) throw new Error(`a host ${id} is up already: tests/host/down ${id}`);
  const record = Record.begin(id);
  let undoing = null;
  const giveUp = async (reason, code) => {
    undoing ??= (async () => {
      process.stderr.write(`tests/host/up: ${reason}\n`);
      await interruptCommands();
      await record.undo().catch((error) => process.stderr.write(`tests/host/up: left behind: ${error.message}\n`));
      process.exit(code);
    })();
    return undoing;
  };
  process.on('SIGINT', () => giveUp('interrupted, cleaning up', 130));
  process.on('SIGTERM', () => giveUp('ended, cleaning up', 143));
  try {
    const begun = Date.now();
    const facts = await bringUp(options, record);
    record.keep({ report: facts });
    process.stderr.write(`  host ${id} is up                     ${((Date.now() - begun) / 1000).toFixed(1)} s\n`);
    writeFileSync(1, `${JSON.stringify(facts)}\n`);
    process.exit(0);
  } catch (error) {
    await giveUp(error.message, 1);
  }
}

await main().catch((error) => {
  process.stderr.write(`tests/host/up: ${error.message}\n`);
  process.exit(2);
});
