// The options of `up`.

import { parseArgs } from 'node:util';

export const USAGE = `tests/host/up [options]
  --name ID            the host's id (default: six random characters)
  --auth METHOD        key (default), password, agent or keyboard-interactive
  --runs N             rows in the history (default 40)
  --dump-size SIZE     about the newest dump's size, like 64MiB or 4GiB
  --dir PATH           the compose folder; a relative one lies in the host's state folder
  --data-dir PATH      sets DATA_DIR in .env; absolute
  --sudo-docker        the login needs sudo for docker, and may use sudo for anything
  --no-docker          the login may not use docker at all
  --compose v1         only docker-compose for this login
  --no-compose         neither docker compose nor docker-compose for this login
  --no-forwarding      sshd refuses to forward
  --jump               reachable only through a bastion
  --legacy-queue       the api registers schedules as up to 1.9.3: repeatables under a digest
  --keep-engine        do not end our dockerd with the last host`;

const UNITS = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** @throws Error with a line for the user. */
export function parseOptions(args) {
  const flag = { type: 'boolean', default: false };
  const text = { type: 'string' };
  const { values } = parseArgs({
    args,
    options: {
      'name': text, 'auth': { ...text, default: 'key' }, 'runs': { ...text, default: '40' }, 'dump-size': text, 'dir': text, 'data-dir': text,
      'compose': text, 'sudo-docker': flag, 'no-docker': flag, 'no-compose': flag, 'no-forwarding': flag, 'jump': flag, 'legacy-queue': flag, 'keep-engine': flag, 'help': flag,
    },
  });
  const refuse = (reason) => { throw new Error(reason); };
  if (values.name !== undefined && !/^[a-z0-9]{1,16}$/.test(values.name)) refuse('--name: 1 to 16 of a-z and 0-9');
  if (!['key', 'password', 'agent', 'keyboard-interactive'].includes(values.auth)) refuse('--auth: key, password, agent or keyboard-interactive');
  const runs = /^\d+$/.test(values.runs) ? Number(values.runs) : 0;
  if (runs < 1 || runs > 1_000_000) refuse('--runs: 1 to 1000000');
  if (values.compose !== undefined && values.compose !== 'v1') refuse('--compose: only v1 can be asked for');
  if (values['data-dir'] !== undefined && !values['data-dir'].startsWith('/')) refuse('--data-dir: an absolute path');
  if (values['sudo-docker'] && values['no-docker']) refuse('--sudo-docker and --no-docker exclude each other');
  return {
    help: values.help,
    id: values.name,
    auth: values.auth,
    runs,
    dumpSize: values['dump-size'] === undefined ? 0 : sizeOf(values['dump-size']),
    dir: values.dir,
    dataDir: values['data-dir'] ?? null,
    docker: values['no-docker'] ? 'none' : values['sudo-docker'] ? 'sudo' : 'group',
    compose: values['no-compose'] ? 'none' : values.compose === 'v1' ? 'v1' : 'both',
    forwarding: !values['no-forwarding'],
    jump: values.jump,
    legacyQueue: values['legacy-queue'],
    keepEngine: values['keep-engine'] || process.env.SELVAGE_KEEP_ENGINE === '1',
  };
}

function sizeOf(text) {
  const parts = /^(\d+(?:\.\d+)?)\s*([KMG]?)(?:iB|B)?$/.exec(text);
  if (!parts) throw new Error('--dump-size: a size like 64MiB or 4GiB');
  return Math.round(Number(parts[1]) * UNITS[parts[2]]);
}
