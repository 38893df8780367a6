// A network of two addresses: the bastion stands in a namespace at the far end, and the target listens on the near end,
// where the machine itself is refused. So the target can be reached through the bastion only.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { hosts } from './places.mjs';
import { run, withLock } from './processes.mjs';
import { addUser } from './login.mjs';
import { makeKey, publicKey, startSshd } from './sshd.mjs';

/** @returns `{name, near, far}`: the namespace, the target's address and the bastion's. */
export async function makeNetwork(record) {
  const name = `selvage-${record.id}`;
  const link = `sv${createHash('sha256').update(record.id).digest('hex').slice(0, 8)}`;
  return withLock('network', async () => {
    const number = await freeNetwork();
    const [near, far] = [`10.213.${number}.1`, `10.213.${number}.2`];
    await run('ip', ['netns', 'add', name]);
    record.made('namespace', { name });
    await run('ip', ['link', 'add', `${link}h`, 'type', 'veth', 'peer', 'name', `${link}n`, 'netns', name]);
    await run('ip', ['address', 'add', `${near}/30`, 'dev', `${link}h`]);
    await run('ip', ['link', 'set', `${link}h`, 'up']);
    await run('ip', ['-n', name, 'address', 'add', `${far}/30`, 'dev', `${link}n`]);
    await run('ip', ['-n', name, 'link', 'set', `${link}n`, 'up']);
    await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    return { name, near, far };
  });
}

/** What the machine sends to its own address comes in through `lo`; the bastion's traffic comes in through the link. */
export async function closeDirectWay(record, network, port) {
  const rule = ['INPUT', '-i', 'lo', '-d', network.near, '-p', 'tcp', '--dport', String(port), '-j', 'REJECT', '--reject-with', 'tcp-reset'];
  await run('iptables', ['-w', '-I', ...rule]);
  record.made('firewall', { rule });
}

/** @returns the JSON's `jump`. */
export async function startBastion(record, network) {
  const name = `selvage-${record.id}-j`;
  const home = join(hosts, record.id, 'bastion-home');
  const login = { name, ...(await addUser(record, name, home, [], null)) };
  const key = await makeKey(join(hosts, record.id, 'keys', 'bastion'));
  const sshd = await startSshd(record, {
    part: 'bastion', address: network.far, port: 22, login, keys: [publicKey(key)], auth: 'key', forwarding: true,
    through: ['ip', 'netns', 'exec', network.name],
  });
  return { ...sshd, key };
}

async function freeNetwork() {
  const taken = new Set([...(await run('ip', ['-o', '-4', 'address'])).matchAll(/10\.213\.(\d+)\./g)].map((match) => Number(match[1])));
  for (let number = 1; number < 255; number += 1) if (!taken.has(number)) return number;
  throw new Error('no free network 10.213.*: end some hosts with tests/host/down');
}
