// The compose project: its folder, `compose.yml`, `.env`, and the uploaded files.

import { createServer } from 'node:net';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { hosts } from './places.mjs';
import { run, withLock } from './processes.mjs';
import { Record } from './undo.mjs';
import { makeEnvFile } from '../seed/env-file.mjs';
import { WEAVESTREAM_VERSION } from './images.mjs';

/**
 * Lays the project out. @param owner `{uid, gid}` of whoever administers it.
 * @returns `{dir, dataDir, project, webPort, env}`; `env` as from `makeEnvFile`.
 */
export async function layOutProject(options, record, engine, images, owner) {
  const dir = options.dir === undefined || !isAbsolute(options.dir)
    ? resolve(hosts, record.id, options.dir ?? `weavestream-${record.id}`)
    : options.dir;
  makeFolder(record, dir, owner);
  const webPort = await freePort();
  const { project, named } = await claimProject(dir, record, engine);
  const env = makeEnvFile({ version: WEAVESTREAM_VERSION, webPort, dataDir: options.dataDir, project: named ? project : null, legacyQueue: options.legacyQueue });
  const dataDir = options.dataDir ?? join(dir, 'data');
  makeFolder(record, dataDir, owner);
  for (const [name, text, mode] of [['compose.yml', composeFile(images), 0o644], ['.env', env.text, 0o600]]) {
    writeFileSync(join(dir, name), text, { mode });
    chownSync(join(dir, name), owner.uid, owner.gid);
  }
  return { dir, dataDir, project, webPort, env };
}

/** Writes the uploads; who owns them in the container is settled when it runs. */
export function layOutFiles(dataDir, files) {
  for (const { path, bytes, at } of files) {
    const target = join(dataDir, 'files', path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o750 });
    writeFileSync(target, bytes, { mode: 0o640 });
    utimesSync(target, at, at);
  }
  chmodSync(join(dataDir, 'files'), 0o755);
}

/** A port of loopback that nobody has at this moment. */
export function freePort(address = '127.0.0.1') {
  return new Promise((found, failed) => {
    const probe = createServer().once('error', failed);
    probe.listen(0, address, () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

function makeFolder(record, folder, owner) {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${JSON.stringify(folder)} is not empty`);
  if (existsSync(folder)) {
    record.made('contents', { path: folder });
  } else {
    // The first folder that is not there yet: with it goes all that is made now, and nothing that was there.
    let first = folder;
    while (!existsSync(dirname(first))) first = dirname(first);
    record.made('path', { path: first });
  }
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  chownSync(folder, owner.uid, owner.gid);
}

/** @returns `{project, named}`: the folder's name where it will do, else a name of our own that `.env` must say. */
function claimProject(dir, record, engine) {
  // Two hosts with folders of one name may start together.
  return withLock('projects', async () => {
    const ofFolder = projectOfFolder(dir);
    const named = ofFolder === null || !(await isFree(ofFolder, engine));
    const project = named ? `weavestream-${record.id}` : ofFolder;
    record.made('project', { project, socket: engine.socket });
    return { project, named };
  });
}

/** Compose's own name for a folder; null where v1 and v2 do not agree. */
function projectOfFolder(dir) {
  const name = basename(dir).toLowerCase().replace(/[^-_a-z0-9]/g, '');
  return /^[a-z0-9]/.test(name) ? name : null;
}

async function isFree(project, engine) {
  const claimed = Record.ids().flatMap((id) => Record.open(id).state.made).some((thing) => thing.kind === 'project' && thing.project === project);
  const filter = `label=com.docker.compose.project=${project}`;
  return !claimed && (await run('docker', ['ps', '-aq', '--filter', filter], { env: { DOCKER_HOST: `unix://${engine.socket}` } })).trim() === '';
}

// Health is asked more often than on a real host, so that tests wait less.
function composeFile(images) {
  const hardened = `restart: unless-stopped
    security_opt:
      - no-new-privileges:true`;
  const application = `env_file: .env
    environment:
      DATABASE_URL: postgresql://\${POSTGRES_USER}:\${POSTGRES_PASSWORD}@postgres:5432/\${POSTGRES_DB}
      REDIS_URL: redis://:\${REDIS_PASSWORD}@redis:6379/0
      FILE_STORAGE_DIR: /var/lib/weavestream/files
      BACKUP_STORAGE_DIR: /var/lib/weavestream/backup`;
  return `services:
  postgres:
    image: ${images.postgres}:${WEAVESTREAM_VERSION}
    ${hardened}
    environment:
      POSTGRES_USER: \${POSTGRES_USER}
      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD}
      POSTGRES_DB: \${POSTGRES_DB}
    volumes:
      - \${DATA_DIR:-./data}/postgres:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U \${POSTGRES_USER} -d \${POSTGRES_DB}"]
      interval: 2s
      timeout: 5s
      retries: 5

  redis:
    image: ${images.redis}:${WEAVESTREAM_VERSION}
    ${hardened}
    command: ["redis-server", "--requirepass", "\${REDIS_PASSWORD}", "--appendonly", "yes"]
    volumes:
      - \${DATA_DIR:-./data}/redis:/data
    healthcheck:
      test: ["CMD", "redis-cli", "-a", "\${REDIS_PASSWORD}", "ping"]
      interval: 2s
      timeout: 3s
      retries: 5

  api:
    image: ${images.api}:\${WEAVESTREAM_VERSION:-latest}
    ${hardened}
    ${application}
    volumes:
      - \${DATA_DIR:-./data}/files:/var/lib/weavestream/files
      - \${DATA_DIR:-./data}/backup:/var/lib/weavestream/backup:ro
    depends_on:
      postgres:
        condition: service_healthy
      redis:
        condition: service_healthy
    healthcheck:
      test: ["CMD", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/4000 && printf 'GET /health HTTP/1.0\\\\r\\\\n\\\\r\\\\n' >&3 && grep -q '\\"ok\\"' <&3"]
      interval: 2s
      timeout: 5s
      retries: 3
      start_period: 120s

  worker:
    image: ${images.worker}:\${WEAVESTREAM_VERSION:-latest}
    ${hardened}
    ${application}
    volumes:
      - \${DATA_DIR:-./data}/files:/var/lib/weavestream/files
      - \${DATA_DIR:-./data}/backup:/var/lib/weavestream/backup
    depends_on:
      redis:
        condition: service_healthy
      api:
        condition: service_healthy
    healthcheck:
      test: ["CMD", "true"]
      interval: 2s
      timeout: 5s
      retries: 3

  web:
    image: ${images.web}:\${WEAVESTREAM_VERSION:-latest}
    ${hardened}
    env_file: .env
    environment:
      API_INTERNAL_URL: http://api:4000
    depends_on:
      api:
        condition: service_healthy
    ports:
      - "127.0.0.1:\${WEB_HOST_PORT:-3000}:3000"
`;
}
