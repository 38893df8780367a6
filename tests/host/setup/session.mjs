// What the check does on the host, always over SSH as the login.

import { spawn, spawnSync } from 'node:child_process';

export class Session {
  constructor(host, knownHosts) {
    this.host = host;
    this.target = `${host.ssh.user}@${host.ssh.host}`;
    this.arguments = [
      '-F', 'none', '-i', host.ssh.key, '-p', String(host.ssh.port), '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes',
      '-o', `UserKnownHostsFile=${knownHosts}`,
    ];
  }

  /** The raw end of a command in the project's folder. */
  execute(command, input) {
    const folder = `'${this.host.dir.replaceAll("'", "'\\''")}'`;
    return spawnSync('ssh', [...this.arguments, this.target, `cd ${folder} && ${command}`], { input: input ?? '', maxBuffer: 1 << 28 });
  }

  bytes(command, input) {
    const ended = this.execute(command, input);
    if (ended.status !== 0) throw new Error(`${command.slice(0, 120)}: exit ${ended.status}: ${ended.stderr.toString().slice(-600)}`);
    return ended.stdout;
  }

  shell(command, input) {
    return this.bytes(command, input).toString();
  }

  compose(command, input) {
    return this.shell(`docker compose ${command}`, input);
  }

  fails(command) {
    return this.execute(command).status !== 0;
  }

  /** A command that goes on while others run. */
  start(command) {
    const folder = `'${this.host.dir.replaceAll("'", "'\\''")}'`;
    return spawn('ssh', [...this.arguments, this.target, `cd ${folder} && ${command}`], { stdio: 'ignore' });
  }

  /** Rows of a statement that returns some. */
  rows(sql, database = this.host.database.name) {
    const wrapped = /^\s*(SELECT|WITH made)/.test(sql) ? sql : `WITH made AS (${sql}) SELECT * FROM made`;
    const statement = wrapped.startsWith('WITH made') ? wrapped.replace(/\) SELECT (.*) FROM made$/s, ') SELECT row_to_json(made) FROM made') : `SELECT row_to_json(found) FROM (${wrapped}) found`;
    const lines = this.compose(`exec -T postgres psql -qXAt -v ON_ERROR_STOP=1 -U ${this.host.database.user} -d ${database}`, `${statement};\n`);
    return lines.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }

  /** Runs code with `queue` in the api container, with the host's own bullmq. */
  queue(code) {
    const program = `
      const { Queue } = require('bullmq');
      const url = new URL(process.env.REDIS_URL);
      const queue = new Queue('backup', { connection: { host: url.hostname, port: url.port, password: decodeURIComponent(url.password) } });
      (async () => { ${code} })().then(async (value) => { console.log(JSON.stringify(value)); await queue.close(); process.exit(0); },
        (error) => { console.error(error); process.exit(1); });`;
    return JSON.parse(this.compose('exec -T api node -', program));
  }
}
