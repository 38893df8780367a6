// The images: a debootstrap base, imported once and cached as a tar, and five small layers built offline on top.

import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache, sources } from './places.mjs';
import { run, step, succeeds, withLock } from './processes.mjs';
import { writeMigrationFolders } from '../database/migrations.mjs';

export const WEAVESTREAM_VERSION = '1.9.11';
const SERVICES = ['postgres', 'redis', 'worker', 'api', 'web'];
/** Raise it when the way the base is made changes in a way that its package list does not show. */
const BASE_RECIPE = 1;

/** Makes what is missing. @returns `{postgres, redis, api, worker, web}`: names without tag, all tagged version and `latest`. */
export async function provideImages(env) {
  const name = (service) => `weavestream-${recipeHash()}/${service === 'postgres' || service === 'redis' ? service : `weavestream-${service}`}`;
  const names = Object.fromEntries(SERVICES.map((service) => [service, name(service)]));
  const tagged = SERVICES.map((service) => `${names[service]}:${WEAVESTREAM_VERSION}`);
  const present = () => succeeds('docker', ['image', 'inspect', ...tagged], { env });
  if (await present()) return names;
  return withLock('images', async () => {
    if (await present()) return names;
    const base = await provideBase(env);
    await step('build images', () => buildLayers(base, names, env));
    return names;
  });
}

async function provideBase(env) {
  const release = osRelease();
  const packages = packageList();
  const key = hashOf([BASE_RECIPE, release.suite, process.arch, ...packages]);
  const image = `weavestream-base:${key}`;
  if (await succeeds('docker', ['image', 'inspect', image], { env })) return image;
  const tar = join(cache, `base-${key}.tar`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(tar)) await step('debootstrap (minutes, once)', () => makeBaseTar(tar, release, packages));
  await step('import base image', () => run('docker', ['import', tar, image], { env }));
  return image;
}

async function makeBaseTar(tar, release, packages) {
  const root = join(cache, `base-root-${process.pid}`);
  rmSync(root, { recursive: true, force: true });
  try {
    await run('debootstrap', [
      '--variant=minbase', `--components=${release.components}`, `--include=${packages.join(',')}`, release.suite, root, await mirror(release.suite),
    ]);
    await run('sh', ['-ec', POLISH, 'polish', root]);
    await run('tar', ['-C', root, '--one-file-system', '--numeric-owner', '-cf', `${tar}.part`, '.']);
    renameSync(`${tar}.part`, tar);
  } finally {
    rmSync(root, { recursive: true, force: true });
    rmSync(`${tar}.part`, { force: true });
  }
}

// The cluster that the package made is not the container's; manuals, translations and the package archive only make it slow.
const POLISH = `
root=$1
rm -rf "$root"/var/lib/postgresql/* "$root"/etc/postgresql/* "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/locale "$root"/var/log/postgresql/*
for program in "$root"/usr/lib/postgresql/*/bin/*; do ln -sf "\${program#$root}" "$root/usr/local/bin/\${program##*/}"; done
`;

/** Where this machine's own apt gets that suite from; it stays out of every file. */
async function mirror(suite) {
  const targets = await run('apt-get', ['indextargets', '--format', '$(SITE)', 'Created-By: Packages', `Codename: ${suite}`]);
  const site = targets.split('\n').find(Boolean);
  if (!site) throw new Error(`apt knows no source for ${suite}: run apt-get update`);
  return site;
}

function osRelease() {
  const text = readFileSync('/etc/os-release', 'utf8');
  const field = (name) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1];
  return { suite: field('VERSION_CODENAME'), components: field('ID') === 'ubuntu' ? 'main,universe' : 'main' };
}

async function buildLayers(base, names, env) {
  const context = join(cache, `context-${process.pid}`);
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  try {
    for (const folder of ['image', 'services']) cpSync(join(sources, folder), join(context, folder), { recursive: true });
    cpSync(await provideNodeModules(), join(context, 'node_modules'), { recursive: true });
    writeMigrationFolders(join(context, 'migrations'));
    for (const service of SERVICES) {
      const tags = [WEAVESTREAM_VERSION, 'latest'].flatMap((tag) => ['--tag', `${names[service]}:${tag}`]);
      await run('docker', [
        'build', '--quiet', '--network', 'none', '--build-arg', `BASE=${base}`, '--target', service, ...tags, '--file', join(context, 'image', 'Dockerfile'), context,
        // The classic builder is in every engine; buildx is a plugin that a plain install lacks.
      ], { env: { ...env, DOCKER_BUILDKIT: '0' } });
    }
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

async function provideNodeModules() {
  const lock = readFileSync(join(sources, 'services', 'package-lock.json'), 'utf8');
  const installed = join(cache, `npm-${hashOf([lock, process.arch])}`);
  if (existsSync(join(installed, 'node_modules'))) return join(installed, 'node_modules');
  const folder = join(cache, `npm-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(sources, 'services', file), join(folder, file));
  await step('npm install', () => run('npm', [
    'install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--omit-lockfile-registry-resolved=true',
  ], { cwd: folder }));
  rmSync(installed, { recursive: true, force: true });
  renameSync(folder, installed);
  return join(installed, 'node_modules');
}

let recipe;
/** Names the images by everything that is in them, so that two checkouts can share one engine. */
function recipeHash() {
  recipe ??= hashOf([osRelease().suite, BASE_RECIPE, ...['image', 'services', 'database'].flatMap((folder) => contentsOf(join(sources, folder)))]).slice(0, 8);
  return recipe;
}

function contentsOf(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: false })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : contentsOf(path);
      return entry.name.includes('.test.') ? [] : [path.slice(sources.length), readFileSync(path, 'utf8')];
    });
}

function packageList() {
  return readFileSync(join(sources, 'image', 'base-packages.txt'), 'utf8').split('\n').filter(Boolean);
}

function hashOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${String(part).length}:${part}`);
  return hash.digest('hex').slice(0, 16);
}
