// Brings the five services up, with a seeded database before the api starts for the first time.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './places.mjs';
import { bothEnded, run, step, succeeds, waitUntil } from './processes.mjs';
import { layOutFiles } from './project.mjs';
import { migrationScript } from '../database/migrations.mjs';
import { makeSeed } from '../seed/seed.mjs';

/** @returns `{seed, latest, addresses}`; `latest` is the newest run, `addresses` by service. */
export async function startStack(options, project, engine) {
  const now = new Date();
  const stack = new Stack(project, engine);
  const seed = makeSeed(now, project.env.keyrings);
  layOutFiles(project.dataDir, seed.files);
  // The worker at once too: it has what the history is made with, and needs no api to be there.
  await step('start postgres, redis and worker', () => stack.compose('up', '-d', '--no-deps', 'postgres', 'redis', 'worker'));
  await step('seed the database', () => stack.seedDatabase(seed, now));
  const [latest] = await bothEnded(
    step(`history of ${options.runs} runs`, () => stack.makeHistory(options, seed, now)),
    step('start api and web', () => stack.compose('up', '-d')),
  );
  await step('all services healthy', () => stack.waitHealthy());
  return { seed, latest, addresses: await stack.addresses() };
}

class Stack {
  constructor(project, engine) {
    this.project = project;
    this.env = { DOCKER_HOST: `unix://${engine.socket}` };
  }

  async compose(...args) {
    const [command, ...first] = await ownCompose();
    return run(command, [...first, ...args], { cwd: this.project.dir, env: this.env });
  }

  docker(...args) {
    return run('docker', args, { env: this.env });
  }

  /** The container of a service, without the second that asking compose takes. */
  async container(service) {
    const filters = [`project=${this.project.project}`, `service=${service}`].flatMap((label) => ['--filter', `label=com.docker.compose.${label}`]);
    const id = (await this.docker('ps', '-q', ...filters)).trim();
    if (!id) throw new Error(`service ${service} has no running container`);
    return id;
  }

  async seedDatabase(seed, now) {
    const postgres = await this.container('postgres');
    const { POSTGRES_USER: user, POSTGRES_DB: database } = this.project.env.values;
    // Over TCP: while the cluster is being made only the socket answers, or nothing.
    await waitUntil('postgres', () => succeeds('docker', ['exec', postgres, 'pg_isready', '-q', '-h', '127.0.0.1', '-U', user, '-d', database], { env: this.env }), { seconds: 60 });
    const folder = join(cache, `migrations-${process.pid}`);
    const migrations = migrationScript(folder, new Date(now.getTime() - 395 * 86_400_000), () => seed.dice.uuid());
    rmSync(folder, { recursive: true, force: true });
    await run('docker', ['exec', '-i', postgres, 'psql', '-q', '-X', '-v', 'ON_ERROR_STOP=1', '-U', user, '-d', database], {
      input: `SET synchronous_commit = off;\n${migrations}\n${seed.sql}\n`, env: this.env,
    });
  }

  async makeHistory(options, seed, now) {
    const worker = await this.container('worker');
    await this.docker('exec', worker, 'chown', '-R', 'app:app', '/var/lib/weavestream/files');
    const { daily, weekly } = seed.schedules;
    const order = { runs: options.runs, dumpSize: options.dumpSize, now: now.toISOString(), schedules: { daily, weekly }, operators: seed.operators };
    const told = await run('docker', ['exec', '-i', worker, 'setpriv', '--reuid=app', '--regid=app', '--init-groups', 'node', 'history.cjs'], {
      input: JSON.stringify(order), env: this.env,
    });
    return JSON.parse(told);
  }

  async waitHealthy() {
    const filter = `label=com.docker.compose.project=${this.project.project}`;
    await waitUntil('health of the services', async () => {
      const states = (await this.docker('ps', '--filter', filter, '--format', '{{.Status}}')).trim().split('\n');
      return states.length === 5 && states.every((state) => state.startsWith('Up') && !/starting|unhealthy/.test(state));
    }, { seconds: 60, every: 100 });
  }

  async addresses() {
    const format = '{{index .Config.Labels "com.docker.compose.service"}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    const filter = `label=com.docker.compose.project=${this.project.project}`;
    const ids = (await this.docker('ps', '-q', '--filter', filter)).trim().split('\n');
    const lines = (await this.docker('inspect', '--format', format, ...ids)).trim().split('\n');
    return Object.fromEntries(lines.map((line) => line.split(' ')));
  }
}

/** How this script itself calls compose, whatever the login has. */
export async function ownCompose() {
  return (await succeeds('docker-compose', ['version'])) ? ['docker-compose'] : ['docker', 'compose'];
}
