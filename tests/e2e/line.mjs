// A line to the host that can be cut: what a host does that is gone. It is a
// process of its own, because the tests wait for others.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export class Line {
  static async to(target) {
    const made = new Line(target);
    await made.restore();
    return made;
  }

  constructor({ host, port }) {
    Object.assign(this, { target: [host, port], port: 0 });
  }

  async restore() {
    this.process = spawn(process.execPath, [fileURLToPath(import.meta.url), this.port, ...this.target].map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = await once(this.process.stdout, 'data');
    this.port = Number(said);
  }

  async cut() {
    if (!this.process.kill('SIGKILL')) return;
    await once(this.process, 'exit');
  }
}

function carry(port, host, hostPort) {
  const server = createServer((near) => {
    const far = connect(hostPort, host);
    for (const [one, other] of [[near, far], [far, near]]) one.on('error', () => other.destroy()).pipe(other);
  });
  server.listen(port, '127.0.0.1', () => console.log(server.address().port));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) carry(Number(process.argv[2]), process.argv[3], Number(process.argv[4]));
