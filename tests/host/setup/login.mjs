// The unprivileged Unix user that the tests log in as: its groups, its sudo, and which compose it finds.

import { accessSync, chownSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hosts } from './places.mjs';
import { run, succeeds, withLock } from './processes.mjs';

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Makes the user. @param password null for a login by key only.
 * @returns `{name, uid, gid, home, environment}`; the environment is what its sshd sets.
 */
export async function makeLogin(options, record, engine, password) {
  const name = `selvage-${record.id}`;
  const home = join(hosts, record.id, 'home');
  const groups = options.docker === 'group' ? ['--groups', engine.group] : [];
  const ids = await addUser(record, name, home, groups, password);
  const environment = engine.kind === 'own' || engine.socket !== '/var/run/docker.sock' ? { DOCKER_HOST: `unix://${engine.socket}` } : {};
  await chooseCompose(options, record, home, ids, environment);
  if (options.docker === 'sudo') allowSudo(record, name, environment, environment.PATH);
  return { name, ...ids, home, environment };
}

/** @returns `{uid, gid}`. */
export async function addUser(record, name, home, groups, password) {
  if (await succeeds('getent', ['passwd', name])) throw new Error(`a user ${name} is there already`);
  record.made('user', { name });
  // Without PAM, sshd takes a locked password for a locked account; `*` is no password, and not locked.
  const hash = password === null ? '*' : (await run('openssl', ['passwd', '-6', '-stdin'], { input: `${password}\n` })).trim();
  await withLock('users', () => run('useradd', [
    '--no-create-home', '--home-dir', home, '--shell', '/bin/bash', '--user-group', ...groups, '--password', hash, name,
  ]));
  const ids = { uid: Number(await run('id', ['-u', name])), gid: Number(await run('id', ['-g', name])) };
  mkdirSync(home, { recursive: true, mode: 0o750 });
  chownSync(home, ids.uid, ids.gid);
  return ids;
}

async function chooseCompose(options, record, home, ids, environment) {
  // The machine may have the real v2 as a plugin for everyone; asked without our user's own folder.
  const machineHasV2 = await succeeds('docker', ['compose', 'version'], { env: { HOME: '/nonexistent', DOCKER_CONFIG: '/nonexistent' } });
  if (options.compose === 'both' && !machineHasV2) {
    const plugins = join(home, '.docker', 'cli-plugins');
    mkdirSync(plugins, { recursive: true });
    writeFileSync(join(plugins, 'docker-compose'), PLUGIN, { mode: 0o755 });
    await run('chown', ['-R', `${ids.uid}:${ids.gid}`, join(home, '.docker')]);
    // Root under sudo has another home, and must find the plugin without it being installed for the whole machine.
    if (options.docker === 'sudo') environment.DOCKER_CONFIG = join(home, '.docker');
  }
  const hidden = options.compose === 'none' ? ['docker-compose'] : [];
  const plainDocker = options.compose !== 'both' && machineHasV2;
  if (hidden.length > 0 || plainDocker) {
    environment.PATH = await makePrograms(record, hidden, plainDocker);
    // A login shell sets PATH anew from /etc/profile.
    writeFileSync(join(home, '.profile'), `PATH='${environment.PATH}'\n`, { mode: 0o644 });
  }
}

/** v2's name and place, v1's work. */
const PLUGIN = `#!/bin/sh
if [ "$1" = docker-cli-plugin-metadata ]; then
  echo '{"SchemaVersion":"0.1.0","Vendor":"Selvage tests","Version":"1.29.2","ShortDescription":"Docker Compose"}'
  exit
fi
[ "$1" = compose ] && shift
exec docker-compose "$@"
`;

/** A folder of links to every program but the hidden ones: the login's only PATH. */
async function makePrograms(record, hidden, plainDocker) {
  const folder = join(hosts, record.id, 'bin');
  mkdirSync(folder, { mode: 0o755 });
  for (const source of SYSTEM_PATH.split(':').filter((path) => existsSync(path))) {
    for (const program of readdirSync(source)) {
      const taken = lstatSync(join(folder, program), { throwIfNoEntry: false });
      if (!taken && !hidden.includes(program) && !(plainDocker && program === 'docker')) symlinkSync(join(source, program), join(folder, program));
    }
  }
  if (plainDocker) {
    const real = SYSTEM_PATH.split(':').map((path) => join(path, 'docker')).find(isExecutable);
    const refusal = "docker: 'compose' is not a docker command.\nSee 'docker --help'";
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\nif [ "$1" = compose ]; then echo "${refusal}" >&2; exit 1; fi\nexec ${real} "$@"\n`, { mode: 0o755 });
  }
  return folder;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function allowSudo(record, name, environment, path) {
  const file = `/etc/sudoers.d/selvage-host-${record.id}`;
  record.made('path', { path: file });
  const lines = [
    // On a real host the engine is at its usual place and none of this is needed.
    `Defaults:${name} env_keep += "DOCKER_HOST DOCKER_CONFIG"`,
    `Defaults:${name} secure_path="${path ?? SYSTEM_PATH}"`,
    `${name} ALL=(ALL) NOPASSWD: ALL`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o440 });
}
