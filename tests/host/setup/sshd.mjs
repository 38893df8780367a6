// An sshd of our own, with its own host keys, for one login; and the keys of those who may enter.

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { hosts } from './places.mjs';
import { commandLine, run, startLasting, waitUntil } from './processes.mjs';

/** Makes a key pair. @returns the private key's path. */
export async function makeKey(file, { type = 'ed25519', passphrase = '', comment = 'selvage test host' } = {}) {
  await run('ssh-keygen', ['-q', '-t', type, ...(type === 'rsa' ? ['-b', '2048'] : []), '-N', passphrase, '-C', comment, '-f', file]);
  return file;
}

export const publicKey = (file) => readFileSync(`${file}.pub`, 'utf8').trim();

/**
 * Starts an sshd. @param facts `{part: 'sshd'|'bastion', address, port, login, keys: public keys, auth, forwarding, environment, allowFrom?, through?}`;
 *   `through` is a command that starts it elsewhere (in a network namespace).
 * @returns `{host, port, user, host_key_sha256, host_key_rsa_sha256, known_hosts_line, log, pid}`.
 */
export async function startSshd(record, facts) {
  const folder = join(hosts, record.id, facts.part);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  // sshd insists on it, and a machine whose own sshd never ran has none.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const [ed25519, rsa] = await Promise.all(['ed25519', 'rsa'].map((type) => makeKey(join(folder, `host_${type}`), { type })));
  writeFileSync(join(folder, 'authorized_keys'), `${facts.keys.join('\n')}\n`, { mode: 0o644 });
  const config = join(folder, 'sshd_config');
  const log = join(folder, 'log');
  writeFileSync(config, configuration(folder, facts, ed25519, rsa));
  writeFileSync(log, '', { mode: 0o644 });
  const sshd = (await run('sh', ['-c', 'command -v sshd'])).trim();
  const [command, ...args] = [...(facts.through ?? []), sshd, '-D', '-f', config, '-E', log];
  const pid = startLasting(command, args);
  record.made('process', { pid, marker: config });
  await waitUntil(`sshd on ${facts.address}:${facts.port}`, async () => {
    if (!commandLine(pid)) throw new Error(`sshd ended at once: ${readFileSync(log, 'utf8').trim()}`);
    return facts.reachable === false ? / listening on /.test(readFileSync(log, 'utf8')) : greets(facts.address, facts.port);
  }, { seconds: 20 });
  const [fingerprint, rsaFingerprint] = await Promise.all([ed25519, rsa].map(fingerprintOf));
  const name = facts.port === 22 ? facts.address : `[${facts.address}]:${facts.port}`;
  return {
    host: facts.address, port: facts.port, user: facts.login.name, host_key_sha256: fingerprint, host_key_rsa_sha256: rsaFingerprint,
    known_hosts_line: `${name} ${publicKey(ed25519).split(' ').slice(0, 2).join(' ')}`, log, pid,
  };
}

/** An agent that holds a key whose file is then gone. @returns `{socket, pid}`. */
export async function startAgent(record, keyFile) {
  const socket = join(hosts, record.id, 'agent.sock');
  const pid = startLasting('ssh-agent', ['-D', '-a', socket]);
  record.made('process', { pid, marker: socket });
  await waitUntil('ssh-agent', () => existsSync(socket));
  await run('ssh-add', ['-q', keyFile], { env: { SSH_AUTH_SOCK: socket } });
  rmSync(keyFile);
  return { socket, pid };
}

export const newPassphrase = () => randomBytes(12).toString('base64url');

function configuration(folder, { address, port, login, auth, forwarding, environment = {}, allowFrom }, ed25519, rsa) {
  const yes = (condition) => (condition ? 'yes' : 'no');
  for (const file of [ed25519, rsa]) chmodSync(file, 0o600);
  const set = Object.entries(environment).map(([name, value]) => `"${name}=${value}"`).join(' ');
  return [
    `ListenAddress ${address}`,
    `Port ${port}`,
    `HostKey ${ed25519}`,
    `HostKey ${rsa}`,
    `PidFile ${join(folder, 'pid')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    `AllowUsers ${login.name}${allowFrom ? `@${allowFrom}` : ''}`,
    'PubkeyAuthentication yes',
    `PasswordAuthentication ${yes(auth === 'password')}`,
    // Only PAM asks interactively on Linux; the other methods go without it.
    `KbdInteractiveAuthentication ${yes(auth === 'keyboard-interactive')}`,
    `UsePAM ${yes(auth === 'keyboard-interactive')}`,
    `AllowTcpForwarding ${yes(forwarding)}`,
    `AllowStreamLocalForwarding ${yes(forwarding)}`,
    'PrintMotd no',
    'LogLevel VERBOSE',
    'Subsystem sftp internal-sftp',
    ...(set ? [`SetEnv ${set}`] : []),
    '',
  ].join('\n');
}

async function fingerprintOf(key) {
  return (await run('ssh-keygen', ['-lf', `${key}.pub`])).split(' ')[1];
}

/** Whether an SSH server answers there. */
function greets(host, port) {
  return new Promise((answer) => {
    const socket = connect({ host, port }).once('error', () => answer(false));
    socket.setTimeout(2000, () => { socket.destroy(); answer(false); });
    socket.once('data', (greeting) => { socket.destroy(); answer(greeting.toString().startsWith('SSH-2.0')); });
    socket.once('close', () => answer(false));
  });
}
